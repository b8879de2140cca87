"""Pages made of templates: every text escaped, every word in the reader's language."""

import unicodedata
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from seedbed.review.texts import say, say_reason
from seedbed.review.web.state import State, is_name
from seedbed.util.visible import HIDDEN

LANGUAGES = ("en", "ja")
LANGUAGE_COOKIE = "seedbed_language"
NAME_COOKIE = "seedbed_name"
YEAR_S = 365 * 24 * 3600


def visible(text: str) -> Markup:
    """Return `text` as HTML in which hidden characters are named instead of obeyed."""
    parts, at = [], 0
    for found in HIDDEN.finditer(text):
        name = unicodedata.name(found[0], "CONTROL CHARACTER")
        span = Markup('<span class="control" title="{}">U+{:04X}</span>').format(name, ord(found[0]))
        parts += [escape(text[at : found.start()]), span]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("seedbed.review.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["visible"] = visible
    return made


def language_of(request: Request, state: State) -> str:
    """Return the page's language: the reader's choice, else the command line's, else the browser's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    if state.settings.language:
        return state.settings.language
    wanted = request.headers.get("accept-language", "").lower()
    return "ja" if wanted.startswith("ja") else "en"


def editor_of(request: Request, state: State) -> str | None:
    """Return who edits: the command line's word, else what the person said on the page."""
    return state.settings.editor or _named(request)


def annotator_of(request: Request, state: State) -> str | None:
    """Return who votes."""
    return state.settings.annotator or _named(request)


def _named(request: Request) -> str | None:
    name = request.cookies.get(NAME_COOKIE, "")
    return name if is_name(name) else None


def page(request: Request, state: State, template: str, status: int = 200, **values: Any) -> Response:
    """Return the HTML of a template.

    Every template gets `t` (the texts), `told` (a reason in words), `language`, `secret`, `editor` and `annotator` beside
    `values`.
    """
    language = language_of(request, state)
    t: Callable[..., str] = partial(say, language)
    values = {"editor": editor_of(request, state), "annotator": annotator_of(request, state), **values}
    html = (
        _environment()
        .get_template(template)
        .render(
            t=t, told=partial(say_reason, language), language=language, secret=state.secret, path=request.url.path, **values
        )
    )
    return HTMLResponse(html, status_code=status)


def go(request: Request, url: str) -> Response:
    """Send the browser to another page of ours, once what it posted is safe."""
    if request.headers.get("hx-request") == "true":
        return Response(status_code=200, headers={"hx-redirect": url})
    return RedirectResponse(url, status_code=303)
