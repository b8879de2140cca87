"""Which demonstrations a slot shows, and what it is to write: rendezvous hashing (Thaler and Ravishankar 1998).

Each slot ranks all ids by hash(run seed, slot, id) and shows the highest, so that editing one of n seeds touches about
k/n of the slots, and adding one disturbs no more than that. With weights, the hash is turned into a waiting time that is the
shorter the larger the weight, and the shortest wins: a name is drawn with the share of its weight, and one more takes no more
than its own share from the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from seedbed.filtering.splitmix import mixed

_ODD = 0x9E3779B97F4A7C15
"""2⁶⁴ over the golden ratio: its multiples by slot numbers lie far apart."""

_WEIGHTS = 1 << 20
"""Weights that are in memory at a time, one a slot and id."""


def draw(ids: Iterable[str], count: int, seed: int, slot: int) -> list[str]:
    """Return the `count` ids of slot number `slot` (from 0), best first; all of them where there are fewer."""
    return draw_each(ids, count, seed, [slot])[0]


def draw_each(ids: Iterable[str], count: int, seed: int, slots: Sequence[int]) -> list[list[str]]:
    """Return the ids of several slots; see `draw`."""
    known = tuple(ids) if count else ()
    if not known:
        return [[] for _ in slots]
    at_once = max(_WEIGHTS // len(known), 1)
    if len(slots) > at_once:
        pieces = (slots[start : start + at_once] for start in range(0, len(slots), at_once))
        return [drawn for piece in pieces for drawn in draw_each(known, count, seed, piece)]
    salts = np.array(slots, dtype=np.uint64) * np.uint64(_ODD)  # modulo 2⁶⁴
    weights = mixed(_hashes(known, str(seed))[None, :] ^ salts[:, None])
    least = max(len(known) - count, 0)
    best = np.argpartition(weights, least, axis=1)[:, least:]
    order = np.argsort(np.take_along_axis(weights, best, axis=1), axis=1)[:, ::-1]
    return [[known[place] for place in places] for places in np.take_along_axis(best, order, axis=1).tolist()]


def pick(what: str, weights: Mapping[str, float], seed: int, numbers: Sequence[int]) -> list[str]:
    """Return one name a number, each drawn with the share of its weight.

    Args:
        what: what is drawn: other things are other draws.
        weights: the weight of each name, above 0.
        seed: of the run.
        numbers: of the draws, from 0: other numbers are other draws.
    """
    names = tuple(weights)
    offsets = np.array(numbers, dtype=np.uint64) * np.uint64(_ODD)  # modulo 2⁶⁴
    drawn = mixed(_hashes(names, f"{what} {seed}")[None, :] ^ offsets[:, None])
    shares = (drawn >> np.uint64(11)).astype(np.float64) / 2.0**53  # 0 to 1, and never 1
    sizes = np.fromiter(weights.values(), dtype=np.float64, count=len(names))
    return [names[place] for place in (-np.log1p(-shares) / sizes).argmin(axis=1)]


@lru_cache(maxsize=256)
def _hashes(ids: tuple[str, ...], salt: str) -> NDArray[np.uint64]:
    """Return one 64-bit hash an id, (n,)."""
    digests = b"".join(blake2b(f"{salt} {id}".encode(), digest_size=8).digest() for id in ids)
    return np.frombuffer(digests, dtype="<u8")
