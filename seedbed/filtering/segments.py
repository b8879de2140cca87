"""An index of the similarity pool: it finds the texts that are close to others. Exact, and in numpy alone.

F = 2L/(m+n) ≥ t makes two texts share at least a = ⌈t(m+n)/2⌉ elements. Put the elements of both in one order, and look at the
first one that they share, at place i of one and j of the other, from 0: no shared one comes before it, so i ≤ m-a and j ≤ n-a
(prefix and positional filter; Chaudhuri et al. 2006, Xiao et al. 2008). With the rarest first, few texts are found so. Any
order is exact. What the index finds is compared.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from seedbed.filtering.comparing import SLACK, Pairs, Threshold, possible, scored_once
from seedbed.filtering.token_arrays import Texts, Whole, join
from seedbed.util.errors import UserError

_AT_ONCE = 1 << 15
"""Pairs that are taken from the index at a time: a processor's cache holds them."""
_RANK, _PLACE = 38, 26
"""Where in a key of the index the rank of an element begins, and the text's length; below them is the text's place."""
_PLACES, _LONGEST, _RANKS = (1 << _PLACE) - 1, (1 << _RANK - _PLACE) - 1, (1 << 63 - _RANK) - 1
"""The highest of each; ranks stay below theirs, so that the key after a rank's last one is a number too."""


class Order:
    """An order of elements, the rarest first: by how many of some texts have each. What is met later counts as rarer.

    Args:
        texts: they count.
    """

    def __init__(self, texts: Texts) -> None:
        _, elements, which = texts.elements
        by_count = np.argsort(np.bincount(which), kind="stable")
        self._elements, self._ranks = elements, np.empty(len(elements), dtype=np.int64)
        self._ranks[by_count] = _ranks(_RANKS, len(elements))

    def extend(self, texts: Texts) -> None:
        """Give the elements of more texts a place.

        Raises:
            UserError: there are too many elements.
        """
        _, elements, _ = texts.elements
        new = elements[self.ranks(elements) == 0]
        if len(new):
            places = np.searchsorted(self._elements, new)
            self._elements = np.insert(self._elements, places, new)
            self._ranks = np.insert(self._ranks, places, _ranks(self._ranks.min(), len(new)))

    def ranks(self, elements: NDArray[np.uint64]) -> Whole:
        """Return the rank of each element, from 1; 0 for those that no text had."""
        where = np.minimum(np.searchsorted(self._elements, elements), len(self._elements) - 1)
        return np.where(self._elements[where] == elements, self._ranks[where], 0)

    def rarest(self, texts: Texts, threshold: Threshold) -> "Rarest":
        """Return of each text the rarest elements, one of which every text has that is too similar."""
        owners, elements, which = texts.elements
        owners, ranks, places = _ordered(owners, self.ranks(elements)[which], texts.lengths)
        early = ((ranks > 0) & (places < threshold.prefixes(texts.lengths)[owners])).nonzero()[0]
        early = early[np.argsort(ranks[early], kind="stable")]
        owners = owners[early]
        return Rarest(owners, ranks[early], places[early], texts.lengths[owners])


class Rarest(NamedTuple):
    """The rarest elements of texts, by rank: of which text each is, (elements,).

    Attributes:
        owners: places of the texts.
        ranks: of the elements, ascending.
        places: where among its text's elements each is.
        lengths: of the texts.
    """

    owners: Whole
    ranks: Whole
    places: Whole
    lengths: Whole


