"""Models that have no match of their own, compared on the same questions through the baseline that both were matched with."""

from collections.abc import Collection
from itertools import combinations
from typing import TypedDict, cast

from seedbed.reporting.scores import Scores
from seedbed.reporting.statistics.families import holm
from seedbed.reporting.statistics.paired import Difference, paired_difference
from seedbed.util.rows import Row, Rows


class DifferenceRow(TypedDict):
    """A model less another one, in points of adjusted win rate, with its interval.

    `worst` and `best` are the means if each of the `dropped` questions, valid on one side only, went against or for `model`;
    `p_holm` is corrected for `tests` rows, and `sure` says whether it is small enough.
    """

    model: str
    other: str
    baseline: str
    n: int
    dropped: int
    difference: float
    low: float
    high: float
    worst: float
    best: float
    p: float
    p_holm: float
    tests: int
    sure: bool


def difference_rows(scores: Scores, confidence: float, methods: Collection[str] = ()) -> list[DifferenceRow]:
    """Return the paired differences of each two models against one baseline, the largest first.

    Two models with a match of their own are left out: the direct match sees more (on real verdicts the scores of two models
    against a baseline correlate by .2 to .3 only). All rows are one family for Holm's correction.

    Args:
        scores: of all matches.
        confidence: in percent.
        methods: models that are compared as methods, and so not with each other here.
    """
    direct = {frozenset(pair) for pair in scores.matches.values()}
    rows: Rows = []
    for (one, (model, baseline)), (other, (rival, same)) in combinations(scores.matches.items(), 2):
        ours = model in methods and rival in methods
        if baseline == same and model != rival and not ours and frozenset((model, rival)) not in direct:
            columns = [scores.scores[:, list(scores.matches).index(match)] for match in (one, other)]
            difference = paired_difference(columns[0], columns[1], confidence)
            if difference:
                ahead = difference.mean >= 0
                names = {"model": model, "other": rival} if ahead else {"model": rival, "other": model}
                rows.append(names | {"baseline": baseline} | in_points(difference if ahead else _turned(difference)))
    corrected_together(rows, confidence)
    rows.sort(key=lambda row: (row["baseline"], -row["difference"], row["model"], row["other"]))
    return cast(list[DifferenceRow], rows)


def in_points(difference: Difference) -> Row:
    """Return a difference as the values of a row, in points of percent."""
    points = {
        "difference": difference.mean,
        "low": difference.low,
        "high": difference.high,
        "worst": difference.worst,
        "best": difference.best,
    }
    rounded = {name: round(100 * value, 4) + 0.0 for name, value in points.items()}  # no -0.0
    return {"n": difference.n, **rounded, "p": difference.p, "dropped": difference.dropped}


def corrected_together(rows: Rows, confidence: float) -> None:
    """Add to rows with a `p` what Holm's correction makes of them as one family: `p_holm`, `tests`, `sure`."""
    for row, corrected in zip(rows, holm([row["p"] for row in rows]), strict=True):
        row |= {"p_holm": corrected, "tests": len(rows), "sure": corrected < 1 - confidence / 100}


def _turned(difference: Difference) -> Difference:
    return Difference(
        difference.n,
        -difference.mean,
        -difference.high,
        -difference.low,
        difference.sd,
        difference.p,
        difference.dropped,
        -difference.best,
        -difference.worst,
    )
