"""Pages made of templates: every text escaped, every word in the reader's language."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

import regex
from jinja2 import Environment
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from seedbed.reporting.answer_markup import rendered
from seedbed.review.bulk import LEFT, VERBS
from seedbed.review.texts import LANGUAGES, say, say_corpus, say_label, say_reason
from seedbed.review.web.people import annotator_of, editor_of
from seedbed.review.web.state import State, is_id
from seedbed.util.errors import UserError
from seedbed.util.templates import templates_in
from seedbed.util.visible import HIDDEN

LANGUAGE_COOKIE = "seedbed_language"
_YEAR_S = 365 * 24 * 3600
_FLASHES = {"saved", "same", "undone", "nothing_to_undo", "not_undone", "kept", "dropped", "voted", "bulk_undone"}
_FLASHES |= {"confirmed", "rejected", "taken_back"}
_FLASHES |= {"elsewhere", "elsewhere_some", "elsewhere_undone", "elsewhere_left"}
_FLASHES |= {f"bulk_{verb}" for verb in VERBS}
_FLASH_NUMBERS = ("n", *LEFT)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_ATTRIBUTES = re.compile(r"<(\w+)(?: [\w-]+=\"[^\"]*\")+>", re.ASCII)
"""A tag of the renderer's with attributes: a text's own `<` is `&lt;` there."""
_ONCE = {"said", "row", "token", *_FLASH_NUMBERS}


def visible(text: str) -> Markup:
    """Return `text` as HTML in which hidden characters are named instead of obeyed."""
    return Markup(HIDDEN.sub(_named, str(escape(text))))  # noqa: S704, escaped


def marked_up(text: str) -> Markup:
    """Return Markdown as HTML of a closed set of tags without attributes, in which hidden characters are named."""
    return Markup(HIDDEN.sub(_named, _ATTRIBUTES.sub("<\\1>", rendered(text))))  # noqa: S704, the renderer escapes


def _named(match: regex.Match[str]) -> str:
    name = unicodedata.name(match[0], "CONTROL CHARACTER")
    return f'<span class="control" title="{name}">U+{ord(match[0]):04X}</span>'


@cache
def _environment() -> Environment:
    environment = templates_in(Path(__file__).with_name("templates"))
    environment.filters["visible"] = visible
    environment.filters["marked_up"] = marked_up
    return environment


def language_of(request: Request, state: State) -> str:
    """Return the page's language: the reader's choice, else the command line's, else the browser's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    if state.settings.language:
        return state.settings.language
    asked = request.headers.get("accept-language", "").lower()
    return "ja" if asked.startswith("ja") else "en"


def render(request: Request, state: State, template: str, status: int = 200, **values: object) -> Response:
    """Return the HTML of a template.

    Every template gets `t` (the texts), `reason_words` (a reason in words), `corpus_words`, `label_words`, `language`,
    `secret`, `demo`, `path`, `here` (the address), `editor` and `annotator` beside `values`.
    """
    language = language_of(request, state)
    t: Callable[..., str] = partial(say, language)
    common = {
        "t": t,
        "corpus_words": partial(say_corpus, language),
        "label_words": partial(say_label, language),
        "reason_words": partial(say_reason, language),
        "language": language,
        "secret": state.secret,
        "demo": state.settings.demo,
        "path": request.url.path,
        "here": address_of(request),
        "editor": editor_of(request, state),
        "annotator": annotator_of(request, state),
    }
    html = _environment().get_template(template).render(common | values)
    return HTMLResponse(html, status_code=status)


def page(request: Request, state: State, template: str, status: int = 200, **values: object) -> Response:
    """Return a page with the navigation on it: the corpora with what waits in each, and what was just done."""
    waiting: list[tuple[str, int | None]] = []
    for name in state.worklist.names:
        try:
            waiting.append((name, len(state.waiting(state.worklist.corpus(name), editor_of(request, state)))))
        except UserError:  # said on the corpus's own page; the other pages go on
            waiting.append((name, None))
    key, row = request.query_params.get("said", ""), request.query_params.get("row", "")
    known = key in _FLASHES and (not row or is_id(row))
    numbers = {name: int(number) for name in _FLASH_NUMBERS if _NUMBER.fullmatch(number := request.query_params.get(name, ""))}
    said = (key, {"id": row, "n": 0} | numbers) if known else None
    return render(request, state, template, status, waiting=waiting, flash=said, **values)


def flash(url: str, key: str, id: str = "", numbers: Mapping[str, int] | None = None) -> str:
    """Return a page's URL with the message that is shown on it once: `flash_<key>` of `texts.yaml`.

    Args:
        url: of the page.
        key: of the message.
        id: of the row that it is about.
        numbers: what goes into it: `n` rows of which something was done, and, by reason, rows that were left as they are.
    """
    parts = urlsplit(url)
    said = urlencode(
        {"said": key} | ({"row": id} if id else {}) | {name: number for name, number in (numbers or {}).items() if number}
    )
    return urlunsplit(parts._replace(query=f"{parts.query}&{said}" if parts.query else said))


def address_of(request: Request) -> str:
    """Return the address of the page that was asked for, without what was just done."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in _ONCE]
    return request.url.path + (f"?{urlencode(kept)}" if kept else "")


def is_script(request: Request) -> bool:
    """Whether our script has sent the request, and not the browser's own form."""
    return request.headers.get("x-requested-with") == "fetch"


def go(request: Request, url: str) -> Response:
    """Send the browser to another page of ours, once what it posted is safe."""
    if is_script(request):  # `fetch` would follow a redirect itself, and load the page twice
        return Response(status_code=200, headers={"x-seedbed-location": url})
    return RedirectResponse(url, status_code=303)


def set_cookie(response: Response, name: str, value: str) -> None:
    """Remember a choice of the reader's for a year."""
    response.set_cookie(name, value, max_age=_YEAR_S, httponly=True, samesite="strict")
