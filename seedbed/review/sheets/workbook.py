"""Spreadsheet files: texts out, texts in. What a cell means is not known here.

Every cell is text in both directions: a text that begins with `=`, `+`, `-` or `@` is written as a text that no program
takes for a formula, and nothing is ever evaluated on reading.
"""

import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell as XlsxCell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from seedbed.review.sheets.limits import Extent, TooMuch, extent_of
from seedbed.util.errors import UserError
from seedbed.util.line_ends import of_a_sheet, to_lf

MOST_CHARACTERS = 32_767
"""In one cell; Excel's limit, counted in UTF-16 units."""
_MOST_BYTES = 200_000_000
"""Of a file when unpacked; a workbook of ten thousand rows has some 50 million."""
_UNSAFE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|x005F_|_x000D_")
"""Characters that XML lacks, and what spreadsheets write instead of such characters."""
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_PALE_YELLOW = PatternFill("solid", fgColor="FFFFF8E1")
_PALE_GREY = PatternFill("solid", fgColor="FFEEEEEE")


@dataclass(frozen=True)
class Column:
    """A column to write.

    Attributes:
        name: by which rows hold its texts; no two columns share one.
        heading: in the first row.
        width: in characters.
        editable: whether a person may write in it.
        hidden: whether it is for the program alone.
        choices: the only words that may be written in it; without any, everything may.
    """

    name: str
    heading: str
    width: int
    editable: bool = False
    hidden: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A worksheet to write: its name, its columns, and its rows as texts by column; `locked` rows have no editable cell."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[dict[str, str]]
    locked: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Cell:
    """A cell that was read: its text, and what it is where it is not a text."""

    text: str = ""
    fault: str | None = None


def fits_in_cell(text: str) -> bool:
    """Whether a cell can hold `text` and give it back as it was."""
    return len(_escaped(text).encode("utf-16-le", "surrogatepass")) // 2 <= MOST_CHARACTERS and not _UNSAFE.search(text)


def _escaped(text: str) -> str:
    """The text as spreadsheets write it, who take `_x0041_` for an A."""
    return _ESCAPE.sub("_x005F_", to_lf(text))


def write_workbook(path: Path, sheets: Sequence[Sheet], help: Sequence[str]) -> None:
    """Write a workbook, all or nothing; `help` becomes the lines of a last worksheet of that name.

    Raises:
        UserError: the file is there already, has another ending than .xlsx, or cannot be written.
    """
    if path.suffix.lower() != ".xlsx":
        raise UserError(f"{path}: expected a name that ends in .xlsx")
    if path.exists():
        raise UserError(f"{path}: this file exists already and may contain somebody's work; move it, or choose another name")
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for sheet in sheets:
        _write_sheet(book.create_sheet(sheet.name), sheet)
    page = book.create_sheet("help")
    page.column_dimensions["A"].width = 110
    for number, line in enumerate(help, start=1):
        _write_text(page.cell(number, 1), line)
    part = path.with_name(f".{path.name}.part")
    try:
        book.save(part)
        part.replace(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror}; choose a file in an existing folder") from None
    finally:
        part.unlink(missing_ok=True)


def _write_sheet(page: Worksheet, sheet: Sheet) -> None:
    for place, column in enumerate(sheet.columns, start=1):
        head = page.cell(1, place)
        _write_text(head, column.heading)
        head.font, head.fill = Font(bold=True), _PALE_GREY
        letter = get_column_letter(place)
        page.column_dimensions[letter].width = column.width
        page.column_dimensions[letter].hidden = column.hidden
        for number, row in enumerate(sheet.rows):
            cell = page.cell(number + 2, place)
            _write_text(cell, row[column.name])
            if column.editable and number not in sheet.locked:
                cell.protection, cell.fill = Protection(locked=False), _PALE_YELLOW
        if column.choices and sheet.rows:
            choices = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
            choices.add(f"{letter}2:{letter}{len(sheet.rows) + 1}")
            page.add_data_validation(choices)
    page.freeze_panes = "B2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{len(sheet.rows) + 1}"
    page.protection.sheet = True
    page.protection.formatColumns = page.protection.formatRows = page.protection.autoFilter = False  # that is: allowed


def _write_text(cell: Any, text: str) -> None:
    cell.value = _escaped(text)
    cell.data_type = "s"  # openpyxl takes what begins with = for a formula
    cell.number_format = "@"
    cell.quotePrefix = True
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def read_workbook(path: Path) -> dict[str, list[list[Cell]]]:
    """Return the cells of each worksheet by name, row by row from the first; rows may differ in length.

    Raises:
        UserError: the file is missing, is no xlsx file, is damaged, or is too large.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file; give a file that `seedbed review export` wrote")
    hint = "save it as an Excel workbook (.xlsx), without a password"
    if not zipfile.is_zipfile(path):
        raise UserError(f"{path}: not an .xlsx file; {hint}")
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
            if unpacked > _MOST_BYTES:
                raise TooMuch(f"{unpacked / 1e6:,.0f} MB when unpacked, where {_MOST_BYTES / 1e6:,.0f} are allowed")
            extent = extent_of(packed)
    except TooMuch as much:
        raise UserError(
            f"{path}: {much}; give the file that `seedbed review export` wrote, without pictures or extra sheets"
        ) from None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        raise UserError(f"{path}: a damaged .xlsx file; {hint}") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which are not read
            book = load_workbook(path, read_only=True, keep_links=False)
            try:
                return {page.title: _read_sheet(page, extent) for page in book.worksheets}
            finally:
                book.close()
    except Exception:  # openpyxl raises whatever the damaged part leads it into: KeyError, TypeError, ParseError, …
        raise UserError(f"{path}: this .xlsx file cannot be read; {hint}") from None


def _read_sheet(page: Any, extent: Extent) -> list[list[Cell]]:
    page.reset_dimensions()  # what a file says of its size is not always so
    read = _cell_reader()
    rows = page.iter_rows(max_row=extent.rows or 1, max_col=extent.columns or 1)  # beyond lie formats, if anything
    cells = [[read(cell) for cell in row] for row in rows]
    while cells and not any(cell.text or cell.fault for cell in cells[-1]):
        cells.pop()
    return cells


def _cell_reader() -> Callable[[XlsxCell], Cell]:
    """Return what reads cells, and makes one text of those that many cells share."""
    empty, texts = Cell(), dict[str, Cell]()

    def read(cell: XlsxCell) -> Cell:
        value = cell.value
        if value is None:
            return empty
        if cell.data_type == "f":
            return Cell(fault="a formula, which is not evaluated")
        if cell.data_type == "e":
            return Cell(fault=f"the error {value}")
        if not isinstance(value, str):
            kind = {"b": "a yes or no", "d": "a date or time"}.get(cell.data_type, "a number")
            return Cell(str(value), f"{kind} ({value})")
        if value not in texts:
            texts[value] = Cell(of_a_sheet(value))
        return texts[value]

    return read


def rows_by_name(rows: Sequence[Sequence[Cell]], names: Sequence[str]) -> list[tuple[int, dict[str, Cell]]]:
    """Return (row number, cells by the names of their columns) of each row that is not empty, past the first."""
    empty = [Cell()] * len(names)
    return [
        (number, dict(zip(names, [*row, *empty], strict=False)))
        for number, row in enumerate(rows[1:], start=2)
        if any(cell.text or cell.fault for cell in row)
    ]
