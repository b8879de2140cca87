"""Who is at the page: by a link of their own, else the command line's word, else the name that they gave, in a cookie."""

from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Request

from seedbed.review.web.forms import Run
from seedbed.review.web.guard import PERSON
from seedbed.review.web.state import State, is_name

NAME_COOKIE = "seedbed_name"


class NameNeeded(Exception):
    """Nobody has said yet who is there; nothing was saved."""


def editor_of(request: Request, state: State) -> str | None:
    """Return who edits; None where nobody has said."""
    return request.scope.get(PERSON) or state.settings.editor or _name_in_cookie(request, state)


def annotator_of(request: Request, state: State) -> str | None:
    """Return who votes; None where nobody has said."""
    return request.scope.get(PERSON) or state.settings.annotator or _name_in_cookie(request, state)


def is_free(state: State, name: str) -> bool:
    """Whether a visitor may take a name: one who shares a token with others may not, where its person has a link."""
    return state.is_open or state.invites.known(name) is None


def _name_in_cookie(request: Request, state: State) -> str | None:
    name = unquote(request.cookies.get(NAME_COOKIE, ""))
    return name if is_name(name) and is_free(state, name) else None


def _named_editor(request: Request, state: Run) -> str:
    return _or_ask(editor_of(request, state))


def _named_annotator(request: Request, state: Run) -> str:
    return _or_ask(annotator_of(request, state))


def _or_ask(name: str | None) -> str:
    if name is None:
        raise NameNeeded
    return name


Editor = Annotated[str, Depends(_named_editor)]
Annotator = Annotated[str, Depends(_named_annotator)]
