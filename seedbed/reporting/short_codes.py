"""Texts written with short codes: the more often a character is used, the fewer bytes its code has in UTF-8.

A Japanese character is three bytes of UTF-8, and most pages use some 2,000 of them; with the 93 most used ones in one byte and
the next 1,900 in two, what gzip makes of a page is a third smaller, also because more text is within its reach.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import count

_UNUSED = {*range(32), ord('"'), ord("\\"), 127, *range(0xD800, 0xE000)}
"""Code points that JSON escapes, or that are no characters."""
_MOST = 0x10000 - len(_UNUSED)
_PAIR = re.compile(r"[^\0-\uffff]")


def short_codes(texts: Sequence[str]) -> tuple[list[int], list[str]]:
    """Return the alphabet and the texts in codes: code c stands for the UTF-16 code unit `alphabet[c]`."""
    split = [_PAIR.sub(_surrogates, text) for text in texts]
    counts: Counter[str] = Counter()
    for text in split:
        counts.update(text)
    if len(counts) > _MOST:  # almost all of Unicode: there are no codes left
        return list(range(0x10000)), list(texts)
    free = (code for code in count() if code not in _UNUSED)
    ranked = sorted(counts, key=lambda unit: (-counts[unit], unit))
    codes = {ord(unit): next(free) for unit in ranked}
    alphabet = [0] * (max(codes.values(), default=-1) + 1)
    for unit, code in codes.items():
        alphabet[code] = unit
    return alphabet, [text.translate(codes) for text in split]


def _surrogates(found: re.Match[str]) -> str:
    """Return the two UTF-16 code units of a character beyond the first 65,536."""
    place = ord(found[0]) - 0x10000
    return chr(0xD800 + (place >> 10)) + chr(0xDC00 + (place & 0x3FF))
