"""The files of a revision: from git what people write, from DVC's cache what stages wrote; nothing is checked out.

An output is known by the MD5 in the revision's `dvc.lock`, so that two revisions tell their unchanged outputs without
opening one. The working tree is a revision too, with its files as they lie.
"""

import re
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from hashlib import file_digest
from pathlib import Path
from typing import Any

from seedbed.project.paths import blob_path
from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml

BUILD = "data/build/"
_MD5 = re.compile(r"[0-9a-f]{32}")
_IGNORED = {"__pycache__"}


class Revision(ABC):
    """What a comparison reads of either side.

    Attributes:
        name: as the user gave it, for messages.
        commit: its hash; None for the working tree.
        fetch: the command that brings its missing outputs.
    """

    name: str
    commit: str | None
    fetch: str

    @abstractmethod
    def read(self, path: str) -> bytes | None:
        """Return the content of a file that git tracks; None where there is none."""

    @abstractmethod
    def files(self, folder: str) -> list[str]:
        """Return the paths of the files under `folder`, sorted."""

    @abstractmethod
    def digest(self, path: str) -> str | None:
        """Return the MD5 of an output; None where this revision has none."""

    @abstractmethod
    def output(self, path: str) -> Path | None:
        """Return a file that holds an output; None where it is not on this machine."""


@dataclass(eq=False)
class Commit(Revision):
    """A commit, read through git and DVC's cache.

    Raises:
        UserError: its `dvc.lock` is not YAML.
    """

    name: str
    commit: str | None
    fetch: str = "dvc fetch --all-commits"  # DVC can fetch one commit's outputs only by checking it out

    def __post_init__(self) -> None:
        self._files = _git("ls-tree", "-r", "-z", "--name-only", str(self.commit)).decode(errors="surrogateescape").split("\0")
        self._digests = _outputs(self)

    def read(self, path: str) -> bytes | None:
        """Return the content of a file that git tracks; None where there is none."""
        return _git("show", f"{self.commit}:./{path}") if path in self._files else None

    def files(self, folder: str) -> list[str]:
        """Return the paths of the files under `folder`, sorted."""
        return sorted(path for path in self._files if path.startswith(f"{folder}/"))

    def digest(self, path: str) -> str | None:
        """Return the MD5 of an output; None where this revision has none."""
        return self._digests.get(path)

    def output(self, path: str) -> Path | None:
        """Return a file that holds an output; None where it is not on this machine."""
        blob = blob_path(self._digests[path])
        return blob if blob.is_file() else None


@dataclass(eq=False)
class WorkingTree(Revision):
    """The files as they lie, built or not.

    Raises:
        UserError: `dvc.lock` is not YAML.
    """

    name: str = "the working tree"
    commit: str | None = None
    fetch: str = "dvc pull"

    def __post_init__(self) -> None:
        self._locked = _outputs(self)
        self._digests: dict[str, str | None] = {}

    def read(self, path: str) -> bytes | None:
        """Return the content of a file; None where there is none."""
        file = Path(path)
        return file.read_bytes() if file.is_file() else None

    def files(self, folder: str) -> list[str]:
        """Return the paths of the files under `folder`, sorted."""
        found = (path for path in Path(folder).rglob("*") if path.is_file() and not _IGNORED & {*path.parts})
        return sorted(path.as_posix() for path in found if path.suffix not in (".pyc", ".part"))

    def digest(self, path: str) -> str | None:
        """Return the MD5 of an output as it lies; the lock's word where the file is missing."""
        if path not in self._digests:
            self._digests[path] = self._locked.get(path)
            if Path(path).is_file():
                with Path(path).open("rb") as file:
                    self._digests[path] = file_digest(file, "md5").hexdigest()
        return self._digests[path]

    def output(self, path: str) -> Path | None:
        """Return the file of an output; None where it is missing."""
        return Path(path) if Path(path).is_file() else None


def revision(name: str | None) -> Revision:
    """Return the commit called `name`, or the working tree for None.

    Raises:
        UserError: no git repository, or no such commit in it.
    """
    if name is None:
        return WorkingTree()
    inside = subprocess.run(["git", "rev-parse", "--git-dir"], capture_output=True, text=True, check=False)
    if inside.returncode:
        raise UserError("there is no git repository here, so no revision to compare with; run this in a git checkout")
    asked = ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode and name == "HEAD":
        raise UserError("git has no commit yet, so nothing to compare with; commit first")
    if done.returncode:
        raise UserError(
            f"no revision {name!r} in this git repository; name a commit, a branch or a tag "
            "(`git fetch` brings those of others, `git fetch --unshallow` the history of a shallow clone)"
        )
    return Commit(name, done.stdout.strip())


@cache
def document(at: Revision, path: str) -> dict[str, Any]:
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


def mapping(value: Any) -> dict[str, Any]:
    """Return `value` where it is a mapping, else an empty one: an old revision may hold anything."""
    return value if isinstance(value, dict) else {}


def _outputs(at: Revision) -> dict[str, str]:
    """Return the MD5 of each file that the revision's `dvc.lock` names as an output, by path; folders are left out."""
    found = {}
    for stage in mapping(document(at, "dvc.lock").get("stages")).values():
        for out in mapping(stage).get("outs") or []:
            path, digest = str(mapping(out).get("path")), str(mapping(out).get("md5"))
            # The digest becomes a path in the cache: nothing but a digest may.
            if path.startswith(BUILD) and _MD5.fullmatch(digest):
                found[path] = digest
    return found


def _git(*args: str) -> bytes:
    done = subprocess.run(["git", *args], capture_output=True, check=False)
    if done.returncode:
        raise UserError(f"git {args[0]}: {done.stderr.decode(errors='replace').strip()}; run this in a git checkout")
    return done.stdout
