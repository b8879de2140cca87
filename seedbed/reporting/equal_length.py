"""The win rates at equal length, beside the raw ones, and why one is not given."""

from typing import TypedDict

import numpy as np

from seedbed.project.params_types import Report
from seedbed.reporting.scores import Scores
from seedbed.reporting.statistics.length import LEAST_QUESTIONS, LEAST_SIDE, length_controlled
from seedbed.reporting.texts import ENGLISH_WORDS, Words

_LIMITS = {"n": LEAST_QUESTIONS, "percent": f"{100 * (1 - LEAST_SIDE):.0f}"}


class EqualLengthRow(TypedDict):
    """A match's rate at equal length in percent; the `both_…` hold marks of Markdown equal too.

    Where there is no rate, it and its interval are None, and `why` is a sentence; else `why` is empty.
    """

    match: str
    why: str
    rate: float | None
    low: float | None
    high: float | None
    both_rate: float | None
    both_low: float | None
    both_high: float | None


def equal_length_rows(scores: Scores, settings: Report, say: Words = ENGLISH_WORDS) -> list[EqualLengthRow]:
    """Return each match's rate at equal length, φ being common to all matches, since they have one judge.

    Args:
        scores: of all matches.
        settings: the block `report` of `params.yaml`.
        say: the words of the report's language.
    """
    if not scores.matches:
        return []
    valid = np.where(np.isnan(scores.longer), np.nan, scores.scores)
    controls = np.nan_to_num(np.stack([scores.longer, scores.marked]))
    seed, confidence = f"{settings['seed']} length", settings["confidence"]
    alone, _ = length_controlled(valid, controls[:1], confidence, seed)
    both, _ = length_controlled(valid, controls, confidence, seed)
    return [
        {
            "match": match,
            "why": say(f"equal_{one.why}", **_LIMITS) if one.why else "",
            "rate": _percent(one.rate),
            "low": _percent(one.low),
            "high": _percent(one.high),
            "both_rate": _percent(two.rate),
            "both_low": _percent(two.low),
            "both_high": _percent(two.high),
        }
        for match, one, two in zip(scores.matches, alone, both, strict=True)
    ]


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)
