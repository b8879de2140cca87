"""Repair partial files that an interrupted `dvc` leaves and that the next `dvc` cannot read."""

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from seedbed.project import paths
from seedbed.project.lock import CONFLICT
from seedbed.project.run_cache import dvc_lock, mend_run_cache
from seedbed.util.canonical import parse_json
from seedbed.util.errors import UserError
from seedbed.util.git import file_at
from seedbed.util.yaml12 import load_yaml

_WAITS_S = (0.0, 0.5, 0.5)
"""A file that is merely being written is whole a moment later."""
_ENTRIES = 20
"""Of DVC's run-cache that are read, the newest: a machine that lost its power may have left some of them cut."""
_NO_DIGEST = "0" * 32
_DIGEST = re.compile(r"[0-9a-f]{32}(\.dir)?")
"""An MD5 as DVC writes it; what lies in a cloud may have another field in its place."""


def mend_half_files() -> None:
    """Repair partial files of an interrupted `dvc`, and report it.

    Raises:
        UserError: a merge left its marks in `dvc.lock`.
    """
    mend_rwlock(Path(".dvc/tmp/rwlock"))
    mend_dvc_lock(paths.DVC_LOCK)
    mend_run_cache(newest=_ENTRIES)


def mend_rwlock(path: Path) -> None:
    """Remove DVC's list of running stages where it is half a file, or of a `dvc` that is no more.

    DVC itself asks only whether its process id is there: one that was killed and not yet waited for is, and so is another
    program that has the id now.
    """
    if not path.is_file():
        return
    if not _whole(path, parse_json):
        path.unlink(missing_ok=True)
        return
    written = path.stat().st_mtime
    pids = {int(pid) for pid in re.findall(r'"pid": (\d+)', path.read_text(encoding="utf-8"))}
    if pids and not any(_may_have_written(pid, written) for pid in pids):
        with dvc_lock():
            if path.is_file() and path.stat().st_mtime == written:
                path.unlink()


def _may_have_written(pid: int, written: float) -> bool:
    """Whether a process is alive, and is a `dvc` or began before the file was written, at `written` (seconds since 1970)."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return process.create_time() < written + 1 or any("dvc" in word for word in process.cmdline())
    except psutil.Error:
        return False


def mend_dvc_lock(path: Path) -> None:
    """Put the committed `dvc.lock` back where it is half a file; take it away where none is committed.

    No work is lost with it: what was built since is in DVC's run cache, every response in the store, and the half file in
    `.dvc/tmp`.

    Raises:
        UserError: a merge left its marks in the file, or the committed one cannot be read either.
    """
    if path.is_file() and not _whole(path, lambda text: _check_lock(path, text)):
        with dvc_lock():  # a `dvc` at work has written it by then
            if path.is_file() and not _whole(path, lambda text: _check_lock(path, text)):
                _put_back(path)


def _put_back(path: Path) -> None:
    """Put the committed file in the place of the half one, which is kept."""
    if re.search(rb"^<<<<<<< ", path.read_bytes(), re.MULTILINE):
        raise UserError(f"{path}: {CONFLICT}")
    committed = file_at("HEAD", path)
    if committed is not None:
        try:
            _check_lock(path, committed.decode())
        except (ValueError, UserError) as error:
            raise UserError(
                f"{path}: neither this file nor the committed one can be read ({error}); `git log dvc.lock` lists earlier "
                "commits, `git checkout COMMIT dvc.lock` restores one"
            ) from None
    half = Path(".dvc/tmp") / f"{path.name}.half"
    half.parent.mkdir(parents=True, exist_ok=True)
    path.replace(half)
    if committed is not None:
        path.write_bytes(committed)
    done = "the committed version was restored" if committed else "it was removed"
    print(
        f"{path}: a partial file, left by an interrupted `dvc`; {done}. Later builds are in the DVC cache; the partial file "
        f"is kept as {half}",
        file=sys.stderr,
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
    """Raise `ValueError` or `UserError` where DVC would refuse the file."""
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from voluptuous import Invalid

    try:
        stages = COMPILED_LOCKFILE_SCHEMA(load_yaml(path, text)).get("stages", {})
    except Invalid as error:
        raise ValueError(str(error)) from None
    for stage, entry in stages.items():
        for item in (*entry.get("deps", []), *entry.get("outs", [])):
            if not item.keys() - {"path", "hash"} or not _DIGEST.fullmatch(str(item.get("md5", _NO_DIGEST))):
                raise ValueError(f"{stage}: {item['path']} has an incomplete hash")
