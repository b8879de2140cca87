"""Pairs of texts that are too similar: compared for good, or excluded by a bound. Exact, and in numpy.

The bound is one on the indel distance, which F = 2L/(m+n) ≥ t keeps to (1-t)(m+n): it is at least the symmetric difference of
the two sets of elements, and so the Hamming distance of their parity bitmaps, of which each element flips one bit.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cpdist

from seedbed.filtering.token_arrays import Texts, Whole, as_codes_of

Scores: TypeAlias = NDArray[np.float64] | float
SLACK = 1e-9
"""Floats are rounded; a bound that lets through a hair too much costs a comparison, never a decision."""
_CACHED, _COMPARED = 1 << 12, 1 << 14
"""Pairs whose bitmaps, and whose words of a bitmap, a processor's cache holds."""
_EVEN, _SUM = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0001000100010001)
"""Bytes at even places; what adds up four numbers of 16 bits, in the highest of them."""
_COARSE = 3
"""Words of the bitmaps that are looked at first, where there is no index: their differing bits fit in a byte."""


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
        fewest = np.ceil(self.least * lengths / (2 - self.least) - SLACK).astype(np.int64)
        return np.where(lengths > 0, lengths - np.maximum(fewest, 1) + 1, 0)

    def passed(self, scores: Scores) -> Any:
        """Return whether a score is too high, or which of many are."""
        return scores > self.least if self.strict else scores >= self.least


def together(found: Iterable[Pairs]) -> Pairs:
    """Return several pairs as one."""
    parts = list(found)
    if not parts:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return Pairs(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("one", "other", "scores")))


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


def scored_once(texts: Texts, others: Texts, close: list[tuple[Whole, Whole]], threshold: Threshold) -> Pairs:
    """Return of these pairs those that are too similar, each once."""
    if not close:
        return together([])
    pairs = np.unique(np.concatenate([one << 32 | other for one, other in close]))
    return _scored(texts, others, pairs >> 32, pairs & 0xFFFFFFFF, threshold)


def possible(texts: Texts, others: Texts, one: Whole, other: Whole, threshold: Threshold) -> tuple[Whole, Whole]:
    """Return of these pairs those that their bitmaps allow to be too similar."""
    close = []
    for start in range(0, len(one), _CACHED):
        some, against = one[start : start + _CACHED], other[start : start + _CACHED]
        bits = np.take(texts.bitmaps, some, axis=0)
        bits ^= np.take(others.bitmaps, against, axis=0)
        sums = np.bitwise_count(bits).view(np.uint64)[:, 0]  # of each word, in a byte
        sums = (sums & _EVEN) + (sums >> np.uint64(8) & _EVEN)
        most = (1 - threshold.least) * (texts.lengths[some] + others.lengths[against]) + SLACK
        close.append(((sums * _SUM >> np.uint64(48)) <= most).nonzero()[0] + start)
    near = np.concatenate(close) if close else np.zeros(0, dtype=np.int64)
    return one[near], other[near]


def _coarse(texts: Texts, start: int, end: int, others: Texts, threshold: Threshold) -> NDArray[np.bool_]:
    """Return whether the first words of the bitmaps allow some texts to be too similar to others, (texts, others)."""
    part = np.ceil((1 - threshold.least) * texts.lengths[start:end] + SLACK)
    parts = np.ceil((1 - threshold.least) * others.lengths + SLACK)
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
    return _scored(texts, others, *possible(texts, others, one, other, threshold), threshold)


def _scored(texts: Texts, others: Texts, one: Whole, other: Whole, threshold: Threshold) -> Pairs:
    """Return of these pairs those that are too similar, compared for good."""
    ones, others_ = as_codes_of(texts, one), as_codes_of(others, other)
    common = cpdist(ones, others_, scorer=LCSseq.similarity, dtype=np.uint32).astype(np.int64)
    scores = rouge_l_of(common, texts.lengths[one], others.lengths[other])
    similar = threshold.passed(scores).nonzero()[0]
    return Pairs(one[similar], other[similar], scores[similar])


def rouge_l_of(common: Whole, candidates: Whole, references: Whole) -> NDArray[np.float64]:
    """Return ROUGE-L F of many pairs, by the float operations of rouge_score; see `rouge_l`."""
    with np.errstate(invalid="ignore"):
        precision, recall = common / candidates, common / references
        return np.where(common > 0, 2 * precision * recall / (precision + recall), 0.0)
