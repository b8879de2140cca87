"""Whether the members of a jury err together (arXiv 2404.18796)."""

import numpy as np

from seedbed.reporting.statistics.resamples import Floats


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
