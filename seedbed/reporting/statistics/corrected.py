"""A judge's rate corrected by people's votes: prediction-powered inference.

Every item has the judge's score f; some have the mean h of people's votes. The votes say by how much f is off, and

    ψ = f + ξ/π · (h − f),   ξ = 1 where people voted, π the probability with which the item was drawn for a vote

has the mean that people would give (PPI++ arXiv 2311.01453; drawn actively 2403.03208; by strata 2406.04291).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seedbed.reporting.statistics.distributions import t_quantile
from seedbed.reporting.statistics.resamples import Floats

LEAST_PROBABILITY = 0.05
"""Of an item to be drawn: below it one vote would weigh more than twenty items."""


@dataclass(frozen=True)
class Corrected:
    """A mean as people would give it.

    Attributes:
        items, voted: how many there are, and of how many people's score is known.
        mean, low, high: with the interval, in the scores' unit.
    """

    items: int
    voted: int
    mean: float
    low: float
    high: float


def corrected_uniform(
    judge: Floats, people: Floats, confidence: float, bounds: tuple[float, float] = (0, 1)
) -> Corrected | None:
    """Return the corrected mean where every item was as likely to be voted on, one item a question.

    Var = s_h²/N + (1 − n/N)·s_d²/n, with two disagreements of ±½ added to s_d², since few votes that all agree are no proof
    that none would not.

    Args:
        judge: shape (N,), scores.
        people: shape (N,), the mean of people's scores; NaN where nobody voted.
        confidence: in percent.
        bounds: that no mean can leave; (-1, 1) for differences.

    Returns:
        None where fewer than two items have votes.
    """
    voted = ~np.isnan(people)
    total, n = len(judge), int(voted.sum())
    if n < 2:
        return None
    mean = judge.mean() + (people - judge)[voted].mean()
    own, off = _spreads(judge, people)
    variance = own / total + (1 - n / total) * off / n
    return _within(total, n, mean, t_quantile(confidence, n - 1) * np.sqrt(variance), bounds)


def votes_to_halve(judge: Floats, people: Floats) -> int | None:
    """Return how many more items voted on would halve `corrected_uniform`'s interval; None where not even all would."""
    total, n = len(judge), int((~np.isnan(people)).sum())
    own, off = _spreads(judge, people)
    rest = (own / total + (1 - n / total) * off / n) / 4 - (own - off) / total
    needed = math.ceil(off / rest) if rest > 0 else total + 1
    return needed - n if needed <= total else None


def _spreads(judge: Floats, people: Floats) -> tuple[float, float]:
    """Return s_h² and s_d², the latter with its two disagreements more."""
    voted = ~np.isnan(people)
    off = (people - judge)[voted]
    more = np.append(off, [off.mean() + 0.5, off.mean() - 0.5])
    return float(people[voted].var(ddof=1)), float(more.var(ddof=1))


def corrected(
    judge: Floats,
    people: Floats,
    probability: Floats,
    questions: NDArray[Any],
    confidence: float,
    bounds: tuple[float, float] = (0, 1),
) -> Corrected | None:
    """Return the corrected mean where items were drawn with known probabilities; several items may be of one question.

    Args:
        judge: shape (N,), scores.
        people: shape (N,), the mean of people's scores; NaN where nobody voted.
        probability: shape (N,), π of each item, logged before the draw, at least 0.05; less where a draw is half voted on.
        questions: shape (N,), codes of the questions that the items are of.
        confidence: in percent.
        bounds: as of `corrected_uniform`.

    Returns:
        None where fewer than two items have votes, or all are of one question.
    """
    n = int((~np.isnan(people)).sum())
    _, group = np.unique(questions, return_inverse=True)
    if n < 2 or int(group.max()) < 1:
        return None
    return _of_values(psi(judge, people, probability), group, [(n, len(judge))], confidence, bounds)


def corrected_difference(
    one: tuple[Floats, Floats, Floats], other: tuple[Floats, Floats, Floats], confidence: float
) -> Corrected | None:
    """Return the corrected difference of two means over the same questions: ψ is subtracted within each question.

    A question need not have votes on both sides: what one vote says of one side is used.

    Args:
        one: judge, people and probability of one side, each of shape (questions,), as of `corrected`.
        other: the same of the other side.
        confidence: in percent.

    Returns:
        With `voted` the questions with votes on a side, or on both; None where a side has fewer than two.
    """
    counts = [(int((~np.isnan(people)).sum()), len(people)) for _, people, _ in (one, other)]
    if min(n for n, _ in counts) < 2:
        return None
    values = psi(*one) - psi(*other)
    result = _of_values(values, np.arange(len(values)), counts, confidence, (-1, 1))
    return replace(result, voted=int((~np.isnan(one[1]) | ~np.isnan(other[1])).sum()))


def psi(judge: Floats, people: Floats, probability: Floats) -> Floats:
    """Return ψ of each item, whose mean is that which people would give; the arguments are those of `corrected`."""
    voted = ~np.isnan(people)
    values: Floats = judge.copy()
    values[voted] += (people - judge)[voted] / probability[voted]
    return values


def votes_to_halve_drawn(result: Corrected, sides: Sequence[tuple[Floats, Floats, Floats]], confidence: float) -> int | None:
    """Return how many more items voted on, drawn alike, would halve an interval of drawn items; None where not even all would.

    What the draw adds to the variance, Σ (1 - π)/π² (h - f)² over the items voted on, shrinks with 1/n; the rest does not.

    Args:
        result: the interval, of `corrected` or `corrected_difference`.
        sides: judge, people and probability, of each side.
        confidence: of the interval, in percent.
    """
    half = (result.high - result.low) / 2 / t_quantile(confidence, max(result.voted - 1, 1))
    drawn = 0.0
    for judge, people, probability in sides:
        voted = ~np.isnan(people)
        chance = probability[voted]
        drawn += float(((1 - chance) / chance**2 * (people - judge)[voted] ** 2).sum()) / len(judge) ** 2
        drawn += _doubt(int(voted.sum()), len(judge))
    rest = half**2 / 4 - max(half**2 - drawn, 0.0)
    if rest <= 0:
        return None
    needed = math.ceil(result.voted * drawn / rest)
    return max(needed - result.voted, 0) if needed <= result.items else None


def _of_values(
    values: Floats, group: NDArray[Any], counts: Sequence[tuple[int, int]], confidence: float, bounds: tuple[float, float]
) -> Corrected:
    """Return the mean of ψ with its interval by sums over questions; `counts`: items voted on and items, of each side."""
    total, clusters = len(values), int(group.max()) + 1
    sums = np.bincount(group, values - values.mean(), clusters)
    variance = clusters / (clusters - 1) * (sums**2).sum() / total**2 + sum(_doubt(*pair) for pair in counts)
    n = min(n for n, _ in counts)
    return _within(total, n, values.mean(), t_quantile(confidence, min(n, clusters) - 1) * np.sqrt(variance), bounds)


def _doubt(n: int, total: int) -> float:
    """Return what two disagreements of ±½ more, at the usual probability, add to a variance: see `corrected_uniform`."""
    usual = n / total
    return 2 * (1 - usual) * (0.5 / usual) ** 2 / total**2


def _within(items: int, voted: int, mean: float, half: float, bounds: tuple[float, float]) -> Corrected:
    low, high = bounds
    mean = float(np.clip(mean, low, high))
    return Corrected(items, voted, mean, float(max(mean - half, low)), float(min(mean + half, high)))
