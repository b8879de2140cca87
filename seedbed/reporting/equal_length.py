"""The win rates at equal length, beside the raw ones, and why one is not given.

A row of `equal_length_rows` (percent):

    {"match": "good-vs-thin", "rate": 61.2, "low": 48.0, "high": 73.3, "why": "", "both_rate": 60.1, "both_low": 46.9,
     "both_high": 72.8}

The `both_…` hold marks of Markdown equal too. `why` is a sentence where there is no rate.
"""

import numpy as np

from seedbed.project.params_types import Report
from seedbed.reporting.scores import Scores
from seedbed.reporting.statistics.length import LEAST_QUESTIONS, LEAST_SIDE, length_controlled
from seedbed.reporting.texts import ENGLISH_WORDS, Words
from seedbed.util.rows import Row, Rows

_LIMITS = {"n": LEAST_QUESTIONS, "percent": f"{100 * (1 - LEAST_SIDE):.0f}"}


def equal_length_rows(scores: Scores, settings: Report, say: Words = ENGLISH_WORDS) -> Rows:
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
    rows: Rows = []
    for match, one, two in zip(scores.matches, alone, both, strict=True):
        named: Row = {"match": match, "why": say(f"equal_{one.why}", **_LIMITS) if one.why else ""}
        for prefix, fit in (("", one), ("both_", two)):
            values = {"rate": fit.rate, "low": fit.low, "high": fit.high}
            named |= {f"{prefix}{name}": None if value is None else round(100 * value, 2) for name, value in values.items()}
        rows.append(named)
    return rows
