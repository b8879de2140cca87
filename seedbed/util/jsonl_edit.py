"""Replace, add or remove lines of a JSON Lines file in one write; other lines stay unchanged."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import accumulate
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
        raise UserError(f"{path}: another process has held its lock for {_WAIT_S} seconds; try again") from None
    try:
        yield
    finally:
        lock.release()


def put_lines(
    path: Path,
    changes: Callable[[], Mapping[Any, Mapping[str, Any] | None]],
    key: Callable[[Row], Any],
    place: Callable[[Any], Any],
    parse: Callable[[str], Row] = parse_json,
) -> None:
    """Put rows in the place of their present lines, or remove those where a row is None, all in one write.

    Args:
        path: the file; made where it is not there. Its lock must be held.
        changes: called on the file as it stands; what to write, by key; raises where nothing may be written.
        key: of a row, what tells it from the others.
        place: of a key, what the lines are sorted by: a new line goes behind the last line whose place is lower. None
            where a key has no place; a new line then goes to the end.
        parse: reads the row in a line; called once `changes` has found the file valid.
    """
    while True:
        before = _bytes(path)
        changed = changes()
        after = _put(before.decode(), changed, key, place, parse)
        if _bytes(path) == before:  # else a `git pull` came in between
            if changed:
                write_text(path, after)
            return


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _put(
    text: str,
    changes: Mapping[Any, Mapping[str, Any] | None],
    key: Callable[[Row], Any],
    place: Callable[[Any], Any],
    parse: Callable[[str], Row],
) -> str:
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    at: dict[Any, int] = {}
    for number, line in enumerate(lines):
        if line.strip():
            at.setdefault(key(parse(line.removeprefix("\ufeff"))), number)
    placed = sorted((own, number) for known, number in at.items() if (own := place(known)) is not None)
    # The last line among those of the lowest places: behind it goes what has the next place.
    last = list(accumulate((number for _, number in placed), max))
    kept: list[str | None] = [*lines]
    behind: dict[int, list[tuple[Any, str]]] = {}  # new lines by the line that they follow; -1 is before the first
    end: list[str] = []
    for one, row in changes.items():
        if one in at:
            kept[at[one]] = None if row is None else canonical(row)
        elif row is not None and (mine := place(one)) is not None:
            lower = bisect_left(placed, mine, key=lambda pair: pair[0])
            behind.setdefault(last[lower - 1] if lower else -1, []).append((mine, canonical(row)))
        elif row is not None:
            end.append(canonical(row))
    written = []
    for number, present in enumerate([None, *kept], start=-1):
        written += [] if present is None else [present]
        written += [new for _, new in sorted(behind.get(number, ()))]
    return "".join(f"{line}\n" for line in (*written, *end))
