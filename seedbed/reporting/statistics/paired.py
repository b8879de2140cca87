"""Paired differences: two scores of the same questions, compared question by question (arXiv 2411.00640, section 4)."""

from dataclasses import dataclass

import numpy as np

from seedbed.reporting.statistics.distributions import t_quantile
from seedbed.reporting.statistics.resamples import Floats
from seedbed.reporting.statistics.sign_flip import sign_flip


@dataclass(frozen=True)
class Difference:
    """The mean of paired differences.

    Attributes:
        n: questions that are valid on both sides.
        mean: new less old, from -1 to 1.
        low, high: its interval.
        sd: of the differences; 0 where all are equal.
        p: of the sign-flip test.
        dropped: questions that are valid on one side only.
        worst, best: the mean if all the dropped ones had gone against the new side, or for it.
    """

    n: int
    mean: float
    low: float
    high: float
    sd: float
    p: float
    dropped: int
    worst: float
    best: float


def paired_difference(new: Floats, old: Floats, confidence: float) -> Difference | None:
    """Return the difference of two scores of the same questions; None where no question is valid on both sides.

    Args:
        new: shape (n,), from 0 to 1; NaN where the question is invalid on that side.
        old: the same.
        confidence: in percent.
    """
    differences = (new - old)[~np.isnan(new - old)]
    n = len(differences)
    if not n:
        return None
    dropped = int((np.isnan(new) != np.isnan(old)).sum())
    # Of a dropped question one score is known: the other may be anything from 0 to 1.
    least = np.nansum(np.where(np.isnan(old), new - 1, 0 - old)[np.isnan(new) != np.isnan(old)])
    low, high = mean_interval(differences, confidence)
    return Difference(
        n=n,
        mean=float(differences.mean()),
        low=float(low),
        high=float(high),
        sd=float(differences.std(ddof=1)) if n > 1 else 0.0,
        p=sign_flip(differences),
        dropped=dropped,
        worst=float((differences.sum() + least) / (n + dropped)),
        best=float((differences.sum() + least + dropped) / (n + dropped)),
    )


def mean_interval(differences: Floats, confidence: float) -> Floats:
    """Return the interval of the mean of differences by Student's t on n - 1, within -1 and 1.

    Where all differences are equal their variance is taken to be that with two more questions, one a whole point up and one
    a whole point down: equal differences are no proof that no question can differ.

    Args:
        differences: shape (…, n), from -1 to 1, n ≥ 1.
        confidence: in percent.

    Returns:
        Shape (…, 2).
    """
    n = differences.shape[-1]
    mean = differences.mean(axis=-1)
    if n == 1:
        return np.stack([np.full_like(mean, -1), np.full_like(mean, 1)], axis=-1)
    variance = differences.var(axis=-1, ddof=1)
    variance = np.where(variance < 1e-12, 2 / (n + 1), variance)
    half = t_quantile(confidence, n - 1) * np.sqrt(variance / n)
    bounds: Floats = np.clip(np.stack([mean - half, mean + half], axis=-1), -1, 1)
    return bounds
