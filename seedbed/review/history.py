"""The earlier versions of one row, from the commits that touched its line."""

from pathlib import Path
from typing import Any, NamedTuple, cast

from seedbed.project.row_types import Edit
from seedbed.util.canonical import parse_json
from seedbed.util.git import git_text
from seedbed.util.schemas import first_problem

_MOST = 30
_PATIENCE_S = 20


class Version(NamedTuple):
    """One commit's word on a row.

    Attributes:
        commit: its hash, shortened.
        author: its author's name.
        date: `YYYY-MM-DD`.
        edit: the edit as that commit left it; None where it removed it.
    """

    commit: str
    author: str
    date: str
    edit: Edit | None


def versions(path: Path, id: str) -> list[Version] | None:
    """Return what the last commits made of the line of `id` in `path`, the newest first; None where there is no git.

    What was once committed need not be valid: a commit whose line is no edit is left out.

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
        try:
            shown.append(Version(commit, author, date, _edit(text or "", id)))
        except ValueError:
            continue
    return shown


def _edit(text: str, id: str) -> Edit | None:
    """Return the edit of a row; None where no line is of that row.

    Raises:
        ValueError: its line is no edit.
    """
    for line in text.splitlines():
        if f'"id":"{id}"' in line:
            row: Any = parse_json(line)
            if problem := first_problem(row, "rows/edit"):
                raise ValueError(problem[1])
            if row["id"] == id:
                return cast(Edit, row)
    return None
