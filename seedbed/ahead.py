"""Work done ahead by a second thread, while the first decides about what is ready."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
_PIECE, _AHEAD = 64, 4
"""Items that are worked on in one go, and how many such pieces ahead."""


def ahead(work: Callable[[list[A]], list[B]], items: Iterable[A]) -> Iterator[tuple[A, B]]:
    """Yield each item with what `work` makes of it, in order; `work` gets the items in pieces, one piece at a time."""
    rest, waiting = iter(items), deque[tuple[list[A], Future[list[B]]]]()
    with ThreadPoolExecutor(max_workers=1) as thread:
        while (piece := list(islice(rest, _PIECE))) or waiting:
            if piece:
                waiting.append((piece, thread.submit(work, piece)))
            if len(waiting) > _AHEAD or not piece:
                ready, made = waiting.popleft()
                yield from zip(ready, made.result(), strict=True)
