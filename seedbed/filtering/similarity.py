"""Which text of a pool is most similar to this one, if any is too similar? Exact, and fast.

Similarity is ROUGE-L F (Lin 2004), computed with rouge_score's own float operations. Self-Instruct (Wang et al. 2023)
compares each candidate with the whole pool; here a bound leaves a handful of texts to compare with:

F = 2L/(m+n) ≥ t bounds the indel distance m+n-2L by (1-t)(m+n). The indel distance is at least the symmetric
difference of the two multisets of tokens, which is at least the Hamming distance of their parity bitmaps: B bits, of
which each (token, occurrence) flips one.
The whole pool is held against 192 bits, and what is left of it against 320 others; the rest are compared for good.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from math import ceil

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cdist

from seedbed.filtering.splitmix import mixed

Codes = str | list[int]
"""Tokens as rapidfuzz takes them."""
_WORDS = (3, 5)
"""64-bit words of the first bitmap and of the second."""
_SLACK = 1e-9
"""Floats are rounded; a bound that lets through a hair too much costs a comparison, never a decision."""
_CHUNK = 1 << 15
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

    def __call__(self, tokens: Sequence[str]) -> Text:
        """Return the text of `tokens`."""
        return self.all([tokens])[0]

    def all(self, texts: Sequence[Sequence[str]]) -> list[Text]:
        """Return the texts of many lists of tokens; faster than one by one."""
        lengths = [len(tokens) for tokens in texts]
        numbers = np.fromiter(map(self._vocabulary.__getitem__, chain.from_iterable(texts)), np.uint64, sum(lengths))
        codes = encode(numbers)
        return [
            Text(length, codes[end - length : end], bitmap)
            for length, end, bitmap in zip(lengths, accumulate(lengths), _parities(numbers, lengths), strict=True)
        ]


class _Vocabulary(dict[str, int]):
    """Numbers of tokens, in the order in which they are first met."""

    def __missing__(self, token: str) -> int:
        number = self[token] = len(self)
        return number


def rouge_l(common: int, candidate: int, reference: int) -> float:
    """Return ROUGE-L F from the length of the longest common subsequence and the two lengths, in tokens."""
    if not common:
        return 0.0
    precision, recall = common / candidate, common / reference
    return 2 * precision * recall / (precision + recall)


def rouge_score(one: Text, other: Text) -> float:
    """Return ROUGE-L F of two texts of one encoder."""
    return rouge_l(LCSseq.similarity(one.codes, other.codes), one.length, other.length)


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
        self._first = np.zeros((_WORDS[0], 64), dtype=np.uint64)
        self._second = np.zeros((64, _WORDS[1]), dtype=np.uint64)
        self._lengths = np.zeros(64, dtype=np.uint32)
        self._budgets = np.zeros(64, dtype=np.uint16)

    def add(self, id: str, text: Text) -> None:
        """Add a text; one without tokens resembles nothing and is passed over."""
        if not text.length:
            return
        place = len(self._ids)
        if place == len(self._lengths):
            self._first = np.concatenate([self._first, np.zeros_like(self._first)], axis=1)
            self._second = np.concatenate([self._second, np.zeros_like(self._second)])
            self._lengths = np.concatenate([self._lengths, np.zeros_like(self._lengths)])
            self._budgets = np.concatenate([self._budgets, np.zeros_like(self._budgets)])
        self._first[:, place], self._second[place] = text.bitmap[: _WORDS[0]], text.bitmap[_WORDS[0] :]
        self._lengths[place], self._budgets[place] = text.length, self._budget(text.length)
        self._ids.append(id)
        self._codes.append(text.codes)

    def nearest(self, text: Text) -> Neighbour | None:
        """Return the most similar text that is too similar, the first added of equals; None where none is."""
        places = self._candidates(text) if text.length else []
        if not places:
            return None
        others, lengths = [self._codes[place] for place in places], self._lengths[places]
        least = np.ceil(self._threshold * (text.length + lengths) / 2 - _SLACK)
        common = cdist([text.codes], others, scorer=LCSseq.similarity, score_cutoff=int(least.min()), dtype=np.uint32)[0]
        best: Neighbour | None = None
        for index in (common >= least).nonzero()[0].tolist():
            score = rouge_l(int(common[index]), text.length, int(lengths[index]))
            too_similar = score > self._threshold if self._strict else score >= self._threshold
            if too_similar and (best is None or score > best.score):
                best = Neighbour(self._ids[places[index]], score)
        return best

    def _candidates(self, text: Text) -> list[int]:
        """Return the places, in order, that the two bitmaps leave."""
        size, budget = len(self._ids), np.uint16(self._budget(text.length))
        if not size:
            return []
        near = []
        for start in range(0, size, _CHUNK):
            end = min(start + _CHUNK, size)
            distance = _distance(self._first[:, start:end], text.bitmap)
            near.append((distance <= self._budgets[start:end] + budget).nonzero()[0] + start)
        places = np.concatenate(near)
        if not len(places):
            return []
        differing = np.bitwise_count(self._second[places] ^ text.bitmap[_WORDS[0] :]).sum(axis=1)
        bound = (1 - self._threshold) * (text.length + self._lengths[places]) + _SLACK
        candidates: list[int] = places[differing <= bound].tolist()
        return candidates

    def _budget(self, length: int) -> int:
        """A text's part of the largest indel distance that still makes two texts too similar; more than all bits is no more."""
        return min(ceil((1 - self._threshold) * length + _SLACK), 64 * _WORDS[0])


