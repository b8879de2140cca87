"""The judge's win rates as people's votes correct them, match by match, and the differences of two models.

A row of `corrected_rows` (percent):

    {"name": "good-vs-thin", "items": 80, "voted": 30, "judge": 72.5, "corrected": 66.1, "low": 55.0, "high": 77.2,
     "more": 64}

`more` are the votes on further questions that would halve the interval; None where no number of them would.
"""

from itertools import combinations
from typing import Any

import numpy as np

from seedbed.project.params_types import Report
from seedbed.reporting.scores import Scores
from seedbed.reporting.statistics.corrected import corrected_uniform, votes_to_halve
from seedbed.reporting.statistics.resamples import Floats
from seedbed.util.tables import Tables

Rows = list[dict[str, Any]]
LEAST = 10
"""Questions with votes below which nothing is said."""


def corrected_rows(tables: Tables, scores: Scores, settings: Report) -> Rows:
    """Return the matches on which enough people voted, each with its corrected rate; then the differences of two models.

    Two models are compared through a baseline, on the questions that people voted on in both matches. Questions are taken to
    be drawn for votes without regard to answers and verdicts, as `seedbed review` draws them. Where a verdict of the judge is
    invalid, a question counts on neither side.

    Args:
        tables: the build's rows; `load_votes` has been called.
        scores: of all matches.
        settings: the block `report` of `params.yaml`.
    """
    people = people_scores(tables, scores)
    columns = list(zip(scores.matches.items(), scores.scores.T, people.T, strict=True))
    confidence = settings["confidence"]
    rows = [_row(match, judge, said, confidence, (0, 1)) for (match, _), judge, said in columns]
    direct = {frozenset(pair) for pair in scores.matches.values()}
    for ((_, (model, baseline)), *one), ((_, (rival, same)), *other) in combinations(columns, 2):
        if baseline == same and frozenset((model, rival)) not in direct:
            name = f"{model} less {rival}"
            rows.append(_row(name, one[0] - other[0], one[1] - other[1], confidence, (-1, 1)))
    return [row for row in rows if row]


def _row(name: str, judge: Floats, people: Floats, confidence: float, bounds: tuple[float, float]) -> dict[str, Any] | None:
    valid = ~np.isnan(judge)
    judge, people = judge[valid], people[valid]
    found = corrected_uniform(judge, people, confidence, bounds) if (~np.isnan(people)).sum() >= LEAST else None
    if found is None:
        return None
    percent = {"judge": judge.mean(), "corrected": found.mean, "low": found.low, "high": found.high}
    rounded = {name: round(100 * float(value), 2) + 0.0 for name, value in percent.items()}  # no -0.0
    return {"name": name, "items": found.items, "voted": found.voted, **rounded, "more": votes_to_halve(judge, people)}


def people_scores(tables: Tables, scores: Scores) -> Floats:
    """Return the mean of people's votes, shape (questions, matches): 1 for the model, ½ for neither; NaN where none counts."""
    found = np.full(scores.scores.shape, np.nan)
    matches = {name: place for place, name in enumerate(scores.matches)}
    questions = {name: place for place, name in enumerate(scores.questions)}
    for item in tables.query("human/voted"):
        if item["match"] in matches:
            share = (item["for_model"] + 0.5 * item["for_neither"]) / item["votes"]
            found[questions[item["question"]], matches[item["match"]]] = share
    return found
