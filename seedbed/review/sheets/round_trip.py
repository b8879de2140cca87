"""The round trip of the post-edits through a spreadsheet, for translators who work in one.

`export_edits` writes a workbook with one worksheet for each corpus and one row for each of its rows, in the order of the
queue. `read_sheet` reads it back and says what would change and what is wrong, row by row; `apply` saves. A row that
nobody touched is left alone, even where it changed in the project since.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from seedbed.project.edits import Change, make_edit, save_edits
from seedbed.project.row_types import Edit
from seedbed.project.sign_off import confirm, reject
from seedbed.review.queue.worklist import TO_DO, Corpus, Item, Worklist
from seedbed.review.sheets.cells import (
    APPROVE,
    CONFIRM,
    DECISIONS,
    HASHES,
    LATER,
    REJECT,
    cells_of,
    column_names,
    columns,
    current_fields,
    fields_in,
    hashes,
    is_editable,
    note_of,
    reason_of,
    sheet_hash,
)
from seedbed.review.sheets.workbook import Cell, Sheet, read_workbook, rows_by_name, write_workbook
from seedbed.review.texts import say
from seedbed.util.errors import UserError
from seedbed.util.words import count

_OPEN = (*TO_DO, "rejected")
"""Statuses of rows that a decision changes."""


# Export.


def export_edits(path: Path, language: str = "en") -> str:
    """Write the workbook, with its own words in a language of the page, and return what it holds, in words.

    Raises:
        UserError: the file is there already or cannot be written, or a corpus is not built or not valid.
    """
    work = Worklist()
    corpora = [work.corpus(name) for name in work.names]
    sheets = [_sheet(corpus, language) for corpus in corpora]
    write_workbook(path, sheets, say(language, "sheet_help").splitlines())
    words = ", ".join(count(len(sheet.rows), sheet.name.removesuffix("s").replace("_", " ")) for sheet in sheets)
    closed, failed = sum(len(sheet.locked) for sheet in sheets), sum(len(corpus.failed) for corpus in corpora)
    words += f"; {closed} cannot be edited there, their notice says why" if closed else ""
    return f"{path}: {words}" + (f"; {failed} left out, whose translation failed" if failed else "")


def _sheet(corpus: Corpus, language: str) -> Sheet:
    queue = sorted(corpus.items, key=lambda item: item.status not in TO_DO)
    locked = frozenset(number for number, item in enumerate(queue) if not is_editable(item))
    names = fields_in(queue, corpus.kind)
    return Sheet(corpus.name, columns(names, language), [cells_of(item, names, language) for item in queue], locked)


# Import.


@dataclass(frozen=True)
class Problem:
    """What is not applied, and why; `row` is the worksheet's row number, None where it is about none."""

    sheet: str
    row: int | None
    words: str

    def __str__(self) -> str:
        return f"{self.sheet}{f', row {self.row}' if self.row else ''}: {self.words}"


@dataclass(frozen=True)
class Proposal:
    """An edit that row `row` of the worksheet asks for, and the row's present one."""

    corpus: Corpus
    row: int
    edit: Edit
    before: Edit | None

    def __str__(self) -> str:
        return f"{self.corpus.name}, row {self.row}: {self.edit['id']} {self.decision}"

    @property
    def decision(self) -> str:
        """What is decided, in a word."""
        before = self.before.get("confirmed") if self.before else None
        if "rejected" in self.edit:
            return "rejected"
        return "confirmed" if self.edit.get("confirmed") != before else self.edit["decision"]


@dataclass(frozen=True)
class Import:
    """What a workbook comes to: edits to save, what is wrong, and how many rows ask for nothing."""

    proposals: list[Proposal]
    problems: list[Problem]
    untouched: int


class _NotApplied(Exception):
    """Why a row is not applied."""


