"""Files that a `dvc` leaves half-written where it is stopped, and that the next one refuses to read."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from seedbed.errors import UserError
from seedbed.json_text import parse_json
from seedbed.yaml12 import load_yaml

_WAITS_S = (0.0, 0.5, 0.5)
"""A file that is merely being written is whole a moment later."""


def mend_half_files() -> None:
    """Mend what a stopped `dvc` left, and say so.

    Raises:
        UserError: a merge left its marks in `dvc.lock`.
    """
    mend_rwlock(Path(".dvc/tmp/rwlock"))
    mend_dvc_lock(Path("dvc.lock"))


def mend_rwlock(path: Path) -> None:
    """Remove DVC's list of running stages where it is half a file."""
    if path.is_file() and not _whole(path, parse_json):
        path.unlink(missing_ok=True)


def mend_dvc_lock(path: Path) -> None:
    """Put the committed `dvc.lock` back where it is half a file; remove it where none is committed.

    No work is lost with it: what was built since is in DVC's run cache, and every response in the store.

    Raises:
        UserError: a merge left its marks in the file.
    """
    if not path.is_file() or _whole(path, lambda text: _check_lock(path, text)):
        return
    if b"\n<<<<<<< " in path.read_bytes():
        raise UserError(
            f"{path}: a merge left a conflict in it; `git checkout --ours dvc.lock reports`, then `seedbed harvest` and "
            "`make repro`"
        )
    shown = subprocess.run(["git", "show", f"HEAD:./{path}"], capture_output=True, check=False)
    if shown.returncode == 0:
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(shown.stdout)
        part.replace(path)
    else:
        path.unlink(missing_ok=True)
    done = "put back as committed" if shown.returncode == 0 else "removed"
    print(
        f"{path}: half a file, left by a `dvc` that was stopped; {done}: what was built since is in its cache", file=sys.stderr
    )


def _whole(path: Path, read: Callable[[str], object]) -> bool:
    """Whether `read` takes the file's text, now or a moment later."""
    for wait_s in _WAITS_S:
        time.sleep(wait_s)
        try:
            read(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return True
        except (ValueError, UserError):
            continue
        return True
    return False


def _check_lock(path: Path, text: str) -> None:
    """Raise `ValueError` or `UserError` where DVC would refuse the file, or where its last line is not whole."""
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from voluptuous import Invalid

    try:
        COMPILED_LOCKFILE_SCHEMA(load_yaml(path, text))
    except Invalid as error:
        raise ValueError(str(error)) from None
    if not text.endswith("\n"):
        raise ValueError("the last line has no end")
