"""Models that have no match of their own, compared on the same questions through the baseline that both were matched with."""

from collections.abc import Collection, Sequence
from itertools import combinations

from seedbed.reporting.points import Corrected, Points, PointsWithTest
from seedbed.reporting.scores import Scores
from seedbed.reporting.statistics.families import holm
from seedbed.reporting.statistics.paired import Difference, paired_difference


class DifferenceRow(PointsWithTest):
    """A model less another one, in points of adjusted win rate."""

    model: str
    other: str
    baseline: str


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
    found: list[tuple[str, str, str, Points]] = []
    for (one, (model, baseline)), (other, (rival, same)) in combinations(scores.matches.items(), 2):
        ours = model in methods and rival in methods
        if baseline == same and model != rival and not ours and frozenset((model, rival)) not in direct:
            columns = [scores.scores[:, list(scores.matches).index(match)] for match in (one, other)]
            difference = paired_difference(columns[0], columns[1], confidence)
            if difference:
                ahead = difference.mean >= 0
                better, worse = (model, rival) if ahead else (rival, model)
                found.append((better, worse, baseline, in_points(difference if ahead else _turned(difference))))
    tests = corrected_together([points["p"] for *_, points in found], confidence)
    rows: list[DifferenceRow] = [
        {"model": better, "other": worse, "baseline": baseline, **points, **test}
        for (better, worse, baseline, points), test in zip(found, tests, strict=True)
    ]
    rows.sort(key=lambda row: (row["baseline"], -row["difference"], row["model"], row["other"]))
    return rows


def in_points(difference: Difference) -> Points:
    """Return a difference as the values of a row, in points of percent."""
    return {
        "n": difference.n,
        "difference": _rounded(difference.mean),
        "low": _rounded(difference.low),
        "high": _rounded(difference.high),
        "worst": _rounded(difference.worst),
        "best": _rounded(difference.best),
        "p": difference.p,
        "dropped": difference.dropped,
    }


def _rounded(share: float) -> float:
    return round(100 * share, 4) + 0.0  # no -0.0


def corrected_together(p_values: Sequence[float], confidence: float) -> list[Corrected]:
    """Return what Holm's correction makes of p-values as one family; `confidence` in percent."""
    return [
        {"p_holm": corrected, "tests": len(p_values), "sure": corrected < 1 - confidence / 100} for corrected in holm(p_values)
    ]


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