def read_sheet(path: Path, editor: str | None = None) -> Import:
    """Read a workbook back and compare it with the project as it is now; save nothing.

    Args:
        path: a workbook that `export_edits` wrote and people worked in.
        editor: who did; None where nobody says.

    Raises:
        UserError: the file cannot be read, or has none of the corpora's worksheets; or the project's own files are not valid.
    """
    book, work = read_workbook(path), Worklist()
    if not set(work.names) & set(book):
        raise UserError(
            f"{path}: it has no worksheet named {' or '.join(work.names)}; give a file that `seedbed review export` wrote"
        )
    parts: list[Proposal | Problem | None] = [
        Problem(name, None, "unknown worksheet, ignored") for name in book if name not in (*work.names, "help")
    ]
    for name in work.names:
        if name in book:
            parts += _read(work.corpus(name), book[name], editor)
        else:
            parts.append(Problem(name, None, "the worksheet is missing; its rows are not changed"))
    proposals = [each for each in parts if isinstance(each, Proposal)]
    problems = [each for each in parts if isinstance(each, Problem)]
    return Import(proposals, problems, parts.count(None))


def apply(imported: Import) -> list[Problem]:
    """Save what a workbook asks for, each corpus's edits in one write, and return what could not be saved."""
    problems = []
    for name in dict.fromkeys(proposal.corpus.name for proposal in imported.proposals):
        mine = {each.edit["id"]: each for each in imported.proposals if each.corpus.name == name}
        corpus = next(iter(mine.values())).corpus
        changes = [Change(id, each.edit, each.before) for id, each in mine.items()]
        for conflict in save_edits(corpus.path, corpus.kind, changes, corpus.order):
            problems.append(Problem(name, mine[conflict.id].row, str(conflict)))
    return problems


def _read(corpus: Corpus, rows: Sequence[Sequence[Cell]], editor: str | None) -> Iterator[Proposal | Problem | None]:
    fields = fields_in(corpus.items, corpus.kind)
    known = columns(fields)
    names = column_names((cell.text for cell in rows[0]) if rows else (), fields)
    needed = {"id", *HASHES, *(column.name for column in known if column.editable)} - set(LATER)
    wrong = next(
        (name for name in [column.name for column in known] if names.count(name) > 1 or name in needed - {*names}), None
    )
    if wrong:
        how = "appears twice" if wrong in names else "is missing"
        yield Problem(
            corpus.name,
            1,
            f"the column {wrong!r} {how}; restore the column names in the first row; no row of this worksheet was read",
        )
        return
    for name in names:
        if name and name not in {column.name for column in known}:
            yield Problem(corpus.name, 1, f"unknown column {name!r}, ignored")
    lines = rows_by_name(rows, names)
    places: dict[str, list[int]] = {}
    for number, cells in lines:
        places.setdefault(cells["id"].text.strip(), []).append(number)
    for number, cells in lines:
        try:
            item = _item(corpus, cells["id"].text.strip(), number, places)
            edit = _requested_edit(item, corpus.kind, fields, cells, editor)
        except _NotApplied as refused:
            yield Problem(corpus.name, number, str(refused))
        else:
            yield Proposal(corpus, number, edit, item.edit) if edit and edit != item.edit else None
    for item in corpus.items:
        if item.id not in places:
            yield Problem(
                corpus.name,
                None,
                f"{item.id} has no row in the spreadsheet (deleted, or added since the export); it is not changed",
            )


def _item(corpus: Corpus, id: str, number: int, places: Mapping[str, Sequence[int]]) -> Item:
    """Return the row of the corpus that a row of the worksheet is about."""
    if not id:
        raise _NotApplied("the id is empty; restore it")
    if id in corpus.failed:
        raise _NotApplied(f"the translation of {id} has failed since the export; build again before you edit it")
    if id not in corpus.by_id:
        near = get_close_matches(id, corpus.by_id, n=1)
        hint = f" (was it {near[0]!r}?)" if near else ""
        raise _NotApplied(f"unknown id {id!r}{hint}; it was changed, or its row is gone from {corpus.name}")
    others = [str(other) for other in places[id] if other != number]
    if others:
        raise _NotApplied(f"duplicate id {id!r} (also in row {', '.join(others)}); keep one of them")
    return corpus.by_id[id]


