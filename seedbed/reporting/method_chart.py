"""The chart of the methods section: the win rate of each training set, by base."""

from typing import TypedDict

from seedbed.project.methods import methods
from seedbed.project.params_types import Params
from seedbed.reporting.scores import Scores
from seedbed.reporting.study import Study
from seedbed.util.rows import Rows

OWN_BASE = "the base as it was"
"""What the sets of a base are held against where no baseline is common to the bases."""


class Point(TypedDict):
    """The rate of a base's model of one set in percent; `set` is None for the base as it was, `rate` where nothing is valid."""

    set: str | None
    rate: float | None


class ChartRow(TypedDict):
    """A base with the rate of each set, the base as it was first."""

    base: str
    points: list[Point]


def chart_rows(scores: Scores, params: Params, rates: Rows) -> tuple[str, list[ChartRow]]:
    """Return the common baseline, and for each base the rate of each set against it: a row of the chart.

    Args:
        scores: of all matches.
        params: the whole of `params.yaml`.
        rates: the rows of `queries/benchmark/method_rates.sql`.

    Returns:
        The baseline's id; `OWN_BASE` where there is none and the sets were matched with their own base; else empty.
    """
    models = methods(params)
    study = Study(scores.matches, scores.scores, models)
    outside = {row["baseline"] for row in rates if row["training_set"] is not None and row["baseline"] not in models}

    def covered(other: str) -> int:
        return sum(row["baseline"] == other for row in rates)

    baseline = max(sorted(outside), key=covered, default="")
    shown = _rates_of(study, [row for row in rates if row["baseline"] == baseline])
    if any(sum(point["rate"] is not None for point in row["points"]) > 1 for row in shown):
        return baseline, shown
    own = [row for row in rates if row["baseline"] in models and models[row["baseline"]][:2] == (row["base"], None)]
    shown = _rates_of(study, own)
    return (OWN_BASE, shown) if shown else ("", [])


def _rates_of(study: Study, rates: Rows) -> list[ChartRow]:
    """Return the rates of each base's sets, of the bases that have some; see `chart_rows`."""
    rate_of = {(row["base"], row["training_set"]): row["adjusted_win_rate"] for row in rates}
    rows: list[ChartRow] = [
        {"base": base, "points": [{"set": name, "rate": rate_of.get((base, name))} for name in (None, *study.sets)]}
        for base in study.bases
    ]
    return [row for row in rows if any(point["rate"] is not None for point in row["points"])]
