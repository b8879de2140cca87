"""A cache of what was read from files, valid until one of them changes."""

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class FileCache:
    """Keeps what was read, and reads it again when a file has changed."""

    def __init__(self) -> None:
        self._values: dict[Hashable, tuple[Any, Any]] = {}
        self._lock = Lock()

    def get(self, key: Hashable, paths: Sequence[Path], make: Callable[[], T]) -> T:
        """Return the cached value of `key`; call `make` for it first where one of `paths` has changed since the last call."""
        state = [_stat(path) for path in paths]  # taken before reading: a file that changes meanwhile is read again
        with self._lock:
            cached = self._values.get(key)
        if cached and cached[0] == state:
            value: T = cached[1]
            return value
        value = make()
        with self._lock:
            self._values[key] = (state, value)
        return value


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
