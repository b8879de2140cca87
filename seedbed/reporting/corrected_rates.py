"""The judge's win rates as people's votes correct them, match by match.

A row of `corrected_rows` (percent):

    {"match": "good-vs-thin", "items": 80, "voted": 30, "judge": 72.5, "corrected": 66.1, "low": 55.0, "high": 77.2,
     "more": 64}

`more` are the votes on further questions that would halve the interval; None where no number of them would.
"""

from typing import Any

import numpy as np

from seedbed.project.params import Report
from seedbed.reporting.scores import Scores
from seedbed.reporting.statistics.corrected import corrected_uniform, votes_to_halve
from seedbed.reporting.statistics.resamples import Floats
from seedbed.util.tables import Tables

Rows = list[dict[str, Any]]
LEAST = 10
"""Questions with votes below which nothing is said."""


def corrected_rows(tables: Tables, scores: Scores, settings: Report) -> Rows:
    """Return the matches on which enough people voted, each with its corrected rate.

    Questions are taken to be drawn for votes without regard to answers and verdicts, as `seedbed review` draws them. Where the
    judge's verdict is invalid, a question counts on neither side.

    Args:
        tables: the build's rows; `load_votes` has been called.
        scores: of all matches.
        settings: the block `report` of `params.yaml`.
    """
    people = people_scores(tables, scores)
    rows: Rows = []
    for place, match in enumerate(scores.matches):
        valid = ~np.isnan(scores.scores[:, place])
        judge, said = scores.scores[valid, place], people[valid, place]
        if (~np.isnan(said)).sum() < LEAST:
            continue
        found = corrected_uniform(judge, said, settings["confidence"])
        if found:
            percent = {"corrected": found.mean, "low": found.low, "high": found.high, "judge": judge.mean()}
            rows.append(
                {"match": match, "items": found.items, "voted": found.voted}
                | {name: round(100 * float(value), 2) for name, value in percent.items()}
                | {"more": votes_to_halve(judge, said)}
            )
    return rows


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
