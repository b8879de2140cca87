"""Win rates with their intervals."""

import numpy as np

from seedbed.project.params_types import Report
from seedbed.reporting.scores import Scores
from seedbed.reporting.statistics.intervals import rate_interval
from seedbed.util.rows import Rows
from seedbed.util.tables import Tables


def win_rate_rows(tables: Tables, scores: Scores, settings: Report) -> Rows:
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
    return rows
