"""Which demonstrations a slot shows: rendezvous hashing (Thaler and Ravishankar 1998).

Each slot ranks all ids by hash(run seed, slot, id) and shows the highest, so that editing one of n seeds touches about
k/n of the slots, and adding one disturbs no more than that.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from seedbed.filtering.splitmix import mixed

_ODD = 0x9E3779B97F4A7C15
"""2⁶⁴ over the golden ratio: its multiples by slot numbers lie far apart."""


def draw(ids: Iterable[str], count: int, seed: int, slot: int) -> list[str]:
    """Return the `count` ids of slot number `slot` (from 0), best first; all of them where there are fewer."""
    known = tuple(ids)
    weights = mixed(_hashes(known, seed) ^ np.uint64(slot * _ODD % 2**64))
    least = max(len(known) - count, 0)
    best = np.argpartition(weights, least)[least:] if 0 < least < len(known) else np.arange(least, len(known))
    return [known[place] for place in best[np.argsort(weights[best])[::-1]]]


@lru_cache(maxsize=4)
def _hashes(ids: tuple[str, ...], seed: int) -> NDArray[np.uint64]:
    """Return one 64-bit hash an id, (n,)."""
    digests = b"".join(blake2b(f"{seed} {id}".encode(), digest_size=8).digest() for id in ids)
    return np.frombuffer(digests, dtype="<u8")
