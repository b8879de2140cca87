"""The queue of requests: which are ready, and which wait for a retry."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Generic

from seedbed.exchange.requests import Request
from seedbed.exchange.result import Result, T
from seedbed.sending.patience import Tries
from seedbed.sending.progress import Progress


@dataclass
class Job(Generic[T]):
    """Equal requests, which are sent once, and how often they were tried in vain or looked for."""

    alike: list[Result[T]]
    tries: Tries = field(default_factory=Tries)
    looks: int = 0

    @property
    def request(self) -> Request:
        return self.alike[0].request


@dataclass
class Queue(Generic[T]):
    """Jobs that are ready, and how many are not settled; one that waits for another try holds no worker."""

    ready: "asyncio.Queue[Job[T] | None]" = field(default_factory=asyncio.Queue)
    open: int = 0
    timers: set[asyncio.TimerHandle] = field(default_factory=set)

    def later(self, job: Job[T], wait_s: float, progress: Progress) -> None:
        """Make a job ready after a while."""

        def wake() -> None:
            self.timers.discard(timer)
            progress.waking.remove(at)
            self.ready.put_nowait(job)

        at = time.monotonic() + wait_s
        progress.waking.append(at)
        timer = asyncio.get_running_loop().call_later(wait_s, wake)
        self.timers.add(timer)

    def end(self) -> None:
        """Let no more job become ready."""
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()
