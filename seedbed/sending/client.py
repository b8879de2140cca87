"""One endpoint, spoken to through the `openai` package: limits, retries, and errors in words.

Only a stage that has something to send imports this module; importing the client costs about a second.
"""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx2
import openai
from aiolimiter import AsyncLimiter

from seedbed.exchange.replies import Response, from_chat_completion
from seedbed.exchange.requests import Request
from seedbed.project.params import STAND_IN, Server
from seedbed.util.errors import UserError

_BYTES_PER_TOKEN = 4
"""Of a request's UTF-8 JSON; on the safe side for English, about right for Japanese."""
_REPLY_TOKENS = 500
"""Assumed where the request sets no `max_tokens`."""


class Client:
    """Speaks to one endpoint.

    Args:
        id: the endpoint's id in `params.yaml`.
        server: how it is reached.

    Raises:
        UserError: the environment variable that should hold the API key is not set, or nothing listens there.
    """

    def __init__(self, id: str, server: Server) -> None:
        self.id = id
        self.base_url: str = server.get("base_url", "http://stand-in.invalid/v1")
        timeout = httpx2.Timeout(server.get("timeout_s", 600), connect=10)
        hooks = {"request": [_limiting_hook(server)]}
        if id == STAND_IN and "base_url" not in server:
            from seedbed.stand_in.server import handle

            http = httpx2.AsyncClient(transport=httpx2.MockTransport(handle), event_hooks=hooks, timeout=timeout)
        else:
            _refuse_unreachable(id, self.base_url)
            http = openai.DefaultAioHttpClient(event_hooks=hooks, timeout=timeout)
        self.openai = openai.AsyncOpenAI(
            base_url=self.base_url,
            api_key=_api_key(id, server),
            http_client=http,
            max_retries=server.get("max_retries", 8),
            timeout=timeout,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self.openai.close()

    async def send(self, request: Request) -> Response:
        """Send one request, again where the server is busy or the line breaks, and return its response.

        Raises:
            UserError: the server cannot be reached, refuses the key, or does not take the request.
        """
        body = request.body()
        with self.in_words(f"the request for {request.id}"):
            try:
                raw = await self.openai.chat.completions.with_raw_response.create(
                    model=body.pop("model"), messages=body.pop("messages"), extra_body=body
                )
                return from_chat_completion(raw.http_response.json())
            except openai.APIStatusError as error:
                if _is_content_filter(error):
                    return {"text": None, "refusal": None, "finish_reason": "content_filter", "model": None, "usage": None}
                raise
            except ValueError as error:
                raise UserError(
                    f"endpoint {self.id!r}: {self.base_url} answered the request for {request.id} with something that is not "
                    f"a chat completion ({type(error).__name__}); is it an OpenAI-compatible server, with the path that ends "
                    "in /v1?"
                ) from None

    @contextmanager
    def in_words(self, what: str) -> Iterator[None]:
        """Turn the client's errors on `what` into a `UserError`."""
        try:
            yield
        except openai.APIStatusError as error:
            raise UserError(self._status_in_words(error, what)) from None
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            raise UserError(
                f"endpoint {self.id!r}: {self.base_url} could not be reached ({type(cause).__name__}); "
                "start the server or mend servers.*.base_url, and run again"
            ) from None

    def _status_in_words(self, error: openai.APIStatusError, what: str) -> str:
        where = f"endpoint {self.id!r} (HTTP {error.status_code})"
        if error.status_code in (401, 403):
            return f"{where}: the API key was refused; check the environment variable named in servers.{self.id}.api_key_env"
        if error.status_code == 429:
            wait = error.response.headers.get("retry-after")
            asked = f"asks to wait {wait} s" if wait else "is too busy, or the quota is used up"
            return f"{where}: the server {asked}; run again later, or lower requests_per_minute"
        if error.status_code >= 500:
            return f"{where}: the server fails again and again; run again later, all that arrived is kept"
        if error.status_code in (404, 405, 501) and "batch" in what:
            return f"{where}: the server has no Batch API; take `mode: batch` off servers.{self.id} in params.yaml"
        detail = error.body.get("message") if isinstance(error.body, dict) else None
        said = " ".join(str(detail or error.response.text).replace(self.openai.api_key, "…").split())[:300]
        return f"{where}: the server does not take {what}: {said!r}"


def _api_key(id: str, server: Server) -> str:
    variable = server.get("api_key_env")
    if variable is None:
        return "none"
    key = os.environ.get(variable, "").strip()
    if not key:
        raise UserError(f"endpoint {id!r}: the environment variable {variable} is not set; put the API key in it")
    if not (key.isascii() and key.isprintable()):
        raise UserError(f"endpoint {id!r}: {variable} holds a character that no key has; copy the key again")
    return key


def _refuse_unreachable(id: str, base_url: str) -> None:
    """Knock once, so that a server that is not running is told at once and not after minutes of retries."""
    try:
        url = urlsplit(base_url)
        port = url.port or {"http": 80, "https": 443}[url.scheme]
    except ValueError as error:
        raise UserError(f"endpoint {id!r}: base_url {base_url!r} is no address: {error}") from None
    if url.scheme in getproxies() or url.hostname is None:
        return
    try:
        socket.create_connection((url.hostname, port), timeout=10).close()
    except OSError as error:
        raise UserError(
            f"endpoint {id!r}: nothing answers at {url.hostname}:{port} ({error.strerror or error}); "
            f"start the server or mend servers.{id}.base_url, and run again"
        ) from None


def _is_content_filter(error: openai.APIStatusError) -> bool:
    """Some servers report a filtered prompt as HTTP 400; it is a refusal of that one row, not a fault."""
    return error.status_code == 400 and error.code == "content_filter"


def _limiting_hook(server: Server) -> Any:
    """Return a hook that lets each HTTP request, retries included, wait for its place within the endpoint's limits."""
    requests = _limiter(server.get("requests_per_minute"))
    tokens = _limiter(server.get("tokens_per_minute"))

    order = asyncio.Lock()

    async def hook(request: httpx2.Request) -> None:
        if requests:
            await requests.acquire()
        if tokens and request.url.path.endswith("/chat/completions"):
            async with order:  # a request that is larger than the bucket takes it in several draughts
                left = _tokens(request)
                while left > 0:
                    await tokens.acquire(min(left, tokens.max_rate))
                    left -= tokens.max_rate

    return hook


def _limiter(per_minute: float | None) -> AsyncLimiter | None:
    """Return a leaky bucket that lets at most `per_minute` through in *any* minute.

    A bucket of capacity C that drains r a minute lets C + r through in its fullest minute, so C + r = `per_minute`.
    """
    if per_minute is None:
        return None
    capacity = max(1.0, per_minute / 10)
    drained = max(per_minute - capacity, per_minute / 2)
    return AsyncLimiter(capacity, time_period=60 * capacity / drained)


def _tokens(request: httpx2.Request) -> float:
    import json

    body = json.loads(request.content)
    reply = body.get("max_tokens") or body.get("max_completion_tokens") or _REPLY_TOKENS
    return float(len(request.content) / _BYTES_PER_TOKEN + reply)
