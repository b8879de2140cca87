"""The page as an ASGI app: its guard, its routes, its files."""

import ipaddress
import re
from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from seedbed.review.web import editing, voting
from seedbed.review.web.forms import Posted, Refused, Run
from seedbed.review.web.guard import LOOPBACK, Guard
from seedbed.review.web.render import LANGUAGE_COOKIE, LANGUAGES, NAME_COOKIE, YEAR_S, go, page
from seedbed.review.web.state import Settings, State, is_name
from seedbed.util.errors import UserError

_STATIC = {
    "review.css": ("seedbed.review.web", "static/review.css", "text/css"),
    "review.js": ("seedbed.review.web", "static/review.js", "text/javascript"),
    "icon.svg": ("seedbed.review.web", "static/icon.svg", "image/svg+xml"),
    # Out of an installed package: Django itself is not imported.
    "htmx.js": ("django_htmx", "static/django_htmx/htmx-2.min.js", "text/javascript"),
}
_NO_TELEMETRY: TelemetryConfig = {
    "auto_configure": False,
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
}
"""Whatever the environment says: no word of this page goes to another machine."""
_LOCAL = re.compile(r"/(?!/)[\w/.-]*", re.ASCII)
_NOT_OURS = (
    "This form is of an earlier run of `seedbed review`, or of another page, so nothing was saved. "
    "Go back, copy your text, and reload the page."
)


def create_app(settings: Settings) -> FastAPI:
    """Return the app; it works in the current folder.

    Raises:
        UserError: an address other than loopback without a token.
    """
    if not is_loopback(settings.host) and not settings.token:
        raise UserError(f"--host {settings.host}: others could read and change your data; give a --token too")
    app = FastAPI(title="Seedbed review", docs_url=None, redoc_url=None, openapi_url=None, telemetry=_NO_TELEMETRY)
    app.state.review = State(settings)
    app.add_middleware(Guard, hosts=None if settings.token else frozenset((*LOOPBACK, settings.host)), token=settings.token)
    app.include_router(editing.router)
    app.include_router(voting.router)
    app.add_exception_handler(UserError, _say_mistake)
    app.add_exception_handler(Refused, _say_refused)
    app.add_exception_handler(HTTPException, _say_http)
    app.add_api_route("/", _start, methods=["GET"])
    app.add_api_route("/token", _token, methods=["GET"])
    app.add_api_route("/static/{name}", _static, methods=["GET"])
    app.add_api_route("/who", _ask_name, methods=["GET"])
    app.add_api_route("/who", _take_name, methods=["POST"])
    app.add_api_route("/language", _take_language, methods=["POST"])
    return app


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own, reached by nobody else."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _start(request: Request, state: Run) -> Response:
    built = [name for name in state.worklist.names if state.worklist.is_built(name)]
    return go(request, f"/edits/{built[0]}" if built else "/votes")


def _token(state: Run) -> Response:
    """The run's secret, for a page older than the run that still holds text; other origins cannot read the reply."""
    return PlainTextResponse(state.secret)


def _static(name: str) -> Response:
    if name not in _STATIC:
        raise HTTPException(404)
    package, path, kind = _STATIC[name]
    return Response(files(package).joinpath(path).read_bytes(), media_type=kind, headers={"cache-control": "no-cache"})


def _ask_name(request: Request, state: Run, to: str = "/") -> Response:
    return page(request, state, "who.html", to=_local(to), wrong=None)


def _take_name(request: Request, state: Run, form: Posted) -> Response:
    name, to = form.get("name", "").strip(), _local(form.get("to", "/"))
    if not is_name(name):
        return page(request, state, "who.html", 422, to=to, wrong=name[:80])
    response = go(request, to)
    response.set_cookie(NAME_COOKIE, name, max_age=YEAR_S, httponly=True, samesite="strict")
    return response


def _take_language(request: Request, form: Posted) -> Response:
    response = go(request, _local(form.get("to", "/")))
    if form.get("language") in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, form["language"], max_age=YEAR_S, httponly=True, samesite="strict")
    return response


def _local(url: str) -> str:
    """A path of ours; anything else is the start."""
    return url if _LOCAL.fullmatch(url) else "/"


def _say_mistake(request: Request, error: Exception) -> Response:
    if request.headers.get("hx-request") == "true":  # our script says it beside the text, which stays on the page
        return PlainTextResponse(str(error), status_code=400)
    return page(request, request.app.state.review, "message.html", 400, words=str(error))


def _say_refused(request: Request, error: Exception) -> Response:
    # The header tells our script to fetch this run's token and to send the form again: the person did nothing wrong.
    return PlainTextResponse(_NOT_OURS + "\n", status_code=403, headers={"x-seedbed-refused": "token"})


def _say_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return PlainTextResponse(
        f"There is no such page ({status}). Go to the address that `seedbed review` printed.\n", status_code=status
    )
