"""Post-edits: people's decisions on machine translations, one line per row; saving one row leaves other lines unchanged.

A line of `data/edits/questions.ja.jsonl` (the hashes, and the texts, are those that the edit was made on):

    {"decision":"edited","editor":"yuki","fields":{"text":"…"},"id":"fermi-01","machine":{"text":"…"},"machine_hash":"…",
     "seconds":41.5,"source":{"text":"…"},"source_hash":"…"}
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from seedbed.project import paths
from seedbed.project.corpora import field_names
from seedbed.project.row_types import Edit, Fields, Translated
from seedbed.util.canonical import content_hash, parse_json
from seedbed.util.errors import UserError
from seedbed.util.jsonl_edit import locked, put_lines
from seedbed.util.line_ends import to_lf
from seedbed.util.rows import read_rows
from seedbed.util.schemas import first_problem

MOST_CHARACTERS = 20_000
"""Of one field; more is a paste gone wrong."""
_MAY_BE_BLANK = {"input"}


class Conflict(Exception):
    """The row's edit has changed since the page or sheet was opened.

    Attributes:
        id: of the row.
        present: the edit that is there now; None where there is none.
    """

    def __init__(self, id: str, present: Mapping[str, Any] | None) -> None:
        super().__init__(f"row {id!r} was saved by somebody else, or its file changed, after you opened it")
        self.id = id
        self.present = present


def read_edits(path: Path, kind: str) -> dict[str, Edit]:
    """Return the edits in `path` by row id; none where there is no such file.

    Raises:
        UserError: a row breaks its schema, has other fields than its kind, or a blank one; names file and row.
    """
    if not path.is_file():
        return {}
    try:
        lines = [line for line in path.read_bytes().decode().split("\n") if line.strip()]
        edits = {edit["id"]: edit for edit in (_edit_of(line, kind) for line in lines)}
        if len(edits) == len(lines):
            return edits
    except (ValueError, UserError):
        pass
    edits = {row["id"]: row for row in read_rows(path, "edit")}  # it says what is wrong, and in which line
    for id, edit in edits.items():
        _refuse(f"{path}: edit {id!r}", kind, edit["fields"])
    return edits


@lru_cache(maxsize=100_000)
def _edit_of(line: str, kind: str) -> Any:
    """Return the edit in a line; the same object for the same line, so that a save reads anew only what it changed.

    Raises:
        ValueError: it is no such edit, or only `read_edits` can tell.
    """
    edit = parse_json(line)
    if "\\ud" in line.lower() or first_problem(edit, "rows/edit") or check_edit(kind, edit["fields"]):
        raise ValueError("no edit")
    return edit


def make_edit(
    translated: Translated,
    kind: str,
    fields: Fields,
    editor: str | None,
    seconds: float | None,
    note: str | None = None,
    before: Edit | None = None,
) -> Edit:
    """Return the edit that says `fields` of a translated row; `approved` where they are the machine's own.

    Args:
        translated: a row of `translate`.
        kind: `task` or `question`.
        fields: the text as it should read, by field; a browser's and a spreadsheet's line ends become LF.
        editor: who decided; None where nobody said.
        seconds: attention spent on this decision, idle time left out; None where it was not measured.
        note: why numerals, code or facts differ; None keeps the note of `before`, an empty text removes it.
        before: the row's present edit; the seconds that the same editor spent on it are added. A confirmation stays with its
            hash; a rejection is taken back.

    Raises:
        UserError: the row has no translation, a field is missing, unknown, blank or too long, or `editor` is no id.
    """
    id, machine = translated["id"], translated["translation"]
    if machine is None:
        raise UserError(f"row {id!r} has no machine translation (it failed); translate it again before you edit it")
    fields = {name: to_lf(text) for name, text in fields.items()}
    _refuse(f"row {id!r}", kind, fields)
    if fields.keys() != machine.keys():
        raise UserError(f"row {id!r}: fields: expected {', '.join(machine)}, found {', '.join(fields)}")
    for name, text in fields.items():
        if len(text) > MOST_CHARACTERS:
            raise UserError(
                f"row {id!r}: fields.{name}: {len(text):,} characters, but at most {MOST_CHARACTERS:,} are allowed; shorten "
                "the text"
            )
    approved = fields == {name: to_lf(text) for name, text in machine.items()}
    edit: Edit = {
        "id": id,
        "decision": "approved" if approved else "edited",
        "source_hash": content_hash(translated["source"]),
        "machine_hash": content_hash(machine),
        "fields": dict(machine) if approved else fields,
        "source": dict(translated["source"]),
        "machine": dict(machine),
    }
    if "request" in translated and translated["made_by"]:  # the row keeps this text, whatever edits teach later
        edit["request"], edit["made_by"] = translated["request"], translated["made_by"]
        if before and "order" in before:
            edit["order"] = before["order"]
    if editor is not None:
        edit["editor"] = editor
    earlier = before.get("seconds") if before and before.get("editor") == editor else None
    if seconds is not None or earlier is not None:
        edit["seconds"] = round((seconds or 0) + (earlier or 0), 1)
    if before and "confirmed" in before:  # it counts no more where the text is another one, and says who read the earlier
        edit["confirmed"] = before["confirmed"]
    note = before.get("note") if note is None and before else note
    if note:
        edit["note"] = to_lf(note)
    problem = first_problem(edit, "rows/edit")
    if problem:
        raise UserError(f"row {id!r}: {'.'.join(map(str, problem[0]))}: {problem[1]}")
    return edit


class Change(NamedTuple):
    """A requested change of one row's edit.

    Attributes:
        id: of the row.
        edit: what to save, as `make_edit` gives it; None removes the present one.
        expected: the edit that the change was made on; None where there was none.
    """

    id: str
    edit: Edit | None
    expected: Edit | None


def save_edit(path: Path, kind: str, edit: Edit | None, id: str, expected: Edit | None, order: Sequence[str] = ()) -> None:
    """Save one change; `save_edits` says how.

    Raises:
        Conflict: the row's present edit is not `expected`; nothing is written.
        UserError: the file is not valid, or another process holds it.
    """
    for conflict in save_edits(path, kind, [Change(id, edit, expected)], order):
        raise conflict


def save_edits(path: Path, kind: str, changes: Sequence[Change], order: Sequence[str] = ()) -> list[Conflict]:
    """Save changes of different rows in one write that touches no other line; return those that were not saved.

    A new edit of a text whose request showed other edits gets its number in the order of editing.

    Args:
        path: the file of edits; made where it is not there.
        kind: `task` or `question`.
        changes: one for each row.
        order: the ids of the corpus; a new line goes behind the line of the nearest row before it, else to the end.

    Returns:
        A conflict for each change whose row has another edit now than the one it was made on.

    Raises:
        UserError: the file is not valid, or another process holds it.
    """
    conflicts: list[Conflict] = []

    def accepted() -> dict[str, Edit | None]:
        present = read_edits(path, kind)
        refused = {change.id for change in changes if present.get(change.id) != change.expected}
        conflicts[:] = [Conflict(id, present.get(id)) for id in sorted(refused)]
        last = max((edit.get("order", 0) for edit in present.values()), default=0)
        for edit in (change.edit for change in changes if change.id not in refused):
            if edit and "request" in edit and "order" not in edit:
                last += 1
                edit["order"] = last
        return {change.id: change.edit for change in changes if change.id not in refused}

    places = {id: place for place, id in enumerate(order)}
    with locked(path, paths.locks()):
        put_lines(path, accepted, lambda row: row["id"], places.get, lambda line: _edit_of(line, kind))
    return conflicts


def check_edit(kind: str, fields: Fields) -> str | None:
    """Return what is wrong with the fields of an edit; None where nothing is."""
    expected = field_names(fields, kind)
    if set(fields) != set(expected):
        return f"fields: expected {', '.join(expected)}, found {', '.join(fields)}"
    for name, text in fields.items():
        if name not in _MAY_BE_BLANK and not text.strip():
            return f"fields.{name} is blank; write a text"
        try:
            text.encode()
        except UnicodeEncodeError:
            return f"fields.{name} contains half a character (a lone surrogate); remove it"
    return None


def _refuse(where: str, kind: str, fields: Fields) -> None:
    if words := check_edit(kind, fields):
        raise UserError(f"{where}: {words}")
