"""Reserve disk space for responses before requests are sent; release it when the store needs it.

Where the store takes nothing all the same, an answer goes to a file of its own, which the next run takes into the store; and to
standard error where no file can be written either.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import psutil

from seedbed.exchange.requests import Request, request_of
from seedbed.exchange.responses import Response
from seedbed.project import paths
from seedbed.store.store import Store
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError
from seedbed.util.rows import checked_rows

_BASE = 2**19
_EACH = 2**17
"""Bytes that the store's files may grow by, in all and with one more answer: whole pages, in the file and in its log."""
_COPIES = 3
"""How often a large answer is written: into the log, into the file, and what stands around it."""


class Room:
    """What is held on the store's disk for one sender's answers; the file has no name, and ends with the process.

    Args:
        store: the store's file.
    """

    def __init__(self, store: Path) -> None:
        self._folder = store.parent
        self._held: BinaryIO | None = None
        self._each = _EACH

    def hold(self, answers: int) -> int:
        """Hold room for answers that come at once; return for how many there is: all of them, one, or none."""
        self.give_up()
        for count in dict.fromkeys((answers, 1)):
            if self._hold(_BASE + self._each * count):
                return count
        return 0

    def has(self, answers: int) -> bool:
        """Whether there is room for so many answers beside what is held."""
        try:
            return shutil.disk_usage(self._folder).free >= self._each * answers
        except OSError:
            return True  # a file system that cannot say

    def saw(self, size: int) -> None:
        """Expect answers as large as one that came, in bytes."""
        self._each = max(self._each, _COPIES * size)

    def give_up(self) -> None:
        """Give back what is held."""
        if self._held:
            self._held.close()
            self._held = None

    def _hold(self, size: int) -> bool:
        file = None
        try:
            file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115, it is closed by `give_up`
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.write(bytes(size))
                file.flush()
        except OSError:
            if file:
                with suppress(OSError):
                    file.close()
            return False
        self._held = file
        return True


def spill(store: Path, stage: str, request: Request, response: Response) -> str:
    """Keep an answer that the store cannot take, as a line of `seedbed store export`; return where it is, in words."""
    line = json.dumps({"id": stage, "key": request.key, "request": request.content, "response": response}) + "\n"
    for folder, name in _places(store):
        path = folder / f"{name}-{os.getpid()}.jsonl"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_ours(folder):
                continue
            _append(path, line.encode())
        except OSError:
            continue
        return f"kept in {path}, which the next run adds to the store"
    print(line, end="", file=sys.stderr, flush=True)
    return "printed above, one line each: save these lines to a file and run `seedbed store import FILE`"


def take_spilled(store: Store) -> int:
    """Take into the store what processes that have ended could not put there; return how many answers were new."""
    new = 0
    for folder, name in _places(store.path):
        for path in sorted(folder.glob(f"{name}-*.jsonl")):
            pid = path.stem.removeprefix(f"{name}-")
            at_work = pid.isdecimal() and int(pid) != os.getpid() and psutil.pid_exists(int(pid))
            if not pid.isdecimal() or at_work or path.is_symlink():
                continue
            with suppress(FileNotFoundError):  # another process takes the same file in just now
                new += _take_file(store, path) if _is_ours(path) and _is_ours(folder) else 0
    return new


def _take_file(store: Store, path: Path) -> int:
    """Take what one file holds into the store; return how many answers were new."""
    bad: list[str] = []
    new = store.take_over(_exchanges(path, bad))
    if bad:  # a process was killed while it wrote, or somebody changed the file: a person may still read it
        path.rename(path.with_suffix(".cut"))
    else:
        path.unlink()
    return new


def _exchanges(path: Path, bad: list[str]) -> Iterator[tuple[str, Request, Response]]:
    """Yield what a file holds; what is wrong with its other lines is added to `bad`."""
    for _, row in checked_rows(path, "exchange", unique=None):
        try:
            if isinstance(row, UserError):
                raise row
            yield row["id"], request_of(row["key"], row["request"]), row["response"]
        except (UserError, ValueError) as error:
            bad.append(str(error))


def _append(path: Path, line: bytes) -> None:
    """Append a line, whole or not at all."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0), 0o600)
    with os.fdopen(number, "ab", buffering=0) as file:
        before = os.fstat(number).st_size
        try:
            if file.write(line) != len(line):
                raise OSError("no room")
            os.fsync(number)
        except OSError:
            os.ftruncate(number, before)
            raise


def _is_ours(path: Path) -> bool:
    """Whether a file or folder is this user's: in a folder that all may write to, others could leave answers for us."""
    return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()


def _places(store: Path) -> list[tuple[Path, str]]:
    """Return (folder, beginning of a name) of where such files may be: beside the store, and where others are temporary."""
    return [(store.parent, f"{store.name}.spill"), (paths.servers(), f"spill-{content_hash(str(store.resolve()))[:16]}")]
