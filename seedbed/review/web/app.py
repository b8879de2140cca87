"""The page as an ASGI app: its guard, its routes, its files."""

import ipaddress
import re
from importlib.resources import files
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from seedbed.project import paths
from seedbed.review.invites import Invites
from seedbed.review.texts import LANGUAGES
from seedbed.review.web import editing, elsewhere, memory_pane, queue_page, voting
from seedbed.review.web.forms import Posted, Refused, Run
from seedbed.review.web.guard import LOOPBACK, PERSON, Guard, Throttle
from seedbed.review.web.people import NAME_COOKIE, NameNeeded, is_free
from seedbed.review.web.render import LANGUAGE_COOKIE, address_of, go, is_script, render, set_cookie
from seedbed.review.web.state import Settings, State, is_name
from seedbed.util.errors import UserError

_STATIC = {
    "review.css": "text/css",
    "attention.js": "text/javascript",
    "form.js": "text/javascript",
    "keys.js": "text/javascript",
    "marks.js": "text/javascript",
    "memory.js": "text/javascript",
    "presence.js": "text/javascript",
    "list.js": "text/javascript",
    "review.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_NO_TELEMETRY: TelemetryConfig = {
    "auto_configure": False,
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
}
"""Whatever the environment says: no word of this page goes to another machine."""
_LOCAL = re.compile(r"/(?!/)[\w/.-]*(\?[\w%&=+.*~:-]*)?", re.ASCII)
_NOT_OURS = (
    "This form belongs to an earlier run of `seedbed review` or to another page, so nothing was saved. "
    "Go back, copy your text, and reload the page."
)


def create_app(settings: Settings) -> FastAPI:
    """Return the app; it works in the current folder.

    Raises:
        UserError: an address other than loopback without a token.
    """
    invites, is_open = Invites(paths.invites()), is_loopback(settings.host) and not settings.token
    if not is_open and not settings.token and not invites.people():
        raise UserError(
            f"--host {settings.host}: anybody on the network could read and change your data; create a link per person with "
            "`seedbed review invite NAME`, or add --token"
        )
    app = FastAPI(title="Seedbed review", docs_url=None, redoc_url=None, openapi_url=None, telemetry=_NO_TELEMETRY)
    app.state.review = State(settings, invites=invites, is_open=is_open)
    hosts = frozenset((*LOOPBACK, settings.host)) if is_open else None
    app.add_middleware(Guard, hosts=hosts, token=settings.token, invites=invites, is_open=is_open, throttle=Throttle())
    app.include_router(queue_page.router)
    app.include_router(editing.router)
    app.include_router(memory_pane.router)
    app.include_router(elsewhere.router)
    app.include_router(voting.router)
    app.add_exception_handler(UserError, _user_error)
    app.add_exception_handler(NameNeeded, _name_needed)
    app.add_exception_handler(Refused, _wrong_token)
    app.add_exception_handler(HTTPException, _no_such_page)
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
    content = files("seedbed.review.web").joinpath("static", name).read_bytes()
    return Response(content, media_type=_STATIC[name], headers={"cache-control": "no-cache"})


def _ask_name(request: Request, state: Run, to: str = "/") -> Response:
    if request.scope[PERSON]:  # a link of one's own says it
        return go(request, _local(to))
    return render(request, state, "who.html", to=_local(to), wrong=None, key="who_wrong")


def _take_name(request: Request, state: Run, form: Posted) -> Response:
    name, to = form.get("name", "").strip(), _local(form.get("to", "/"))
    if request.scope[PERSON]:
        return go(request, to)
    if not is_name(name) or not is_free(state, name):
        key = "who_invited" if is_name(name) else "who_wrong"
        return render(request, state, "who.html", 422, to=to, wrong=name[:80], key=key)
    response = go(request, to)
    set_cookie(response, NAME_COOKIE, quote(name, safe=""))  # a cookie is Latin-1
    return response


def _take_language(request: Request, form: Posted) -> Response:
    response = go(request, _local(form.get("to", "/")))
    if form.get("language") in LANGUAGES:
        set_cookie(response, LANGUAGE_COOKIE, form["language"])
    return response


def _local(url: str) -> str:
    """A path of ours; anything else is the start."""
    return url if _LOCAL.fullmatch(url) else "/"


def _user_error(request: Request, error: Exception) -> Response:
    if is_script(request):  # it says so beside the text, which stays on the page
        return PlainTextResponse(str(error), status_code=400)
    return render(request, request.app.state.review, "message.html", 400, words=str(error))


def _name_needed(request: Request, error: Exception) -> Response:
    if request.method == "POST":
        return _user_error(request, UserError("enter your name first; nothing was saved"))
    return go(request, f"/who?to={quote(address_of(request))}")


def _wrong_token(request: Request, error: Exception) -> Response:
    # The header tells our script to fetch this run's token and to send the form again: the person did nothing wrong.
    return PlainTextResponse(_NOT_OURS + "\n", status_code=403, headers={"x-seedbed-refused": "token"})


def _no_such_page(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return PlainTextResponse(
        f"Page not found ({status}). Open the address that `seedbed review` printed.\n", status_code=status
    )
