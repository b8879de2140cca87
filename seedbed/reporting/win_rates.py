"""Win rates with their intervals."""

from typing import TypedDict, cast

import numpy as np

from seedbed.project.params_types import Report
from seedbed.reporting.scores import Scores
from seedbed.reporting.statistics.intervals import rate_interval
from seedbed.util.tables import Tables


class RateRow(TypedDict):
    """A row of `queries/benchmark/win_rates.sql` with the interval of the adjusted win rate, in percent.

    None are rates of nothing valid, their intervals and their standard error.
    """

    match: str
    model: str
    baseline: str
    category: str
    n: int
    wins: int
    losses: int
    ties: int
    inconsistent: int
    invalid: int
    win_rate: float | None
    adjusted_win_rate: float | None
    ties_both: int
    ties_one: int
    contradictory: int
    cut: int
    judges: int
    ties_agreed: int
    splits: int
    ci_low: float | None
    ci_high: float | None
    standard_error: float | None


def win_rate_rows(tables: Tables, scores: Scores, settings: Report) -> list[RateRow]:
    """Return the rows of `queries/benchmark/win_rates.sql` with the interval of the adjusted win rate, and its standard error.

    Args:
        tables: the build's rows.
        scores: as from `read_scores` of the same tables.
        settings: the block `report` of `params.yaml`.
    """
    rows = tables.query("benchmark/win_rates")
    for row in rows:
        sample = scores.of(row["match"], row["category"])
        row["ci_low"] = row["ci_high"] = row["standard_error"] = None
        if len(sample):
            bounds = 100 * rate_interval(sample, settings["confidence"])
            row["ci_low"], row["ci_high"] = (round(float(bound), 4) for bound in bounds)
            row["standard_error"] = round(100 * float(np.sqrt(sample.var() / len(sample))), 4)
    return cast(list[RateRow], rows)


def rate_of(row: RateRow) -> float:
    """Return the adjusted win rate of a row with valid judgments."""
    rate = row["adjusted_win_rate"]
    assert rate is not None, f"{row['match']}, {row['category']}: nothing is valid"
    return rate
