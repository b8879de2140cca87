"""`seedbed upgrade`: update a project's files to the installed library, and keep the user's changes.

Three-way: what the template was (`template.lock` names it, git has it), what it is now, and what the project has.
`params.yaml` is migrated in place, comments kept. Entries of `dvc.lock` of stages that are no more are taken out once their
transcripts are in the store.
"""

import difflib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from seedbed.pipeline.graph import load_stages, stage_names
from seedbed.pipeline.migrate import editions_of, migrated, with_language
from seedbed.pipeline.template import blob_hash, lock_of, make_executable, new_files, scaffold_files, template_files
from seedbed.pipeline.template_lock import LOCK, READ_BY_STAGES, recorded_files
from seedbed.pipeline.upgrade_bill import bill_in_words
from seedbed.project import paths
from seedbed.project.lock import locked_stages
from seedbed.store.store import Store
from seedbed.store.transcripts import locked_transcripts, read_transcript, whole_blob
from seedbed.util.canonical import JsonObject, canonical, parse_json
from seedbed.util.errors import UserError
from seedbed.util.git import git
from seedbed.util.library import library_file
from seedbed.util.rows import write_text
from seedbed.util.words import count, few
from seedbed.util.yaml12 import load_yaml

_ASKED_ANEW = 2
"""The edition of `translate` with which every request changed."""


@dataclass
class Upgrade:
    """What an upgrade would write.

    Attributes:
        files: new contents by path; None deletes the file.
        kept: files that both sides changed at the same place: the project's stays, the library's is written beside it.
        gone: entries of `dvc.lock` of stages that are no more.
        notes: what else there is to know, a line each.
    """

    files: dict[str, bytes | None] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def plan_upgrade() -> Upgrade:
    """Return what `seedbed upgrade` would write in the current folder.

    Raises:
        UserError: a file cannot be read, the project is of a newer library or has one of its own in it, or what it paid for
            would be lost.
    """
    upgrade = Upgrade()
    load_yaml(paths.PARAMS)  # which says what is wrong with it
    text = paths.PARAMS.read_text(encoding="utf-8")
    after, upgrade.notes = migrated(text)
    if after != text:
        upgrade.files[str(paths.PARAMS)] = after.encode()
    language = str(load_yaml(paths.PARAMS, after).get("language", ""))
    _declare_languages(upgrade, language)
    _keep_approvals(upgrade, editions_of(load_yaml(paths.PARAMS)).get("translate", 0), language)
    if library_file("").resolve() != Path.cwd().resolve():  # whose own files are the template
        if Path("seedbed/__init__.py").is_file():
            raise UserError(
                "seedbed/: an older copy of the library is in the project, and stages would import it instead of the "
                "installed one; "
                "`git rm -r seedbed tests benchmarks`, commit, and run `seedbed upgrade` again"
            )
        _bring_template(upgrade, language)
    upgrade.gone = _stages_gone(upgrade)
    return upgrade


def _declare_languages(upgrade: Upgrade, language: str) -> None:
    """Let prompts and word files that are older than their `language` field declare it."""
    languages = dict.fromkeys(sorted(paths.PROMPTS.glob("*.yaml")), language)
    languages |= {path: path.stem for folder in (paths.LANGUAGES, paths.REVIEW_WORDS) for path in sorted(folder.glob("*.yaml"))}
    for path, code in languages.items():
        document = load_yaml(path)
        if isinstance(document, dict) and "language" not in document:
            upgrade.files[str(path)] = with_language(path.read_text(encoding="utf-8"), code).encode()


def _keep_approvals(upgrade: Upgrade, edition: int, language: str) -> None:
    """Turn approvals into edits of the same text where every translation will be asked for anew.

    An approval is of one machine text and is stale when that changes; an edit says what the text should be, and stays.
    """
    if edition >= _ASKED_ANEW:
        return
    number = 0
    for path in sorted(paths.EDITS.glob(f"*.{language}.jsonl")):
        lines = path.read_text(encoding="utf-8").split("\n")
        after = [_edited(line) for line in lines]
        if changed := sum(line != other for line, other in zip(lines, after, strict=True)):
            upgrade.files[str(path)] = "\n".join(after).encode()
        number += changed
    upgrade.notes.append(
        "all requests are sent again, since they now contain an output limit"
        + (f"; {count(number, 'approval')} became edits with the same text, to keep them valid" if number else "")
    )


