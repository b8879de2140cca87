"""DVC's run-cache and lock: remove partial run-cache entries of an interrupted `dvc`, while holding DVC's lock.

DVC keeps what a stage run came to in `runs/<2 digits>/<key>/<value>`. It makes the folder, writes a temporary file into it and
moves that; and it takes the newest file of a folder, whatever its name. A `dvc` that is stopped in between leaves an empty
folder, or a temporary file that may be cut: every later `dvc repro` fails over them, before the stage runs. So it does over an
entry that is cut under its whole name, as a machine leaves it that lost its power.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from seedbed.project import paths
from seedbed.util.errors import UserError
from seedbed.util.words import count
from seedbed.util.yaml12 import load_yaml

_VALUE = re.compile(r"[0-9a-f]{64}")
"""The name of a whole entry, and of its folder."""


def half_entries(root: Path = Path(), newest: int = 0) -> list[Path]:
    """Return the temporary files and the empty folders of the run-cache; a `dvc` that is at work has some too.

    Args:
        root: of the project.
        newest: how many of the entries that were written last are read as well, to see whether they are what their name says.
    """
    folders = {
        folder: list(folder.iterdir()) for outer in _folders(paths.cache_folder(root) / "runs") for folder in _folders(outer)
    }
    all_entries = [path for entries in folders.values() for path in entries]
    bad = {path for path in all_entries if not _VALUE.fullmatch(path.name)}
    if newest:
        bad |= {path for path in sorted({*all_entries} - bad, key=_written, reverse=True)[:newest] if not _is_whole(path)}
    half: list[Path] = []
    for folder, entries in folders.items():
        cut = [path for path in entries if path in bad]
        half += [*cut, *([folder] if len(cut) == len(entries) else [])]
    return half


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another `dvc` is at work
        return 0.0


def _is_whole(path: Path) -> bool:
    """Whether an entry's name is the hash of what it holds, as DVC computes it."""
    from dvc.utils import dict_sha256

    try:
        entry = load_yaml(path, path.read_text(encoding="utf-8"))
    except (UserError, ValueError):
        return False
    except OSError:
        return True
    return isinstance(entry, dict) and dict_sha256(entry, exclude=["size", "nfiles"]) == path.name


def mend_run_cache(root: Path = Path(), newest: int = 0) -> None:
    """Take away the half entries of the run-cache, under DVC's lock, and say so.

    Nothing is lost with one: its stage runs again, from the store. Where another `dvc` is at work they are its own, and stay.

    Args:
        root: of the project.
        newest: as for `half_entries`.
    """
    if not half_entries(root, newest):
        return
    try:
        with dvc_lock(root):
            half = half_entries(root, newest)
            for path in half:
                with suppress(FileNotFoundError):
                    path.rmdir() if path.is_dir() else path.unlink()
    except UserError:
        return
    if half:
        print(
            f"DVC's run-cache: {count(len(half), 'half entry', 'half entries')} left by an interrupted `dvc` removed; the "
            "stage runs again, with its responses from the store",
            file=sys.stderr,
        )


@contextmanager
def dvc_lock(root: Path = Path()) -> Iterator[None]:
    """Hold the lock that `dvc` holds while it writes; it lets go of it while a stage's command runs.

    Raises:
        UserError: another `dvc` holds it, or it cannot be taken.
    """
    from dvc.config import Config
    from dvc.lock import LockError, make_lock

    folder = (root / ".dvc" / "tmp").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    hard_link = Config(str(folder.parent))["core"].get("hardlink_lock", False)
    lock = make_lock(str(folder / "lock"), tmp_dir=str(folder), hardlink_lock=hard_link)
    try:
        lock.lock()
    except (LockError, OSError) as error:
        words = "another dvc process is running here" if isinstance(error, LockError) else str(error)
        raise UserError(
            f"{folder / 'lock'}: DVC's lock cannot be acquired ({words}); wait for the other process, then run again"
        ) from None
    try:
        yield
    finally:
        lock.unlock()


def _folders(path: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(path) as entries:
        yield from (Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
