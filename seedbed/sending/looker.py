"""Asking without sending: what is there already settles a request, and the rest stays open."""

from collections.abc import Sequence

from seedbed.exchange.requests import Request
from seedbed.exchange.result import Read, Result, T
from seedbed.sending.asker import Get, serve


class Looker:
    """Settles requests by what is there, attempt by attempt, and leaves the others open.

    Args:
        get: returns the responses that there are of some keys.
        max_attempts: how often a request is asked before it counts as failed.
    """

    in_batches = False

    def __init__(self, get: Get, max_attempts: int) -> None:
        self._get, self._max_attempts = get, max_attempts

    def ask(self, requests: Sequence[Request], read: Read[T]) -> list[Result[T]]:
        """Return one result a request, in their order; some are not settled."""
        results: list[Result[T]] = [Result(request) for request in requests]
        serve(self._get, results, read, self._max_attempts)
        return results
