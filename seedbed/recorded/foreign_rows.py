"""The rows of a file of any making: JSON Lines, JSON, CSV, Parquet or a spreadsheet, one after the other.

However large the file is, one row of at most 16 MB is held at a time; only a JSON object that holds the rows inside is read
whole.
"""

import csv
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, time
from itertools import chain, islice
from json import JSONDecodeError
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import duckdb

from seedbed.recorded.opening import MOST_BYTES, Opened, opened
from seedbed.util.canonical import parse_json, parse_json_at
from seedbed.util.errors import UserError
from seedbed.util.line_ends import of_a_sheet
from seedbed.util.rows import Row, parse_row

_DELIMITERS = ",;\t|"
_BATCH = 500
_MOST_SHEET_ROWS = 2**20
"""As many as a spreadsheet can have; a damaged one says more."""
_NO_COLUMNS = "the first line is blank, where the columns' names are expected; remove it"
_TOO_LONG = f"one row of more than {MOST_BYTES // 2**20} MB; is a line break or a quotation mark missing?"


class Found(NamedTuple):
    """A row of a file.

    Attributes:
        where: file and line, or file and row, for messages.
        row: its fields, as they are.
    """

    where: str
    row: Row


def read_foreign(path: Path, at: str | None = None) -> Iterator[Found]:
    """Yield the rows of a file.

    Args:
        path: the file; what it is, its content says, and of text that is no JSON the name's ending: `.csv`, `.tsv`, `.txt`.
        at: where the rows are in a JSON object (`data`, `results.samples`), or the sheet of a spreadsheet.

    Raises:
        UserError: the file or a row cannot be read; names file and line.
    """
    with opened(path) as file:
        if file.kind == "parquet":
            yield from _parquet(file)
        else:
            yield from _sheet(file, at) if file.kind == "xlsx" else _text(file, at)


def _text(file: Opened, at: str | None) -> Iterator[Found]:
    suffix = next((suffix for suffix in reversed(file.named.suffixes) if suffix.lower() != ".gz"), "").lower()
    if suffix in (".csv", ".tsv"):
        return _csv(file, "\t" if suffix == ".tsv" else None)
    with file.path.open("rb") as opened_file:
        start = opened_file.read(4096).lstrip()[:1]
    if start == b"[":
        return _array(file)
    if start == b"{":
        return _inside(file, at) if at else _json_lines(file)
    if suffix == ".txt":
        return _csv(file, None)
    raise UserError(
        f"{file.named}: neither JSON (it does not begin with "
        f"{{ or [) nor Parquet; for CSV, the file name must end in .csv or .tsv"
    )


def _lines(file: Opened) -> Iterator[tuple[int, str]]:
    """Yield (number from 1, text) of each line, its line break with it."""
    with file.path.open("rb") as lines:
        for number, line in enumerate(iter(lambda: lines.readline(MOST_BYTES + 1), b""), start=1):
            if len(line) > MOST_BYTES:
                raise UserError(f"{file.named}:{number}: {_TOO_LONG}")
            try:
                yield number, line.decode()
            except UnicodeDecodeError as error:
                raise UserError(f"{file.named}:{number}: not UTF-8 ({error.reason}); save the file as UTF-8") from None


def _json_lines(file: Opened) -> Iterator[Found]:
    for number, line in _lines(file):
        if not line.strip():
            continue
        where = f"{file.named}:{number}"
        try:
            yield Found(where, parse_row(where, line))
        except UserError as error:
            begun = number == 1 and not line.rstrip().endswith("}")  # an object whose rest stands on the next lines
            if begun and (whole := _whole_object(file)) is not None:
                lists = [name for name, value in whole.items() if isinstance(value, list | dict)]
                what_to_do = f"name the field that contains the rows, e.g. --at {lists[0]}" if lists else "write it on one line"
                raise UserError(f"{file.named}: one JSON object with the fields {', '.join(whole)}; {what_to_do}") from None
            raise error from None


def _whole_object(file: Opened) -> Row | None:
    """Return the object of a file that is one JSON object; None where it is not, or is too large to try."""
    try:
        document = _document(file)
    except UserError:
        return None
    return document if isinstance(document, dict) else None


