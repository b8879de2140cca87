"""What a function says of a text, such as its tokens, in an SQLite file beside the store: most of what a rebuild costs.

The file holds nothing that cannot be computed again: it may be deleted at any time, a damaged one is begun anew, and where it
cannot be read or written the function is called as if it were not there.
"""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from weakref import finalize

_MOST_BYTES = 1 << 30
"""Size from which half of the file is forgotten."""
_BUSY_S = 0.2
"""How long another process's writing is waited for."""
_END = "\n"
"""What parts the texts of a result; a result with a text that holds it is not remembered."""
Function = Callable[[str], list[str]]
"""From a text to texts, such as its tokens."""


class Remembered:
    """A function that looks into the file first. Several processes may use one file, and several functions.

    Args:
        function: computes what the file lacks.
        identity: what its results depend on beside the text.
        path: the file; its folder must exist.
    """

    def __init__(self, function: Function, identity: str, path: Path) -> None:
        self._function, self._path = function, path
        self._identity = blake2b(identity.encode(), digest_size=32).digest()
        self._new: dict[int, tuple[bytes, str]] = {}
        self._file: sqlite3.Connection | None = None
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._give_up(error)
            with suppress(sqlite3.Error, OSError):
                if not isinstance(error, sqlite3.OperationalError):
                    self._open()

    def __call__(self, text: str) -> list[str]:
        """Return the function's result for a text."""
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._identity).digest()
        key, check = int.from_bytes(digest[:8], "big", signed=True), digest[8:]
        row = None
        if self._file:
            try:
                row = self._file.execute("SELECT tokens FROM tokens WHERE key = ? AND check_ = ?", (key, check)).fetchone()
            except sqlite3.DatabaseError as error:
                self._give_up(error)
        if row is not None and isinstance(row[0], str):
            return row[0].split(_END) if row[0] else []
        result = self._function(text)
        joined = _END.join(result)
        if self._file and (joined.split(_END) if joined else []) == result and _is_unicode(joined):
            self._new[key] = (check, joined)
        return result

    def save(self) -> None:
        """Write what is new; where another process is writing for long, it is left for the next time."""
        if not (self._file and self._new):
            return
        try:
            with self._file:
                rows = ((key, *row) for key, row in self._new.items())
                self._file.executemany("INSERT OR REPLACE INTO tokens VALUES (?, ?, ?)", rows)
            self._new = {}
        except sqlite3.DatabaseError as error:
            self._give_up(error)

    def _open(self) -> None:
        self._file = sqlite3.connect(self._path, timeout=_BUSY_S)
        finalize(self, self._file.close)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.execute("CREATE TABLE IF NOT EXISTS tokens (key INTEGER PRIMARY KEY, check_ BLOB, tokens TEXT)")
        if self._path.stat().st_size > _MOST_BYTES:
            with self._file:
                self._file.execute("DELETE FROM tokens WHERE key < 0")  # keys are hashes: about every other text

    def _give_up(self, error: sqlite3.DatabaseError) -> None:
        """Do without the file; delete it where it is damaged. One that another process is busy with is kept in use."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return
        if self._file:
            with suppress(sqlite3.Error):
                self._file.close()
        self._file, self._new = None, {}
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            for end in ("", "-wal", "-shm"):
                with suppress(OSError):
                    self._path.with_name(self._path.name + end).unlink()


def _is_unicode(text: str) -> bool:
    """Whether a text can be written: half of a surrogate pair cannot."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
