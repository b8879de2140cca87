"""`seedbed resolve`: resolve merge conflicts in build outputs, and build with the responses of both sides."""

import re
from pathlib import Path

from seedbed.pipeline.repro import reproduce
from seedbed.project import paths
from seedbed.store.harvest import harvest_all
from seedbed.store.store import Store
from seedbed.util.errors import UserError
from seedbed.util.git import file_at, git, git_or_error
from seedbed.util.words import few
from seedbed.util.yaml12 import load_yaml

_MARKS = re.compile(rb"^<<<<<<< ", re.MULTILINE)
_SIDES = (":2", ":3")
"""How git names the two sides of a file in conflict: ours, theirs."""


def resolve() -> int:
    """Take our side of each build output in conflict, harvest both sides' transcripts, build, and mark them as resolved.

    Our side is only where the build begins: what it writes is of the merged inputs. Where the build stops, run it again.

    Returns:
        DVC's exit code.

    Raises:
        UserError: something that people write is in conflict, or nothing is. Nothing was changed.
    """
    conflicts = [
        Path(name)
        for name in git_or_error("diff", "--name-only", "--relative", "--diff-filter=U", "-z").decode().split("\0")
        if name
    ]
    outputs = _outputs()
    by_hand = [path.as_posix() for path in conflicts if not _is_output(path, outputs)]
    if by_hand:
        raise UserError(
            f"{few(by_hand, 5)}: merge conflict in {'a file' if len(by_hand) == 1 else 'files'} that people write; resolve "
            f"{'it' if len(by_hand) == 1 else 'them'} by hand and `git add`, then run `seedbed resolve` again"
        )
    if not conflicts and not _has_marks(paths.DVC_LOCK):
        raise UserError("no file that a build writes has a merge conflict; `seedbed repro` builds what the merge changed")
    with Store(paths.store()) as store:
        print(f"harvested: {harvest_all(store)}", flush=True)
    for path in conflicts or [paths.DVC_LOCK]:
        _take_a_side(path)
    print(
        f"taken from one side, to be rebuilt: {few([path.as_posix() for path in conflicts or [paths.DVC_LOCK]], 5)}", flush=True
    )
    code = reproduce([])
    if code == 0:
        for path in conflicts or [paths.DVC_LOCK]:
            git_or_error("add", "--all", "--", path.as_posix())
        print("resolved and built; check `git diff HEAD --stat`, then `git commit`")
    return code


def _outputs() -> set[str]:
    """Return the paths of all outputs that either side's `dvc.lock` names."""
    found: set[str] = set()
    for revision in (*_SIDES, "HEAD"):
        lock = file_at(revision, paths.DVC_LOCK)
        text = lock.decode(errors="replace") if lock and not _MARKS.search(lock) else ""
        for entry in ((load_yaml(paths.DVC_LOCK, text) if text else None) or {}).get("stages", {}).values():
            found |= {out["path"] for out in entry.get("outs", [])}
    return found


def _is_output(path: Path, outputs: set[str]) -> bool:
    return path == paths.DVC_LOCK or any(
        str(place) in outputs for place in (path.as_posix(), *map(Path.as_posix, path.parents))
    )


def _has_marks(path: Path) -> bool:
    return path.is_file() and _MARKS.search(path.read_bytes()) is not None


def _take_a_side(path: Path) -> None:
    """Write our side of a file in conflict; theirs where we have none, and what is committed where git sees no conflict."""
    name = path.as_posix()
    for side in ("--ours", "--theirs", "HEAD"):
        if git("checkout", side, "--", name) is not None and not _has_marks(path):
            return
    path.unlink(missing_ok=True)
