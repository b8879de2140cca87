"""The result of a request: a value, or a failure after the last attempt, with all attempts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from seedbed.exchange.replies import Unusable, shown_reply
from seedbed.exchange.requests import Request
from seedbed.exchange.responses import Response
from seedbed.project.row_types import Failure
from seedbed.util.errors import UserError
from seedbed.util.words import few

T = TypeVar("T")
Exchange = tuple[Request, Response]
Read = Callable[[Request, Response], T]
"""Turns a response into a value, or raises `Unusable`."""


@dataclass
class Result(Generic[T]):
    """The result of one request.

    Attributes:
        request: the latest asking.
        value: what the reply says; None where no attempt was usable.
        failure: why there is none, with the last raw text: `{"reason", "detail", "text"}`; None where there is one.
        exchanges: every attempt, in order.
    """

    request: Request
    value: T | None = None
    failure: Failure | None = None
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether the request needs no further attempt."""
        return self.value is not None or self.failure is not None

    def take(self, response: Response, read: Read[T], max_attempts: int) -> None:
        """Judge one response: a value, another attempt, or a failure after the last."""
        self.exchanges.append((self.request, response))
        try:
            self.value = read(self.request, response)
        except Unusable as unusable:
            if self.request.attempt < max_attempts and not unusable.final:
                self.request = self.request.again(shown_reply(response), str(unusable))
            else:
                self.failure = {"reason": unusable.reason, "detail": str(unusable), "text": response["text"]}
        except UserError:
            raise
        except Exception as error:  # whatever a reply leads a reader into, no other row pays for it
            self.failure = {
                "reason": "unreadable",
                "detail": f"{type(error).__name__}: {error}"[:300],
                "text": response["text"],
            }


def allowed_failures(total: int, max_failed: float) -> int:
    """Return how many of `total` rows may fail: the share `max_failed` of them, at least one; none where `max_failed` is 0."""
    return max(1, int(max_failed * total)) if max_failed else 0


def failures_in_words(failed: list[Result[Any]], total: int, max_failed: float) -> str:
    """Return the sentence that refuses a stage in which too many rows failed, with the first few of them."""
    failures = [(result.request.id, result.failure) for result in failed if result.failure]
    named = few([f"{id} ({failure['reason']})" for id, failure in failures], 10)
    first = failures[0][1]["detail"]
    return (
        f"{len(failed)} of {total} rows have no usable reply, more than max_failed = {max_failed:g} allows: {named}; "
        f"the first: {first}; every reply is kept; fix the prompt, use another model, or raise max_attempts or max_failed"
    )