_SURROGATES = range(0xD800, 0xE000)
_CODE_POINTS = 0x110000 - len(_SURROGATES)


def encode(numbers: Sequence[int] | NDArray[np.uint64]) -> Codes:
    """Return tokens as code points, the fastest for rapidfuzz; as plain numbers where there are more tokens than those."""
    codes = np.asarray(numbers, dtype=np.uint64)
    codes = np.where(codes < _SURROGATES.start, codes, codes + np.uint64(len(_SURROGATES)))
    if codes.max(initial=0) >= _CODE_POINTS + len(_SURROGATES):
        plain: list[int] = codes.tolist()
        return plain
    return codes.astype("<u4").tobytes().decode("utf-32-le")


def _parities(numbers: NDArray[np.uint64], lengths: Sequence[int]) -> NDArray[np.uint64]:
    """Return each text's two parity bitmaps, side by side, (texts, words): each (token, occurrence) flips a bit in either.

    Args:
        numbers: the tokens of all texts, one text after the other, (tokens,), each below 2³².
        lengths: how many are each text's.
    """
    half = np.uint64(32)
    owners = np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)
    ordered = np.sort(owners << half | numbers)
    places = np.arange(len(ordered), dtype=np.uint64)
    new = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    occurrences = places - np.maximum.accumulate(np.where(new, places, 0))
    drawn = mixed(ordered << half | occurrences)  # the owner is shifted out: equal tokens flip equal bits in all texts
    first, second = 64 * _WORDS[0], 64 * _WORDS[1]
    bits = np.concatenate([(drawn >> half) % first, first + (drawn & np.uint64(2**32 - 1)) % second])
    flips = np.bincount(
        (np.tile(ordered >> half, 2) * (first + second) + bits).astype(np.intp), minlength=len(lengths) * (first + second)
    )
    return np.packbits((flips & 1).astype(np.uint8).reshape(len(lengths), first + second), axis=1, bitorder="little").view(
        "<u8"
    )


def _distance(bitmaps: NDArray[np.uint64], bitmap: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Return the Hamming distances of the columns of `bitmaps` from `bitmap`; of 192 bits, they fit in a byte."""
    distance: NDArray[np.uint8] = np.bitwise_count(bitmaps[0] ^ bitmap[0])
    for row, word in zip(bitmaps[1:], bitmap[1 : len(bitmaps)], strict=True):
        distance += np.bitwise_count(row ^ word)
    return distance
