"""Test-retest agreement of the judge, and variance components of scores: question, answer sample, judgment."""

from collections import defaultdict
from pathlib import Path
from typing import Any, TypedDict, cast

import numpy as np

from seedbed.project.params_types import Params
from seedbed.reporting.statistics.components import LEAST_RETEST, components, retest
from seedbed.util.canonical import JsonObject, canonical
from seedbed.util.tables import Tables

LEAST_QUESTIONS = 20
"""Questions below which nothing is said of what scores vary by."""
_COLUMNS = "match text, question text, order text, judge text, verdict text, turn bigint, retest json"
_SCORES = {"first": 1.0, "tie": 0.5, "second": 0.0}


def load_retests(tables: Tables, files: list[Path]) -> None:
    """Make the table `retests`: the judgments of files, with what came where they were asked for twice."""
    tables.load("retests", files, _COLUMNS)


class RetestRow(TypedDict):
    """How often a judge agrees with itself: a row of `queries/benchmark/retest.sql` with the share and its interval.

    `rate`, `low` and `high` are in percent; None below `LEAST_RETEST` items, which say too little.
    """

    judge: str
    items: int
    agreed: int
    reversed: int
    invalid: int
    rate: float | None
    low: float | None
    high: float | None


class ComponentRow(TypedDict):
    """What a question's score varies by, as standard deviations in points; `negative`: those estimated below 0."""

    models: list[str]
    baseline: str
    judge: str
    questions: int
    by_question: float
    by_answer: float
    by_judge: float
    negative: list[str]


def retest_rows(tables: Tables, confidence: float) -> list[RetestRow]:
    """Return the rows of `queries/benchmark/retest.sql` with the share that agrees and its interval, in percent."""
    rows = tables.query("benchmark/retest")
    for row in rows:
        row["rate"] = row["low"] = row["high"] = None
        if row["items"] >= LEAST_RETEST:
            estimate = retest(row["agreed"], row["items"], confidence)
            row["rate"], row["low"], row["high"] = (round(100 * value, 2) for value in estimate)
    return cast(list[RetestRow], rows)


def component_rows(tables: Tables, params: Params) -> list[ComponentRow]:
    """Return what the scores of models vary by that were asked twice or more, and whose every judgment was asked for twice.

    Such models are entries of `models` that differ in `sample` alone, each with a match against one baseline. A question's
    score is that of its two orders together, turn by turn; it counts where every one of its judgments is valid.
    """
    scores: dict[tuple[str, str], dict[str, np.ndarray[Any, Any]]] = defaultdict(dict)
    by_question: dict[tuple[str, str, str], dict[str, tuple[float | None, float | None]]] = defaultdict(dict)
    for row in tables.select(
        "select match, coalesce(judge, 'judge') as judge, question || coalesce('.' || turn, '') as question, \"order\", "
        "verdict, retest ->> 'verdict' as again from retests where retest is not null"
    ):
        draws = (_score(row["verdict"], row["order"]), _score(row["again"], row["order"]))
        by_question[row["match"], row["judge"], row["question"]][row["order"]] = draws
    for (match, judge, question), orders in by_question.items():
        pairs = [[one, other] for one, other in zip(*orders.values(), strict=True)] if len(orders) == 2 else []
        if pairs and not any(None in pair for pair in pairs):
            scores[match, judge][question] = np.array([one if one == other else 0.5 for one, other in pairs])
    rows: list[ComponentRow] = []
    for models, baseline, matches in _families(params):
        for judge in dict.fromkeys(judge for _, judge in scores):
            each = [scores.get((match, judge), {}) for match in matches]
            shared = sorted(set.intersection(*map(set, each)))
            if len(shared) < LEAST_QUESTIONS:
                continue
            variances = components(np.array([[part[question] for part in each] for question in shared]))
            question_sd, answer_sd, judge_sd = (
                round(100 * variance**0.5, 2) for variance in (variances.question, variances.answer, variances.judge)
            )
            rows.append(
                {
                    "models": models,
                    "baseline": baseline,
                    "judge": judge,
                    "questions": len(shared),
                    "by_question": question_sd,
                    "by_answer": answer_sd,
                    "by_judge": judge_sd,
                    "negative": list(variances.negative),
                }
            )
    return rows


def _score(verdict: str | None, order: str) -> float | None:
    """Return the model's score in one order; None where it is invalid."""
    score = _SCORES.get(verdict or "")
    return score if score is None or order == "ab" else 1 - score


def _families(params: Params) -> list[tuple[list[str], str, list[str]]]:
    """Return the models that differ in `sample` alone, with their baseline and their matches against it."""
    by_settings: dict[str, dict[int, tuple[str, str, str]]] = defaultdict(dict)
    for match, sides in params["matches"].items():
        settings: JsonObject = dict(params["models"].get(sides["model"], {}))
        if settings and "recorded" not in settings:
            sample = settings.pop("sample", 0)
            by_settings[canonical([settings, sides["baseline"]])].setdefault(sample, (sides["model"], sides["baseline"], match))
    families = [list(one.values()) for one in by_settings.values() if len(one) > 1]
    return [([model for model, _, _ in one], one[0][1], [match for _, _, match in one]) for one in families]
