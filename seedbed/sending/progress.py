"""How far a stage is: a live line in a terminal, two plain ones elsewhere, always on stderr."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from seedbed.exchange.replies import Response


class Progress:
    """Counts what arrives: done, total, served from the store, failed, tokens, time left. A context manager.

    Args:
        stage: the stage's name.
        total: requests of the stage.
        stored: how many of them the store had.
    """

    def __init__(self, stage: str, total: int, stored: int) -> None:
        self._stage, self._total, self._stored = stage, total, stored
        self._done = stored
        self._sent = self._failed = self._tokens = 0
        self._started = time.monotonic()
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._live = Live(console=self._console, get_renderable=self._line, refresh_per_second=5, transient=True)

    def __enter__(self) -> Self:
        self.say(f"{self._total} requests, {self._stored} of them in the store, {self._total - self._stored} to send")
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._console.is_terminal:
            self._live.stop()
        failed = f", {self._failed} failed" if self._failed else ""
        self.say(f"{self._sent} sent{failed}, {self._tokens:,} tokens, {time.monotonic() - self._started:.1f} s")

    def arrived(self, response: Response, done: int, failed: int) -> None:
        """Count one response, which settled `done` rows, `failed` of them without a value."""
        usage = response["usage"] or {"input": 0, "output": 0}
        self._sent += 1
        self._done += done
        self._failed += failed
        self._tokens += usage["input"] + usage["output"]

    def say(self, words: str) -> None:
        """Print one line, the stage's name before it."""
        self._console.print(Text(f"{self._stage}: {words}"))

    def _line(self) -> Text:
        passed = time.monotonic() - self._started
        new = self._done - self._stored
        left = f"{passed / new * (self._total - self._done):.0f} s left" if new else "…"
        return Text(
            f"{self._stage}: {self._done}/{self._total} done, {self._stored} from the store, {self._failed} failed, "
            f"{self._tokens:,} tokens, {left}"
        )
