"""Who may speak to the page: the right host, the right origin, whoever has the token; and never too much at once."""

import hmac
import secrets
from hashlib import sha256
from urllib.parse import parse_qs, parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 2_000_000
"""Of one request's body."""
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_COOKIE = "seedbed_access"
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


class Guard:
    """ASGI middleware that refuses, in words, what comes by another name, from another page, without the token or too large.

    Args:
        app: what it guards.
        hosts: the names, without port, by which the page may be called; None where a token is what protects it.
        token: what a visitor must show once; None on loopback.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None, token: str | None) -> None:
        self._app = app
        self._hosts = hosts
        self._token = token

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

        refused = self._refuse(scope)
        await (refused or self._app)(scope, receive, send_with_headers)

    def _refuse(self, scope: Scope) -> Response | None:
        headers, method = Headers(scope=scope), scope["method"]
        host = headers.get("host", "")
        if self._hosts is not None and host.rsplit(":", 1)[0] not in self._hosts:
            return _refusal(403, f"This page is not called {host[:100]!r}. Open the address that `seedbed review` printed.")
        if method not in ("GET", "HEAD", "POST"):
            return _refusal(405, "This page knows GET and POST.")
        if self._token is not None and not self._has_cookie(headers):
            return self._check_token(scope)
        if method == "POST":
            origin = headers.get("origin")
            same = origin == f"{scope['scheme']}://{host}" if origin else headers.get("sec-fetch-site") == "same-origin"
            if not same:
                return _refusal(403, "This was sent from another page than ours, so nothing was saved. Reload, and try again.")
            length = headers.get("content-length", "")
            if length.isdigit() and int(length) > MOST_BYTES:
                return _refusal(413, TOO_LARGE)
        return None

    def _has_cookie(self, headers: Headers) -> bool:
        cookies = Request({"type": "http", "headers": headers.raw}).cookies
        return same_secret(cookies.get(_COOKIE, ""), self._cookie_value())

    def _check_token(self, scope: Scope) -> Response:
        """Let a visitor in who brings the token in the address, and take it out of the address."""
        query = scope["query_string"].decode("latin-1")
        shown = parse_qs(query).get("token", [""])[0]
        if scope["method"] == "GET" and same_secret(shown, self._token or ""):
            rest = urlencode([(name, value) for name, value in parse_qsl(query) if name != "token"])
            response = RedirectResponse("/" + scope["path"].lstrip("/") + (f"?{rest}" if rest else ""), status_code=303)
            response.set_cookie(_COOKIE, self._cookie_value(), httponly=True, samesite="strict")
            return response
        return _refusal(
            401, "This page asks for its token. Open the address that `seedbed review` printed, with ?token=… at its end."
        )

    def _cookie_value(self) -> str:
        """A hash of the token, so that the cookie gives the token away to nobody."""
        return sha256(f"seedbed review {self._token}".encode()).hexdigest()


TOO_LARGE = f"That is more than {MOST_BYTES:,} bytes, so nothing was saved. Shorten the text."


def same_secret(shown: str, secret: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(shown.encode(), secret.encode())


def new_secret() -> str:
    """Return 32 random hex digits."""
    return secrets.token_hex(16)


def _refusal(status: int, words: str) -> Response:
    return PlainTextResponse(words + "\n", status_code=status)
