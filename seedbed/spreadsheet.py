"""The round trip of the post-edits through a spreadsheet, for translators who work in one.

`export_edits` writes a workbook with one worksheet for each corpus and one row for each of its rows, those that need work
most likely first. `read_sheet` reads it back and says what would change and what is wrong, row by row; `apply` saves.
A row that nobody touched is left alone, whatever became of it in the project since.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from seedbed.attention import reasons, score, survey
from seedbed.corpora import FIELDS, status_of
from seedbed.edits import CORPORA, Conflict, edits_path, make_edit, read_edits, save_edit
from seedbed.errors import UserError
from seedbed.json_text import content_hash
from seedbed.params import Params, load_params
from seedbed.review_words import Words, load_words
from seedbed.rows import Row, read_rows
from seedbed.workbook import MOST_CHARACTERS, Cell, Column, Sheet, by_name, fits, lf, read_workbook, write_workbook

_APPROVE = "approve"
_HASHES = ("source_hash", "machine_hash", "edit_hash", "sheet_hash")
_OPEN = ("unreviewed", "stale", "outdated")
_HELP = (
    "Write in the yellow cells only: the text as it should read, a decision, a note. Leave ids and hidden columns as they are.",
    "To correct a row, change its text. To take the text as it stands, write approve under decision.",
    "A row that you do not touch is left alone. Rows that need work most likely come first; 'reasons' says why.",
    "The note says why numerals, code or facts differ from the source. Save as .xlsx.",
    "",
    "黄色のセルだけに入力してください(訳文、判定、メモ)。IDと非表示の列は変更しないでください。",
    "訳文を直すときは、そのセルを書き換えます。そのままでよいときは、decision に approve と入力します。",
    "入力のない行は変わりません。手直しが必要そうな行から順に並んでいます。理由は reasons にあります。",
    "数値・コード・事実が原文と異なる理由は note に書きます。保存形式は .xlsx のままにしてください。",
)


@dataclass(frozen=True)
class Problem:
    """What is not applied, and why; `row` is the worksheet's row number, None where it is about the worksheet."""

    sheet: str
    row: int | None
    words: str

    def __str__(self) -> str:
        return f"{self.sheet}{f', row {self.row}' if self.row else ''}: {self.words}"


@dataclass(frozen=True)
class Proposal:
    """An edit that the workbook asks for, and the row's present one."""

    corpus: str
    row: int
    edit: Row
    before: Row | None

    def __str__(self) -> str:
        return f"{self.corpus}, row {self.row}: {self.edit['id']} {self.edit['decision']}"


@dataclass(frozen=True)
class Import:
    """What a workbook comes to: edits to save, what is wrong, and how many rows nobody touched."""

    proposals: list[Proposal]
    problems: list[Problem]
    untouched: int


class _Corpus:
    """A corpus as it stands: its translated rows that can be reviewed, and their edits."""

    def __init__(self, name: str, params: Params) -> None:
        self.name, self.kind = name, params["corpora"][name]["kind"]
        self.path = edits_path(name, params["language"])
        translated = Path("data/build/translated") / f"{name}.jsonl"
        if not translated.is_file():
            raise UserError(f"{translated}: not built yet; run `dvc repro translate@{name}` first")
        rows = read_rows(translated, f"translated_{self.kind}")
        self.rows = {row["id"]: row for row in rows if row["made_by"] is not None or row["translation"] is None}
        self.edits = read_edits(self.path, self.kind)
        self.columns = _columns(self.kind)

    def status(self, id: str) -> str:
        return "failed" if self.rows[id]["translation"] is None else status_of(self.rows[id], self.edits.get(id))

    def standing(self, id: str) -> Row:
        """The fields to go on from: a person's text where there is one, else the machine's."""
        row, edit = self.rows[id], self.edits.get(id)
        if row["translation"] is None:
            return dict.fromkeys(FIELDS[self.kind], "")
        own = edit is not None and (edit["decision"] == "edited" or self.status(id) == "approved")
        fields: Row = edit["fields"] if edit and own else row["translation"]
        return {name: lf(text) for name, text in fields.items()}

    def note(self, id: str) -> str:
        return lf(self.edits.get(id, {}).get("note", ""))

    def hashes(self, id: str) -> dict[str, str]:
        row, edit = self.rows[id], self.edits.get(id)
        return {
            "source_hash": content_hash(row["source"]),
            "machine_hash": content_hash(row["translation"]),
            "edit_hash": content_hash(edit) if edit else "none",
        }


