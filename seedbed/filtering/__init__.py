"""Which generated instructions are kept: rules, tokenisers, and the exact similarity pool.

from seedbed.filtering import Encoder, Pool

encode, pool = Encoder(), Pool(threshold=0.7, strict=False)
pool.add("a", encode("how do I cook rice".split()))
pool.nearest(encode("how do I cook brown rice".split()))
"""

from typing import TYPE_CHECKING

from seedbed.util.lazy import exports

if TYPE_CHECKING:
    from seedbed.filtering.filter import Filter, load_filter
    from seedbed.filtering.language import Language, load_language
    from seedbed.filtering.rules.registry import RULES, Context, Rejection, rule
    from seedbed.filtering.similarity import Encoder, Neighbour, Pool, Text, rouge_l
    from seedbed.filtering.tokenisers import TOKENISERS, load_tokeniser

__all__ = [
    "RULES",
    "TOKENISERS",
    "Context",
    "Encoder",
    "Filter",
    "Language",
    "Neighbour",
    "Pool",
    "Rejection",
    "Text",
    "load_filter",
    "load_language",
    "load_tokeniser",
    "rouge_l",
    "rule",
]
__getattr__ = exports(
    __name__,
    {
        **dict.fromkeys(("Filter", "load_filter"), "filter"),
        **dict.fromkeys(("Language", "load_language"), "language"),
        **dict.fromkeys(("RULES", "Context", "Rejection", "rule"), "rules"),
        **dict.fromkeys(("Encoder", "Neighbour", "Pool", "Text", "rouge_l"), "similarity"),
        **dict.fromkeys(("TOKENISERS", "load_tokeniser"), "tokenisers"),
    },
)
