"""Rate limits of an endpoint: requests and tokens per minute."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

from aiolimiter import AsyncLimiter

from seedbed.project.params_types import Server

_BYTES_PER_TOKEN = 4
"""Of a request's UTF-8 JSON; on the safe side for English, about right for Japanese."""
_REPLY_TOKENS = 500
"""Assumed where the request sets no `max_tokens`."""


def admitting(server: Server) -> Callable[[float], Coroutine[Any, Any, None]]:
    """Return a function that waits until a request of so many tokens has its place within the endpoint's limits."""
    requests = _limiter(server.get("requests_per_minute"))
    tokens = _limiter(server.get("tokens_per_minute"))
    order = asyncio.Lock()

    async def admit(size: float) -> None:
        if requests:
            await requests.acquire()
        if tokens and size:
            async with order:  # a request that is larger than the bucket takes it in several draughts
                while size > 0:
                    await tokens.acquire(min(size, tokens.max_rate))
                    size -= tokens.max_rate

    return admit


def _limiter(per_minute: float | None) -> AsyncLimiter | None:
    """Return a leaky bucket that lets at most `per_minute` through in *any* minute.

    A bucket of capacity C that drains r a minute lets C + r through in its fullest minute, so C + r = `per_minute`.
    """
    if per_minute is None:
        return None
    capacity = max(1.0, per_minute / 10)
    drained = max(per_minute - capacity, per_minute / 2)
    return AsyncLimiter(capacity, time_period=60 * capacity / drained)


def tokens_of(content: bytes) -> float:
    """Return about how many tokens a request and its reply have, as rate limits count them."""
    body = json.loads(content)
    reply = body.get("max_tokens") or body.get("max_completion_tokens") or _REPLY_TOKENS
    return float(len(content) / _BYTES_PER_TOKEN + (reply if "messages" in body else 0))
