"""One endpoint, spoken to through the `openai` package: one try of one request, its limits, and errors in words.

Only a stage that has something to send to a server imports this module; importing the client costs about a second. Requests go
through the client's `post`, with bodies that we wrote: a batch has the same bytes in its lines. Trying again is the sender's.
"""

import asyncio
import email.utils
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import aiohttp
import httpx2
import openai

from seedbed.exchange.requests import Request, body_text
from seedbed.exchange.responses import (
    FINAL_ERRORS,
    Response,
    error_response,
    from_chat_completion,
    from_embeddings,
    kind_of_error,
)
from seedbed.project.params_types import Server
from seedbed.sending.limits import admitting, tokens_of
from seedbed.sending.server_answers import Busy, is_of_the_endpoint, response_in
from seedbed.util.errors import UserError
from seedbed.util.keys import masked
from seedbed.util.safe_text import keep_secret, quoted

TIMEOUT_S = 600.0
_ASKING = ("/chat/completions", "/embeddings")
_CONNECT_S = 10.0
_LATE_S = 1.0
"""A timer that is later than this has slept: the process did not run."""
_BUSY = {408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529}


class _HttpClient(openai.DefaultAioHttpClient):
    """The client's own HTTP client; it leaves some errors of aiohttp as they are, such as an answer that is not HTTP."""

    async def send(self, *args: Any, **kwargs: Any) -> httpx2.Response:
        try:
            return await super().send(*args, **kwargs)
        except aiohttp.ClientError as error:
            raise httpx2.RemoteProtocolError(str(error)) from error


