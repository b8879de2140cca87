"""Rates corrected by gold labels of another set, for a judge that errs there as it does here (Rogan and Gladen 1978).

For three classes (win, loss, tie): π̂ = (M̂ᵀ)⁻¹ p̂, where M̂ says how a judge calls each class that people give, and p̂ is what
it says here (arXiv 2511.21140). Only for labels of *another* set: on the same one `corrected` is sharper and assumes less.
"""

from dataclasses import dataclass

import numpy as np

from seedbed.reporting.statistics.resamples import Floats, generator

LEAST_SINGULAR = 0.2
"""Of M̂: below it the judge tells the classes too badly apart, and the correction would multiply the noise."""


@dataclass(frozen=True)
class Shares:
    """Shares of the classes as people would give them.

    Attributes:
        shares: shape (c,), they add up to 1.
        low, high: shape (c,), their intervals.
        mean, mean_low, mean_high: of what the classes are worth, with its interval.
    """

    shares: Floats
    low: Floats
    high: Floats
    mean: float
    mean_low: float
    mean_high: float


def rogan_gladen(
    table: Floats, counts: Floats, confidence: float, resamples: int, seed: str, worth: Floats | None = None
) -> Shares | None:
    """Return the corrected shares.

    Args:
        table: shape (c, c), how often people gave the row's class and the judge the column's, on the other set.
        counts: shape (c,), how often the judge gave each class here.
        confidence: in percent.
        resamples: of both samples.
        seed: draws them.
        worth: shape (c,), what each class counts in the mean: 1, 0 and ½ for win, loss and tie; 1 for the first by default.

    Returns:
        None where a class has no label, nothing was judged, or the judge tells the classes too badly apart.
    """
    if not (table.sum(axis=1) > 0).all() or counts.sum() == 0:
        return None
    confusion = table / table.sum(axis=1, keepdims=True)
    if np.linalg.svd(confusion, compute_uv=False).min() < LEAST_SINGULAR:
        return None
    chance = generator(seed)
    labels = chance.multinomial(int(table.sum()), (table / table.sum()).ravel(), size=resamples).reshape(
        resamples, *table.shape
    )
    judged = chance.multinomial(int(counts.sum()), counts / counts.sum(), size=resamples)
    # A class that a resample lacks, or one that it cannot tell, is put back by half a label on the diagonal.
    smoothed = labels + 0.5 * np.eye(len(table))
    confusions = smoothed / smoothed.sum(axis=2, keepdims=True)
    drawn = _solved(confusions, judged / judged.sum(axis=1, keepdims=True))
    tail = (100 - confidence) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail], axis=0)
    worth = np.eye(len(table))[0] if worth is None else worth
    shares = _solved(confusion[None], (counts / counts.sum())[None])[0]
    mean_low, mean_high = np.percentile(drawn @ worth, [tail, 100 - tail])
    return Shares(shares, low, high, float(shares @ worth), float(mean_low), float(mean_high))


def _solved(confusions: Floats, rates: Floats) -> Floats:
    return _on_simplex(np.linalg.solve(np.swapaxes(confusions, -1, -2), rates[..., None])[..., 0].astype(np.float64))


def _on_simplex(points: Floats) -> Floats:
    """Return the nearest points whose parts are not negative and add up to 1 (Duchi et al. 2008), shape (n, c)."""
    ordered = -np.sort(-points, axis=1)
    ranks = np.arange(1, points.shape[1] + 1)
    excess = (ordered.cumsum(axis=1) - 1) / ranks
    kept = (ordered > excess).sum(axis=1)
    projected: Floats = np.maximum(points - excess[np.arange(len(points)), kept - 1][:, None], 0)
    return projected
