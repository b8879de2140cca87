"""Retry policy for requests and batches: wait times and the maximum number of attempts, of one and of all together."""

import random
import time
from dataclasses import dataclass

from seedbed.project.params_types import Server
from seedbed.sending.server_answers import Busy
from seedbed.util.errors import UserError
from seedbed.util.words import count

_RETRIES, _LIMITED_S = 8, 180.0
"""How often something is tried again; a rate limit is waited out for longer than two of its windows of a minute."""
_FIRST_WAIT_S, _MOST_WAIT_S = 0.5, 30.0
_LONGEST_WAIT_S = 120.0
"""A server that asks for more patience than this is left alone."""


@dataclass
class Tries:
    """What was tried in vain, and how long a rate limit has been waited out, in seconds."""

    number: int = 0
    limited_s: float = 0.0

    def wait_s(self, busy: Busy, server: Server, what: str, reassurance: str = "every response that arrived is kept") -> float:
        """Count a try in vain; return the seconds until the next.

        Args:
            busy: why it was in vain.
            server: its settings; `max_retries` there takes the place of our own patience.
            what: that was tried, in words.
            reassurance: why nothing is lost where no more is tried.

        Raises:
            UserError: it was tried often enough, or the server asks for too long a wait.
        """
        wait_s = _wait_s(self.number) * random.uniform(0.75, 1.25)
        wait_s = max(busy.wait_s, _FIRST_WAIT_S) if busy.wait_s is not None else wait_s  # a server may say 0 for ever
        if wait_s > _LONGEST_WAIT_S:
            raise UserError(f"the server asks to wait {wait_s:.0f} s ({busy}); run again then, {reassurance}")
        self.number += 1
        self.limited_s += wait_s if busy.limited else 0.0
        most = server.get("max_retries", _RETRIES)
        if self.number <= most or (busy.limited and "max_retries" not in server and self.limited_s < _LIMITED_S):
            return wait_s
        tries = count(self.number, "attempt")
        advice = "run again later, or lower requests_per_minute" if busy.limited else "run again later"
        raise UserError(f"{tries} at {what} failed, the last one with: {busy}; {advice}, {reassurance}")


class Outage:
    """Stops a stage whose server is down, where many requests wait: before each of them was tried as often as it may be.

    Args:
        server: its settings.
    """

    def __init__(self, server: Server) -> None:
        retries = server.get("max_retries", _RETRIES)
        self._most = (retries + 1) * server.get("max_concurrency", 8)
        self._patience_s = sum(map(_wait_s, range(retries)))
        self._failed, self._since = 0, 0.0

    def answered(self) -> None:
        """Note that a response arrived."""
        self._failed = 0

    def add(self, busy: Busy) -> None:
        """Count an attempt that failed; a rate limit is none, since a server that sets one is there.

        Raises:
            UserError: nothing arrived for as long, and in as many attempts, as requests sent at the same time are tried.
        """
        if busy.limited:
            return
        self._since = self._since if self._failed else time.monotonic()
        self._failed += 1
        waited_s = time.monotonic() - self._since
        if self._failed >= self._most and waited_s >= self._patience_s:
            raise UserError(
                f"{self._failed} consecutive attempts in {waited_s:.0f} s failed, the last one with: {busy}; run again when "
                "the server answers, every response that arrived is kept"
            )


def _wait_s(number: int) -> float:
    """Return the seconds to wait after the attempt of this number, from 0."""
    return min(_FIRST_WAIT_S * 2.0**number, _MOST_WAIT_S)
