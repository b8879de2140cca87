"""Agreement between judge and people, and between people.

A row of `agreement_rows`, shortened (percent, with its interval; kappa and alpha from -1 to 1):

    {"match": "good-vs-thin", "category": "all", "items": 40, "majority_s1": 72.5, "majority_s1_low": 57.5, …,
     "kappa": 0.513, "alpha": 0.447, …}
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from seedbed.project import paths
from seedbed.project.params_types import Params, Report
from seedbed.project.row_types import CastVote
from seedbed.project.votes import left_is_model, read_votes, vote_status
from seedbed.reporting.outcomes import outcome_rows
from seedbed.reporting.statistics.alternative import EPSILON, Alternative, alternative_annotator
from seedbed.reporting.statistics.intervals import rate_interval
from seedbed.reporting.statistics.people import alpha, alpha_interval, coincidences, kappa, kappa_interval
from seedbed.reporting.statistics.resamples import Floats
from seedbed.util.rows import Row, Rows
from seedbed.util.tables import Tables

MEASURES = ("majority_s1", "majority_s2", "single_s1", "single_s2", "people_s1", "people_s2")
"""The columns of `queries/human/agreement.sql` that are rates; its header says what they are."""
_OUTCOMES = ("win", "loss", "tie")
_VOTES = (
    "annotator text, match text, model text, baseline text, question text, verdict text, status text, left_is_model boolean, "
    "reason text, seconds double"
)
_CODES = {"win": 0.0, "model": 0.0, "loss": 1.0, "baseline": 1.0, "tie": 2.0, "both_bad": 2.0}


def load_votes(tables: Tables, params: Params) -> None:
    """Make the table `votes`, each vote with its status; `answers` and `questions` are there.

    Raises:
        UserError: a file of votes is not valid.
    """
    matches = params["matches"]
    answers = {
        (row["model"], row["id"]): row["text"]
        for row in tables.select(
            "select model, answers.id, answers.text from answers join questions on questions.id = answers.id"
        )
    }

    def values(vote: CastVote) -> tuple[object, ...]:
        match, place = matches.get(vote["match"]), (vote["annotator"], vote["match"], vote["question"])
        model, baseline = (match["model"], match["baseline"]) if match else (None, None)
        return (
            *(vote["annotator"], vote["match"], model, baseline, vote["question"], vote["verdict"]),
            *(vote_status(vote, matches, answers), left_is_model(*place), vote.get("reason"), vote.get("seconds")),
        )

    tables.fill("votes", _VOTES, map(values, read_votes(paths.VOTES)))


def agreement_rows(tables: Tables, settings: Report) -> Rows:
    """Return the rows of `queries/human/agreement.sql` with kappa, alpha, and the intervals of all measures.

    Intervals are over questions: in `all`, a question's items of all matches are one, since the same question in two matches
    is not two pieces of evidence.

    Args:
        tables: the build's rows; `load_votes` has been called.
        settings: the block `report` of `params.yaml`.

    Returns:
        Each row with `kappa` (judge and majority), `alpha` (people), rounded to 3 places, and `<measure>_low` and
        `<measure>_high` for these and for `MEASURES`; None where there is nothing to compare, or no variation.
    """
    items = tables.query("human/voted")
    rows = tables.query("human/agreement")
    for row in rows:
        mine = [
            item for item in items if row["match"] in (item["match"], "all") and row["category"] in (item["category"], "all")
        ]
        _, question = np.unique([item["question"] for item in mine], return_inverse=True)
        for name in MEASURES:
            agreed, of = (np.bincount(question, [item[f"{name}_{kind}"] for item in mine]) for kind in ("agreed", "n"))
            bounds = 100 * rate_interval(agreed[of > 0] / of[of > 0], settings["confidence"]) if of.any() else (None, None)
            _add(row, name, None, bounds, 2)
        by_question, together = _tables(mine, question)
        _add(row, "kappa", kappa(by_question.sum(axis=0)), kappa_interval(by_question, settings["confidence"]), 3)
        _add(row, "alpha", alpha(together.sum(axis=0)), alpha_interval(together, settings["confidence"]), 3)
    return rows


def _add(row: Row, name: str, value: float | Floats | None, bounds: Iterable[float | None], places: int) -> None:
    if value is not None:
        row[name] = _rounded(value, places)
    for end, bound in zip(("low", "high"), bounds, strict=True):
        row[f"{name}_{end}"] = _rounded(bound, places)


def _tables(items: Rows, question: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return, by question, what judge and majority said of its items (c × c), and the coincidences of people's votes."""
    tables, together = np.zeros((2, int(question.max()) + 1, 3, 3))
    pairs = coincidences(np.array([[i["for_model"], i["for_baseline"], i["for_neither"]] for i in items], dtype=np.float64))
    np.add.at(together, question, pairs)
    for place, item in zip(question, items, strict=True):
        if item["judge"] is not None and item["majority"] is not None:
            tables[place, _OUTCOMES.index(item["judge"]), _OUTCOMES.index(item["majority"])] += 1
    return tables, together


def alternative(tables: Tables, settings: Report) -> Alternative | None:
    """Return what the alternative-annotator test says of the judge, over all matches; None where nobody's vote counts."""
    votes = tables.select("select annotator, match, question, verdict from votes where status = 'counted'")
    if not votes:
        return None
    judged = {(row["match"], row["question"]): row["outcome"] for row in outcome_rows(tables)}
    items = {item: place for place, item in enumerate(sorted({(vote["match"], vote["question"]) for vote in votes}))}
    annotators = {name: place for place, name in enumerate(sorted({vote["annotator"] for vote in votes}))}
    people = np.full((len(annotators), len(items)), np.nan)
    for vote in votes:
        people[annotators[vote["annotator"]], items[vote["match"], vote["question"]]] = _CODES[vote["verdict"]]
    judge = np.array([_CODES.get(judged.get(item, "invalid"), np.nan) for item in items])
    questions = np.array([question for _, question in items])
    return alternative_annotator(judge, people, questions, settings["confidence"], settings.get("epsilon", EPSILON))


def _rounded(value: float | Floats | None, places: int) -> float | None:
    return None if value is None or np.isnan(value) else round(float(value), places) + 0.0  # no -0.0
