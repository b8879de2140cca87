"""Detect consecutive rows without usable replies, which indicate a broken endpoint."""

from seedbed.exchange.requests import Request
from seedbed.exchange.responses import Response
from seedbed.util.errors import UserError

IN_A_ROW = 3
"""Rows in a row, after which it is the endpoint and not the rows."""
_ENDPOINT_KINDS = {"error", "not_a_completion"}


class ErrorStreak:
    """Counts the rows in a row that one endpoint gave no reply to.

    Args:
        stage: the stage's name, for messages.
        endpoint: the endpoint's id, for messages.
    """

    def __init__(self, stage: str, endpoint: str) -> None:
        self._stage, self._endpoint = stage, endpoint
        self._ids: set[str] = set()
        self._replied = False

    def add(self, request: Request, response: Response, failed: bool) -> UserError | None:
        """Count an answer; return why nothing more is sent where the answers to several rows in a row are none.

        Of an endpoint that has given a reply before, each of these rows must have failed for good (`failed`): one that fails
        now and then is tried again.
        """
        error = response.get("error")
        if not error or error["kind"] not in _ENDPOINT_KINDS:
            self._ids.clear()
            self._replied = self._replied or not error
            return None
        if self._replied and not failed:
            return None
        self._ids.add(request.id)
        if len(self._ids) != IN_A_ROW:
            return None
        hint = (
            "is it an OpenAI-compatible server, and does base_url end in /v1?"
            if error["kind"] == "not_a_completion"
            else "fix the cause, and run again"
        )
        return UserError(
            f"{self._stage}: endpoint {self._endpoint!r}: the responses to {IN_A_ROW} consecutive rows were not replies, the "
            f"last one: {error['detail']}; {hint}"
        )