def _columns(kind: str) -> list[Column]:
    fields = [
        Column(f"{name}: {what}", 45, editable=what == "edit") for name in FIELDS[kind] for what in ("source", "machine", "edit")
    ]
    return [
        *(Column("id", 20), Column("status", 12), Column("reasons", 40), *fields),
        Column("decision", 11, editable=True, choices=(_APPROVE,)),
        *(Column("note", 30, editable=True), Column("notice", 40)),
        *(Column(name, 12, hidden=True) for name in _HASHES),
    ]


# Out.


def export_edits(path: Path) -> str:
    """Write the workbook and return what it holds, in words.

    Raises:
        UserError: the file is there already or cannot be written, or a corpus is not built.
    """
    params = load_params()
    sheets = []
    for name in _names(params):
        corpus = _Corpus(name, params)
        sheets.append(_sheet(corpus, load_words(params["language"], params["corpora"][name]["language"])))
    write_workbook(path, sheets, _HELP)
    counts = ", ".join(f"{len(sheet.rows)} {sheet.name.replace('_', ' ')}" for sheet in sheets)
    locked = sum(len(sheet.locked) for sheet in sheets)
    return f"{path}: {counts}" + (f"; {locked} of them cannot be edited there, their notice says why" if locked else "")


def _names(params: Params) -> list[str]:
    return [name for name in CORPORA if name in params["corpora"]]


def _sheet(corpus: _Corpus, words: Words) -> Sheet:
    held_against = survey(corpus.rows.values())
    made = []
    for id, row in corpus.rows.items():
        stands = row if row["translation"] is None else row | {"translation": corpus.standing(id)}
        found = reasons(stands, corpus.kind, words, held_against)
        made.append((corpus.status(id) not in _OPEN, -score(found), _cells(corpus, id, found)))
    made.sort(key=lambda each: each[:2])
    rows = [cells for _, _, cells in made]
    return Sheet(corpus.name, corpus.columns, rows, frozenset(n for n, row in enumerate(rows) if _is_closed(corpus, row["id"])))


def _cells(corpus: _Corpus, id: str, found: Sequence[object]) -> dict[str, str]:
    row, texts = corpus.rows[id], corpus.standing(id)
    cells = {"id": id, "status": corpus.status(id), "reasons": "\n".join(map(_reason, found)), "decision": ""}
    for name in FIELDS[corpus.kind]:
        cells[f"{name}: source"] = row["source"][name]
        cells[f"{name}: machine"] = (row["translation"] or texts)[name]
        cells[f"{name}: edit"] = texts[name]
    cells |= {"note": corpus.note(id), "notice": _notice(corpus, id)}
    cells = {name: text if fits(text) else "(see the notice)" for name, text in cells.items()}
    return cells | corpus.hashes(id) | {"sheet_hash": _touchable_hash(cells, corpus.kind)}


def _reason(reason: object) -> str:
    return f"{reason.code}, {reason.field}: {reason.detail}"


def _is_closed(corpus: _Corpus, id: str) -> bool:
    """Whether a row cannot be edited in a spreadsheet: its translation failed, or a text does not fit a cell."""
    row = corpus.rows[id]
    texts = [*row["source"].values(), *(row["translation"] or {}).values(), *corpus.standing(id).values(), corpus.note(id)]
    return row["translation"] is None or not all(map(fits, texts))