def _requested_edit(item: Item, kind: str, names: Sequence[str], cells: Mapping[str, Cell], editor: str | None) -> Edit | None:
    """Return the edit that a row asks for; None where it asks for none."""
    texts = {name: cell.text for name, cell in cells.items()}
    touched = sheet_hash(texts, names) != texts["sheet_hash"].strip()
    writable = [column.name for column in columns(names) if column.editable and column.name in cells]
    for name in writable:
        if (fault := cells[name].fault) and (touched or not texts[name]):
            raise _NotApplied(f"{name} holds {fault}; format the cell as text and write the text itself")
    if not touched:
        return None
    if not is_editable(item):
        raise _NotApplied(f"{item.id} cannot be edited in a spreadsheet (see its notice); use `seedbed review`")
    written = texts["decision"].strip().lower()
    decision = DECISIONS.get(written, "")
    if written and not decision:
        raise _NotApplied(f"decision {texts['decision'].strip()!r}: expected {APPROVE}, {CONFIRM}, {REJECT}, or nothing")
    if decision in (CONFIRM, REJECT):
        return _signed(item, kind, names, texts, decision, editor)
    if texts.get("reason", "") != reason_of(item):
        raise _NotApplied(f"a reason but no decision; write {REJECT} under decision, or clear the reason")
    if _is_already_saved(item, texts):
        return None
    _check_hashes(item, texts)
    return _edit(item, kind, names, texts, decision == APPROVE, editor)


def _signed(
    item: Item, kind: str, names: Sequence[str], texts: Mapping[str, str], decision: str, editor: str | None
) -> Edit | None:
    """Return the row's edit, confirmed or rejected."""
    fields = {name: texts[f"{name}: edit"] for name in item.machine}
    if fields != current_fields(item) or texts["note"] != note_of(item):
        raise _NotApplied(
            f"{decision}, but the text or the note was changed too; restore them, or import them first and {decision} later"
        )
    reason = texts.get("reason", "")
    if item.is_confirmed if decision == CONFIRM else (item.status == "rejected" and reason == reason_of(item)):
        return None
    _check_hashes(item, texts)
    if decision == CONFIRM and editor is None:
        raise _NotApplied(f"{CONFIRM} needs the name of a person; import with --editor NAME")
    try:
        if decision == CONFIRM:
            return confirm(item.row, item.edit, str(editor))
        return reject(item.row, kind, item.edit, editor, reason)
    except UserError as error:
        raise _NotApplied(str(error)) from None


def _is_already_saved(item: Item, texts: Mapping[str, str]) -> bool:
    """Whether the row's edit says already what the worksheet does, as where a file is imported again."""
    fields = {name: texts[f"{name}: edit"] for name in item.machine}
    return item.status not in _OPEN and fields == current_fields(item) and texts["note"] == note_of(item)


def _check_hashes(item: Item, texts: Mapping[str, str]) -> None:
    names = {"source_hash": "source", "machine_hash": "machine text", "edit_hash": "edit"}
    changed = [names[name] for name, value in hashes(item).items() if texts[name].strip() != value]
    if changed:
        raise _NotApplied(
            f"the {' and the '.join(changed)} of {item.id} changed since the export, or this row's id or hidden columns did; "
            "export again and edit the new file"
        )


def _edit(
    item: Item, kind: str, names: Sequence[str], texts: Mapping[str, str], approved: bool, editor: str | None
) -> Edit | None:
    before, note = current_fields(item), texts["note"]
    fields = {name: texts[f"{name}: edit"] for name in item.machine}
    if beyond := next((name for name in names if name not in fields and texts[f"{name}: edit"].strip()), None):
        raise _NotApplied(f"{beyond}: edit: {item.id} has no such turn; clear the cell, or add the turn to the source")
    for name, text in fields.items():
        if not text.strip() and before[name].strip():
            raise _NotApplied(f"{name}: edit is empty; write a text, or restore the one that was there")
    decided = approved and item.status in _OPEN
    if fields == before and not decided:
        if note == note_of(item):  # a hidden column was changed, or there are blanks under decision
            return None
        if item.edit is None or item.status in TO_DO:
            raise _NotApplied(f"a note but no decision; write {APPROVE} under decision to accept the text as it is")
        bare = item.edit.copy()
        bare.pop("note", None)
        return {**bare, "note": note} if note else bare
    try:
        return make_edit(item.row, kind, fields, editor, None, note, item.edit)
    except UserError as error:
        raise _NotApplied(str(error)) from None
