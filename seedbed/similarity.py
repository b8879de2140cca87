"""Which text of a pool is most similar to this one, if any is too similar? Exact, and fast.

Similarity is ROUGE-L F (Lin 2004), computed with rouge_score's own float operations. Self-Instruct (Wang et al. 2023)
compares each candidate with the whole pool; here a bound leaves a handful of texts to compare with:

F = 2L/(m+n) ≥ t bounds the indel distance m+n-2L by (1-t)(m+n). The indel distance is at least the symmetric
difference of the two multisets of tokens, which is at least the Hamming distance of their parity bitmaps: 128 bits, of
which each (token, occurrence) flips one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil

import numpy as np
from rapidfuzz.distance import LCSseq

_BITS = 128
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
        self._codes: list[tuple[int, ...]] = []
        self._vocabulary: dict[str, int] = {}
        self._flips: dict[tuple[int, int], int] = {}
        self._bitmaps = np.zeros((2, 1024), dtype=np.uint64)
        self._budgets = np.zeros(1024, dtype=np.uint32)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, id: str, tokens: Sequence[str]) -> None:
        """Add a text; one without tokens resembles nothing and is passed over."""
        if not tokens:
            return
        codes, place = self._encode(tokens), len(self._ids)
        if place == len(self._budgets):
            self._bitmaps = np.concatenate([self._bitmaps, np.zeros_like(self._bitmaps)], axis=1)
            self._budgets = np.concatenate([self._budgets, np.zeros_like(self._budgets)])
        self._bitmaps[:, place] = self._bitmap(codes)
        self._budgets[place] = self._budget(len(codes))
        self._ids.append(id)
        self._codes.append(codes)

    def nearest(self, tokens: Sequence[str]) -> Neighbour | None:
        """Return the most similar text that is too similar, the first added of equals; None where none is."""
        codes, size = self._encode(tokens), len(self._ids)
        if not codes or not size:
            return None
        low, high = self._bitmap(codes)
        distance = np.bitwise_count(self._bitmaps[0, :size] ^ low).astype(np.uint32)
        distance += np.bitwise_count(self._bitmaps[1, :size] ^ high)
        best: Neighbour | None = None
        for place in np.flatnonzero(distance <= self._budgets[:size] + np.uint32(self._budget(len(codes)))):
            other = self._codes[place]
            least = self._threshold * (len(codes) + len(other)) / 2 - _SLACK
            common = LCSseq.similarity(codes, other, score_cutoff=max(0, ceil(least)))
            score = rouge_l(common, len(codes), len(other))
            too_similar = score > self._threshold if self._strict else score >= self._threshold
            if too_similar and (best is None or score > best.score):
                best = Neighbour(self._ids[place], score)
        return best

    def _budget(self, length: int) -> int:
        """A text's part of the largest indel distance that still makes two texts too similar."""
        return ceil((1 - self._threshold) * length + _SLACK)

    def _encode(self, tokens: Sequence[str]) -> tuple[int, ...]:
        vocabulary = self._vocabulary
        return tuple([vocabulary.setdefault(token, len(vocabulary)) for token in tokens])

    def _bitmap(self, codes: Sequence[int]) -> tuple[np.uint64, np.uint64]:
        bits, flips = 0, self._flips
        for code, count in Counter(codes).items():
            for occurrence in range(count):
                flip = flips.get((code, occurrence))
                if flip is None:
                    digest = blake2b(b"%d %d" % (code, occurrence), digest_size=2).digest()
                    flip = flips[code, occurrence] = 1 << int.from_bytes(digest) % _BITS
                bits ^= flip
        return np.uint64(bits & (1 << 64) - 1), np.uint64(bits >> 64)
