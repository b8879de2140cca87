"""Parts of the similarity pool: texts side by side, and an index that finds those close to others. Exact, and in numpy alone.

A text is taken as the set of its elements, (token, how often it came before). F = 2L/(m+n) ≥ t makes two texts share at
least a = ⌈t(m+n)/2⌉ of them. Put the elements of both in one order, and look at the first one that they share, at place i of
one and j of the other, from 0: no shared one comes before it, so i ≤ m-a and j ≤ n-a (prefix and positional filter; Chaudhuri
et al. 2006, Xiao et al. 2008). With the rarest first, few texts are found so. Any order is exact; each segment has its own.

What the index finds goes through a bound on the indel distance, which F ≥ t keeps to (1-t)(m+n): it is at least the symmetric
difference of the two sets, and so the Hamming distance of their parity bitmaps, of which each element flips one bit. The rest
are compared for good.
"""

from codecs import utf_32_le_decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cpdist

from seedbed.filtering.splitmix import mixed

Codes: TypeAlias = str | list[int]
"""Tokens as rapidfuzz takes them."""
Whole: TypeAlias = NDArray[np.int64]
Scores: TypeAlias = NDArray[np.float64] | float
WORDS = 8
"""64-bit words of a bitmap."""
_SLACK = 1e-9
"""Floats are rounded; a bound that lets through a hair too much costs a comparison, never a decision."""
_AT_ONCE = 1 << 15
"""Pairs that are taken from the index at a time: a processor's cache holds them."""
_CACHED, _COMPARED = 1 << 12, 1 << 14
"""Pairs whose bitmaps, and whose words of a bitmap, a processor's cache holds."""
_HALF = np.uint64(32)
_EVEN, _SUM = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0001000100010001)
"""Bytes at even places; what adds up four numbers of 16 bits, in the highest of them."""
_RANK, _PLACE = 38, 26
"""Where in a key of the index the rank of an element begins, and the text's length; below them is the text's place."""
_PLACES, _LONGEST = (1 << _PLACE) - 1, (1 << _RANK - _PLACE) - 1
_COARSE = 3
"""Words of the bitmaps that are looked at first, where there is no index: their differing bits fit in a byte."""


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


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of texts that are too similar.

    Attributes:
        one: places of the one, (pairs,), ascending.
        other: places of the other, (pairs,).
        scores: ROUGE-L F, (pairs,).
    """

    one: Whole
    other: Whole
    scores: NDArray[np.float64]

    def moved(self, one: int, other: int) -> "Pairs":
        """Return them with places so much further on."""
        return Pairs(self.one + one, self.other + other, self.scores)

    def __iter__(self) -> Iterator[tuple[int, int, float]]:
        return zip(self.one.tolist(), self.other.tolist(), self.scores.tolist(), strict=True)


@dataclass(frozen=True)
class Threshold:
    """From where on two texts are too similar.

    Attributes:
        least: ROUGE-L F, in (0, 1].
        strict: whether a score *at* it is not yet too similar.
    """

    least: float
    strict: bool

    def prefixes(self, lengths: Whole) -> Whole:
        """Return how many of a text's rarest elements every text that is too similar has one of, for each length."""
        fewest = np.ceil(self.least * lengths / (2 - self.least) - _SLACK).astype(np.int64)
        return np.where(lengths > 0, lengths - np.maximum(fewest, 1) + 1, 0)

    def passed(self, scores: Scores) -> Any:
        """Return whether a score is too high, or which of many are."""
        return scores > self.least if self.strict else scores >= self.least


def join(parts: Sequence[Texts]) -> Texts:
    """Return several texts as one."""
    return Texts(
        np.concatenate([part.lengths for part in parts]),
        np.concatenate([part.codes for part in parts]),
        np.concatenate([part.bitmaps for part in parts]),
    )


