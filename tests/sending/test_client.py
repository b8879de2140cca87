"""Limits a minute, held in every minute."""

import asyncio
import json
import selectors
from collections.abc import Coroutine
from itertools import pairwise
from typing import Any

import pytest

from seedbed.sending.limits import _limiter, admitting, tokens_of


class Jumping(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(selectors.SelectSelector())

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.now = max(self.now, self._scheduled[0].when()) + 1e-6  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


def run(work: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=Jumping) as runner:
        return runner.run(work)


@pytest.mark.parametrize("per_minute", [1, 5, 60, 600])
def test_no_minute_lets_more_through_than_it_may(per_minute: int) -> None:
    async def send() -> list[float]:
        limiter = _limiter(per_minute)
        assert limiter
        times = []

        async def one() -> None:
            await limiter.acquire()
            times.append(asyncio.get_running_loop().time())

        await asyncio.gather(*(one() for _ in range(3 * per_minute)))
        return times

    times = sorted(run(send()))
    fullest = max(sum(start <= time < start + 60 for time in times) for start in times)
    assert fullest <= per_minute + 1e-9
    assert times[-1] <= 60 * 3 * 2.1  # and it does not dawdle: at least half the rate
    assert all(later >= earlier for earlier, later in pairwise(times))


@pytest.mark.parametrize("size", [100, 5_000])
def test_no_minute_lets_more_tokens_through_than_it_may(size: int) -> None:
    """Whether a request fits the bucket or is several buckets large."""
    per_minute, count = 10_000, 40_000 // size

    async def send() -> list[float]:
        admit = admitting({"tokens_per_minute": per_minute})
        size_of_all = tokens_of(json.dumps({"max_tokens": size, "messages": []}).encode())  # ten for the body itself
        times: list[float] = []

        async def one() -> None:
            await admit(size_of_all)
            times.append(asyncio.get_running_loop().time())

        await asyncio.gather(*(one() for _ in range(count)))
        return times

    times = sorted(run(send()))
    fullest = max(sum(start <= time < start + 60 for time in times) for start in times)
    assert fullest * size <= per_minute + size  # one is under way at each end of a minute
    assert times[-1] <= 60 * 4 * 2.1


def test_a_request_without_a_body_waits_for_no_tokens() -> None:
    """Looking after a batch."""
    run(admitting({"tokens_per_minute": 10})(0))


def test_no_limit_where_none_is_given() -> None:
    assert _limiter(None) is None
