"""Transcripts: the requests and responses of one stage run, in request order, every attempt a line.

    {"id":"fermi-01","key":"9f2c…","request":{…},"response":{…}}

A transcript is a plain DVC output, so `dvc push` shares what was paid for. A stage that misses responses first *warms*
its store from the transcripts that `dvc.lock` still names: DVC deletes the outputs of a stage before it runs, but the
lock and the blob in the DVC cache are still there.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import file_digest, md5
from pathlib import Path
from typing import Any

from seedbed.exchange.requests import request_of
from seedbed.exchange.result import Exchange, Result
from seedbed.project import paths
from seedbed.project.lock import locked_stages
from seedbed.store.store import Store
from seedbed.util.canonical import canonical
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows, writing

_DIGEST = re.compile("[0-9a-f]{32}")
"""The MD5 of a file; a `dvc` that is stopped may leave a part of one."""
Record = Callable[[Result[Any]], None]
"""Writes every attempt of a request to the transcript."""


@contextmanager
def transcript(path: Path, store: Store) -> Iterator[Record]:
    """Write a stage's transcript, all or nothing, result by result, and note that the store holds it."""
    digest = md5(usedforsecurity=False)
    with writing(path) as file:

        def record(result: Result[Any]) -> None:
            for request, response in result.exchanges:
                rest = canonical({"id": request.id, "key": request.key})[:-1]  # the request's text is there already
                line = f'{rest},"request":{request.text},"response":{canonical(response)}}}\n'
                digest.update(line.encode())
                file.write(line)

        yield record
    store.remember_read(digest.hexdigest())


def read_transcript(path: Path) -> Iterator[Exchange]:
    """Yield the exchanges of a transcript, each key verified.

    Raises:
        UserError: not a transcript, or a key that is not its request's.
    """
    for number, row in enumerate(read_rows(path, "exchange", unique=None), start=1):
        try:
            yield request_of(row["key"], row["request"], row["id"]), row["response"]
        except ValueError as error:
            raise UserError(f"{path}:{number}: {error}; the file was changed by hand or damaged, restore it") from None


def warm_store(store: Store, root: Path = Path()) -> int:
    """Read the transcripts that `dvc.lock` names into the store; return how many responses were new.

    Transcripts that the DVC cache does not hold are passed over: `dvc pull` brings them.
    """
    new = 0
    for stage, digest in locked_transcripts(root / "dvc.lock"):
        if not store.has_read(digest) and (blob := whole_blob(digest, root)):
            new += store.warm(digest, stage, read_transcript(blob))
    return new


def whole_blob(digest: str, root: Path = Path()) -> Path | None:
    """Return where the DVC cache keeps the transcript with this MD5.

    None where it lacks it; and where it has something else under that name, such as the beginning of it, which is said.
    """
    blob = paths.blob(digest, root)
    if not blob.is_file():
        return None
    with blob.open("rb") as file:
        if file_digest(file, lambda: md5(usedforsecurity=False)).hexdigest() == digest:
            return blob
    print(f"{blob}: damaged and ignored: its MD5 does not match its name; delete it, then run `dvc fetch`", file=sys.stderr)
    return None


def locked_transcripts(lock: Path, text: str | None = None) -> list[tuple[str, str]]:
    """Return (stage, MD5) of each transcript that a `dvc.lock` names; nothing where there is no lock.

    Args:
        lock: the file.
        text: its text, where it is not to be read from the file.

    Raises:
        UserError: it is not what DVC writes.
    """
    outs = [(stage, out) for stage, entry in locked_stages(lock, text).items() for out in entry.get("outs", [])]
    return [
        (stage, out["md5"])
        for stage, out in outs
        if out["path"].startswith(f"{paths.RESPONSES}/") and _DIGEST.fullmatch(str(out.get("md5")))
    ]