class Segment:
    """Texts that do not change, indexed by their rarest elements.

    Args:
        texts: the texts.
        threshold: what the index is for.
    """

    def __init__(self, texts: Texts, threshold: Threshold) -> None:
        self.texts, self._threshold = Texts(texts.lengths, texts.codes, texts.bitmaps), threshold  # without what is cached
        owners, self._vocabulary, which = texts.elements
        counts = np.bincount(which)
        self._ranks = np.empty(len(counts), dtype=np.int64)
        self._ranks[np.argsort(counts, kind="stable")] = np.arange(len(counts))
        owners, ranks, places = _ordered(owners, self._ranks[which], texts.lengths)
        early = (places < threshold.prefixes(texts.lengths)[owners]).nonzero()[0]
        owners, ranks, places = owners[early], ranks[early], places[early]
        lengths = texts.lengths[owners]
        keys = ranks << _RANK | np.minimum(lengths, _LONGEST) << _PLACE | owners
        order = np.argsort(keys)
        self._keys = keys[order]
        self._left = _quarters(lengths * (1 - threshold.least / 2) - places + _SLACK)[order]

    def near(self, texts: Texts) -> Pairs:
        """Return the pairs of one of `texts` and one of the segment's that are too similar."""
        close = [_close(texts, self.texts, *pairs, self._threshold) for pairs in self._sharing(texts)]
        return _scored_once(texts, self.texts, close, self._threshold)

    def near_before(self) -> Pairs:
        """Return the pairs of two texts of the segment that are too similar; the other one is the earlier."""
        close = []
        for one, other in self._sharing(self.texts):
            earlier = (other < one).nonzero()[0]
            close.append(_close(self.texts, self.texts, one[earlier], other[earlier], self._threshold))
        return _scored_once(self.texts, self.texts, close, self._threshold)

    def _sharing(self, texts: Texts) -> Iterator[tuple[Whole, Whole]]:
        """Yield pairs that share a rare element at places that allow them to be too similar, some of them repeatedly."""
        least = self._threshold.least
        owners, elements, which = texts.elements
        where = np.minimum(np.searchsorted(self._vocabulary, elements), len(self._vocabulary) - 1)
        known = np.where(self._vocabulary[where] == elements, self._ranks[where] + 1, 0)
        owners, ranks, places = _ordered(owners, known[which], texts.lengths)
        early = ((ranks > 0) & (places < self._threshold.prefixes(texts.lengths)[owners])).nonzero()[0]
        early = early[np.argsort(ranks[early], kind="stable")]  # in the order of the index, which a processor's cache likes
        owners, ranks, places = owners[early], (ranks[early] - 1) << _RANK, places[early]
        lengths = texts.lengths[owners]
        # i ≤ m-a is n ≤ 2(m-i)/t-m, and no text that is too similar is shorter than tm/(2-t). Of those, j ≤ n-a is
        # n(1-t/2)-j ≥ tm/2.
        shortest = np.ceil(least * lengths / (2 - least) - _SLACK).astype(np.int64)
        longest = np.floor(2 * (lengths - places) / least - lengths + _SLACK).astype(np.int64)
        begins = np.searchsorted(self._keys, ranks | np.minimum(shortest, _LONGEST) << _PLACE)
        ends = np.searchsorted(self._keys, ranks + (np.minimum(longest, _LONGEST) + 1 << _PLACE))
        counts = np.maximum(ends - begins, 0)
        left = _quarters(least * lengths / 2 - _SLACK)
        for start, end in _shares(counts):
            many = counts[start:end]
            total = int(many.sum())
            entries = np.arange(total) + np.repeat(begins[start:end] - (np.cumsum(many) - many), many)
            fitting = (self._left[entries] >= np.repeat(left[start:end], many)).nonzero()[0]
            yield np.repeat(owners[start:end], many)[fitting], self._keys[entries[fitting]] & _PLACES


