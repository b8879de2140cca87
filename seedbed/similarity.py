"""Which text of a pool is most similar to this one, if any is too similar? Exact, and fast.

Similarity is ROUGE-L F (Lin 2004), computed with rouge_score's own float operations. Self-Instruct (Wang et al. 2023)
compares each candidate with the whole pool; here a bound leaves a handful of texts to compare with:

F = 2L/(m+n) ≥ t bounds the indel distance m+n-2L by (1-t)(m+n). The indel distance is at least the symmetric
difference of the two multisets of tokens, which is at least the Hamming distance of their parity bitmaps: B bits, of
which each (token, occurrence) flips one.
The whole pool is held against 128 bits, and what is left of it against 256 others; the rest are compared for good.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

Codes = str | list[int]
"""Tokens as rapidfuzz takes them."""
_WORDS = (2, 4)
"""64-bit words of the first bitmap and of the second."""
_SLACK = 1e-9
"""Floats are rounded; a bound that lets through a hair too much costs a comparison, never a decision."""


@dataclass(frozen=True)
class Neighbour:
    """The most similar text of a pool.

    Attributes:
        id: its id.
        score: ROUGE-L F with it, 0 to 1.
    """

    id: str
    score: float


def rouge_l(common: int, candidate: int, reference: int) -> float:
    """Return ROUGE-L F from the length of the longest common subsequence and the two lengths, in tokens."""
    if not common:
        return 0.0
    precision, recall = common / candidate, common / reference
    return 2 * precision * recall / (precision + recall)


class Pool:
    """Texts, as tokens, in the order in which they came.

    Args:
        threshold: ROUGE-L F, in (0, 1], from which a text is too similar.
        strict: whether a score *at* the threshold is not yet too similar.
    """

    def __init__(self, threshold: float, strict: bool) -> None:
        self._threshold, self._strict = threshold, strict
        self._ids: list[str] = []
        self._lengths: list[int] = []
        self._codes: list[Codes] = []
        self._vocabulary: dict[str, int] = {}
        self._flips: dict[tuple[int, int], int] = {}
        self._bitmaps = np.zeros((sum(_WORDS), 1024), dtype=np.uint64)
        self._budgets = np.zeros(1024, dtype=np.uint16)

    def add(self, id: str, tokens: Sequence[str]) -> None:
        """Add a text; one without tokens resembles nothing and is passed over."""
        if not tokens:
            return
        numbers, place = self._number(tokens), len(self._ids)
        if place == len(self._budgets):
            self._bitmaps = np.concatenate([self._bitmaps, np.zeros_like(self._bitmaps)], axis=1)
            self._budgets = np.concatenate([self._budgets, np.zeros_like(self._budgets)])
        self._bitmaps[:, place] = self._bitmap(numbers)
        self._budgets[place] = self._budget(len(numbers))
        self._ids.append(id)
        self._lengths.append(len(numbers))
        self._codes.append(encode(numbers))

    def nearest(self, tokens: Sequence[str]) -> Neighbour | None:
        """Return the most similar text that is too similar, the first added of equals; None where none is."""
        if not tokens or not self._ids:
            return None
        numbers = self._number(tokens)
        length, codes = len(numbers), encode(numbers)
        best: Neighbour | None = None
        for place in self._candidates(self._bitmap(numbers), self._budget(length)):
            other = self._lengths[place]
            least = self._threshold * (length + other) / 2 - _SLACK
            common = LCSseq.similarity(codes, self._codes[place], score_cutoff=max(0, ceil(least)))
            score = rouge_l(common, length, other)
            too_similar = score > self._threshold if self._strict else score >= self._threshold
            if too_similar and (best is None or score > best.score):
                best = Neighbour(self._ids[place], score)
        return best

    def _candidates(self, bitmap: list[np.uint64], budget: int) -> NDArray[np.intp]:
        """Return the places, in order, that the two bitmaps leave."""
        size, first = len(self._ids), _WORDS[0]
        budgets = self._budgets[:size] + np.uint16(budget)
        near = _distance(self._bitmaps[:first, :size], bitmap[:first]) <= budgets
        places = np.flatnonzero(near)
        if len(places):
            left = _distance(self._bitmaps[first:, places], bitmap[first:]) <= budgets[places]
            places = places[left]
        return places

    def _budget(self, length: int) -> int:
        """A text's part of the largest indel distance that still makes two texts too similar; enough is 384 bits' worth."""
        return min(ceil((1 - self._threshold) * length + _SLACK), 64 * sum(_WORDS))

    def _number(self, tokens: Sequence[str]) -> list[int]:
        vocabulary = self._vocabulary
        return [vocabulary.setdefault(token, len(vocabulary)) for token in tokens]

    def _bitmap(self, numbers: Sequence[int]) -> list[np.uint64]:
        bits, flips = 0, self._flips
        for number, count in Counter(numbers).items():
            for occurrence in range(count):
                flip = flips.get((number, occurrence))
                if flip is None:
                    flip = flips[number, occurrence] = _flip(number, occurrence)
                bits ^= flip
        return [np.uint64(bits >> shift & _WORD) for shift in range(0, 64 * sum(_WORDS), 64)]


_WORD = (1 << 64) - 1
_SURROGATES = range(0xD800, 0xE000)
_CODE_POINTS = 0x110000 - len(_SURROGATES)


def _flip(number: int, occurrence: int) -> int:
    """One bit in each of the two bitmaps, which lie side by side in one integer."""
    digest = blake2b(b"%d %d" % (number, occurrence), digest_size=8).digest()
    start, flip = 0, 0
    for words, drawn in zip(_WORDS, (digest[:4], digest[4:]), strict=True):
        flip |= 1 << (start + int.from_bytes(drawn) % (64 * words))
        start += 64 * words
    return flip


def encode(numbers: Sequence[int]) -> Codes:
    """Return tokens as code points, the fastest for rapidfuzz; as plain numbers where there are more tokens than those."""
    codes = [number if number < _SURROGATES.start else number + len(_SURROGATES) for number in numbers]
    return "".join(map(chr, codes)) if max(numbers, default=0) < _CODE_POINTS else codes


def _distance(bitmaps: NDArray[np.uint64], bitmap: Sequence[np.uint64]) -> NDArray[np.uint16]:
    """Return the Hamming distances of the columns of `bitmaps` from `bitmap`."""
    distance: NDArray[np.uint16] = np.bitwise_count(bitmaps[0] ^ bitmap[0]).astype(np.uint16)
    for row, word in zip(bitmaps[1:], bitmap[1:], strict=True):
        distance += np.bitwise_count(row ^ word)
    return distance
