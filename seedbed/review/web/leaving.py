"""How a page is left: by a button, which posts the form with a verb (`save`, `skip`, `list:questions`).

Each page has two tables of verbs: actions, which change something, and places, which only lead somewhere. `leave` is what
both pages share: it keeps what was typed as a draft, calls the verb, and shows the page again where the person must fix
something.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TypeVar

from starlette.responses import Response

from seedbed.review.texts import LANGUAGES
from seedbed.review.web.render import LANGUAGE_COOKIE, flash, set_cookie
from seedbed.review.web.visit import Problem, Visit
from seedbed.util.errors import UserError

V = TypeVar("V", bound=Visit)
Handlers = Mapping[str, Callable[[V], Response]]
"""What to do for each verb."""
OTHERWISE = ""
"""The place that a verb leads to which is in neither table."""


def undo_last(visit: Visit) -> Response:
    """Take back the person's last save on pages of this kind, and go to it."""
    return visit.go(visit.state.undo(visit.kind, visit.person) or flash(visit.url, "nothing_to_undo"))


def switch_language(visit: Visit) -> Response:
    """Show the same page in the other language."""
    response = visit.go(visit.url)
    if visit.argument in LANGUAGES:
        set_cookie(response, LANGUAGE_COOKIE, visit.argument)
    return response


def other_queue(visit: Visit) -> Response:
    """Go to the queue of a corpus."""
    known = visit.argument in visit.state.worklist.names
    return visit.go(visit.leave_for(f"/edits/{visit.argument}") if known else "/")


def ask_name(visit: Visit) -> Response:
    """Go to the page that asks who is there."""
    return visit.go("/who")


COMMON_PLACES: Handlers[Visit] = {"list": other_queue, "who": ask_name, "language": switch_language}


def leave(visit: V, actions: Handlers[V], places: Handlers[V], show: Callable[[V, Problem], Response]) -> Response:
    """Keep what was typed, then do what the button says.

    The same button twice does its work once: the second time it only goes where it leads.

    Args:
        visit: with the posted form.
        actions: the verbs that change something.
        places: the verbs that only lead somewhere, where each action leads once it is done, and `OTHERWISE`.
        show: shows the page again, with what the person must fix.
    """
    place = places.get(visit.verb, places[OTHERWISE])
    if visit.state.is_left(visit.page_id, visit.content):
        return place(visit)
    try:
        visit.keep_draft()  # before anything that can fail
        visit.require_item()
        response = actions.get(visit.verb, place)(visit)
    except (Problem, UserError) as error:
        return show(visit, error if isinstance(error, Problem) else Problem("error", words=str(error)))
    visit.state.leave(visit.page_id, visit.content)
    return response


def one_at_a_time(handler: Callable[[V], Response]) -> Callable[[V], Response]:
    """Take one form after the other, so that a late draft does not slip behind the save of its page."""

    @wraps(handler)
    def locked(visit: V) -> Response:
        with visit.state.lock:
            return handler(visit)

    return locked
