"""The store: every response received on this machine, in one SQLite file.

It lies outside every DVC output, at `seedbed/store.sqlite` beside the DVC cache folder, or at `SEEDBED_STORE`.
A response is committed the moment it arrives, each in its own transaction.
"""

import gc
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from seedbed.exchange.requests import Request, request_of
from seedbed.exchange.responses import Response, is_response
from seedbed.store.database import RENAMED, connect, in_words, transaction
from seedbed.util.canonical import canonical, parse_json
from seedbed.util.rows import Row
from seedbed.util.words import few

_INSERT = "insert or ignore into responses (key, response, stage, request) values (?, ?, ?, ?)"
_INSERT_OVER_ERROR = (
    "insert into responses (key, response, stage, request) values (?, ?, ?, ?) on conflict (key) do update set response = "
    "excluded.response where excluded.response ->> 'error' is null and "
    "case when json_valid(responses.response) then responses.response ->> 'error' is not null else true end"
)
_BATCH = 500
_DECODER = json.JSONDecoder()
"""Of responses, which are canonical: nothing stands around one, and so `loads`, which looks for it, is not needed."""
Sent = tuple[str, float, float, float]


class Store:
    """The open store. Use it as a context manager.

    Args:
        path: the file; made with its folder where it is not there.
        read_only: change nothing; a store that is not there is an empty one.

    Raises:
        UserError: the file is tracked by git, is no store, is damaged, is of a newer version, or cannot be written.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        self._read_only = read_only
        self._named: set[str] = set()
        self._db = connect(path, read_only)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()

    def get(self, keys: Iterable[str]) -> dict[str, Response]:
        """Return the responses that the store has of `keys`, by key; one that is damaged is named, and is a miss."""
        ordered, responses = sorted(set(keys)), {}  # in the order of the index
        with self._in_words(), _no_collection():
            for start in range(0, len(ordered), _BATCH):
                batch = ordered[start : start + _BATCH]
                marks = ",".join("?" * len(batch))
                query = f"select key, response from responses where key in ({marks})"
                responses.update({key: _response(text) for key, text in self._db.execute(query, batch)})
        whole = {key: response for key, response in responses.items() if response is not None}
        if len(whole) < len(responses):
            self._miss([key for key in responses if key not in whole])
        return whole

    def _miss(self, keys: list[str]) -> None:
        """Name damaged responses; where the store may be written, make room for others in their place."""
        new = [key for key in keys if key not in self._named]
        self._named.update(new)
        if new:
            named = few([f"the response to request {key[:12]}" for key in new], 5)
            remedy = "dropped; it will be restored from a transcript or sent again"
            remedy = "`seedbed store verify --repair` drops it and restores it from a transcript" if self._read_only else remedy
            print(f"{self.path}: damaged, so treated as missing: {named}; {remedy}", file=sys.stderr)
        if not self._read_only:
            self.delete(keys)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete responses, in one transaction; transcripts are then read again, since they may hold them."""
        with self.at_once():
            self._db.executemany("delete from responses where key = ?", [(key,) for key in keys])
            self._db.execute("delete from transcripts")

    def put(self, stage: str, request: Request, response: Response, sent: Sent | None = None) -> None:
        """Commit one response and end the claim on its request; a key that is there already keeps its first response.

        Args:
            stage: the stage that asked.
            request: what was asked.
            response: what came.
            sent: where it was paid for just now, what the log of builds adds: (build, input tokens, output tokens, USD).
        """
        values = (request.key, canonical(response), stage, request.text)
        with self._in_words():
            if sent is None:
                self._db.execute(_INSERT, values)
                return
            build, input_tokens, output_tokens, usd = sent
            with self._transaction():
                self._db.execute(_INSERT, values)
                self._db.execute("delete from claims where key = ?", (request.key,))
                self._db.execute(
                    "update sent set requests = requests + 1, input = input + ?, output = output + ?, usd = usd + ? "
                    "where build = ? and stage = ?",
                    (int(input_tokens), int(output_tokens), usd, build, stage),
                )

    def log_estimate(self, build: str, stage: str, model: str, requests: int, usd: float) -> None:
        """Note what a stage is about to send, in a build's log."""
        with self._in_words():
            self._db.execute(
                "insert into sent values (?, ?, ?, datetime(), ?, ?, 0, 0, 0, 0) on conflict do update set "
                "estimated_requests = estimated_requests + excluded.estimated_requests, "
                "estimated_usd = estimated_usd + excluded.estimated_usd",
                (build, stage, model, requests, usd),
            )

    def build_totals(self, build: str) -> tuple[int, float]:
        """Return (requests, USD) that a build has sent so far."""
        with self._in_words():
            query = "select coalesce(sum(requests), 0), coalesce(sum(usd), 0.0) from sent where build = ?"
            requests, usd = self._db.execute(query, (build,)).fetchone()
        return int(requests), float(usd)

    def seen(self, stages: Iterable[str], latest: int = 200) -> Iterator[tuple[str, str, str, int, int]]:
        """Yield (stage, model, messages, input tokens, output tokens) of the `latest` responses of each stage."""
        for stage in stages:
            with self._in_words():
                rows = self._db.execute(
                    "select request->>'model', request->>'messages', response from responses "
                    "where stage = ? and json_valid(request) order by rowid desc limit ?",
                    (stage, latest),
                ).fetchall()
            for model, messages, text in rows:
                usage = (_response(text) or {}).get("usage")
                if usage is not None:
                    yield stage, model, messages, usage["input"], usage["output"]

    def has_read(self, md5: str) -> bool:
        """Whether the transcript with this MD5 was read into the store already."""
        with self._in_words():
            return self._db.execute("select 1 from transcripts where md5 = ?", (md5,)).fetchone() is not None

    def remember_read(self, md5: str) -> None:
        """Note that the store holds all of the transcript with this MD5."""
        with self._in_words():
            self._db.execute("insert or ignore into transcripts values (?)", (md5,))

    def warm(self, md5: str, stage: str, exchanges: Iterable[tuple[Request, Response]]) -> int:
        """Take over a transcript's exchanges, in one transaction; return how many were new."""
        new = self.take_over((stage, request, response) for request, response in exchanges)
        self.remember_read(md5)
        return new

    def take_over(self, exchanges: Iterable[tuple[str, Request, Response]], *, over_errors: bool = False) -> int:
        """Put (stage, request, response) that were paid for elsewhere, in one transaction; return how many were new.

        A stage that has another name today is put under that one.

        Args:
            exchanges: what to put.
            over_errors: whether an answer takes the place of an error, or of something damaged, of the same request.
        """
        before, insert = self._db.total_changes, _INSERT_OVER_ERROR if over_errors else _INSERT
        with self._in_words(), self._transaction():
            for stage, request, response in exchanges:
                self._db.execute(insert, (request.key, canonical(response), RENAMED.get(stage, stage), request.text))
        return self._db.total_changes - before

    def rows(self, query: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT, for what is built on the store."""
        with self._in_words():
            return list(self._db.execute(query, tuple(values)))

    def change(self, query: str, values: Iterable[Any] = ()) -> int:
        """Run one modifying statement, in its own transaction or within `at_once`; return the number of changed rows."""
        with self._in_words():
            return self._db.execute(query, tuple(values)).rowcount

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Commit the changes of a block together, or none of them; other processes wait meanwhile."""
        with self._in_words(), self._transaction():
            yield

    def exchanges(self) -> Iterator[tuple[str, str, Row, Response]]:
        """Yield (stage, key, request content, response) of all that the store holds whole, in order of arrival."""
        for stage, key, exchange in self._all():
            if not isinstance(exchange, str):
                yield stage, key, *exchange

    def damaged(self) -> Iterator[tuple[str, str, str]]:
        """Yield (stage, key, what is wrong) of what the store does not hold whole."""
        for stage, key, exchange in self._all():
            if isinstance(exchange, str):
                yield stage, key, exchange

    def _all(self) -> Iterator[tuple[str, str, tuple[Row, Response] | str]]:
        """Yield (stage, key, (request content, response) or what is wrong with them)."""
        with self._in_words():
            for stage, key, request, text in self._db.execute(
                "select stage, key, request, response from responses order by rowid"
            ):
                response = _response(text)
                try:
                    content = request_of(key, parse_json(request)).content
                except (ValueError, RecursionError, AttributeError):
                    yield stage, key, "its request is another's"
                else:
                    yield stage, key, (content, response) if response is not None else "its response is none"

    def beginning(self, digits: str) -> list[tuple[str, str, Row, Response]]:
        """Return (stage, key, request content, response) of each key that begins with these hex digits."""
        query = "select stage, key, request, response from responses where key >= ? and key < ? order by key"
        with self._in_words():
            rows = self._db.execute(query, (digits, f"{digits}g")).fetchall()
        return [(stage, key, parse_json(request), parse_json(response)) for stage, key, request, response in rows]

    def drop(self, keys: Iterable[str]) -> None:
        """Delete responses, and give their room back."""
        self.delete(keys)
        with self._in_words():
            self._db.execute("vacuum")

    def _transaction(self) -> AbstractContextManager[None]:
        return transaction(self._db)

    def _in_words(self) -> AbstractContextManager[None]:
        return in_words(self.path)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Look for no garbage in circles meanwhile: what is read from JSON has none, and is looked through again and again."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _response(text: str) -> Response | None:
    """Return a response; None where its text is damaged."""
    try:
        response, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return response if end == len(text) and is_response(response) else None
