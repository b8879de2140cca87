"""Texts written with short codes: the more often a character is used, the fewer bytes its code has in UTF-8.

A Japanese character is three bytes of UTF-8 and most pages use some 2,000 of them; with the 94 most used ones in one byte and
the next 1,900 in two, what gzip makes of a page is a third smaller, also because more text is within its reach.
"""

from collections import Counter
from collections.abc import Sequence

FIRST = 32
"""The first code point that is a code: none of JSON's control characters."""
_UNUSED = {ord('"'), ord("\\"), *range(0xD800, 0xE000)}
"""Code points that JSON escapes, or that are no characters."""


def short_codes(texts: Sequence[str]) -> tuple[str, list[str]]:
    """Return the alphabet and the texts in codes: the code point c stands for the character `alphabet[c - FIRST]`."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text)
    alphabet: list[str] = []
    for character in sorted(counts, key=lambda character: (-counts[character], character)):
        while FIRST + len(alphabet) in _UNUSED:
            alphabet.append(" ")  # keeps the places of those that follow
        alphabet.append(character)
    # The last place of a character counts: a blank that fills a place is no code of the blank.
    codes = {ord(character): FIRST + place for place, character in enumerate(alphabet) if FIRST + place not in _UNUSED}
    return "".join(alphabet), [text.translate(codes) for text in texts]