def near_all(texts: Texts, others: Texts, threshold: Threshold) -> Pairs:
    """Return the pairs of one of `texts` and one of `others` that are too similar; without an index, for few of them."""
    rows = max(1, _COMPARED // max(1, len(others)))
    found = []
    for start in range(0, len(texts), rows):
        one, other = _coarse(texts, start, start + rows, others, threshold).nonzero()
        found.append(_compared(texts, others, one + start, other, threshold))
    return together(found)


def near_before(texts: Texts, threshold: Threshold) -> Pairs:
    """Return the pairs of two of `texts` that are too similar; the other is the earlier one. For few texts."""
    rows = max(1, _COMPARED // max(1, len(texts)))
    found = []
    for start in range(0, len(texts), rows):
        one, other = np.tril(_coarse(texts, start, start + rows, texts, threshold), start - 1).nonzero()
        found.append(_compared(texts, texts, one + start, other, threshold))
    return together(found)


def _coarse(texts: Texts, start: int, end: int, others: Texts, threshold: Threshold) -> NDArray[np.bool_]:
    """Return whether the first words of the bitmaps allow some texts to be too similar to others, (texts, others)."""
    part = np.ceil((1 - threshold.least) * texts.lengths[start:end] + _SLACK)
    parts = np.ceil((1 - threshold.least) * others.lengths + _SLACK)
    differing = np.zeros((len(part), len(parts)), dtype=np.uint8)
    for word in range(_COARSE):
        differing += np.bitwise_count(texts.bitmaps[start:end, word, None] ^ others.bitmaps[None, :, word])
    most = 64 * _COARSE  # which a byte holds, and a bound beyond it is none
    close: NDArray[np.bool_] = differing <= np.minimum(part, most).astype(np.uint16)[:, None] + np.minimum(parts, most).astype(
        np.uint16
    )
    return close


def _compared(texts: Texts, others: Texts, one: Whole, other: Whole, threshold: Threshold) -> Pairs:
    """Return of these pairs those that are too similar; their bitmaps are looked at first."""
    return _scored(texts, others, *_close(texts, others, one, other, threshold), threshold)


def _close(texts: Texts, others: Texts, one: Whole, other: Whole, threshold: Threshold) -> tuple[Whole, Whole]:
    """Return of these pairs those that their bitmaps allow to be too similar."""
    close = []
    for start in range(0, len(one), _CACHED):
        some, against = one[start : start + _CACHED], other[start : start + _CACHED]
        bits = np.take(texts.bitmaps, some, axis=0)
        bits ^= np.take(others.bitmaps, against, axis=0)
        sums = np.bitwise_count(bits).view(np.uint64)[:, 0]  # of each word, in a byte
        sums = (sums & _EVEN) + (sums >> np.uint64(8) & _EVEN)
        most = (1 - threshold.least) * (texts.lengths[some] + others.lengths[against]) + _SLACK
        close.append(((sums * _SUM >> np.uint64(48)) <= most).nonzero()[0] + start)
    near = np.concatenate(close) if close else np.zeros(0, dtype=np.int64)
    return one[near], other[near]


def _scored_once(texts: Texts, others: Texts, close: list[tuple[Whole, Whole]], threshold: Threshold) -> Pairs:
    """Return of these pairs those that are too similar, each once."""
    if not close:
        return together([])
    pairs = np.unique(np.concatenate([one << 32 | other for one, other in close]))
    return _scored(texts, others, pairs >> 32, pairs & 0xFFFFFFFF, threshold)


def _scored(texts: Texts, others: Texts, one: Whole, other: Whole, threshold: Threshold) -> Pairs:
    """Return of these pairs those that are too similar, compared for good."""
    ones, others_ = as_codes_of(texts, one), as_codes_of(others, other)
    common = cpdist(ones, others_, scorer=LCSseq.similarity, dtype=np.uint32).astype(np.int64)
    scores = rouge_l_of(common, texts.lengths[one], others.lengths[other])
    similar = threshold.passed(scores).nonzero()[0]
    return Pairs(one[similar], other[similar], scores[similar])


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


def rouge_l_of(common: Whole, candidates: Whole, references: Whole) -> NDArray[np.float64]:
    """Return ROUGE-L F of many pairs, by the float operations of rouge_score; see `rouge_l`."""
    with np.errstate(invalid="ignore"):
        precision, recall = common / candidates, common / references
        return np.where(common > 0, 2 * precision * recall / (precision + recall), 0.0)


def together(found: Iterable[Pairs]) -> Pairs:
    """Return several pairs as one."""
    parts = list(found)
    if not parts:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return Pairs(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("one", "other", "scores")))


def _shares(counts: Whole) -> Iterator[tuple[int, int]]:
    """Yield (begin, end) of stretches with about `_AT_ONCE` pairs each."""
    sums = np.cumsum(counts)
    borders = np.searchsorted(sums, np.arange(_AT_ONCE, sums[-1] if len(sums) else 0, _AT_ONCE))
    return pairwise(np.unique([0, *borders.tolist(), len(counts)]).tolist())


def _occurrences(codes: NDArray[np.uint32], lengths: Whole) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return (text << 32 | token) of all tokens of all texts, ascending, and how often each came before in its text."""
    ordered = np.sort(np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths) << _HALF | codes.astype(np.uint64))
    places = np.arange(len(ordered), dtype=np.uint64)
    new = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered, places - np.maximum.accumulate(np.where(new, places, 0))


def _quarters(left: NDArray[np.floating[Any]]) -> NDArray[np.uint16]:
    """Return how many tokens are left after a place, as the index has it: in quarters, up to what 16 bits hold."""
    quarters: NDArray[np.uint16] = np.clip(np.floor(4 * left), 0, 0xFFFF).astype(np.uint16)
    return quarters


def _ordered(owners: Whole, ranks: Whole, lengths: Whole) -> tuple[Whole, Whole, Whole]:
    """Return owner and rank of each element, those of a text by rank, and at which place in its text it then is."""
    both = np.sort(owners << 32 | ranks)
    owners = both >> 32
    return owners, both & 0xFFFFFFFF, np.arange(len(both)) - (np.cumsum(lengths) - lengths)[owners]


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