@dataclass(frozen=True)
class Segment:
    """Texts that do not change, indexed by their rarest elements.

    Attributes:
        texts: the texts.
        threshold: what the index is for.
        order: of the elements; those of the texts have their places in it.
        keys: an element's rank, its text's length and its text's place in one number, ascending, (elements,).
        left: how much of its text each element leaves behind it, in quarters, (elements,).
    """

    texts: Texts
    threshold: Threshold
    order: Order
    keys: Whole
    left: NDArray[np.uint16]

    @classmethod
    def of(cls, texts: Texts, threshold: Threshold, order: Order | None = None) -> Self:
        """Return the segment of texts; without an order, in that of their own elements."""
        order = order or Order(texts)
        owners, ranks, places, lengths = order.rarest(texts, threshold)
        keys = ranks << _RANK | np.minimum(lengths, _LONGEST) << _PLACE | owners
        sorting = np.argsort(keys)
        left = _quarters(lengths * (1 - threshold.least / 2) - places + SLACK)
        bare = Texts(texts.lengths, texts.codes, texts.bitmaps)  # without what is cached
        return cls(bare, threshold, order, keys[sorting], left[sorting])

    def joined(self, later: Self) -> Self:
        """Return a segment of the texts of this one and, behind them, of another with the same order."""
        keys = np.concatenate([self.keys, later.keys + len(self.texts)])
        sorting = np.argsort(keys, kind="stable")  # which merges two sorted runs
        left = np.concatenate([self.left, later.left])
        return replace(self, texts=join([self.texts, later.texts]), keys=keys[sorting], left=left[sorting])

    def rarest(self, texts: Texts) -> Rarest:
        """Return the rarest elements of texts, the same for all segments of one order."""
        return self.order.rarest(texts, self.threshold)

    def near(self, texts: Texts, rarest: Rarest | None = None) -> Pairs:
        """Return the pairs of one of `texts` and one of the segment's that are too similar.

        Args:
            texts: the texts.
            rarest: their rarest elements in the segment's order, where they are known.
        """
        rarest = rarest or self.rarest(texts)
        close = [possible(texts, self.texts, *pairs, self.threshold) for pairs in self._sharing(rarest)]
        return scored_once(texts, self.texts, close, self.threshold)

    def near_before(self) -> Pairs:
        """Return the pairs of two texts of the segment that are too similar; the other one is the earlier."""
        close = []
        for one, other in self._sharing(self.rarest(self.texts)):
            earlier = (other < one).nonzero()[0]
            close.append(possible(self.texts, self.texts, one[earlier], other[earlier], self.threshold))
        return scored_once(self.texts, self.texts, close, self.threshold)

    def _sharing(self, rarest: Rarest) -> Iterator[tuple[Whole, Whole]]:
        """Yield pairs that share a rare element at places that allow them to be too similar, some of them repeatedly."""
        least = self.threshold.least
        owners, ranks, places, lengths = rarest
        ranks = ranks << _RANK
        # i ≤ m-a is n ≤ 2(m-i)/t-m, and no text that is too similar is shorter than tm/(2-t). Of those, j ≤ n-a is
        # n(1-t/2)-j ≥ tm/2.
        shortest = np.ceil(least * lengths / (2 - least) - SLACK).astype(np.int64)
        longest = np.floor(2 * (lengths - places) / least - lengths + SLACK).astype(np.int64)
        begins = np.searchsorted(self.keys, ranks | np.minimum(shortest, _LONGEST) << _PLACE)
        ends = np.searchsorted(self.keys, ranks + (np.minimum(longest, _LONGEST) + 1 << _PLACE))
        counts = np.maximum(ends - begins, 0)
        left = _quarters(least * lengths / 2 - SLACK)
        for start, end in _shares(counts):
            many = counts[start:end]
            total = int(many.sum())
            entries = np.arange(total) + np.repeat(begins[start:end] - (np.cumsum(many) - many), many)
            fitting = (self.left[entries] >= np.repeat(left[start:end], many)).nonzero()[0]
            yield np.repeat(owners[start:end], many)[fitting], self.keys[entries[fitting]] & _PLACES


def _ranks(above: int, count: int) -> Whole:
    """Return so many ranks, ascending, the last of which is just below another.

    Raises:
        UserError: they would not be positive.
    """
    if count >= above:
        raise UserError(
            f"engine.filter: local holds up to {_RANKS - 1:,} different tokens, one that repeats in a text counted each time; "
            "set it to ray, which holds the texts in blocks"
        )
    return np.arange(above - count, above)


def _shares(counts: Whole) -> Iterator[tuple[int, int]]:
    """Yield (begin, end) of stretches with about `_AT_ONCE` pairs each."""
    sums = np.cumsum(counts)
    borders = np.searchsorted(sums, np.arange(_AT_ONCE, sums[-1] if len(sums) else 0, _AT_ONCE))
    return pairwise(np.unique([0, *borders.tolist(), len(counts)]).tolist())


def _ordered(owners: Whole, ranks: Whole, lengths: Whole) -> tuple[Whole, Whole, Whole]:
    """Return owner and rank of each element, those of a text by rank, and at which place in its text it then is."""
    both = np.sort(owners << 32 | ranks)
    owners = both >> 32
    return owners, both & 0xFFFFFFFF, np.arange(len(both)) - (np.cumsum(lengths) - lengths)[owners]


def _quarters(left: NDArray[np.floating[Any]]) -> NDArray[np.uint16]:
    """Return how many tokens are left after a place, as the index has it: in quarters, up to what 16 bits hold."""
    quarters: NDArray[np.uint16] = np.clip(np.floor(4 * left), 0, 0xFFFF).astype(np.uint16)
    return quarters
