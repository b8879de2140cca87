"""Send a stage's missing requests through the Batch API (`/v1/files`, `/v1/batches`), at a discount.

A batch is known again by the digest of its requests, which it carries as metadata, and by its id, which is in the store
before it is waited for: a killed build picks the same batch up, and pays once. Its requests are claimed by it until it was read
(`seedbed.store.claims`).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from seedbed.exchange.requests import Request
from seedbed.exchange.responses import Response, error_response, from_chat_completion, kind_of_error
from seedbed.project.params_types import Server
from seedbed.sending.client import Client
from seedbed.sending.patience import Tries
from seedbed.sending.progress import Progress
from seedbed.sending.server_answers import Busy, is_of_the_endpoint, response_in
from seedbed.store.claims import Batch, Claims, batches, close_batch
from seedbed.store.store import Store
from seedbed.util.canonical import JsonObject, content_hash
from seedbed.util.errors import UserError
from seedbed.util.safe_text import quoted
from seedbed.util.words import count

MAX_REQUESTS = 50_000
MAX_BYTES = 200_000_000
"""The API's limits on one batch."""
U = TypeVar("U")
_ENDED = {"completed", "failed", "expired", "cancelled"}


_NO_BATCH_API = 501
"""The one status of 500 and more that does not pass."""


class _Lost(Exception):
    """The server has a batch no longer, or not what it brought."""


@dataclass(frozen=True)
class Waiting:
    """How a stage speaks to a Batch API, and waits for it.

    Attributes:
        stage: its name.
        client: of the endpoint.
        server: its settings.
        progress: what is said meanwhile.
        halted: returns why nothing more may be done, or None.
    """

    stage: str
    client: Client
    server: Server
    progress: Progress
    halted: Callable[[], UserError | None]

    @property
    def poll_s(self) -> float:
        """Seconds between two looks at a batch."""
        return self.server.get("poll_s", 30)

    async def nap(self, seconds: float) -> None:
        """Sleep, and wake up for a reason to stop."""
        for _ in range(max(1, round(seconds / 0.2))):
            if reason := self.halted():
                raise reason
            await asyncio.sleep(min(seconds, 0.2))

    async def patiently(self, ask: Callable[[], Awaitable[U]], what: str, reassurance: str) -> U:
        """Ask until there is an answer, with the patience that a single request has.

        Args:
            ask: asks once.
            what: for, in words.
            reassurance: why nothing is lost where no more is tried.

        Raises:
            UserError: it was tried often enough, or there is a reason to stop.
        """
        from openai import APIError, APIResponseValidationError

        tries = Tries()
        while True:
            try:
                return await ask()
            except Busy as error:
                busy = error
            except (APIResponseValidationError, ValueError, AttributeError, TypeError) as error:
                busy = Busy(f"an answer that no Batch API gives ({type(error).__name__})")  # a page of a proxy, say
            except APIError as error:
                as_busy = self.client.busy(error)
                if as_busy is None or getattr(error, "status_code", None) == _NO_BATCH_API:
                    raise
                busy = as_busy
            try:
                wait_s = tries.wait_s(busy, self.server, what, reassurance)
            except UserError as error:
                raise UserError(f"{self.stage}: {error}") from None
            self.progress.tried_again(str(busy))
            await self.nap(wait_s)


async def send_batches(
    waiting: Waiting, store: Store, claims: Claims, requests: dict[str, Request]
) -> AsyncIterator[tuple[Request, Response]]:
    """Yield the responses to `requests` (by key), batch by batch; those that a batch failed on are left out.

    Batches of this stage that an earlier build left open, and those that hold what is wanted, are waited for first; what they
    bring is not sent again. What another process is sending, or waits for, is left out.

    Raises:
        UserError: the endpoint has no Batch API, refuses the batch, has lost one that held what is wanted, answers no more, or
            there is a reason to stop.
    """
    missing, client, stage = dict(requests), waiting.client, waiting.stage
    for batch in _left_open(store, claims, client.id, stage, missing):
        if claims.pick_up(batch.id):
            async for key, response in _picked_up(waiting, store, claims, batch, missing):
                yield missing.pop(key), response
    ours = claims.take(list(missing))
    missing = {key: request for key, request in missing.items() if key in ours}
    for lines, keys in _split(missing, client.body):
        digest = content_hash(sorted(keys))
        read = {batch.id for batch in batches(store, "endpoint = ? and stage = ? and read", (client.id, stage))}
        id = await _find_or_create(waiting, lines, digest, read)
        claims.open_batch(id, client.id, stage, keys)
        waiting.progress.say(f"batch {quoted(id)}: {len(keys)} requests")
        (batch,) = batches(store, "id = ?", (id,))
        try:
            async for key, response in _results(waiting, store, batch):
                if key in missing:
                    yield missing[key], response
        except _Lost as lost:
            raise UserError(
                f"{stage}: batch {id}, which was sent just now, is lost: {lost}; look at it in the provider's console; "
                f"`seedbed store batches forget {id}` sends its requests again"
            ) from None
        close_batch(store, id)