def _edited(line: str) -> str:
    """Return a line of a file of edits, an approval as an edit; what is no edit is for `seedbed check` to refuse."""
    try:
        row = parse_json(line)
    except ValueError:
        return line
    approved = isinstance(row, dict) and row.get("decision") == "approved"
    return canonical(row | {"decision": "edited"}) if approved else line


def _bring_template(upgrade: Upgrade, language: str) -> None:
    """Add what the template's files become."""
    new, known = template_files(language), recorded_files()
    for path, content in new.items():
        if path == ".dvc/config" and Path(path).is_file():
            continue  # remotes are in it
        present = Path(path).read_bytes() if Path(path).is_file() else None
        if present == content or (present is None and path in known and not path.startswith(READ_BY_STAGES)):
            continue  # what people deleted stays so
        merged = content if present is None else _merged(present, known.get(path), content)
        if merged is None:
            upgrade.kept.append(path)
            upgrade.files[f"{path}.new"] = content
        elif merged != present:
            upgrade.files[path] = merged
    for path, hash in known.items():
        if path in new or not Path(path).is_file():
            continue
        if blob_hash(Path(path).read_bytes()) == hash:
            upgrade.files[path] = None
        else:
            upgrade.notes.append(f"{path}: no longer part of the template; kept, since you changed it")
    added = scaffold_files() | new_files(language)
    upgrade.files |= {path: content for path, content in added.items() if not Path(path).is_file()}
    if not Path(LOCK).is_file():
        upgrade.notes.append(f"the project has no {LOCK}: its files are compared with those of the first projects")
    lock = lock_of(new)
    if upgrade.files and (not Path(LOCK).is_file() or Path(LOCK).read_bytes() != lock):
        upgrade.files[LOCK] = lock


def shown(upgrade: Upgrade) -> str:
    """Return the upgrade as a diff, with its notes."""
    lines: list[str] = []
    for path, content in upgrade.files.items():
        before = Path(path).read_text(encoding="utf-8", errors="replace") if Path(path).is_file() else ""
        after = content.decode(errors="replace") if content is not None else ""
        sides = (path, _worth_showing(path, before), _worth_showing(path, after))
        lines += difflib.unified_diff(*sides[1:], f"{path} (project)", f"{path} (upgraded)", lineterm="")
    lines += [f"note: {note}" for note in upgrade.notes]
    lines += [f"note: dvc.lock: {stage} is no longer a stage, its entry is removed" for stage in upgrade.gone]
    lines += [
        f"kept: {path}, changed both by you and by the library; the library's version is written to {path}.new"
        for path in upgrade.kept
    ]
    return "\n".join(lines)


def _worth_showing(path: str, text: str) -> list[str]:
    """Return the lines of a file without its hashes, which nobody reads."""
    return [] if path == LOCK else [line for line in text.splitlines() if "--hash=sha256:" not in line]


def apply_upgrade(upgrade: Upgrade) -> str:
    """Take over what the old lock's transcripts hold, write an upgrade, and return what was done, in one line."""
    _keep_responses(upgrade.gone)
    for path, content in upgrade.files.items():
        if content is None:
            Path(path).unlink(missing_ok=True)
        else:
            write_text(Path(path), content.decode())
    make_executable(Path())
    done = f"{count(len(upgrade.files), 'file')} written"
    moved = paths.DVC_LOCK.is_file() and (upgrade.gone or str(paths.DVC_YAML) in upgrade.files)
    left = _delete_old_outputs() if moved else 0
    if upgrade.gone:
        _clean_lock(upgrade.gone)
        done += f"; {count(len(upgrade.gone), 'entry', 'entries')} of removed stages taken out of dvc.lock"
        done += f" ({few(upgrade.gone, 4)})"
    if left or upgrade.gone:
        done += f"{',' if upgrade.gone else ';'} {count(left, 'output')} of the old pipeline deleted"
    return f"{done}; now: make repro, and commit"


def _stages_gone(upgrade: Upgrade) -> list[str]:
    """Return the entries of `dvc.lock` of stages that are no more after the upgrade.

    Raises:
        UserError: the responses of one are neither in the store nor in the DVC cache.
    """
    if not paths.DVC_LOCK.is_file():
        return []
    pipeline, params = (_after(upgrade, path) for path in (paths.DVC_YAML, paths.PARAMS))
    names = set(stage_names(pipeline, params))
    gone = [stage for stage in locked_stages(paths.DVC_LOCK) if stage not in names]
    if lost := [stage for stage, digest in _unread(gone) if not whole_blob(digest)]:
        raise UserError(
            f"dvc.lock: the transcript of {few(lost, 4)} is not in the DVC cache. Without it its responses would be paid for "
            "again, so nothing was written; `dvc fetch` downloads it. If nobody has it, remove the stage from dvc.lock"
        )
    return gone