def _document(file: Opened) -> Any:
    size = file.path.stat().st_size
    if size > 16 * MOST_BYTES:
        raise UserError(
            f"{file.named}: one JSON object of {size // 2**20:,} MB, too large to read at once; convert its rows to JSON Lines"
        )
    try:
        return parse_json(file.path.read_text(encoding="utf-8"))
    except JSONDecodeError as error:
        raise UserError(_not_json(file, error)) from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{file.named}: not JSON: {error}") from None


def _not_json(file: Opened, error: JSONDecodeError) -> str:
    """Return what is wrong with a JSON text, and where; a text that ends too early is called truncated."""
    ended = error.msg.startswith("Unterminated string") or not error.doc[error.pos :].strip()
    likely = "; the text ends too early: is the file truncated?" if ended else ""
    return f"{file.named}:{error.lineno}: not JSON: {error.msg} column {error.colno}{likely}"


def _inside(file: Opened, at: str) -> Iterator[Found]:
    value = _document(file)
    for name in at.split("."):
        if not isinstance(value, dict) or name not in value:
            there = ", ".join(value) if isinstance(value, dict) else type(value).__name__
            raise UserError(f"{file.named}: --at {at}: no field {name!r} (found: {there})")
        value = value[name]
    if not isinstance(value, list):
        raise UserError(f"{file.named}: --at {at}: expected an array of rows, found {type(value).__name__}")
    for number, row in enumerate(value, start=1):
        yield _object(f"{file.named}: {at}, row {number}", row)


def _object(where: str, row: Any) -> Found:
    if not isinstance(row, dict):
        raise UserError(f"{where}: expected a JSON object, found {type(row).__name__}; each row must be one object")
    return Found(where, row)


def _array(file: Opened) -> Iterator[Found]:
    """Yield the rows of a JSON array; of a large one without the lines, since it is not read whole."""
    if file.path.stat().st_size <= MOST_BYTES:
        yield from _small_array(file)
        return
    sql = f"select json from read_json_objects(?, format = 'array', maximum_object_size = {MOST_BYTES})"
    for number, (text,) in enumerate(_fetched(file, sql, "JSON"), start=1):
        where = f"{file.named}: row {number}"
        if len(text) > MOST_BYTES:  # DuckDB lets some more pass
            raise UserError(f"{where}: {_TOO_LONG}")
        try:
            value = parse_json(text)
        except (ValueError, RecursionError) as error:
            raise UserError(f"{where}: not a JSON object: {error}") from None
        yield _object(where, value)


def _small_array(file: Opened) -> Iterator[Found]:
    try:
        text = file.path.read_bytes().decode()
    except UnicodeDecodeError as error:
        line = 1 + file.path.read_bytes().count(b"\n", 0, error.start)
        raise UserError(f"{file.named}:{line}: not UTF-8 ({error.reason}); save the file as UTF-8") from None

    def past_blanks(place: int) -> int:
        while place < len(text) and text[place] in " \t\r\n":
            place += 1
        return place

    place, line, counted = past_blanks(past_blanks(0) + 1), 1, 0
    while text[place : place + 1] != "]" or counted:  # an empty array has no row; a comma has one behind it
        line, counted = line + text.count("\n", counted, place), place
        where = f"{file.named}:{line}"
        try:
            value, place = parse_json_at(text, place)
        except JSONDecodeError as error:
            raise UserError(_not_json(file, error)) from None
        except (ValueError, RecursionError) as error:
            raise UserError(f"{where}: not a JSON object: {error}") from None
        yield _object(where, value)
        place = past_blanks(place)
        if text[place : place + 1] == "]":
            break
        if text[place : place + 1] != ",":
            raise UserError(
                f"{where}: not JSON: a comma or ] is missing after the value that begins here; is the file truncated?"
            )
        place = past_blanks(place + 1)
    if rest := text[past_blanks(place + 1) :].strip():
        raise UserError(f"{file.named}: not JSON: there is more text after the end of the array ({rest[:20]!r})")


