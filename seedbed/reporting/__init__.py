"""Statistics, agreement, effort, diversity, and the report pages.

What is exported are the statistics of a judge: intervals and tests of win rates, agreement, ranking.
"""

from typing import TYPE_CHECKING

from seedbed.util.lazy import exports

if TYPE_CHECKING:
    from seedbed.reporting.statistics.bradley_terry import bradley_terry
    from seedbed.reporting.statistics.families import holm
    from seedbed.reporting.statistics.intervals import rate_interval, wilson
    from seedbed.reporting.statistics.people import alpha, alpha_interval, coincidences, kappa, kappa_interval
    from seedbed.reporting.statistics.sign_flip import sign_flip

__all__ = [
    "alpha",
    "alpha_interval",
    "bradley_terry",
    "coincidences",
    "holm",
    "kappa",
    "kappa_interval",
    "rate_interval",
    "sign_flip",
    "wilson",
]
__getattr__ = exports(
    __name__,
    {
        **dict.fromkeys(("alpha", "alpha_interval", "coincidences", "kappa", "kappa_interval"), "statistics.people"),
        **dict.fromkeys(("rate_interval", "wilson"), "statistics.intervals"),
        "bradley_terry": "statistics.bradley_terry",
        "holm": "statistics.families",
        "sign_flip": "statistics.sign_flip",
    },
)
