"""The store: every response ever paid for, on this machine, in one SQLite file.

It lies outside every DVC output, at `seedbed/store.sqlite` beside the DVC cache folder, or at `SEEDBED_STORE`.
A response is committed the moment it arrives, each in its own transaction.
"""

import os
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from seedbed.errors import UserError
from seedbed.json_text import canonical, parse_json
from seedbed.replies import Response
from seedbed.requests import Request

VERSION = 1
_TABLES = """
create table if not exists responses (
    key text primary key,       -- SHA-256 of the request's content
    response text not null,     -- before the request, so that a look-up need not read past it
    stage text not null,
    request text not null
) strict;
create table if not exists transcripts (md5 text primary key) strict;   -- transcripts read into the store already
"""
_BATCH = 500


def cache_folder(root: Path = Path()) -> Path:
    """Return the DVC cache folder of the repository at `root`, as DVC's own configuration has it."""
    from dvc.config import Config

    dvc_folder = (root / ".dvc").resolve()
    return Path(Config(str(dvc_folder))["cache"].get("dir") or dvc_folder / "cache")


def store_path(root: Path = Path()) -> Path:
    """Return where the store of the repository at `root` is."""
    named = os.environ.get("SEEDBED_STORE")
    return Path(named) if named else cache_folder(root).parent / "seedbed" / "store.sqlite"


class Store:
    """The open store. Use it as a context manager.

    Args:
        path: the file; made with its folder where it is not there.

    Raises:
        UserError: the file is tracked by git, is no store, is damaged, is of a newer version, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.is_dir():
            raise UserError(f"{path}: the store is a file, this is a folder; set SEEDBED_STORE to a file's path")
        _refuse_tracked(path)
        with self._in_words():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
            (version,) = self._db.execute("pragma user_version").fetchone()
            if version > VERSION:
                raise UserError(
                    f"{path}: this store was written by a newer Seedbed (version {version}, this one knows {VERSION}); "
                    "update Seedbed, or set SEEDBED_STORE to another file"
                )
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = normal")
            if version < VERSION:
                self._db.executescript(f"begin immediate; {_TABLES} pragma user_version = {VERSION}; commit;")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()

    def get(self, keys: Iterable[str]) -> dict[str, Response]:
        """Return the responses that the store has of `keys`, by key."""
        wanted, found = list(dict.fromkeys(keys)), {}
        with self._in_words():
            for start in range(0, len(wanted), _BATCH):
                batch = wanted[start : start + _BATCH]
                marks = ",".join("?" * len(batch))
                query = f"select key, response from responses where key in ({marks})"
                found.update({key: parse_json(text) for key, text in self._db.execute(query, batch)})
        return found

    def put(self, stage: str, request: Request, response: Response) -> None:
        """Commit one response; a key that is there already keeps its first response."""
        with self._in_words():
            self._db.execute(
                "insert or ignore into responses (key, response, stage, request) values (?, ?, ?, ?)",
                (request.key, canonical(response), stage, canonical(request.content)),
            )

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
        before = self._db.total_changes
        with self._in_words(), self._transaction():
            for request, response in exchanges:
                self.put(stage, request, response)
            new = self._db.total_changes - before
            self.remember_read(md5)
        return new

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Say what SQLite or the file system found wrong, and what to do about it."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise UserError(f"{self.path}: {_remedy(error)}") from None


def _remedy(error: Exception) -> str:
    name: str = getattr(error, "sqlite_errorname", "")
    remedies: Mapping[str, str] = {
        "SQLITE_FULL": "the disk is full; free some space and run again, all that had arrived is kept",
        "SQLITE_READONLY": "the store cannot be written; make it writable, or set SEEDBED_STORE to another path",
        "SQLITE_CANTOPEN": "the store cannot be opened; make its folder writable, or set SEEDBED_STORE to another path",
        "SQLITE_CORRUPT": "the store is damaged; move it away and run `seedbed harvest` to refill one from the transcripts",
        "SQLITE_NOTADB": "this file is not a store; move it away, or set SEEDBED_STORE to another path",
        "SQLITE_BUSY": "the store was locked for a minute; end the other process that uses it and run again",
    }
    for start, words in remedies.items():
        if name.startswith(start):
            return words
    return f"the store cannot be used: {error}; set SEEDBED_STORE to another path, or mend the cause"


def _refuse_tracked(path: Path) -> None:
    """A store in git would be overwritten by a checkout, and what was paid for would be gone."""
    if not path.exists() or not (folder := _git_folder(path.parent)):
        return
    relative = path.resolve().relative_to(folder)
    try:
        command = ["git", "-C", str(folder), "ls-files", "--", str(relative)]
        tracked = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:  # no git on this machine, so nothing that could check out
        return
    if tracked.stdout.strip():
        raise UserError(
            f"{path}: git tracks the store, and a checkout would overwrite it; run `git rm --cached {relative}` and commit"
        )


def _git_folder(path: Path) -> Path | None:
    path = path.resolve()
    return next((folder for folder in (path, *path.parents) if (folder / ".git").exists()), None)
