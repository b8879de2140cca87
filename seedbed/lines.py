"""One line of a JSON Lines file, replaced, added or removed; every other line stays byte for byte."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from seedbed.errors import UserError
from seedbed.json_text import canonical, parse_json
from seedbed.rows import Row, write_text
from seedbed.store import store_path

_WAIT_S = 10


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file that people's pages write; it lies beside the store, where git does not see it.

    Raises:
        UserError: another process has held it for 10 seconds.
    """
    folder = store_path().parent / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{path.parent.name}.{path.name}.lock")
    try:
        lock.acquire(timeout=_WAIT_S)
    except Timeout:
        raise UserError(f"{path}: another process has been saving to it for {_WAIT_S} seconds; try again") from None
    try:
        yield
    finally:
        lock.release()


def put_line(
    path: Path, check: Callable[[], None], row: Row | None, same: Callable[[Row], bool], earlier: Callable[[Row], bool]
) -> None:
    """Put `row` in the place of its present line, or remove that where `row` is None.

    Args:
        path: the file; made where it is not there. Its lock must be held.
        check: called on the file as it stands; raises where nothing may be written.
        row: what to write.
        same: whether a row is the one to replace.
        earlier: whether a row stands before a new one, which goes behind the last of these.
    """
    while True:
        before = _bytes(path)
        check()
        after = _put(before.decode(), row, same, earlier)
        if _bytes(path) == before:  # else a `git pull` came in between
            write_text(path, after)
            return


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _put(text: str, row: Row | None, same: Callable[[Row], bool], earlier: Callable[[Row], bool]) -> str:
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    rows = [parse_json(line.removeprefix("\ufeff")) if line.strip() else None for line in lines]
    new = [] if row is None else [canonical(row)]
    present = [number for number, known in enumerate(rows) if known is not None and same(known)]
    if present:
        lines[present[0] : present[0] + 1] = new
    else:
        at = max((number for number, known in enumerate(rows, start=1) if known is not None and earlier(known)), default=0)
        lines[at:at] = new
    return "".join(f"{line}\n" for line in lines)
