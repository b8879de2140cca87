"""Statistics, agreement, effort, diversity, and the report pages.

What is exported are the statistics of a judge: intervals and tests of win rates, agreement, ranking.
"""

from typing import TYPE_CHECKING

from seedbed.util.lazy import exports

if TYPE_CHECKING:
    from seedbed.reporting.agreement import alpha, coincidences, kappa
    from seedbed.reporting.bootstrap import bootstrap_interval, holm, percentile_interval, resampled_sums, sign_test
    from seedbed.reporting.ranking import bradley_terry

__all__ = [
    "alpha",
    "bootstrap_interval",
    "bradley_terry",
    "coincidences",
    "holm",
    "kappa",
    "percentile_interval",
    "resampled_sums",
    "sign_test",
]
__getattr__ = exports(
    __name__,
    {
        **dict.fromkeys(("alpha", "coincidences", "kappa"), "agreement"),
        **dict.fromkeys(("bootstrap_interval", "holm", "percentile_interval", "resampled_sums", "sign_test"), "bootstrap"),
        "bradley_terry": "ranking",
    },
)
