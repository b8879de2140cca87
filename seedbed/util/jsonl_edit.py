"""Lines of a JSON Lines file, replaced, added or removed in one write; every other line stays byte for byte."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from seedbed.util.canonical import canonical, parse_json
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, write_text

_WAIT_S = 10


@contextmanager
def locked(path: Path, folder: Path) -> Iterator[None]:
    """Hold the lock of a file that several processes may write; `folder` holds the locks.

    Raises:
        UserError: another process has held it for 10 seconds.
    """
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


def put_lines(
    path: Path,
    changes: Callable[[], Mapping[Any, Row | None]],
    key: Callable[[Row], Any],
    place: Callable[[Any], Any],
) -> None:
    """Put rows in the place of their present lines, or remove those where a row is None, all in one write.

    Args:
        path: the file; made where it is not there. Its lock must be held.
        changes: called on the file as it stands; what to write, by key; raises where nothing may be written.
        key: of a row, what tells it from the others.
        place: of a key, what the lines are sorted by: a new line goes behind the last line whose place is lower. None
            where a key has no place; a new line then goes to the end.
    """
    while True:
        before = _bytes(path)
        changed = changes()
        after = _put(before.decode(), changed, key, place)
        if _bytes(path) == before:  # else a `git pull` came in between
            if changed:
                write_text(path, after)
            return


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _put(text: str, changes: Mapping[Any, Row | None], key: Callable[[Row], Any], place: Callable[[Any], Any]) -> str:
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    keys = [key(parse_json(line.removeprefix("\ufeff"))) if line.strip() else None for line in lines]
    places = [None if known is None else place(known) for known in keys]
    for one, row in changes.items():
        new = [] if row is None else [canonical(row)]
        if one in keys:
            start = keys.index(one)
            end = start + 1
        else:
            mine = place(one)
            earlier = (
                n for n in range(len(lines), 0, -1) if mine is None or (places[n - 1] is not None and places[n - 1] < mine)
            )
            start = end = next(earlier, 0)
        lines[start:end], keys[start:end], places[start:end] = new, [one] * len(new), [place(one)] * len(new)
    return "".join(f"{line}\n" for line in lines)
