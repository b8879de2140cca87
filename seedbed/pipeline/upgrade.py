"""`seedbed upgrade`: bring a project's files to the installed library, and keep what people changed.

Three-way: what the template was (`template.lock` names it, git has it), what it is now, and what the project has.
`params.yaml` is migrated in place, comments kept. Entries of `dvc.lock` of stages that are no more are taken out once their
transcripts are in the store.
"""

import difflib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from seedbed.pipeline.graph import stage_names
from seedbed.pipeline.migrate import migrated
from seedbed.pipeline.template import LOCK, blob_hash, lock_of, template_files
from seedbed.project import paths
from seedbed.store.store import Store
from seedbed.store.transcripts import locked_transcripts, read_transcript
from seedbed.util.errors import UserError
from seedbed.util.git import git
from seedbed.util.rows import write_text
from seedbed.util.words import count, few
from seedbed.util.yaml12 import load_yaml


@dataclass
class Upgrade:
    """What an upgrade would write.

    Attributes:
        files: new contents by path; None deletes the file.
        kept: files that both sides changed at the same place: the project's stays, the library's is written beside it.
        notes: what else there is to know, a line each.
    """

    files: dict[str, bytes | None] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def plan_upgrade() -> Upgrade:
    """Return what `seedbed upgrade` would write in the current folder.

    Raises:
        UserError: a file cannot be read, or a file would be replaced that git does not hold.
    """
    upgrade = Upgrade()
    new, known = template_files(), _recorded()
    for path, content in new.items():
        if path == ".dvc/config" and Path(path).is_file():
            continue  # remotes are in it
        present = Path(path).read_bytes() if Path(path).is_file() else None
        if present == content:
            continue
        merged = _merged(path, present, known.get(path), content)
        if merged is None:
            upgrade.kept.append(path)
            upgrade.files[f"{path}.new"] = content
        elif merged != present:
            upgrade.files[path] = merged
    for path, hash in known.items():
        if path not in new and Path(path).is_file() and blob_hash(Path(path).read_bytes()) == hash:
            upgrade.files[path] = None
    if not known:
        _refuse_uncommitted()
        upgrade.notes.append(
            "the project has no template.lock: its template files are replaced, `git diff` shows what was there"
        )
    text = paths.PARAMS.read_text(encoding="utf-8")
    after, notes = migrated(text)
    upgrade.notes += notes
    if after != text:
        upgrade.files[str(paths.PARAMS)] = after.encode()
    if upgrade.files:
        upgrade.files[LOCK] = lock_of(new)
    return upgrade


def shown(upgrade: Upgrade) -> str:
    """Return the upgrade as a diff, with its notes."""
    lines: list[str] = []
    for path, content in upgrade.files.items():
        before = Path(path).read_text(encoding="utf-8").splitlines() if Path(path).is_file() else []
        after = content.decode().splitlines() if content is not None else []
        lines += difflib.unified_diff(before, after, f"{path} (project)", f"{path} (upgraded)", lineterm="")
    lines += [f"note: {note}" for note in upgrade.notes]
    lines += [
        f"kept: {path}, which you and the library both changed; the library's is written to {path}.new" for path in upgrade.kept
    ]
    return "\n".join(lines)


def apply_upgrade(upgrade: Upgrade) -> str:
    """Write an upgrade, take over what the old lock's transcripts hold, and return what was done, in one line."""
    for path, content in upgrade.files.items():
        if content is None:
            Path(path).unlink(missing_ok=True)
        else:
            write_text(Path(path), content.decode())
    if Path(".ci/install").is_file():
        Path(".ci/install").chmod(0o755)
    gone = clean_lock()
    renamed = (
        f"; {count(len(gone), 'entry', 'entries')} of stages that are no more left dvc.lock ({few(gone, 4)})" if gone else ""
    )
    return f"{count(len(upgrade.files), 'file')} written{renamed}; now: make repro, and commit"


def clean_lock() -> list[str]:
    """Take the entries of stages that are no more out of `dvc.lock`, their responses into the store first; return them."""
    lock = paths.DVC_LOCK
    if not lock.is_file():
        return []
    names = set(stage_names(load_yaml(paths.DVC_YAML), load_yaml(paths.PARAMS)))
    gone = [stage for stage in (load_yaml(lock) or {}).get("stages", {}) if stage not in names]
    if not gone:
        return []
    with Store(paths.store()) as store:
        for stage, digest in locked_transcripts(lock):
            blob = paths.blob(digest)
            if stage in gone and not store.has_read(digest):
                if not blob.is_file():
                    raise UserError(
                        f"{lock}: the transcript of {stage} is not in the DVC cache; `dvc fetch` brings it, then run "
                        "`seedbed upgrade` again, or what it holds would be paid for anew"
                    )
                store.warm(digest, stage, read_transcript(blob))
    from dvc.utils.serialize import modify_yaml

    with modify_yaml(str(lock)) as document:
        for stage in gone:
            del document["stages"][stage]
    return gone


def _recorded() -> dict[str, str]:
    """Return the git hash of each file of the template that the project was last brought to; none where nobody knows."""
    path = Path(LOCK)
    if not path.is_file():
        return {}
    try:
        files: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["files"]
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path}: not what `seedbed init` wrote; `git checkout {path}` restores it") from None
    return files


def _merged(path: str, present: bytes | None, base: str | None, new: bytes) -> bytes | None:
    """Return a file's content after the upgrade; None where both sides changed it at the same place."""
    if present is None or base is None or blob_hash(present) == base:
        return new
    if base == blob_hash(new):
        return present
    old = git("cat-file", "blob", base)
    if old is None:
        return None
    with TemporaryDirectory() as folder:
        sides = [Path(folder) / name for name in ("present", "base", "new")]
        for side, content in zip(sides, (present, old, new), strict=True):
            side.write_bytes(content)
        return git("merge-file", "-p", *map(str, sides))


def _refuse_uncommitted() -> None:
    changed = git("status", "--porcelain", "--", "dvc.yaml", "stages", "schemas", "queries", "Makefile", "params.yaml")
    if changed is None:
        raise UserError(
            "`seedbed upgrade` replaces files, and there is no git here to keep the old ones; `git init` and commit"
        )
    if changed.strip():
        raise UserError("`seedbed upgrade` replaces files that are not committed; commit first, so that git keeps them")


def upgrade_project(confirm: Callable[[str], bool], dry_run: bool) -> str:
    """Show what would change, ask, and do it; return what was done."""
    upgrade = plan_upgrade()
    if not upgrade.files:
        gone = clean_lock()
        return f"dvc.lock: {few(gone, 4)} taken out" if gone else "the project is up to date"
    print(shown(upgrade))
    if dry_run or not confirm(f"Write {count(len(upgrade.files), 'file')}?"):
        return "nothing was written"
    done = apply_upgrade(upgrade)
    if upgrade.kept:
        print(f"to merge by hand: {few(upgrade.kept, 10)}", file=sys.stderr)
    return done