def _after(upgrade: Upgrade, path: Path) -> JsonObject:
    """Return what a YAML file holds after the upgrade."""
    content = upgrade.files.get(str(path))
    document: JsonObject = load_yaml(path, content.decode() if content is not None else None) or {}
    return document


def _unread(stages: list[str]) -> list[tuple[str, str]]:
    """Return (stage, MD5) of the transcripts of these stages that the store has not read yet."""
    transcripts = [(stage, digest) for stage, digest in locked_transcripts(paths.DVC_LOCK) if stage in stages]
    if not transcripts:
        return []
    with Store(paths.store(), read_only=True) as store:
        return [(stage, digest) for stage, digest in transcripts if not store.has_read(digest)]


def _keep_responses(gone: list[str]) -> None:
    """Read the transcripts of stages that are no more into the store."""
    if unread := _unread(gone):
        with Store(paths.store()) as store:
            for stage, digest in unread:
                store.warm(digest, stage, read_transcript(paths.blob(digest)))


def _clean_lock(gone: list[str]) -> None:
    """Take the entries of stages that are no more out of `dvc.lock`."""
    from dvc.utils.serialize import modify_yaml

    with modify_yaml(str(paths.DVC_LOCK)) as document:
        for stage in gone:
            del document["stages"][stage]


def _delete_old_outputs() -> int:
    """Delete the outputs that `dvc.lock` names and no stage writes any more, and return how many there were.

    Only what the DVC cache or git holds is deleted: git would see the files, since what is ignored changed with the pipeline.
    """
    deleted = 0
    with suppress(UserError):  # where dvc.yaml is still to be merged by hand, the next upgrade deletes them
        written = {out for stage in load_stages() for out in stage.outs}
        for path, digest in _files_locked():
            if not written.isdisjoint(map(str, (path, *path.parents))) or not path.is_file() or _md5(path) != digest:
                continue
            if paths.blob(digest).is_file() or _in_git(path):
                path.unlink()
                deleted += 1
    return deleted


def _files_locked() -> Iterator[tuple[Path, str]]:
    """Yield (path, MD5) of each file that `dvc.lock` names as an output; of a folder, its files."""
    for entry in locked_stages(paths.DVC_LOCK).values():
        for out in entry.get("outs", []):
            path, digest = Path(out["path"]), str(out.get("md5", ""))
            if not digest.endswith(".dir"):
                yield path, digest
            elif (blob := paths.blob(digest)).is_file():
                for file in json.loads(blob.read_text(encoding="utf-8")):
                    yield path / file["relpath"], file["md5"]


def _md5(path: Path) -> str:
    return md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def _in_git(path: Path) -> bool:
    """Whether the last commit holds the file as it is."""
    return bool(git("ls-files", "--", str(path))) and git("status", "--porcelain", "--", str(path)) == b""


def _merged(present: bytes, base: str | None, new: bytes) -> bytes | None:
    """Return a file's content after the upgrade; None where both sides changed it at the same place."""
    if base is None:
        return None
    if blob_hash(present) == base:
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


def _raises_editions(upgrade: Upgrade) -> bool:
    """Whether an edition changes, so that stages run anew."""
    now: Any = load_yaml(paths.PARAMS)
    after = _after(upgrade, paths.PARAMS)
    return bool(now.get("editions") != after.get("editions"))


def upgrade_project(confirm: Callable[[str], bool], dry_run: bool) -> str:
    """Show what would change, ask, and do it; return what was done."""
    upgrade = plan_upgrade()
    if not upgrade.files and not upgrade.gone:
        return "the project is up to date"
    if _raises_editions(upgrade):
        upgrade.notes.append(bill_in_words(upgrade.files))
    print(shown(upgrade))
    if dry_run or not confirm(f"Write {count(len(upgrade.files), 'file')}?"):
        return "nothing was written"
    done = apply_upgrade(upgrade)
    if upgrade.kept:
        print(f"to merge by hand: {few(upgrade.kept, 10)}", file=sys.stderr)
    return done
