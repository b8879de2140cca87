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
    """One pair of sets over all bases.

    Attributes:
        overall: the mean over the bases, the primary test, made alone.
        by_base: the effect on each base, with the p-value that Holm's correction gives; None where the primary test did not
            reject, and the bases are not tested.
    """

    overall: Effect
    by_base: dict[str, tuple[Effect, float | None]]


def compare_sets(sides: Mapping[str, tuple[Floats, Floats]], confidence: float) -> Methods | None:
    """Return the differences of two sets.

    Args:
        sides: by base, the scores of the new and of the old set, each of shape (seeds, questions): trainings that differ in
            the seed alone, the same questions in the same order on all bases; NaN where invalid. For a direct match give the
            scores of the new set and those less from 1.
        confidence: in percent.

    Returns:
        None where a base has no question that is valid on both sides, or no question is valid on all bases.
    """
    by_base = {base: _effect([pair], confidence) for base, pair in sides.items()}
    overall = _effect(list(sides.values()), confidence)
    if overall is None or None in by_base.values():
        return None
    effects = {base: effect for base, effect in by_base.items() if effect is not None}
    corrected: Sequence[float | None] = [None] * len(effects)
    if overall.p < 1 - confidence / 100:
        corrected = holm([effect.p for effect in effects.values()])
    return Methods(overall, dict(zip(effects, zip(effects.values(), corrected, strict=True), strict=True)))


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
    slopes = centred @ scores / (centred @ centred)
    slopes = slopes[~np.isnan(slopes)]
    if not len(slopes):
        return None
    low, high = mean_interval(slopes, confidence)
    return Effect(len(slopes), float(slopes.mean()), float(low), float(high), sign_flip(slopes), 1)
