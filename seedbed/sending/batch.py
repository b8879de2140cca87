"""Half the price: a stage's missing requests through the Batch API (`/v1/files`, `/v1/batches`).

A batch is known again by the digest of its requests, which it carries as metadata, and by its id, which is in the store
before it is waited for: a killed build picks the same batch up, and pays once.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from seedbed.exchange.replies import Response, error_response, from_chat_completion, kind_of_error
from seedbed.exchange.requests import Request
from seedbed.sending.client import Client
from seedbed.sending.progress import Progress
from seedbed.store.store import Store
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError
from seedbed.util.saying import quoted

MAX_REQUESTS = 50_000
MAX_BYTES = 200_000_000
"""The API's limits on one batch."""
_ENDED = {"completed", "failed", "expired", "cancelled"}


async def send_batches(
    client: Client,
    store: Store,
    stage: str,
    requests: dict[str, Request],
    poll_s: float,
    progress: Progress,
    halted: Callable[[], UserError | None],
) -> AsyncIterator[tuple[Request, Response]]:
    """Yield the responses to `requests` (by key), batch by batch; those that a batch failed on are left out.

    Batches of this stage that an earlier build left open are waited for first; what they bring is not sent again.

    Raises:
        UserError: the endpoint has no Batch API, refuses the batch, or `halted` says so.
    """
    missing = dict(requests)
    for id in store.batches(client.id, stage, read=False):
        progress.say(f"picking up batch {quoted(id)} of an earlier build")
        unclaimed = False
        async for key, response in _results(client, store, id, poll_s, progress, halted):
            if key in missing:
                yield missing.pop(key), response
            elif not store.get([key]):
                unclaimed = True  # paid for, and not wanted as the inputs are now: it stays open for when they are
        if not unclaimed:
            store.close_batch(id)
    for lines, keys in _split(missing, client.body):
        digest = content_hash(sorted(keys))
        id = await _find_or_create(client, stage, lines, digest, store.batches(client.id, stage, read=True))
        store.open_batch(id, client.id, stage)
        progress.say(f"batch {quoted(id)}: {len(keys)} requests")
        async for key, response in _results(client, store, id, poll_s, progress, halted):
            if key in missing:
                yield missing[key], response
        store.close_batch(id)


def _split(requests: dict[str, Request], body: Callable[[Request], str]) -> Iterator[tuple[bytes, list[str]]]:
    """Yield (file, keys) of batches within the API's limits; the bodies are byte for byte those of single requests."""
    lines: list[bytes] = []
    keys: list[str] = []
    size = 0
    for key, request in requests.items():
        line = f'{{"body":{body(request)},"custom_id":"{key}","method":"POST","url":"/v1/chat/completions"}}\n'.encode()
        if keys and (len(keys) == MAX_REQUESTS or size + len(line) > MAX_BYTES):
            yield b"".join(lines), keys
            lines, keys, size = [], [], 0
        lines.append(line)
        keys.append(key)
        size += len(line)
    if keys:
        yield b"".join(lines), keys


async def _find_or_create(client: Client, stage: str, lines: bytes, digest: str, read: list[str]) -> str:
    """Return the id of the batch with this digest: one that a killed build made and could not note, or a new one."""
    with client.in_words("the batch"):
        async for batch in client.openai.batches.list(limit=100):
            ours = (batch.metadata or {}).get("seedbed") == digest and batch.id not in read
            if ours and batch.status not in ("failed", "expired", "cancelled"):
                return batch.id
        file = await client.openai.files.create(file=(f"{stage}.jsonl", lines), purpose="batch")
        made = await client.openai.batches.create(
            input_file_id=file.id,
            endpoint="/v1/chat/completions",
            completion_window="24h",
            metadata={"seedbed": digest, "stage": stage},
        )
        return made.id


async def _results(
    client: Client, store: Store, id: str, poll_s: float, progress: Progress, halted: Callable[[], UserError | None]
) -> AsyncIterator[tuple[str, Response]]:
    """Wait for a batch to end and yield (key, response) of what succeeded; an expired one succeeded in part."""
    told = ""
    with client.in_words(f"batch {quoted(id)}"):
        while (batch := await client.openai.batches.retrieve(id)).status not in _ENDED:
            counts = batch.request_counts
            done = f"{counts.completed if counts else 0} of {counts.total if counts else '?'}"
            state = f"batch {quoted(id)}: {quoted(batch.status)}, {done} done"
            if state != told:
                progress.say(state)
                told = state
            await _nap(poll_s, halted)
        if batch.status == "failed":
            store.close_batch(id)  # it was refused whole: what mends it is another request, in another batch
            errors = [error.message for error in (batch.errors.data if batch.errors and batch.errors.data else [])]
            raise UserError(f"batch {quoted(id)} was refused: {quoted('; '.join(filter(None, errors))) or 'no reason given'}")
        files = [id for id in (batch.output_file_id, batch.error_file_id) if id]  # requests that failed are in the second
        texts = [(await client.openai.files.content(id)).text for id in files]
    for line in "\n".join(texts).split("\n"):  # and at no other line end that a reply may hold
        found = _response(line)
        if found:
            yield found


def _response(line: str) -> tuple[str, Response] | None:
    """Return (key, response) of a line of a batch's files; None where that request is to be sent again."""
    try:
        row: dict[str, Any] = json.loads(line)
        key, response = row["custom_id"], row.get("response") or {}
        status, body = response.get("status_code"), response.get("body") or {}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if status == 200:
        try:
            return key, from_chat_completion(body)
        except ValueError as error:
            return key, error_response("not_a_completion", quoted(str(error)))
    if status in (400, 413, 422):  # of that one request, as it would be outside a batch; others may go through later
        said = body.get("error", body) if isinstance(body, dict) else body
        words = said.get("message") if isinstance(said, dict) else said
        return key, error_response("too_long" if status == 413 else kind_of_error(said), quoted(str(words or said)))
    return None


async def _nap(seconds: float, halted: Callable[[], UserError | None]) -> None:
    """Sleep, and wake up for a reason to stop."""
    for _ in range(max(1, round(seconds / 0.2))):
        if reason := halted():
            raise reason
        await asyncio.sleep(min(seconds, 0.2))
