"""The judge's win rates as labels of another benchmark correct them, where this one has no votes.

`report.labels: other` names `data/votes/labels/other.jsonl`: what the same judge and people said of pairs of answers elsewhere,
as `seedbed calibrate --labels other` writes it in the project that has the votes. It assumes that the judge errs here as it
does there, which votes on this benchmark need not.

A row of `labelled_rows` (percent): `{"match": "good-vs-thin", "labels": 120, "judge": 72.5, "rate": 66.0, "low": 55.1,
"high": 76.9, "why": null}`; `why` there is no rate is a key of the reports' texts.
"""

from collections import Counter, defaultdict

import numpy as np

from seedbed.project import paths
from seedbed.project.params_types import Report
from seedbed.reporting.outcomes import outcome_rows
from seedbed.reporting.statistics.resamples import Floats
from seedbed.reporting.statistics.rogan_gladen import LEAST_SINGULAR, rogan_gladen
from seedbed.reporting.texts import Words
from seedbed.util.rows import Row, Rows, read_rows
from seedbed.util.tables import Tables

_OUTCOMES = ("win", "loss", "tie")
_WORTH = np.array([1.0, 0.0, 0.5])


def labelled_rows(tables: Tables, settings: Report) -> Rows:
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
        {"match": match, "labels": int(counts.sum())}
        | _rate(match, counts, np.array([float(outcomes[outcome]) for outcome in _OUTCOMES]), settings)
        for match, outcomes in by_match.items()
    ]


def _table(name: str) -> Floats:
    """Return how often people gave the row's outcome and the judge the column's."""
    counts = np.zeros((3, 3))
    for row in read_rows(paths.labels(name), "label", unique=None):
        counts[_OUTCOMES.index(row["people"]), _OUTCOMES.index(row["judge"])] += 1
    return counts


def _rate(match: str, counts: Floats, judged: Floats, settings: Report) -> Row:
    empty = {"judge": None, "rate": None, "low": None, "high": None}
    if not judged.sum():
        return empty | {"why": "labelled_no_verdict"}
    raw = round(100 * float(judged @ _WORTH / judged.sum()), 2)
    lacking = [outcome for outcome, n in zip(_OUTCOMES, counts.sum(axis=1), strict=True) if not n]
    if lacking:
        return empty | {"judge": raw, "why": f"labelled_no_{lacking[0]}"}
    seed = f"labels {settings['seed']} {match}"
    estimate = rogan_gladen(counts, judged, settings["confidence"], max(settings["bootstrap"], 1000), seed, _WORTH)
    if estimate is None:
        return empty | {"judge": raw, "why": "labelled_singular"}
    rate, low, high = (round(100 * float(value), 2) for value in (estimate.mean, estimate.mean_low, estimate.mean_high))
    return {"judge": raw, "rate": rate, "low": low, "high": high, "why": None}


def why_in_words(row: Row, say: Words) -> str | None:
    """Return why a match has no rate; None where it has one."""
    return say(row["why"], least=f"{LEAST_SINGULAR:g}") if row["why"] else None
