"""Which text of a pool is most similar to this one, if any is too similar? Exact, and fast.

Similarity is ROUGE-L F (Lin 2004), computed with rouge_score's own float operations. Self-Instruct (Wang et al. 2023)
compares each candidate with the whole pool; here a bound leaves a handful of texts to compare with:

F = 2L/(m+n) ≥ t bounds the indel distance m+n-2L by (1-t)(m+n). The indel distance is at least the symmetric
difference of the two multisets of tokens, which is at least the Hamming distance of their parity bitmaps: B bits, of
which each (token, occurrence) flips one.
The whole pool is held against 192 bits, and what is left of it against 192 others; the rest are compared for good.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import blake2b
from math import ceil
from operator import xor

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

Codes = str | list[int]
"""Tokens as rapidfuzz takes them."""
_WORDS = (3, 3)
"""64-bit words of the first bitmap and of the second."""
_SLACK = 1e-9
"""Floats are rounded; a bound that lets through a hair too much costs a comparison, never a decision."""
_CHUNK = 1 << 16
"""Texts that are held against the first bitmap in one go: what fits in a processor's cache."""


@dataclass(frozen=True)
class Neighbour:
    """The most similar text of a pool.

    Attributes:
        id: its id.
        score: ROUGE-L F with it, 0 to 1.
    """

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text, ready to be compared.

    Attributes:
        length: in tokens.
        codes: its tokens as code points, the fastest for rapidfuzz; as numbers where there are more tokens than those.
        bitmap: the two parity bitmaps, side by side, as 64-bit words.
    """

    length: int
    codes: Codes
    bitmap: NDArray[np.uint64]


class Encoder:
    """Turns tokens into `Text`; only what one encoder made can be compared."""

    def __init__(self) -> None:
        self._vocabulary = _Vocabulary()
        self._repeats: dict[tuple[int, int], int] = {}

    def __call__(self, tokens: Sequence[str]) -> Text:
        """Return the text of `tokens`."""
        numbers = list(map(self._vocabulary.__getitem__, tokens))
        once = set(numbers)
        bits = reduce(xor, map(self._vocabulary.flips.__getitem__, once), 0)
        if len(once) < len(numbers):
            for number, count in Counter(numbers).items():
                for occurrence in range(1, count):
                    bits ^= self._repeat(number, occurrence)
        bitmap = np.frombuffer(bits.to_bytes(8 * sum(_WORDS), "little"), dtype="<u8")
        return Text(len(numbers), encode(numbers), bitmap)

    def _repeat(self, number: int, occurrence: int) -> int:
        flip = self._repeats.get((number, occurrence))
        if flip is None:
            flip = self._repeats[number, occurrence] = _flip(number, occurrence)
        return flip


class _Vocabulary(dict[str, int]):
    """Numbers of tokens, in the order in which they are first met; `flips` has what each flips when it first occurs."""

    def __init__(self) -> None:
        super().__init__()
        self.flips: list[int] = []

    def __missing__(self, token: str) -> int:
        number = self[token] = len(self)
        self.flips.append(_flip(number, 0))
        return number


def rouge_l(common: int, candidate: int, reference: int) -> float:
    """Return ROUGE-L F from the length of the longest common subsequence and the two lengths, in tokens."""
    if not common:
        return 0.0
    precision, recall = common / candidate, common / reference
    return 2 * precision * recall / (precision + recall)


class Pool:
    """Texts, in the order in which they came.

    Args:
        threshold: ROUGE-L F, in (0, 1], from which a text is too similar.
        strict: whether a score *at* the threshold is not yet too similar.
    """

    def __init__(self, threshold: float, strict: bool) -> None:
        self._threshold, self._strict = threshold, strict
        self._ids: list[str] = []
        self._codes: list[Codes] = []
        self._bitmaps = np.zeros((sum(_WORDS), 64), dtype=np.uint64)
        self._lengths = np.zeros(64, dtype=np.uint32)
        self._budgets = np.zeros(64, dtype=np.uint16)

    def add(self, id: str, text: Text) -> None:
        """Add a text; one without tokens resembles nothing and is passed over."""
        if not text.length:
            return
        place = len(self._ids)
        if place == len(self._lengths):
            self._bitmaps = np.concatenate([self._bitmaps, np.zeros_like(self._bitmaps)], axis=1)
            self._lengths = np.concatenate([self._lengths, np.zeros_like(self._lengths)])
            self._budgets = np.concatenate([self._budgets, np.zeros_like(self._budgets)])
        self._bitmaps[:, place] = text.bitmap
        self._lengths[place], self._budgets[place] = text.length, self._budget(text.length)
        self._ids.append(id)
        self._codes.append(text.codes)

    def nearest(self, text: Text) -> Neighbour | None:
        """Return the most similar text that is too similar, the first added of equals; None where none is."""
        best: Neighbour | None = None
        for place in self._candidates(text) if text.length else ():
            other = int(self._lengths[place])
            least = self._threshold * (text.length + other) / 2 - _SLACK
            common = LCSseq.similarity(text.codes, self._codes[place], score_cutoff=max(0, ceil(least)))
            score = rouge_l(common, text.length, other)
            too_similar = score > self._threshold if self._strict else score >= self._threshold
            if too_similar and (best is None or score > best.score):
                best = Neighbour(self._ids[place], score)
        return best

    def _candidates(self, text: Text) -> list[int]:
        """Return the places, in order, that the two bitmaps leave."""
        first, size, budget = _WORDS[0], len(self._ids), np.uint16(self._budget(text.length))
        found: list[int] = []
        for start in range(0, size, _CHUNK):
            end = min(start + _CHUNK, size)
            near = _distance(self._bitmaps[:first, start:end], text.bitmap[:first]) <= self._budgets[start:end] + budget
            left = np.flatnonzero(near) + start
            if len(left):
                bound = (1 - self._threshold) * (text.length + self._lengths[left]) + _SLACK
                found += left[_distance(self._bitmaps[first:, left], text.bitmap[first:]) <= bound].tolist()
        return found

    def _budget(self, length: int) -> int:
        """A text's part of the largest indel distance that still makes two texts too similar; more than all bits is no more."""
        return min(ceil((1 - self._threshold) * length + _SLACK), 64 * sum(_WORDS))


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


def _distance(bitmaps: NDArray[np.uint64], bitmap: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Return the Hamming distances of the columns of `bitmaps` from `bitmap`; of 192 bits at most, they fit in a byte."""
    distance: NDArray[np.uint8] = np.bitwise_count(bitmaps[0] ^ bitmap[0])
    for row, word in zip(bitmaps[1:], bitmap[1:], strict=True):
        distance += np.bitwise_count(row ^ word)
    return distance
