"""Read the files of a revision without checking it out: from git, and stage outputs from DVC's cache.

An output is known by the MD5 in the revision's `dvc.lock`, so that two revisions tell their unchanged outputs without
opening one. The working tree is a revision too, with its files as they lie. Outputs and parameters of an older layout are
read under the names of the present one.
"""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import file_digest, md5
from pathlib import Path

from seedbed.diff.layouts import present_params, present_path, training_sets
from seedbed.pipeline.graph import mapping, stage_names
from seedbed.project import paths
from seedbed.util.canonical import JsonObject, parse_json
from seedbed.util.errors import UserError
from seedbed.util.git import file_at, git, git_or_error, git_text
from seedbed.util.yaml12 import load_yaml

BUILD = f"{paths.BUILD.as_posix()}/"
RESPONSES = f"{paths.RESPONSES.as_posix()}/"
_DIGEST = re.compile(r"[0-9a-f]{32}(?:\.dir)?")
_IGNORED = {"__pycache__", ".venv"}
_IGNORED_SUFFIXES = {".pyc", ".part"}


@dataclass(frozen=True)
class Output:
    """One JSON Lines file that a stage of a revision wrote.

    Attributes:
        path: of the file, or of the folder that DVC keeps as one, where this revision has it.
        digest: its MD5; ends in `.dir` where it is a folder.
        inside: the file's path in that folder; empty where DVC keeps the file itself.
    """

    path: str
    digest: str
    inside: str = ""


class Revision(ABC):
    """What a comparison reads of either side.

    Attributes:
        name: as the user gave it, for messages.
        commit: its hash; None for the working tree.
        fetch: the command that brings its missing outputs.
        outputs: what its stages wrote, those that its `dvc.yaml` and `params.yaml` have, by path in the present layout.
    """

    name: str
    commit: str | None
    fetch: str
    outputs: dict[str, Output]

    @abstractmethod
    def read(self, path: str) -> bytes | None:
        """Return the content of a file that git tracks; None where there is none."""

    @abstractmethod
    def files(self, folder: str) -> list[str]:
        """Return the paths of the files under `folder`, sorted."""

    @abstractmethod
    def file(self, output: Output) -> Path | None:
        """Return a file that holds an output; None where it is not on this machine."""

    @abstractmethod
    def file_md5(self, path: str) -> str | None:
        """Return the MD5 of a file's content; None where there is no such file."""

    def digest(self, path: str) -> str | None:
        """Return the MD5 of a file or folder as DVC computes it; None where there is none."""
        of_file = self.file_md5(path)
        files = [] if of_file else self.files(path)
        if not files:
            return of_file
        # DVC's digest of a folder is that of the list of its files.
        listed = [{"md5": self.file_md5(file), "relpath": file.removeprefix(f"{path}/")} for file in files]
        text = json.dumps(sorted(listed, key=lambda file: str(file["relpath"])), sort_keys=True)
        return f"{_md5(text.encode())}.dir"


@dataclass(eq=False)
class Commit(Revision):
    """A commit, read through git and DVC's cache.

    Raises:
        UserError: its `dvc.lock`, `dvc.yaml` or `params.yaml` is not YAML.
    """

    name: str
    commit: str | None
    fetch: str = "dvc fetch --all-commits"  # DVC can fetch one commit's outputs only by checking it out

    def __post_init__(self) -> None:
        listed = git_or_error("ls-tree", "-r", "-z", "--name-only", str(self.commit))
        self._files = set(listed.decode(errors="surrogateescape").split("\0"))
        self.outputs = {path: output for path, output in _locked_outputs(self) if self._may_exist(output)}

    def _may_exist(self, output: Output) -> bool:
        """Whether a folder has the file; where the cache lacks the folder's list of files, nobody can tell."""
        listed = _listed(output.digest) if output.inside else None
        return listed is None or output.inside in listed

    def read(self, path: str) -> bytes | None:
        """Return the content of a file that git tracks; None where there is none."""
        return file_at(str(self.commit), path) if path in self._files else None

    def files(self, folder: str) -> list[str]:
        """Return the paths of the files under `folder`, sorted."""
        return sorted(path for path in self._files if path.startswith(f"{folder}/"))

    def file(self, output: Output) -> Path | None:
        """Return a file that holds an output; None where it is not on this machine."""
        digest = (_listed(output.digest) or {}).get(output.inside) if output.inside else output.digest
        blob = paths.blob(digest) if digest else None
        return blob if blob and blob.is_file() else None

    def file_md5(self, path: str) -> str | None:
        """Return the MD5 of a file's content; None where there is no such file."""
        content = self.read(path)
        return None if content is None else _md5(content)


