"""What a page posts: read whole, held to a size, and refused without this run's token."""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, cast

from fastapi import Depends, Request
from starlette.responses import Response

from seedbed.review.web.guard import read_form, same_secret
from seedbed.review.web.state import State

Form = dict[str, str]


class Refused(Exception):
    """A form that this run's pages did not make; nothing was saved."""


def state_of(request: Request) -> State:
    """Return the run that a request belongs to."""
    return cast(State, request.app.state.review)


async def read(request: Request) -> Form:
    """Return a posted form's fields.

    Raises:
        Refused: the token is missing, or is another run's.
        UserError: too large, or no form.
    """
    form = await read_form(request)
    if not same_secret(form.get("token", ""), state_of(request).secret):
        raise Refused
    return form


Run = Annotated[State, Depends(state_of)]
Posted = Annotated[Form, Depends(read)]


def said(form: Form, prefix: str) -> dict[str, str]:
    """Return the fields whose names begin with `prefix`, without it; a browser's line ends become LF."""
    found = {name.removeprefix(prefix): text for name, text in form.items() if name.startswith(prefix)}
    return {name: text.replace("\r\n", "\n").replace("\r", "\n") for name, text in found.items()}


def one_at_a_time(handler: Callable[..., Response]) -> Callable[..., Response]:
    """Take one form after the other, so that a late draft does not slip behind the save of its page."""

    @wraps(handler)
    def held(*, state: State, **values: Any) -> Response:
        with state.lock:
            return handler(state=state, **values)

    return held
