"""Where pairs of too similar texts are looked for: in this process, or in blocks on a Ray cluster. The pairs are the same.

What is found in parallel rests on nothing that is decided meanwhile: texts of a window with the texts kept before it, and with
each other. Who is kept is decided one by one, by who uses the pool.
"""

import os
import socket
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any, Protocol

from seedbed.filtering.comparing import Pairs, Threshold, near_before, together
from seedbed.filtering.segments import Order, Segment
from seedbed.filtering.token_arrays import Texts, join
from seedbed.util.errors import UserError

ENGINES = ("local", "ray")
_GROWTH = 3
"""A segment joins the one before it unless that has at least so many times its texts."""
_AGAIN = 4
"""The order of the elements is counted again when there are so many times the texts."""
_BLOCK = 2048
"""Texts of a window that one task takes."""
_TRIES = 10
"""How often a task is tried again whose worker was killed."""


class Engine(Protocol):
    """Looks for pairs.

    Attributes:
        window: texts that are best looked for together.
        few: texts of the pool that are best compared without an index.
    """

    window: int
    few: int

    def keep(self, texts: Texts, threshold: Threshold) -> None:
        """Add texts to those of the pool; there are `few` of them."""

    def near(self, texts: Texts) -> Pairs:
        """Return the pairs of one of `texts` and one of the pool's, which has its place in the pool."""

    def among(self, texts: Texts, threshold: Threshold) -> Pairs:
        """Return the pairs of two of `texts`; the other is the earlier one."""


class Local:
    """In this process."""

    window = few = 256

    def __init__(self) -> None:
        self._segments: list[Segment] = []
        self._order: Order | None = None
        self._counted = 0  # texts that the order is of

    def keep(self, texts: Texts, threshold: Threshold) -> None:
        """Index them, together with earlier segments that are not much larger."""
        count = sum(len(segment.texts) for segment in self._segments) + len(texts)
        if self._order is None or count >= _AGAIN * self._counted:
            texts = join([*(segment.texts for segment in self._segments), texts])
            self._order, self._counted, self._segments = Order(texts), count, []
        else:
            self._order.extend(texts)
        segment = Segment.of(texts, threshold, self._order)
        while self._segments and len(self._segments[-1].texts) < _GROWTH * len(segment.texts):
            segment = self._segments.pop().joined(segment)
        self._segments.append(segment)

    def near(self, texts: Texts) -> Pairs:
        """See `Engine`."""
        start, found = 0, []
        rarest = self._segments[0].rarest(texts) if self._segments else None
        for segment in self._segments:
            found.append(segment.near(texts, rarest).moved(0, start))
            start += len(segment.texts)
        return together(found)

    def among(self, texts: Texts, threshold: Threshold) -> Pairs:
        """See `Engine`."""
        return near_before(texts, threshold)


