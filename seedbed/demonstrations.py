"""Which demonstrations a slot shows: rendezvous hashing (Thaler and Ravishankar 1998).

Each slot ranks all ids by hash(run seed, slot, id) and shows the highest, so that editing one of n seeds touches about
k/n of the slots, and adding one disturbs no more than that.
"""

from collections.abc import Iterable
from hashlib import blake2b
from heapq import nlargest


def draw(ids: Iterable[str], count: int, seed: int, slot: int) -> list[str]:
    """Return the `count` ids of slot number `slot` (from 0), best first; all of them where there are fewer."""

    def weight(id: str) -> bytes:
        return blake2b(f"{seed} {slot} {id}".encode(), digest_size=16).digest()

    return nlargest(count, ids, key=weight)
