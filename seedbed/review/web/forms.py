"""What a page posts: read whole, held to a size, and refused without this run's token."""

from typing import Annotated, cast
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from seedbed.review.web.guard import MOST_BYTES, TOO_LARGE, same_secret
from seedbed.review.web.state import State
from seedbed.util.errors import UserError
from seedbed.util.line_ends import to_lf

Form = dict[str, str]
_MOST_FIELDS = 1000
"""A page of rows has a tick for each."""


class Refused(Exception):
    """A form that this run's pages did not make; nothing was saved."""


def state_of(request: Request) -> State:
    """Return the run that a request belongs to."""
    return cast(State, request.app.state.review)


async def read_form(request: Request) -> Form:
    """Return the fields of a posted form; of one given twice the last.

    The standard library reads the format that a form without files has (`application/x-www-form-urlencoded`).

    Raises:
        Refused: the token is missing, or is another run's.
        UserError: too large, or no form.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise UserError(TOO_LARGE)
    try:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError:
        raise UserError("This form was not created by this page, so nothing was saved.") from None
    if not same_secret(form.get("token", ""), state_of(request).secret):
        raise Refused
    return form


Run = Annotated[State, Depends(state_of)]
Posted = Annotated[Form, Depends(read_form)]


def texts_of(form: Form, prefix: str) -> dict[str, str]:
    """Return the fields whose names begin with `prefix`, without it; a browser's line ends become LF."""
    return {name.removeprefix(prefix): to_lf(text) for name, text in form.items() if name.startswith(prefix)}