async def _picked_up(
    waiting: Waiting, store: Store, claims: Claims, batch: Batch, missing: Mapping[str, Request]
) -> AsyncIterator[tuple[str, Response]]:
    """Yield what a batch that was left open brings of what is missing."""
    waiting.progress.say(f"continuing with batch {quoted(batch.id)} of an earlier build")
    unclaimed = False
    try:
        async for key, response in _results(waiting, store, batch):
            if key in missing:
                yield key, response
            elif not store.get([key]):
                unclaimed = True  # paid for, and not wanted as the inputs are now: it stays open for when they are
    except _Lost as lost:
        words = f"{batch.words} is lost: {lost}"
        if batch.requests is not None and batch.id not in claims.batches_of(missing):
            waiting.progress.say(
                f"{words}; none of its responses is needed now; `seedbed store batches forget {batch.id}` removes it"
            )
            return
        how_many = batch.open if batch.requests is not None else "some"
        raise UserError(
            f"{waiting.stage}: {words}; {how_many} of its requests have no response here, and may have been paid for: look at "
            f"it in the provider's console; `seedbed store batches forget {batch.id}` sends them again"
        ) from None
    if unclaimed:
        claims.let_go(batch.id, missing)
    else:
        close_batch(store, batch.id)


def _left_open(store: Store, claims: Claims, endpoint: str, stage: str, keys: Iterable[str]) -> list[Batch]:
    """Return the batches that were not read: those of this stage, and those that hold requests that are wanted."""
    holding = claims.batches_of(keys)
    return [
        batch
        for batch in batches(store, "not read")
        if (batch.endpoint, batch.stage) == (endpoint, stage) or batch.id in holding
    ]


def _split(requests: dict[str, Request], body: Callable[[Request], str]) -> Iterator[tuple[bytes, list[str]]]:
    """Yield (file, keys) of batches within the API's limits; the bodies are byte for byte those of single requests."""
    lines: list[bytes] = []
    keys: list[str] = []
    size = 0
    for key, request in requests.items():
        line = line_of(key, body(request)).encode()
        if keys and (len(keys) == MAX_REQUESTS or size + len(line) > MAX_BYTES):
            yield b"".join(lines), keys
            lines, keys, size = [], [], 0
        lines.append(line)
        keys.append(key)
        size += len(line)
    if keys:
        yield b"".join(lines), keys


def line_of(key: str, body: str, url: str = "/v1/chat/completions") -> str:
    """Return the line of a batch that asks one request; its `body` is as it goes over the wire."""
    return f'{{"body":{body},"custom_id":"{key}","method":"POST","url":"{url}"}}\n'


async def _find_or_create(waiting: Waiting, lines: bytes, digest: str, read: set[str]) -> str:
    """Return the id of the batch with this digest: one that was made and could not be noted, or a new one.

    A server that breaks down may have made the batch before it did, so that each further try looks for it first.
    """
    client, stage = waiting.client, waiting.stage

    async def find_or_create() -> str:
        async for batch in client.openai.batches.list(limit=100):
            ours = (batch.metadata or {}).get("seedbed") == digest and batch.id not in read
            if ours and batch.status not in ("failed", "expired", "cancelled"):
                return batch.id
        file = await client.openai.files.create(file=(f"{stage}.jsonl", lines), purpose="batch")
        created = await client.openai.batches.create(
            input_file_id=file.id,
            endpoint="/v1/chat/completions",
            completion_window="24h",
            metadata={"seedbed": digest, "stage": stage},
        )
        if not isinstance(created.id, str):
            raise TypeError
        return created.id

    with client.in_words("the batch", batch=True):
        return await waiting.patiently(
            find_or_create,
            f"sending a batch of {stage}",
            "which first checks whether the batch was created after all",
        )


