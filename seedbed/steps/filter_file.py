"""`seedbed filter FILE`: the project's rules on rows of any making, JSON Lines or CSV.

{"detail":"too close to a seed or …","id":"line-12","neighbour":"line-3","reason":"near_duplicate","score":0.8125}
"""

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from seedbed.filtering.filter import load_filter
from seedbed.filtering.rules import fields_of
from seedbed.project import paths
from seedbed.project.corpora import read_questions
from seedbed.project.params import load_params
from seedbed.project.prompts import load_prompt
from seedbed.project.row_types import EditedQuestion
from seedbed.steps.embedding import embedding
from seedbed.util.canonical import canonical
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, checked_rows, read_rows
from seedbed.util.visible import spelt_out

_FIELDS = ("instruction", "input", "output")
_MOST_CHARACTERS = 2**31 - 1
"""Of a CSV field; Python's own limit is meant for nobody's texts."""


def decisions(path: Path, alone: bool = False) -> Iterator[Row]:
    """Yield `{id, reason, detail, neighbour, score}` of each row of a file, in order; a reason of null means that it is kept.

    Rows are held against the seeds and questions of the last build, where there is one, and against those kept before them.

    Args:
        path: JSON Lines, or CSV where the name ends in `.csv`: `instruction`, `input`, `output`, and `id` or none.
        alone: whether seeds and questions are left out.

    Raises:
        UserError: the file has a mistake, or the project has one.
    """
    params, rows = load_params(), read_tasks(path)
    seeds, questions = ([], []) if alone else (_seeds(), _questions())
    if not alone and not (seeds and questions):
        print("seedbed filter: nothing is built yet, so rows are not compared with seed tasks or questions", file=sys.stderr)
    with (
        embedding("file", params) as embed,
        load_filter(params, seeds, questions, load_prompt("generate"), embed) as filter,
    ):
        for row, rejection in filter.decide_all(rows):
            yield {"id": row["id"], **fields_of(rejection)}


def _seeds() -> list[Row]:
    path = paths.seeds("edited")
    return list(read_rows(path)) if path.is_file() else []


def _questions() -> list[EditedQuestion]:
    is_built = any(paths.EDITED_QUESTIONS.glob("*.jsonl"))
    return read_questions() if is_built else []


def read_tasks(path: Path) -> list[Row]:
    """Return the rows of a file, each with an id: its own, or `line-<its first line>`.

    Raises:
        UserError: the file cannot be read, or a row is no task; names file and line.
    """
    if not path.exists():
        raise UserError(f"{path}: no such file")
    if not path.is_file():
        raise UserError(f"{path}: not a file; expected JSON Lines (.jsonl) or CSV (.csv)")
    tasks: list[Row] = []
    seen: dict[str, int] = {}
    try:
        for number, row in _csv_rows(path) if path.suffix.lower() == ".csv" else _json_rows(path):
            task = _task(f"{path}:{number}", row, number)
            if task["id"] in seen:
                first = seen[task["id"]]
                raise UserError(
                    f"{path}:{number}: duplicate id {task['id']!r} (first on line {first}); give each row a different one, or "
                    "leave all ids out"
                )
            seen[task["id"]] = number
            tasks.append(task)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    return tasks


def _task(where: str, row: Row, number: int) -> Row:
    for name in _FIELDS:
        if name not in row:
            hint = "; use an empty text for a missing one" if name == "input" else ""
            raise UserError(f"{where}: the field {name!r} is missing; each row has instruction, input and output{hint}")
        if not isinstance(row[name], str):
            raise UserError(f"{where}: {name}: expected a text, found {type(row[name]).__name__}")
    id = row.get("id")
    if isinstance(id, bool) or not isinstance(id, str | int | None):
        raise UserError(f"{where}: id: expected a text or a whole number, found {type(id).__name__}")
    return {"id": f"line-{number}" if id in (None, "") else str(id), **{name: row[name] for name in _FIELDS}}


def _json_rows(path: Path) -> Iterator[tuple[int, Row]]:
    for number, row in checked_rows(path, unique=None):
        if isinstance(row, UserError):
            raise row
        yield number, row


def _csv_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield (first line, row) of each record that is not empty.

    Raises:
        UserError: not UTF-8, no header, or a record that is no CSV or does not fit the header.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(f"{path}:{line}: not UTF-8 ({error.reason}); save the file as UTF-8") from None
    csv.field_size_limit(_MOST_CHARACTERS)
    records = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    number = 1
    while True:
        number = records.line_num + 1
        try:
            record = next(records, None)
        except csv.Error as error:
            raise UserError(f"{path}:{number}: not CSV: {error}; is a quotation mark unclosed or not doubled?") from None
        if record is None:
            break
        if header is None:
            header = [name.strip() for name in record]
            _check_header(f"{path}:{number}", header)
        elif record:
            if len(record) != len(header):
                raise UserError(f"{path}:{number}: {len(record)} fields, but the first line has {len(header)} columns")
            yield number, dict(zip(header, record, strict=True))
    if header is None:
        raise UserError(f"{path}:1: the file is empty; expected a first line with the columns instruction, input and output")


def _check_header(where: str, header: list[str]) -> None:
    for name in _FIELDS:
        if name not in header:
            names = ", ".join(header) if any(header) else "none"
            raise UserError(
                f"{where}: no column {name!r}; the first line must list the columns, separated by commas; found "
                f"{spelt_out(names)}"
            )
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise UserError(f"{where}: the column {twice!r} appears twice")


def as_json(rows: Iterable[Row]) -> Iterator[str]:
    """Yield each decision as one line of JSON."""
    return map(canonical, rows)


def as_table(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the decisions as lines of a table, and how many of each there are."""
    lines = [("id", "decision", "score", "neighbour", "detail")]
    counts: dict[str, int] = {}
    for row in rows:
        reason = row["reason"] or "kept"
        counts[reason] = counts.get(reason, 0) + 1
        score = "" if row["score"] is None else f"{row['score']:.3f}"
        detail = spelt_out(" ".join((row["detail"] or "").split()))
        lines.append((spelt_out(row["id"]), reason, score, spelt_out(row["neighbour"] or ""), detail))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)][:-1]
    for *cells, last in lines:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)), last]).rstrip()
    total = ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda pair: -pair[1]))
    yield f"\n{sum(counts.values())} rows: {total or 'none'}"
