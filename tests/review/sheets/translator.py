"""A small project, and a translator who works on its rows in a spreadsheet."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from seedbed.review.sheets.round_trip import Import, export_edits, read_sheet
from seedbed.util.canonical import canonical
from seedbed.util.rows import Row

SHEET = Path("edits.xlsx")
EDITS = {"seed_tasks": Path("data/edits/seed_tasks.ja.jsonl"), "questions": Path("data/edits/questions.ja.jsonl")}
TEXTS = ["雨です。", "=SUM(A:B)です。", "彼は来ました。", "-度です。", "@こちらです。"]


def question(place: int, text: str) -> Row:
    made_by = {"endpoint": "stand-in", "model": "stand-in"}
    source, translation = {"text": f"Source {'ABCDE'[place]}."}, {"text": text}
    row = {"id": f"q{place}", "category": "generic", "source": source, "translation": translation}
    return row | {"failure": None, "made_by": made_by}


def task(id: str, **texts: str) -> Row:
    row = question(0, "") | {"id": id, "task_type": "open_qa", "is_classification": False}
    fields = {"instruction": "指示です。", "input": "", "output": "出力です。"} | texts
    return {name: value for name, value in row.items() if name != "category"} | {"source": fields, "translation": fields}


def write(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(canonical(row) + "\n" for row in rows), encoding="utf-8")


def build(questions: list[Row], tasks: list[Row]) -> None:
    write(Path("data/build/translated/questions.jsonl"), questions)
    write(Path("data/build/translated/seed_tasks.jsonl"), tasks)


def edits(corpus: str = "questions") -> dict[str, Row]:
    lines = EDITS[corpus].read_text(encoding="utf-8").splitlines() if EDITS[corpus].is_file() else []
    return {row["id"]: row for row in map(json.loads, lines)}


class Translator:
    """Somebody with the workbook open: cells by id and column name."""

    def __init__(self, name: str = "questions") -> None:
        self.book = openpyxl.load_workbook(SHEET)
        page = self.book[name]
        assert isinstance(page, Worksheet)
        self.page = page

    def column(self, name: str) -> int:
        return next(cell.column for cell in self.page[1] if cell.value == name)

    def row(self, id: str) -> int:
        return next(row[0].row for row in self.page.iter_rows(min_row=2) if row[0].value == id)

    def cell(self, id: str, name: str) -> Any:
        return self.page.cell(self.row(id), self.column(name))

    def type(self, id: str, name: str, value: Any) -> None:
        """Put a text into a cell as a person's program does in a cell of the format text."""
        cell = self.cell(id, name)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"

    def read(self, editor: str | None = None) -> Import:
        self.book.save(SHEET)
        return read_sheet(SHEET, editor)


def change(id: str, name: str, value: Any, sheet: str = "questions") -> Import:
    export_edits(SHEET)
    translator = Translator(sheet)
    translator.type(id, name, value)
    return translator.read()


def words(found: Import) -> list[str]:
    return [str(problem) for problem in found.problems]


def change_again(id: str, name: str, value: Any) -> Import:
    SHEET.unlink()
    return change(id, name, value)


def altered(alter: Callable[[Translator], None]) -> Import:
    export_edits(SHEET)
    ours = Translator()
    alter(ours)
    return ours.read()