async def _results(waiting: Waiting, store: Store, batch: Batch) -> AsyncIterator[tuple[str, Response]]:
    """Wait for a batch to end and yield (key, response) of what succeeded; an expired one succeeded in part."""
    name, last_words, api = f"batch {quoted(batch.id)}", "", waiting.client.openai
    reassurance = "which continues with this batch: it still runs at the provider, and `seedbed store batches` lists it"
    refused: str | None = None
    damaged = ""

    async def state() -> Any:
        remote = await _or_lost(api.batches.retrieve(batch.id), "does not know it")
        if not isinstance(remote.status, str):
            raise TypeError
        return remote

    with waiting.client.in_words(name, batch=True):
        while (now := await waiting.patiently(state, f"looking at {batch.words}", reassurance)).status not in _ENDED:
            counts = now.request_counts
            done = f"{counts.completed if counts else 0} of {counts.total if counts else '?'}"
            words = f"{name}: {quoted(now.status)}, {done} done"
            if words != last_words:
                waiting.progress.say(words)
                last_words = words
            await waiting.nap(waiting.poll_s)
        if now.status == "failed":
            close_batch(store, batch.id)  # it was refused whole: what mends it is another request, in another batch
            errors = [error.message for error in (now.errors.data if now.errors and now.errors.data else [])]
            raise UserError(f"{name} was refused: {quoted('; '.join(filter(None, errors))) or 'no reason given'}")
        lines: list[str] = []

        async def read() -> None:
            lines.clear()
            for id in filter(None, (now.output_file_id, now.error_file_id)):  # requests that failed are in the second
                text = (await _or_lost(api.files.content(id), f"has no result file {quoted(id)}")).text
                lines.extend(text.split("\n"))  # and at no other line end that a reply may hold
            if why := _damage(lines, batch, now.request_counts):
                raise Busy(why)

        try:
            await waiting.patiently(read, f"reading the results of {batch.words}", reassurance)
        except UserError as error:  # what is whole of it is kept
            damaged = str(error)
    for line in lines:
        if keyed_response := answer_in(line):
            yield keyed_response
        elif reason := refusal_in(line):
            refused = refused or reason
    if damaged:
        raise UserError(damaged)
    if refused:
        close_batch(store, batch.id)  # so that the next build sends what it refused in another batch
        where = f"{name}: endpoint {waiting.client.id!r}"
        raise UserError(f"{where} rejects something that every request of the stage contains: {refused}")


def _damage(lines: list[str], batch: Batch, counts: Any) -> str | None:
    """Return what is wrong with the files of a batch where they lack answers that it has; None where nothing is.

    A line that is no JSON is passed over where each request has an answer; where one has none, it may be half of one.
    """
    ids = [_custom_id(line) for line in lines if line.strip()]
    broken = ids.count(None)
    whole = len(ids) - broken
    if counts and isinstance(counts.completed, int) and whole < counts.completed:
        return f"the result file has {whole} of {counts.completed} answers"
    if broken and batch.requests is not None and whole < batch.requests:
        lines_that = count(broken, "invalid line", "invalid lines")
        return f"the result file has {whole} answers to {batch.requests} requests, and {lines_that}"
    return None


async def _or_lost(asked: Awaitable[U], what: str) -> U:
    """Return what was asked for.

    Raises:
        _Lost: the server says that there is no such thing.
    """
    from openai import APIStatusError

    try:
        return await asked
    except APIStatusError as error:
        if error.status_code not in (404, 410):
            raise
        raise _Lost(f"the server {what} (HTTP {error.status_code})") from None


def answer_in(line: str, form: Callable[[Any], Response] = from_chat_completion) -> tuple[str, Response] | None:
    """Return (key, response) of a line of a batch's files; None if the request must be sent again."""
    try:
        row: JsonObject = json.loads(line)
        key, response = row["custom_id"], row.get("response") or {}
        status, body = response.get("status_code"), response.get("body") or {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not isinstance(key, str):
        return None
    if status == 200:
        return key, response_in(json.dumps(body).encode(), form)
    error = _error(row)
    if is_of_the_endpoint(status, _code(error)):
        return None
    if status in (400, 413, 422):  # of that one request, as it would be outside a batch; others may go through later
        words = error.get("message") if isinstance(error, dict) else error
        return key, error_response("too_long" if status == 413 else kind_of_error(error), str(words or error))
    return None


def _custom_id(line: str) -> str | None:
    """Return the key of the request that a line answers; None where it is none."""
    try:
        key = json.loads(line)["custom_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return key if isinstance(key, str) else None


def refusal_in(line: str) -> str | None:
    """Return the words of an error that would meet every request of the stage; None where a line holds no such error."""
    try:
        row: JsonObject = json.loads(line)
        response, body_error = row.get("response") or {}, _error(row)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    if not is_of_the_endpoint(response.get("status_code"), _code(body_error)):
        return None
    return quoted(str((body_error.get("message") if isinstance(body_error, dict) else None) or body_error))


def _error(row: JsonObject) -> Any:
    """Return a line's error: within the body, as most servers have it, or beside the response, as vLLM's `run_batch` does."""
    body = (row.get("response") or {}).get("body")
    error = body or row.get("error") or {}
    return error.get("error", error) if isinstance(error, dict) else error


def _code(error: object) -> str:
    return str(error.get("code")) if isinstance(error, dict) else ""
