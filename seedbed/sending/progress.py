"""Progress of a stage on stderr: a live line in a terminal, otherwise a line every half minute."""

import time
from collections import deque
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from seedbed.exchange.responses import Response
from seedbed.util.safe_text import safe
from seedbed.util.words import count

_EVERY_S = 30.0
_RECENT = 200
"""Arrivals from which the pace is taken."""


class Progress:
    """Counts what arrives. A context manager.

    Args:
        stage: the stage's name.
        total: requests of the stage.
        stored: how many of them the store had.

    Attributes:
        under_way: requests that wait for their reply now.
        waking: when the requests that wait for another try will be tried, on the monotonic clock.
    """

    def __init__(self, stage: str, total: int, stored: int) -> None:
        self._stage, self._total, self._stored = stage, total, stored
        self._done = stored
        self._sent = self._failed = self._tokens = self._retries = 0
        self.under_way = 0
        self.waking: list[float] = []
        self._started = self._said_at = time.monotonic()
        self._arrivals: deque[tuple[float, int]] = deque(maxlen=_RECENT)
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._live = Live(console=self._console, get_renderable=self._line, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        asked, stored = count(self._total, "request"), self._stored
        self.say(f"{asked}, {stored} of them in the store, {self._total - stored} to send")
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._console.is_terminal:
            self._live.stop()
        failed = f", {self._failed} failed" if self._failed else ""
        retries = f", {self._retries} tried again" if self._retries else ""
        seconds = time.monotonic() - self._started
        self.say(f"{self._sent} sent{failed}{retries}, {self._tokens:,} tokens, {seconds:.1f} s")

    def arrived(self, response: Response, done: int, failed: int) -> None:
        """Count one response, which settled `done` rows, `failed` of them without a value."""
        usage = response["usage"] or {"input": 0, "output": 0}
        self._sent += 1
        self._done += done
        self._failed += failed
        self._tokens += usage["input"] + usage["output"]
        self._arrivals.append((time.monotonic(), self._done))

    def tried_again(self, why: str) -> None:
        """Count a try that will be made again; the first of a while is said."""
        self._retries += 1
        if not self._console.is_terminal and self._retries in (1, 10, 100, 1000):
            self.say(f"trying again: {why}")

    def tick(self) -> None:
        """Say how far the stage is, where nobody sees the live line and the last word was half a minute ago."""
        if not self._console.is_terminal and time.monotonic() - self._said_at >= _EVERY_S:
            self.say(self._state())

    def say(self, words: str) -> None:
        """Print one line, the stage's name before it."""
        self._said_at = time.monotonic()
        self._console.print(Text(f"{self._stage}: {safe(words)}"))

    def _line(self) -> Text:
        return Text(f"{self._stage}: {self._state()}")

    def _state(self) -> str:
        parts = [f"{self._done}/{self._total} done", f"{self._stored} from the store", f"{self.under_way} under way"]
        if self.waking:
            wait_s = max(0.0, min(self.waking) - time.monotonic())
            parts += [f"{len(self.waking)} waiting for a retry, the next in {wait_s:.0f} s"]
        parts += [f"{self._failed} failed"] if self._failed else []
        return ", ".join([*parts, f"{self._tokens:,} tokens", self._left()])

    def _left(self) -> str:
        """Return the time left at the recent pace; how long nothing has arrived, where that is long."""
        now = time.monotonic()
        last = self._arrivals[-1][0] if self._arrivals else self._started
        if now - last > _EVERY_S:
            return f"no response for {now - last:.0f} s"
        if len(self._arrivals) < 2:
            return "…"
        (first, before), (latest, done) = self._arrivals[0], self._arrivals[-1]
        if done == before:
            return "…"
        left = (latest - first) / (done - before) * (self._total - self._done) - (now - latest)
        return f"{max(left, 0):.0f} s left"
