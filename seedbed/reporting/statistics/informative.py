"""With which probability an item is drawn for votes, where some tell more than others (arXiv 2403.03208)."""

import numpy as np

from seedbed.reporting.statistics.corrected import LEAST_PROBABILITY
from seedbed.reporting.statistics.resamples import Floats


def draw_probabilities(weights: Floats, wanted: int) -> Floats:
    """Return probabilities in proportion to weights, as far as their bounds allow, that add up to `wanted` items.

    Args:
        weights: shape (n,), above 0: how far the judge may be off, as an estimate. A bad one costs width, and no validity.
        wanted: items to expect, ≥ 1.

    Returns:
        Shape (n,), from 0.05 to 1; all 1 where `wanted` is n or more. Where the lower bound alone gives more items, it is 0.05.
    """
    if wanted >= len(weights):
        return np.ones(len(weights))
    low, high = 0.0, 1 / weights.min()  # of the factor: at the upper one all are certain
    for _ in range(60):
        middle = (low + high) / 2
        few = np.clip(middle * weights, LEAST_PROBABILITY, 1).sum() < wanted
        low, high = (middle, high) if few else (low, middle)
    # Six places, rounded up, so that a line of the log is short and never says less than what is drawn.
    probabilities: Floats = np.minimum(np.ceil(1e6 * np.clip(high * weights, LEAST_PROBABILITY, 1)) / 1e6, 1.0)
    return probabilities