def _csv(file: Opened, delimiter: str | None) -> Iterator[Found]:
    csv.field_size_limit(MOST_BYTES)
    header: list[str] | None = None
    lines = (line for _, line in _lines(file))
    first = next(lines, "")
    separator = delimiter or max(_DELIMITERS, key=first.count)
    records = csv.reader(chain([first], lines), delimiter=separator, strict=True)
    while True:
        number = records.line_num + 1
        where = f"{file.named}:{number}"
        try:
            record = next(records, None)
        except csv.Error as error:
            likely = "is a quotation mark unclosed or not doubled?"
            if "new-line" in str(error):
                likely = "a line ends with CR alone; save the file with LF or CRLF line ends"
            raise UserError(f"{where}: not CSV: {error}; {likely}") from None
        if record is None:
            return
        if header is None:
            header = [name.strip() for name in record]
            if twice := next((name for name in header if header.count(name) > 1), None):
                raise UserError(f"{where}: the column {twice!r} appears twice")
            if not any(header):
                raise UserError(f"{where}: {_NO_COLUMNS}")
        elif record:
            if len(record) != len(header):
                raise UserError(f"{where}: {len(record)} fields, but the first line has {len(header)} columns")
            yield Found(where, {name: value for name, value in zip(header, record, strict=True) if name})


def _fetched(file: Opened, sql: str, what: str) -> Iterator[tuple[Any, ...]]:
    """Yield what DuckDB reads of a file, batch by batch."""
    try:
        result = duckdb.connect().execute(sql, [str(file.path)])
        while batch := result.fetchmany(_BATCH):
            yield from batch
    except duckdb.Error as error:
        words = str(error).splitlines()[0].replace(str(file.path), str(file.named))
        if "maximum_object_size" in words:
            raise UserError(f"{file.named}: {_TOO_LONG}") from None
        raise UserError(f"{file.named}: cannot be read as {what}: {words}") from None


def _parquet(file: Opened) -> Iterator[Found]:
    try:
        described = duckdb.connect().execute("describe select * from read_parquet(?)", [str(file.path)]).fetchall()
    except duckdb.Error as error:
        words = str(error).splitlines()[0].replace(str(file.path), str(file.named))
        raise UserError(f"{file.named}: cannot be read as Parquet: {words}") from None
    names = [column[0] for column in described]
    for number, values in enumerate(_fetched(file, "select * from read_parquet(?)", "Parquet"), start=1):
        plain = [str(value) if isinstance(value, UUID) else value for value in values]
        yield Found(f"{file.named}: row {number}", dict(zip(names, plain, strict=True)))


def _sheet(file: Opened, sheet: str | None) -> Iterator[Found]:
    """Yield the rows of a spreadsheet; what is no text is taken as it is written, since a sheet has no types."""
    from openpyxl import load_workbook

    with ExitStack() as closing, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which are not read
        try:
            book = load_workbook(file.path, read_only=True, data_only=True)
            closing.callback(book.close)
            yield from _records(file, book, sheet)
        except UserError:
            raise
        except Exception as error:  # whatever a damaged archive leads openpyxl into, here or while it reads on
            reason = " ".join(str(error).split())[:120] or type(error).__name__
            raise UserError(
                f"{file.named}: cannot be read as a spreadsheet ({reason}); save it again, or save it as CSV"
            ) from None


def _records(file: Opened, book: Any, sheet: str | None) -> Iterator[Found]:
    if sheet is not None and sheet not in book.sheetnames:
        raise UserError(f"{file.named}: --at {sheet}: no such sheet (found: {', '.join(book.sheetnames)})")
    page = book[sheet] if sheet else book.worksheets[0]
    page.reset_dimensions()  # what a file says of its size is not always so
    records = islice(page.iter_rows(values_only=True), _MOST_SHEET_ROWS)
    header = ["" if name is None else str(name).strip() for name in next(records, ())]
    for number, record in enumerate(records, start=2):
        if any(value is not None for value in record):
            if not any(header):
                raise UserError(f"{file.named}:1: {_NO_COLUMNS}")
            row = dict.fromkeys(filter(None, header), "") | {
                name: _cell(value) for name, value in zip(header, record, strict=False) if name
            }
            yield Found(f"{file.named}:{number}", row)


def _cell(value: object) -> object:
    if isinstance(value, str):
        return of_a_sheet(value)
    if value is None:  # blank, as in CSV; of merged cells all but the first are
        return ""
    if isinstance(value, bool):
        return str(value).upper()  # as a sheet shows it
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():  # a sheet has no days, but midnights shown without the time
        value = value.date()
    return value.isoformat() if isinstance(value, datetime | date | time) else str(value)
