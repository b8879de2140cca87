"""The store: every response received on this machine, in one SQLite file.

It lies outside every DVC output, at `seedbed/store.sqlite` beside the DVC cache folder, or at `SEEDBED_STORE`.
A response is committed the moment it arrives, each in its own transaction.
"""

import gc
import json
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import disk_usage
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from seedbed.exchange.requests import Request, request_of
from seedbed.exchange.responses import Response, is_response
from seedbed.util.canonical import canonical, parse_json
from seedbed.util.errors import UserError
from seedbed.util.git import git
from seedbed.util.rows import Row
from seedbed.util.words import few

VERSION = 4
RENAMED = {"generate": "generate@native"}
"""Stages that had another name in a store, or a lock, of an older version."""
_TABLES = """
create table if not exists responses (
    key text primary key,       -- SHA-256 of the request's content
    response text not null,     -- before the request, so that a look-up need not read past it
    stage text not null,
    request text not null
) strict;
create index if not exists responses_by_stage on responses (stage);
create table if not exists sent (              -- what builds sent, beside what they expected to send
    build text not null, stage text not null, model text not null, started text not null,
    estimated_requests integer not null, estimated_usd real not null,
    requests integer not null, input integer not null, output integer not null, usd real not null,
    primary key (build, stage)
) strict;
create table if not exists batches (           -- batches that were sent, and whether what they brought was read
    id text primary key, endpoint text not null, stage text not null, read integer not null default 0,
    owner text, sent text, requests integer     -- who waits for it, when it was sent (UTC), of how many requests
) strict;
create table if not exists transcripts (md5 text primary key) strict;   -- transcripts read into the store already
create table if not exists claims (            -- requests that somebody is sending, or that are in a batch
    key text primary key, owner text not null, batch text
) strict, without rowid;
create table if not exists projects (root text primary key) strict;     -- folders of projects that use this store
create index if not exists claims_by_batch on claims (batch) where batch is not null;
"""
_LATER_COLUMNS = {"owner": "text", "sent": "text", "requests": "integer"}
"""Of `batches`, since version 4."""
_RENAME = "".join(
    f"update {table} set stage = '{new}' where stage = '{old}';"
    for old, new in RENAMED.items()
    for table in ("responses", "sent", "batches")
)
_PATIENCE_S = 60.0
"""How long another process's lock on the file is waited for."""
_INSERT = "insert or ignore into responses (key, response, stage, request) values (?, ?, ?, ?)"
_INSERT_OVER_ERROR = (
    "insert into responses (key, response, stage, request) values (?, ?, ?, ?) on conflict (key) do update set response = "
    "excluded.response where excluded.response ->> 'error' is null and "
    "case when json_valid(responses.response) then responses.response ->> 'error' is not null else true end"
)
_BATCH = 500
_MMAP_BYTES = 2**36
"""Look-ups are random reads; through a memory map they cost no system call each."""
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
        if path.is_dir():
            raise UserError(f"{path}: the store is a file, this is a folder; set SEEDBED_STORE to a file's path")
        if read_only:
            with self._in_words():
                exists = path.is_file()
                self._db = sqlite3.connect(f"file:{quote(str(path))}?mode=ro" if exists else ":memory:", uri=exists)
                if not exists:
                    self._db.executescript(_TABLES)
                    return
                (version,) = self._db.execute("pragma user_version").fetchone()
            if version != VERSION:  # a writing open refuses a newer store, and completes an older one
                Store(path).__exit__(None, None, None)
            return
        _refuse_tracked(path)
        with self._in_words():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
            (version,) = self._db.execute("pragma user_version").fetchone()
            if version > VERSION:
                raise UserError(
                    f"{path}: this store was written by a newer Seedbed (version {version}, this one knows {VERSION}); "
                    "update Seedbed, or set SEEDBED_STORE to another file"
                )
            self._use_wal()
            self._db.execute("pragma synchronous = normal")
            self._db.execute(f"pragma mmap_size = {_MMAP_BYTES}")
            if version < VERSION:
                self._complete()

    def _use_wal(self) -> None:
        """Switch to the write-ahead log; SQLite does not wait where another process is at that too."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                self._db.execute("pragma journal_mode = wal")
                return
            except sqlite3.OperationalError as error:
                if not error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or time.monotonic() > deadline:
                    raise
            time.sleep(0.02)

    def _complete(self) -> None:
        """Make the tables of a new store, or what an older one lacks; two processes may be at it at the same time."""
        with self._transaction():
            for statement in f"{_TABLES}{_RENAME}".split(";"):
                self._db.execute(statement)
            columns = {name for _, name, *_ in self._db.execute("pragma table_info(batches)")}
            for name, kind in _LATER_COLUMNS.items():
                if name not in columns:
                    self._db.execute(f"alter table batches add column {name} {kind}")
            self._db.execute(f"pragma user_version = {VERSION}")

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

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # SQLite rolls back by itself where the disk is full
                self._db.execute("rollback")
            raise
        self._db.execute("commit")

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Say what SQLite or the file system found wrong, and what to do about it."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise UserError(f"{self.path}: {_remedy(self.path, error)}") from None


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


_LEAST_FREE = 2**16
"""Bytes, for the store's log and its index: without them SQLite says no more than that its input or output failed."""


def _remedy(path: Path, error: Exception) -> str:
    name: str = getattr(error, "sqlite_errorname", "")
    with suppress(OSError):
        if name.startswith("SQLITE_IOERR") and disk_usage(path.parent).free < _LEAST_FREE:
            name = "SQLITE_FULL"
    remedies: Mapping[str, str] = {
        "SQLITE_FULL": "the disk is full; free some space and run again, every response that arrived is kept",
        "SQLITE_READONLY": "the store cannot be written; make it writable, or set SEEDBED_STORE to another path",
        "SQLITE_CANTOPEN": "the store cannot be opened; make its folder writable, or set SEEDBED_STORE to another path",
        "SQLITE_CORRUPT": "the store is damaged; move it away and run `seedbed harvest` to fill a new one from transcripts",
        "SQLITE_NOTADB": "this file is not a store; move it away, or set SEEDBED_STORE to another path",
        "SQLITE_BUSY": "the store was locked for a minute; stop the other process that uses it and run again",
    }
    for start, words in remedies.items():
        if name.startswith(start):
            return words
    return f"the store cannot be used: {error}; set SEEDBED_STORE to another path, or fix the cause"


def _refuse_tracked(path: Path) -> None:
    """A store in git would be overwritten by a checkout, and what was paid for would be gone."""
    if not path.exists() or not (folder := _git_folder(path.parent)):
        return
    relative = (path.parent.resolve() / path.name).relative_to(folder)
    if git("-C", str(folder), "ls-files", "--", str(relative)):  # without git there is nothing that could check out
        raise UserError(
            f"{path}: git tracks the store, and a checkout would overwrite it; run `git rm --cached {relative}` and commit"
        )


def _git_folder(path: Path) -> Path | None:
    path = path.resolve()
    return next((folder for folder in (path, *path.parents) if (folder / ".git").exists()), None)
