"""Texts as arrays: the tokens of many texts one after the other, their elements, and a bitmap of each.

A text is taken as the set of its elements, (token, how often it came before).
"""

from codecs import utf_32_le_decode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from seedbed.filtering.splitmix import mixed

Codes: TypeAlias = str | list[int]
"""Tokens as rapidfuzz takes them."""
Whole: TypeAlias = NDArray[np.int64]
WORDS = 8
"""64-bit words of a bitmap."""
_HALF = np.uint64(32)


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts side by side.

    Attributes:
        lengths: in tokens, (texts,).
        codes: the tokens of all texts, one text after the other, (tokens,).
        bitmaps: their parity bitmaps, (texts, WORDS).
    """

    lengths: Whole
    codes: NDArray[np.uint32]
    bitmaps: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.lengths)

    def part(self, begin: int, end: int) -> "Texts":
        """Return those from `begin` to `end`."""
        codes = self.codes[self.ends[begin] - self.lengths[begin] : self.ends[end - 1]]
        return Texts(self.lengths[begin:end], codes, self.bitmaps[begin:end])

    @cached_property
    def code_points(self) -> str | None:
        """The tokens of all texts as code points; None where one is none."""
        codes = as_codes(self.codes)
        return codes if isinstance(codes, str) else None

    @cached_property
    def elements(self) -> tuple[Whole, NDArray[np.uint64], Whole]:
        """Which text's each element is, ascending, (tokens,); the elements without repetition; which of these each is."""
        ordered, before = _occurrences(self.codes, self.lengths)
        elements, which = np.unique(ordered << _HALF | before, return_inverse=True)
        return (ordered >> _HALF).astype(np.int64), elements, which

    @cached_property
    def ends(self) -> Whole:
        """Where each text's codes end, (texts,)."""
        return np.cumsum(self.lengths)


def join(parts: Sequence[Texts]) -> Texts:
    """Return several texts as one."""
    return Texts(
        np.concatenate([part.lengths for part in parts]),
        np.concatenate([part.codes for part in parts]),
        np.concatenate([part.bitmaps for part in parts]),
    )


def as_codes_of(texts: Texts, places: Whole) -> list[Codes]:
    """Return the tokens of some of `texts` as rapidfuzz takes them."""
    ends, whole = texts.ends[places], texts.code_points
    borders = zip((ends - texts.lengths[places]).tolist(), ends.tolist(), strict=True)
    if whole is None:
        return [as_codes(texts.codes[begin:end]) for begin, end in borders]
    return [whole[begin:end] for begin, end in borders]


def as_codes(codes: NDArray[np.uint32]) -> Codes:
    """Return tokens as rapidfuzz takes them: as code points, which is fastest, or as numbers where one is none."""
    try:
        return utf_32_le_decode(codes.data, "strict", True)[0]
    except UnicodeDecodeError:
        plain: list[int] = codes.tolist()
        return plain


def parities(codes: NDArray[np.uint32], lengths: Whole) -> NDArray[np.uint64]:
    """Return each text's parity bitmap, (texts, WORDS): each element flips a bit.

    Args:
        codes: the tokens of all texts, one text after the other, (tokens,).
        lengths: how many are each text's, (texts,).
    """
    ordered, before = _occurrences(codes, lengths)
    drawn = mixed(ordered << _HALF | before)  # the owner is shifted out: equal elements flip equal bits in all texts
    bits = 64 * WORDS
    flips = np.bincount(((ordered >> _HALF) * bits + drawn % bits).astype(np.intp), minlength=len(lengths) * bits)
    return np.packbits((flips & 1).astype(np.uint8).reshape(len(lengths), bits), axis=1, bitorder="little").view("<u8")


def _occurrences(codes: NDArray[np.uint32], lengths: Whole) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return (text << 32 | token) of all tokens of all texts, ascending, and how often each came before in its text."""
    ordered = np.sort(np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths) << _HALF | codes.astype(np.uint64))
    places = np.arange(len(ordered), dtype=np.uint64)
    new = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered, places - np.maximum.accumulate(np.where(new, places, 0))
