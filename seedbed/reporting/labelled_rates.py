"""The judge's win rates as labels of another benchmark correct them, where this one has no votes.

`report.labels: other` names `data/votes/labels/other.jsonl`: what the same judge and people said of pairs of answers elsewhere,
as `seedbed calibrate --labels other` writes it in the project that has the votes. It assumes that the judge errs here as it
does there, which votes on this benchmark need not.
"""

from collections import Counter, defaultdict
from typing import TypedDict

import numpy as np

from seedbed.project import paths
from seedbed.project.params_types import Report
from seedbed.reporting.outcomes import outcome_rows
from seedbed.reporting.statistics.resamples import Floats
from seedbed.reporting.statistics.rogan_gladen import LEAST_SINGULAR, rogan_gladen
from seedbed.reporting.texts import Words
from seedbed.util.rows import read_rows
from seedbed.util.tables import Tables

_OUTCOMES = ("win", "loss", "tie")
_WORTH = np.array([1.0, 0.0, 0.5])


class LabelledRow(TypedDict):
    """A match's rate in percent, as labels correct it.

    Attributes:
        labels: how many there are.
        judge: the rate as the judge has it; None where nothing is valid.
        rate: None, and its interval, where it cannot be given; `why` is a key of the reports' texts then.
    """

    match: str
    labels: int
    judge: float | None
    rate: float | None
    low: float | None
    high: float | None
    why: str | None


def labelled_rows(tables: Tables, settings: Report) -> list[LabelledRow]:
    """Return each match's rate, or `why` there is none; empty where `report.labels` names no file.

    Raises:
        UserError: the file is missing or not valid.
    """
    if "labels" not in settings:
        return []
    counts, by_match = _table(settings["labels"]), defaultdict[str, Counter[str]](Counter)
    for row in outcome_rows(tables):
        by_match[row["match"]][row["outcome"]] += 1
    return [
        _row(match, counts, np.array([float(outcomes[outcome]) for outcome in _OUTCOMES]), settings)
        for match, outcomes in by_match.items()
    ]


def _table(name: str) -> Floats:
    """Return how often people gave the row's outcome and the judge the column's."""
    counts = np.zeros((3, 3))
    for row in read_rows(paths.labels(name), "label", unique=None):
        counts[_OUTCOMES.index(row["people"]), _OUTCOMES.index(row["judge"])] += 1
    return counts


def _row(match: str, counts: Floats, judged: Floats, settings: Report) -> LabelledRow:
    empty: LabelledRow = {
        "match": match,
        "labels": int(counts.sum()),
        "judge": None,
        "rate": None,
        "low": None,
        "high": None,
        "why": None,
    }
    if not judged.sum():
        return {**empty, "why": "labelled_no_verdict"}
    raw = round(100 * float(judged @ _WORTH / judged.sum()), 2)
    lacking = [outcome for outcome, n in zip(_OUTCOMES, counts.sum(axis=1), strict=True) if not n]
    if lacking:
        return {**empty, "judge": raw, "why": f"labelled_no_{lacking[0]}"}
    seed = f"labels {settings['seed']} {match}"
    estimate = rogan_gladen(counts, judged, settings["confidence"], max(settings["bootstrap"], 1000), seed, _WORTH)
    if estimate is None:
        return {**empty, "judge": raw, "why": "labelled_singular"}
    rate, low, high = (round(100 * float(value), 2) for value in (estimate.mean, estimate.mean_low, estimate.mean_high))
    return {**empty, "judge": raw, "rate": rate, "low": low, "high": high}


def why_in_words(row: LabelledRow, say: Words) -> str | None:
    """Return why a match has no rate; None where it has one."""
    return say(row["why"], least=f"{LEAST_SINGULAR:g}") if row["why"] else None