class Blocks:
    """In tasks, each of which holds a block of a window and a segment of the pool.

    Args:
        call: has a function called with arguments, which may be what it returned before; returns what stands for the result.
        put: returns what stands for a value, as an argument.
        get: returns the results.
        few: texts of the pool that are compared here; texts up to so many are looked for here, as far as that goes.
        largest: texts of a segment at most, about; a task's memory is bounded by them.
        window: see `Engine`.
        block: texts of a window that one task takes.
    """

    def __init__(
        self,
        call: Callable[..., Any],
        put: Callable[[Any], Any],
        get: Callable[[list[Any]], list[Any]],
        *,
        few: int = _BLOCK,
        largest: int = 1 << 16,
        window: int = 1 << 14,
        block: int = _BLOCK,
    ) -> None:
        self._call, self._put, self._get = call, put, get
        self.few, self.window = few, window
        self._largest, self._block = largest, block
        self._segments: list[tuple[Any, int]] = []
        self._open: list[Texts | None] = []  # the texts of segments that may still grow

    def keep(self, texts: Texts, threshold: Threshold) -> None:
        """Index them, together with earlier segments that are not much larger, in a task."""
        while self._open and (last := self._open[-1]) is not None and len(last) < _GROWTH * len(texts):
            if len(last) + len(texts) > self._largest:
                break
            texts = join([last, texts])
            self._open.pop()
            self._segments.pop()
        self._segments.append((self._call(Segment.of, self._put(texts), threshold), len(texts)))
        self._open.append(texts if _GROWTH * len(texts) <= self._largest * (_GROWTH - 1) else None)

    def near(self, texts: Texts) -> Pairs:
        """See `Engine`."""
        tasks, moves = [], []
        for begin, block in self._blocks(texts) if self._segments else ():
            start = 0
            for segment, size in self._segments:
                tasks.append(self._call(Segment.near, segment, block))
                moves.append((begin, start))
                start += size
        return self._gathered(tasks, moves)

    def among(self, texts: Texts, threshold: Threshold) -> Pairs:
        """See `Engine`."""
        if len(texts) <= self._block:
            return near_before(texts, threshold)
        tasks, moves = [], []
        blocks = self._blocks(texts)
        segments = [self._call(Segment.of, block, threshold) for _, block in blocks]
        for place, (begin, block) in enumerate(blocks):
            tasks.append(self._call(Segment.near_before, segments[place]))
            moves.append((begin, begin))
            for earlier in range(place):
                tasks.append(self._call(Segment.near, segments[earlier], block))
                moves.append((begin, blocks[earlier][0]))
        return self._gathered(tasks, moves)

    def _blocks(self, texts: Texts) -> list[tuple[int, Any]]:
        borders = [*range(0, len(texts), self._block), len(texts)]
        return [(begin, self._put(texts.part(begin, end))) for begin, end in pairwise(borders)]

    def _gathered(self, tasks: list[Any], moves: list[tuple[int, int]]) -> Pairs:
        return together(pairs.moved(*move) for pairs, move in zip(self._get(tasks), moves, strict=True))


def load_engine(name: str) -> Engine:
    """Return the engine that `engine.filter` names.

    Raises:
        UserError: Ray is not installed, or the cluster at `RAY_ADDRESS` does not answer.
    """
    return Local() if name == "local" else _on_ray()


def _on_ray() -> Blocks:
    """Return an engine whose tasks run on the cluster that `RAY_ADDRESS` names; on one of this machine where it is unset."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # read when it is imported
    try:
        import ray
    except ImportError:
        raise UserError(
            "engine.filter: ray needs an extra; install it with `pip install 'seedbed[ray]'`, or set it to local"
        ) from None

    @cache
    def remote(function: Callable[..., Any]) -> Any:
        if not ray.is_initialized():
            place = os.environ.get("RAY_ADDRESS", "this machine")
            try:
                _knock(place)
                ray.init(log_to_driver=False, logging_level="error", include_dashboard=False)
            except (OSError, RuntimeError, ValueError) as error:  # a ConnectionError is an OSError
                raise UserError(f"engine.filter: no Ray cluster at {place} (RAY_ADDRESS): {str(error)[:200]}") from None
        return ray.remote(max_retries=_TRIES)(_called).options(name=function.__qualname__)

    def call(function: Callable[..., Any], *arguments: Any) -> Any:
        return remote(function).remote(function, *arguments)

    def put(value: Any) -> Any:
        remote(_called)
        return ray.put(value)

    def get(results: list[Any]) -> list[Any]:
        if not results:  # Ray would look for a cluster by itself
            return []
        try:
            found: list[Any] = ray.get(results)
        except ray.exceptions.RayError as error:
            raise UserError(f"engine.filter: Ray gave up on a task: {str(error).splitlines()[-1][:200]}; run again") from None
        return found

    return Blocks(call, put, get)


def _knock(address: str) -> None:
    """Find out whether something listens at a cluster's address: Ray itself would wait for minutes.

    Raises:
        OSError: nothing does, or the address is none.
    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=10).close()


def _called(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)
