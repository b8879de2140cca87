"""Interpret an endpoint's answers: a response, a permanent error, or a temporary error."""

import json
from collections.abc import Callable
from typing import Any

from seedbed.exchange.responses import Response, error_response, from_chat_completion

_ENDPOINT_CODES = {
    *(
        "model_not_found",
        "invalid_model",
        "unknown_model",
        "invalid_api_key",
        "insufficient_quota",
        "billing_hard_limit_reached",
    ),
    *("unknown_parameter", "unsupported_parameter", "unsupported_value", "unrecognized_parameter"),
}
"""Errors that no other request of the stage would escape."""


def is_of_the_endpoint(status: int | None, code: object) -> bool:
    """Whether an error would meet every request of the stage: the key, the address, the model, the account."""
    return code in _ENDPOINT_CODES or status in (401, 403, 404, 405)


def response_in(content: bytes, form: Callable[[Any], Response] = from_chat_completion) -> Response:
    """Return what a body of a successful answer says; what has not its form is an error of that one request."""
    try:
        return form(json.loads(content))
    except Exception as error:  # whatever a body leads us into: nested too deeply, numbers beyond range, …
        return error_response("not_a_completion", f"{error}: {content[:200].decode('utf-8', 'replace')}")


class Busy(Exception):
    """The server was busy, failed, or could not be reached: the same request may go through later.

    Attributes:
        wait_s: how long the server asked to wait; None where it did not say.
        limited: whether it was a rate limit, for which there is more patience.
    """

    def __init__(self, words: str, wait_s: float | None = None, *, limited: bool = False) -> None:
        super().__init__(words)
        self.wait_s = wait_s
        self.limited = limited
