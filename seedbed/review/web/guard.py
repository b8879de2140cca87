"""Access control of the page: host, origin, token and rate limits."""

import hmac
import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import parse_qs, parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seedbed.review.invites import Invites
from seedbed.util.errors import UserError

MOST_BYTES = 2_000_000
"""Of one request's body."""
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
PERSON = "seedbed.person"
"""Of a request's scope: who a visitor is by a link of their own; None for others."""
_COOKIE = "seedbed_access"
_MOST_WRONG = 10
_CLOSED_S = 60
_MOST_ADDRESSES = 10_000
_HEADERS = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    # `no-referrer` would make browsers send `Origin: null` with our own forms; nothing goes to other origins either way.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Throttle:
    """Counts the wrong tokens that come from an address; too many within a minute close it for as long.

    Args:
        clock: seconds on a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, dict[str, float]] = {}

    def is_closed(self, address: str) -> bool:
        """Whether nothing from this address is looked at now."""
        recent = {value: at for value, at in self._wrong.get(address, {}).items() if self._clock() - at < _CLOSED_S}
        if recent:
            self._wrong[address] = recent
        else:
            self._wrong.pop(address, None)
        return len(recent) >= _MOST_WRONG

    def note(self, address: str, shown: str) -> None:
        """Note a wrong token; the same one again, as of a bookmark, counts once."""
        self._wrong.setdefault(address, {}).setdefault(sha256(shown.encode()).hexdigest(), self._clock())
        while len(self._wrong) > _MOST_ADDRESSES:
            self._wrong.pop(next(iter(self._wrong)))


class Guard:
    """ASGI middleware that refuses, in words, what comes by another name, from another page, without a token or too large.

    Args:
        app: what it guards.
        hosts: the names, without port, by which the page may be called; None where tokens are what protects it.
        token: what any visitor may show once; None where there is no such token.
        invites: the people with a token of their own.
        is_open: whether a visitor without a token is let in.
        throttle: counts wrong tokens.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: frozenset[str] | None,
        token: str | None,
        invites: Invites,
        is_open: bool,
        throttle: Throttle,
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._token = token
        self._invites = invites
        self._is_open = is_open
        self._throttle = throttle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers.setdefault("cache-control", "no-store")  # so that Back asks for the row as it is now
            await send(message)

        try:
            refused = self._refuse(scope)
        except UserError as error:
            refused = _refusal(500, str(error))
        await (refused or self._app)(scope, receive, send_with_headers)

    def _refuse(self, scope: Scope) -> Response | None:
        headers, method = Headers(scope=scope), scope["method"]
        host = headers.get("host", "")
        if self._hosts is not None and host.rsplit(":", 1)[0] not in self._hosts:
            return _refusal(403, f"Unknown host name {host[:100]!r}. Open the address that `seedbed review` printed.")
        if method not in ("GET", "HEAD", "POST"):
            return _refusal(405, "Only GET and POST are supported.")
        if method == "GET" and (answer := self._check_token(scope)):
            return answer
        if not self._is_let_in(scope, headers):
            return _refusal(401, "A token is required. Open the link that you were given, which ends in ?token=….")
        return self._check_post(scope, headers) if method == "POST" else None

    @staticmethod
    def _check_post(scope: Scope, headers: Headers) -> Response | None:
        origin = headers.get("origin")
        same = origin == f"{scope['scheme']}://{headers.get('host', '')}"
        if not (same if origin else headers.get("sec-fetch-site") == "same-origin"):
            return _refusal(403, "This request came from another website, so nothing was saved. Reload the page and try again.")
        length = headers.get("content-length", "")
        return _refusal(413, TOO_LARGE) if length.isdigit() and int(length) > MOST_BYTES else None

    def _is_let_in(self, scope: Scope, headers: Headers) -> bool:
        """Whether a visitor has shown a token before, or needs none; who it is goes into the scope where the token says so."""
        cookie = Request({"type": "http", "headers": headers.raw}).cookies.get(_COOKIE, "")
        scope[PERSON] = self._invites.person_of(cookie) if cookie else None
        shared = self._token is not None and bool(cookie) and same_secret(cookie, self._invites.cookie_of(self._token))
        return scope[PERSON] is not None or shared or self._is_open

    def _check_token(self, scope: Scope) -> Response | None:
        """Let a visitor in who brings a token in the address, and take it out of the address."""
        query = scope["query_string"].decode("latin-1")
        shown = parse_qs(query).get("token", [""])[0]
        if not shown or (self._is_open and not self._invites.people()):
            return None
        address = scope["client"][0] if scope.get("client") else ""
        if self._throttle.is_closed(address):
            return _refusal(429, f"Too many wrong tokens. Wait {_CLOSED_S} seconds, then open the link that you were given.")
        cookie = self._invites.cookie_of(shown)
        if self._invites.person_of(cookie) is None and not (self._token and same_secret(shown, self._token)):
            self._throttle.note(address, shown)
            words = "This token is not valid (any more). Open the link that you were given, or ask for a new one."
            return None if self._is_open else _refusal(401, words)
        rest = urlencode([(name, value) for name, value in parse_qsl(query) if name != "token"])
        response = RedirectResponse("/" + scope["path"].lstrip("/") + (f"?{rest}" if rest else ""), status_code=303)
        response.set_cookie(_COOKIE, cookie, httponly=True, samesite="strict")
        return response


TOO_LARGE = f"The form is larger than {MOST_BYTES:,} bytes, so nothing was saved. Shorten the text."


def same_secret(shown: str, secret: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(shown.encode(), secret.encode())


def new_secret() -> str:
    """Return 32 random hex digits."""
    return secrets.token_hex(16)


def _refusal(status: int, words: str) -> Response:
    return PlainTextResponse(words + "\n", status_code=status)
