"""What was made of files, kept until one of them changes."""

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class Files:
    """Remembers what was read, and reads it again when a file is another one."""

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[Any, Any]] = {}
        self._lock = Lock()

    def once(self, key: Hashable, paths: Sequence[Path], make: Callable[[], T]) -> T:
        """Return what `make` returned last under `key`, or call it where one of `paths` has changed since."""
        state = [_state(path) for path in paths]  # taken before reading: a file that changes meanwhile is read again
        with self._lock:
            known = self._known.get(key)
        if known and known[0] == state:
            made: T = known[1]
            return made
        made = make()
        with self._lock:
            self._known[key] = (state, made)
        return made


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
