"""Training sets compared as methods: the difference of two sets on each base, and its mean over the bases.

An interval over questions speaks of these trained models. Where a pair of base and set was trained three times or more, with
other seeds, the trainings' own variance is added: with one seed it can be anything (at 6 points questions alone cover .70).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from seedbed.reporting.statistics.distributions import t_quantile, t_tails
from seedbed.reporting.statistics.families import holm
from seedbed.reporting.statistics.paired import mean_interval
from seedbed.reporting.statistics.resamples import Floats
from seedbed.reporting.statistics.sign_flip import sign_flip

LEAST_SEEDS = 3


@dataclass(frozen=True)
class Effect:
    """The mean difference of two sets.

    Attributes:
        n: questions valid on every side.
        mean, low, high: of new less old, from -1 to 1.
        p: of the test that the mean is 0.
        seeds: trainings on either side, the fewer; below 3 the interval speaks of these trained models alone.
    """

    n: int
    mean: float
    low: float
    high: float
    p: float
    seeds: int


@dataclass(frozen=True)
class Methods:
    """One pair of sets over all bases: the effect on each, and the mean over the bases."""

    overall: Effect
    by_base: dict[str, Effect]


def compare_sets(sides: Mapping[str, tuple[Floats, Floats]], confidence: float) -> Methods | None:
    """Return the differences of two sets.

    Args:
        sides: by base, the scores of the new and of the old set, each of shape (seeds, questions): trainings that differ in
            the seed alone, the same questions in the same order on all bases; NaN where invalid. For direct matches see
            `direct_sides`.
        confidence: in percent.

    Returns:
        None where a base has no question that is valid on both sides, or no question is valid on all bases.
    """
    by_base = {base: _effect([pair], confidence) for base, pair in sides.items()}
    overall = _effect(list(sides.values()), confidence)
    effects = {base: effect for base, effect in by_base.items() if effect is not None}
    return Methods(overall, effects) if overall is not None and len(effects) == len(sides) else None


def direct_sides(matches: Mapping[tuple[str, str], Floats]) -> tuple[Floats, Floats]:
    """Return direct matches of two sets as the sides that `compare_sets` takes.

    Args:
        matches: scores of the new side, shape (questions,), by (training of the new set, training of the old one).

    Returns:
        The rates of the new set less those of the old one, a row for each new training; and rows of mean 0, one for each old
        training, which add the old side's own variance where trainings were matched in more ways than one with one.
    """
    news, olds = (list(dict.fromkeys(pair[side] for pair in matches)) for side in (0, 1))
    new = np.stack([np.mean([2 * row - 1 for pair, row in matches.items() if pair[0] == id], axis=0) for id in news])
    old = np.stack([np.mean([1 - 2 * row for pair, row in matches.items() if pair[1] == id], axis=0) for id in olds])
    # One with one: the rows of the new side vary with both trainings already.
    return new, np.zeros_like(old) if len(matches) == len(news) == len(olds) else old - old.mean(axis=0)


def gated(pairs: Sequence[Methods], confidence: float) -> list[tuple[float, list[float | None]]]:
    """Return the p-values of pairs of sets, corrected by Holm: that of the mean over the bases, and those of the bases.

    The means are tested first, alone where there is one pair. Only the bases of pairs whose mean is not 0 are tested at all,
    as one family; those of the others are None.
    """
    means = holm([pair.overall.p for pair in pairs])
    results: list[tuple[float, list[float | None]]] = [
        (mean, [None] * len(pair.by_base)) for mean, pair in zip(means, pairs, strict=True)
    ]
    tested = [
        (place, number, effect.p)
        for place, pair in enumerate(pairs)
        if means[place] < 1 - confidence / 100
        for number, effect in enumerate(pair.by_base.values())
    ]
    for (place, number, _), corrected in zip(tested, holm([p for *_, p in tested]), strict=True):
        results[place][1][number] = corrected
    return results


def _effect(pairs: Sequence[tuple[Floats, Floats]], confidence: float) -> Effect | None:
    """Return the mean over bases of the difference: the questions are drawn once for all bases."""
    differences = np.mean([new.mean(axis=0) - old.mean(axis=0) for new, old in pairs], axis=0)
    kept = ~np.isnan(differences)
    differences = differences[kept]
    n = len(differences)
    if not n:
        return None
    mean, seeds = float(differences.mean()), min(len(side) for pair in pairs for side in pair)
    if seeds < LEAST_SEEDS or n < 2:
        low, high = mean_interval(differences, confidence)
        return Effect(n, mean, float(low), float(high), sign_flip(differences), seeds)
    parts = [(max(float(differences.var(ddof=1)), 1e-12) / n, n - 1)]
    for side in (side for pair in pairs for side in pair):
        parts.append((float(side[:, kept].mean(axis=1).var(ddof=1)) / len(side) / len(pairs) ** 2, len(side) - 1))
    # Welch and Satterthwaite: a variance that rests on a few seeds makes the t distribution wider.
    variance = sum(part for part, _ in parts)
    freedom = variance**2 / sum(part**2 / df for part, df in parts)
    half = t_quantile(confidence, freedom) * variance**0.5
    p = t_tails(mean / variance**0.5, freedom)
    return Effect(n, mean, max(-1.0, mean - half), min(1.0, mean + half), p, seeds)


def size_trend(scores: Floats, sizes: Sequence[int], confidence: float) -> Effect | None:
    """Return by how much the score rises when a set is twice as large: the slope over log₂ of the size.

    Args:
        scores: shape (sizes, questions), NaN where invalid.
        sizes: rows of each set, at least two different ones.
        confidence: in percent.
    """
    doublings = np.log2(np.array(sizes, dtype=np.float64))
    centred = doublings - doublings.mean()
    return _mean_slope(centred @ scores / (centred @ centred), confidence)


def match_trend(differences: Mapping[tuple[int, int], Floats], confidence: float) -> Effect | None:
    """Return the same from matches of the sets with each other: the slope that fits their differences best.

    Args:
        differences: shape (questions,), NaN where invalid: of a set less a smaller one, by the rows of
            both.
        confidence: in percent.
    """
    doublings = np.array([np.log2(more / fewer) for more, fewer in differences])
    return _mean_slope(doublings @ np.stack(list(differences.values())) / (doublings @ doublings), confidence)


def _mean_slope(slopes: Floats, confidence: float) -> Effect | None:
    slopes = slopes[~np.isnan(slopes)]
    if not len(slopes):
        return None
    low, high = mean_interval(slopes, confidence)
    return Effect(len(slopes), float(slopes.mean()), float(low), float(high), sign_flip(slopes), 1)
