"""A jury's verdict from its judges' outcomes, and whether its members err together (arXiv 2404.18796)."""

from collections.abc import Sequence

import numpy as np

from seedbed.reporting.statistics.resamples import Floats

LEAST = 2
"""Judges that must have a valid outcome."""


def jury_outcome(outcomes: Sequence[str]) -> str:
    """Return `win`, `loss`, `tie` or `invalid` of a question that several judges judged, each in both orders.

    A strict majority of the valid outcomes decides for win or loss; anything else is a tie. Invalid outcomes are left out,
    and fewer than two valid ones are invalid.
    """
    valid = [outcome for outcome in outcomes if outcome != "invalid"]
    if len(valid) < LEAST:
        return "invalid"
    return next((side for side in ("win", "loss") if 2 * valid.count(side) > len(valid)), "tie")


def error_correlations(scores: Floats, truth: Floats) -> Floats:
    """Return the correlation of each two judges' errors: three judges that err together are not three.

    Args:
        scores: shape (judges, items), from 0 to 1; NaN where the judge's outcome is invalid.
        truth: shape (items,), what people say.

    Returns:
        Shape (judges, judges); NaN where two judges share fewer than two items, or one's errors there do not vary.
    """
    errors = scores - truth
    correlations = np.full((len(scores), len(scores)), np.nan)
    for one, mine in enumerate(errors):
        for other, theirs in enumerate(errors):
            both = ~np.isnan(mine + theirs)
            if both.sum() > 1 and mine[both].std() > 0 and theirs[both].std() > 0:
                correlations[one, other] = np.corrcoef(mine[both], theirs[both])[0, 1]
    return correlations