@dataclass(eq=False)
class WorkingTree(Revision):
    """The files as they lie, built or not.

    Raises:
        UserError: `dvc.lock`, `dvc.yaml` or `params.yaml` is not YAML.
    """

    name: str = "the working tree"
    commit: str | None = None
    fetch: str = "dvc pull"

    def __post_init__(self) -> None:
        self.outputs = {}
        for path, locked in _locked_outputs(self):
            if Path(locked.path).is_dir() and not (Path(locked.path) / locked.inside).is_file():
                continue
            # The lock's word where the file is missing.
            self.outputs[path] = Output(locked.path, self.digest(locked.path) or locked.digest, locked.inside)

    def read(self, path: str) -> bytes | None:
        """Return the content of a file; None where there is none."""
        file = Path(path)
        return file.read_bytes() if file.is_file() else None

    def files(self, folder: str) -> list[str]:
        """Return the paths of the files under `folder`, sorted."""
        candidates = (path for path in Path(folder).rglob("*") if path.is_file() and not _IGNORED & {*path.parts})
        return sorted(path.as_posix() for path in candidates if path.suffix not in _IGNORED_SUFFIXES)

    def file(self, output: Output) -> Path | None:
        """Return the file of an output; None where it is missing."""
        path = Path(output.path) / output.inside
        return path if path.is_file() else None

    def file_md5(self, path: str) -> str | None:
        """Return the MD5 of a file's content; None where there is no such file."""
        if not Path(path).is_file():
            return None
        with Path(path).open("rb") as file:
            return file_digest(file, "md5").hexdigest()


def revision(name: str | None) -> Revision:
    """Return the commit called `name`, or the working tree for None.

    Raises:
        UserError: no git repository, or no such commit in it.
    """
    if name is None:
        return WorkingTree()
    if git("rev-parse", "--git-dir") is None:
        raise UserError("not a git repository, so there is no revision to compare with; run this in a git checkout")
    commit = git_text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if commit is None and name == "HEAD":
        raise UserError("the repository has no commit yet, so there is nothing to compare with; commit first")
    if commit is None:
        raise UserError(
            f"no revision {name!r} in this git repository; expected a commit, branch or tag (`git fetch` downloads remote "
            "ones, `git fetch --unshallow` the history of a shallow clone)"
        )
    return Commit(name, commit.strip())


@cache
def document(at: Revision, path: str) -> JsonObject:
    """Return the mapping in a YAML file of a revision, read once; an empty one where there is no file or no mapping.

    Raises:
        UserError: the file is not YAML; names revision and line.
    """
    content = at.read(path)
    where = Path(path) if at.commit is None else Path(f"{at.name}:{path}")
    if content is None:
        return {}
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise UserError(f"{where}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    return mapping(load_yaml(where, text))


@cache
def params_of(at: Revision) -> JsonObject:
    """Return the parameters of a revision, in the blocks of the present layout.

    Raises:
        UserError: `params.yaml` is not YAML.
    """
    return present_params(document(at, paths.PARAMS.name))


def stages_of(at: Revision) -> list[str]:
    """Return the stages that a revision declares, by its own names, in flow order.

    Raises:
        UserError: `dvc.yaml` or `params.yaml` is not YAML.
    """
    return stage_names(document(at, paths.DVC_YAML.name), document(at, paths.PARAMS.name))


def lock_of(at: Revision) -> JsonObject:
    """Return what `dvc.lock` of a revision says of each stage.

    Raises:
        UserError: it is not YAML.
    """
    return mapping(document(at, paths.DVC_LOCK.name).get("stages"))


def _md5(content: bytes) -> str:
    return md5(content, usedforsecurity=False).hexdigest()


def _locked_outputs(at: Revision) -> Iterator[tuple[str, Output]]:
    """Yield the outputs that the revision's `dvc.lock` has of its stages, with their paths in the present layout."""
    lock = lock_of(at)
    for stage in stages_of(at):
        for out in mapping(lock.get(stage)).get("outs") or []:
            path, known = str(mapping(out).get("path")), str(mapping(out).get("md5"))
            # The digest becomes a path in the cache: nothing but a digest may.
            if not path.startswith(BUILD) or not _DIGEST.fullmatch(known):
                continue
            if not known.endswith(".dir"):
                yield present_path(path), Output(path, known)
                continue
            for present, inside in training_sets(path):
                yield present, Output(path, known, inside)


def _listed(folder: str) -> dict[str, str] | None:
    """Return the MD5s of the files in a folder that DVC keeps, by path; None where its cache lacks the list."""
    blob = paths.blob(folder)
    if not blob.is_file():
        return None
    files = parse_json(blob.read_text(encoding="utf-8"))
    return {str(file["relpath"]): str(file["md5"]) for file in files if _DIGEST.fullmatch(str(file["md5"]))}