class Client:
    """Speaks to one endpoint.

    Args:
        id: the endpoint's id in `params.yaml`.
        server: how it is reached.
        server_id: its id under `servers`, for messages.
        base_url: where it is, for a server that we started.

    Raises:
        UserError: the environment variable that should hold the API key is not set, or nothing listens there.
    """

    def __init__(self, id: str, server: Server, server_id: str = "", base_url: str | None = None) -> None:
        self.id = id
        self._server_id = server_id or id
        self.base_url: str = base_url or server["base_url"]
        self._timeout_s = server.get("timeout_s", TIMEOUT_S)
        self._concurrency = server.get("max_concurrency", 8)
        self._output_limit = server.get("output_limit", "max_tokens")
        key = _api_key(self._server_id, server)
        headers = _headers(self._server_id, server)
        keep_secret(key, *headers.values(), self.base_url)
        timeout = httpx2.Timeout(self._timeout_s, connect=_CONNECT_S)
        self._admit = admitting(server)
        hooks = {"request": [self._admit_others]}
        _refuse_unreachable(self._server_id, self.base_url)
        self.openai = openai.AsyncOpenAI(
            base_url=self.base_url,
            api_key=key or "none",
            http_client=_HttpClient(event_hooks=hooks, timeout=timeout),
            max_retries=0,
            timeout=timeout,
            default_headers=headers,
            default_query=server.get("query"),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self.openai.close()

    def body(self, request: Request) -> str:
        """Return the body of a request as it goes over the wire."""
        return body_text(request.body(self._output_limit))

    async def send(self, request: Request) -> Response:
        """Send one request once and return its response; an error that concerns this request alone is a response too.

        Raises:
            Busy: it may go through later.
            UserError: the endpoint refuses the key, the model, or what every request of the stage has in it.
        """
        content = self.body(request).encode()
        await self._admit(tokens_of(content))
        reply = asyncio.ensure_future(
            self.openai.post(
                "/embeddings" if request.is_embedding else "/chat/completions",
                cast_to=httpx2.Response,
                content=content,
                options={
                    "headers": {"content-type": "application/json"},
                    "timeout": httpx2.Timeout(None, connect=_CONNECT_S),
                    "follow_redirects": False,  # it may turn a POST into a GET, and take our headers to another host
                },
            )
        )
        reply.add_done_callback(lambda each: each.cancelled() or each.exception())  # one that nobody waits for is no news
        try:
            if not await _in_time(reply, self._timeout_s):
                raise Busy(
                    f"no whole reply within {self._timeout_s:g} s; raise servers.{self._server_id}.timeout_s, or lower "
                    f"max_concurrency ({self._concurrency} requests share the server)"
                )
            raw = await reply
        except (openai.APIStatusError, openai.APIConnectionError) as error:
            if busy := self.busy(error):
                raise busy from None
            return self._response_to(error, f"the request for {request.id}")
        finally:
            reply.cancel()
        return response_in(raw.content, from_embeddings if request.is_embedding else from_chat_completion)

    async def _admit_others(self, request: httpx2.Request) -> None:
        """Count what is no request of a stage among the requests a minute; those are admitted before their time begins."""
        if not request.url.path.endswith(_ASKING):
            await self._admit(0)

    def busy(self, error: openai.APIError) -> Busy | None:
        """Return an error of the client as one that may pass; None where it is of the request, or of the endpoint."""
        if isinstance(error, openai.APIConnectionError):
            return Busy(f"the connection broke ({_cause(error)})")
        if not isinstance(error, openai.APIStatusError):
            return None
        status, code = error.status_code, error.body.get("code") if isinstance(error.body, dict) else None
        if is_of_the_endpoint(status, str(code)) or not (status in _BUSY or status >= 500):
            return None
        words, what = self._server_words(error), f"HTTP {status}"
        return Busy(words if words == what else f"{what}: {words}", _asked_to_wait(error.response), limited=status == 429)

    def _response_to(self, error: openai.APIError, what: str) -> Response:
        """Return the response that an HTTP error is to one request; raise where it is the endpoint's."""
        assert isinstance(error, openai.APIStatusError)
        status, body = error.status_code, error.body if isinstance(error.body, dict) else {"message": error.response.text}
        kind = kind_of_error(body)
        if is_of_the_endpoint(status, str(body.get("code"))):
            raise UserError(self._status_in_words(error, what)) from None
        if kind in FINAL_ERRORS or status in (400, 413, 422):
            return error_response("too_long" if status == 413 else kind, self._server_words(error))
        raise UserError(self._status_in_words(error, what)) from None

    @contextmanager
    def in_words(self, what: str, *, batch: bool = False) -> Iterator[None]:
        """Turn the client's errors on `what`, a batch or something else, into a `UserError`."""
        try:
            yield
        except openai.APIStatusError as error:
            if batch and error.status_code in (404, 405, 501):
                raise UserError(
                    f"endpoint {self.id!r} (HTTP {error.status_code}): the server has no Batch API; remove `mode: batch` from "
                    f"servers.{self._server_id} in params.yaml"
                ) from None
            raise UserError(self._status_in_words(error, what)) from None
        except openai.APIConnectionError as error:
            raise UserError(self.unreachable(error)) from None

    def unreachable(self, error: openai.APIConnectionError) -> str:
        """Return the sentence for a server that does not answer."""
        return (
            f"endpoint {self.id!r}: {quoted(self.base_url)} could not be reached ({_cause(error)}); start the server or "
            f"correct servers.{self._server_id}.base_url, and run again"
        )

    def _status_in_words(self, error: openai.APIStatusError, what: str) -> str:
        where = f"endpoint {self.id!r} (HTTP {error.status_code})"
        if error.status_code in (401, 403):
            return (
                f"{where}: the API key was refused; check the environment variable named in "
                f"servers.{self._server_id}.api_key_env"
            )
        if 300 <= error.status_code < 400:
            to = quoted(error.response.headers.get("location", "")) or "another address"
            return (
                f"{where}: {quoted(self.base_url)} redirects to {to}; set servers.{self._server_id}.base_url to the address "
                "that answers"
            )
        return f"{where}: the server rejected {what}: {self._server_words(error)}"

    def _server_words(self, error: openai.APIStatusError) -> str:
        """Return the server's own words on an error, or its status."""
        text = error.response.text
        detail = (error.body.get("message") if isinstance(error.body, dict) else None) or ("" if text == "{}" else text)
        return quoted(str(detail or f"HTTP {error.status_code}"))


def _cause(error: BaseException) -> str:
    """Return the name of what an error of the client comes from: the layers between call a broken connection a time-out."""
    while error.__cause__:
        error = error.__cause__
    name = type(error).__name__
    return f"{type(error).__module__}.{name}" if name == "error" else name  # such as zlib.error


def _asked_to_wait(response: Any) -> float | None:
    """Return the seconds of a Retry-After header, a number or a date; None where there is none."""
    given = response.headers.get("retry-after-ms")
    if given and _is_number(given):
        return float(given) / 1000
    given = (response.headers.get("retry-after") or "").strip()
    if _is_number(given):
        return float(given)
    try:
        wait = email.utils.parsedate_to_datetime(given).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(wait, 0.0)


def _is_number(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).isdigit()


def _api_key(id: str, server: Server) -> str:
    variable = server.get("api_key_env")
    return _from_environment(variable, f"server {id!r}", "set the variable to the API key") if variable else ""


def _headers(id: str, server: Server) -> dict[str, str]:
    """Return further headers; their values are in the environment, since they may be secret."""
    named = server.get("headers", {})
    return {
        name: _from_environment(variable, f"servers.{id}.headers.{name}", "set the variable to the header's value")
        for name, variable in named.items()
    }


def _from_environment(variable: str, where: str, what: str) -> str:
    value = os.environ.get(variable, "").strip()
    if not value:
        raise UserError(f"{where}: the environment variable {masked(variable)} is not set; {what}")
    if not (value.isascii() and value.isprintable()):
        raise UserError(f"{where}: {masked(variable)} contains a character that is not allowed in a key; copy the key again")
    return value


def _refuse_unreachable(id: str, base_url: str) -> None:
    """Knock once, so that a server that is not running is named at once and not after minutes of retries."""
    try:
        url = urlsplit(base_url)
        port = url.port or {"http": 80, "https": 443}[url.scheme]
    except ValueError as error:
        raise UserError(f"servers.{id}.base_url is not a valid URL: {quoted(str(error))}") from None
    if url.scheme in getproxies() or url.hostname is None:
        return
    try:
        socket.create_connection((url.hostname, port), timeout=10).close()
    except OSError as error:
        raise UserError(
            f"endpoint {id!r}: nothing answers at {url.hostname}:{port} ({error.strerror or error}); "
            f"start the server or correct servers.{id}.base_url, and run again"
        ) from None


async def _in_time(reply: "asyncio.Future[httpx2.Response]", seconds: float) -> bool:
    """Wait for a whole reply; return whether it came.

    A time in which this process did not run, stopped or asleep, counts as one step: what came meanwhile is read first.
    """
    loop = asyncio.get_running_loop()
    step_s = min(max(seconds / 60, 1.0), 10.0)
    left = seconds
    while left > 0:
        before, wait_s = loop.time(), min(left, step_s)
        if (await asyncio.wait({reply}, timeout=wait_s))[0]:
            return True
        late = loop.time() - before > wait_s + _LATE_S
        left = max(left - wait_s, 1.0) if late else left - wait_s
    return False
