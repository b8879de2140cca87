"""The store's SQLite file: its tables, how it is opened, and what is said where that fails."""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import disk_usage
from urllib.parse import quote

from seedbed.util.errors import UserError
from seedbed.util.git import git

_VERSION = 4
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
_LEAST_FREE = 2**16
"""Bytes, for the store's log and its index: without them SQLite says no more than that its input or output failed."""
_MMAP_BYTES = 2**36
"""Look-ups are random reads; through a memory map they cost no system call each."""


def connect(path: Path, read_only: bool = False) -> sqlite3.Connection:
    """Open the store's file.

    Args:
        path: the file; made with its folder where it is not there.
        read_only: change nothing; a store that is not there is an empty one.

    Raises:
        UserError: the file is tracked by git, is no store, is damaged, is of a newer version, or cannot be written.
    """
    if path.is_dir():
        raise UserError(f"{path}: the store is a file, this is a folder; set SEEDBED_STORE to a file's path")
    if not read_only:
        return _for_writing(path)
    with in_words(path):
        if not path.is_file():
            empty = sqlite3.connect(":memory:")
            empty.executescript(_TABLES)
            return empty
        database = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
        version = _version(database)
    if version != _VERSION:  # a writing open refuses a newer store, and completes an older one
        _for_writing(path).close()
    return database


def _for_writing(path: Path) -> sqlite3.Connection:
    _refuse_tracked(path)
    with in_words(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
        if (version := _version(database)) > _VERSION:
            raise UserError(
                f"{path}: this store was written by a newer Seedbed (version {version}, this one knows {_VERSION}); "
                "update Seedbed, or set SEEDBED_STORE to another file"
            )
        _use_wal(database)
        database.execute("pragma synchronous = normal")
        database.execute(f"pragma mmap_size = {_MMAP_BYTES}")
        if version < _VERSION:
            _complete(database)
    return database


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("pragma user_version").fetchone()[0])


def _use_wal(database: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; SQLite does not wait where another process is at that too."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            database.execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or time.monotonic() > deadline:
                raise
        time.sleep(0.02)


def _complete(database: sqlite3.Connection) -> None:
    """Make the tables of a new store, or what an older one lacks; two processes may be at it at the same time."""
    with transaction(database):
        for statement in f"{_TABLES}{_RENAME}".split(";"):
            database.execute(statement)
        columns = {name for _, name, *_ in database.execute("pragma table_info(batches)")}
        for name, kind in _LATER_COLUMNS.items():
            if name not in columns:
                database.execute(f"alter table batches add column {name} {kind}")
        database.execute(f"pragma user_version = {_VERSION}")


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Commit the changes of a block together, or none of them."""
    database.execute("begin immediate")
    try:
        yield
    except BaseException:
        if database.in_transaction:  # SQLite rolls back by itself where the disk is full
            database.execute("rollback")
        raise
    database.execute("commit")


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Say what SQLite or the file system found wrong with the store's file, and what to do about it."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise UserError(f"{path}: {_remedy(path, error)}") from None


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
