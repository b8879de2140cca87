"""The earlier versions of one row, from the commits that touched its line; and saves of many rows, taken back as one."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from seedbed.project.edits import Change, save_edits
from seedbed.util.canonical import parse_json
from seedbed.util.git import git_text
from seedbed.util.rows import Row

_MOST = 30
_PATIENCE_S = 20


class Version(NamedTuple):
    """One commit's word on a row.

    Attributes:
        commit: its hash, shortened.
        author: its author's name.
        date: `YYYY-MM-DD`.
        edit: the row as that commit left it; None where it removed it.
    """

    commit: str
    author: str
    date: str
    edit: Row | None


def versions(path: Path, id: str) -> list[Version] | None:
    """Return what the last commits made of the line of `id` in `path`, the newest first; None where there is no git.

    Args:
        path: a file of edits.
        id: the row's, letters, digits, - and _.
    """
    listed = ("log", f"--max-count={_MOST}", "-G", f'"id":"{id}"', "--format=%h%x00%an%x00%as", "--", str(path))
    log = git_text(*listed, timeout_s=_PATIENCE_S)
    if log is None:
        return None
    shown: list[Version] = []
    for line in log.splitlines():
        commit, author, date = line.split("\0")
        text = git_text("show", "--no-textconv", f"{commit}:./{path.as_posix()}", timeout_s=_PATIENCE_S)
        shown.append(Version(commit, author, date, _row(text or "", id)))
    return shown


def take_back(path: Path, kind: str, saved: Sequence[Change], order: Sequence[str] = ()) -> list[str]:
    """Put back, in one write, the edits that a set of saves replaced; a row that somebody has changed since stays as it is.

    Args:
        path: the file of edits.
        kind: `task` or `question`.
        saved: the changes that were saved, as `save_edits` took them.
        order: the ids of the corpus, as for `save_edits`.

    Returns:
        The ids of the rows that were left as they are.

    Raises:
        UserError: the file is not valid, or another process holds it.
    """
    conflicts = save_edits(path, kind, [Change(each.id, each.expected, each.edit) for each in saved], order)
    return [conflict.id for conflict in conflicts]


def _row(text: str, id: str) -> Row | None:
    for line in text.splitlines():
        if f'"id":"{id}"' in line:
            try:
                row = parse_json(line)
            except ValueError:
                continue
            if isinstance(row, dict) and row.get("id") == id and isinstance(row.get("fields"), dict):
                return row
    return None
