"""Read and write rows: one JSON object per line, with deterministic bytes.

A row on disk looks like this (sorted keys, no spaces, UTF-8, LF):

    {"category":"fermi","id":"fermi-01","text":"How many bus stops are there in Osaka?"}
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from seedbed.util.canonical import JsonObject, canonical, parse_json
from seedbed.util.errors import UserError, no_room
from seedbed.util.schemas import first_problem, problems

Row = JsonObject
Rows = list[Row]
_MOST_BYTES = 64 * 2**20
"""Of one row: a reply of the longest that models write has a tenth of that."""


def read_rows(path: Path, schema: str | None = None, unique: str | None = "id") -> Iterator[Any]:
    """Yield the rows of a JSON Lines file, each checked against `schemas/rows/<schema>.schema.json`.

    They are typed `Any`: the schema has been checked, and who takes them says what type that is (a `Row`, or one of its own).

    Args:
        path: the file; blank lines are passed over.
        schema: name of the row kind; None for a file of another project's making.
        unique: the field that no two rows may share; None for no such check.

    Raises:
        UserError: the file is missing, or a line is not UTF-8, not a JSON object, breaks the schema, or repeats an
            id; names file, line and field.
    """
    for _, row in checked_rows(path, schema, unique):
        if isinstance(row, UserError):
            raise row from None
        yield row


def checked_rows(
    path: Path, schema: str | None = None, unique: str | None = "id", named: Path | None = None
) -> Iterator[tuple[int, Row | UserError]]:
    """Yield (line number, row or what is wrong with the line), for those who want every mistake; see `read_rows`.

    Args:
        path: the file.
        schema: name of the row kind.
        unique: the field that no two rows may share.
        named: what the user calls the file, where another was unpacked from it.

    Raises:
        UserError: the file is missing, or not UTF-8.
    """
    seen: dict[str, int] = {}
    opened = False
    named = named or path
    for number, line in _lines(path, named):
        where = f"{named}:{number}"
        if opened and line[0] in ' \t"':  # an object that is written over several lines: they are no news either
            return
        try:
            row = parse_row(where, line)
            _check(where, row, schema, unique, seen)
        except UserError as error:
            yield number, error
            if not seen and line.startswith("["):  # the whole file is one array: its other lines are no news
                return
            opened = line.strip() == "{"
            continue
        if unique is not None:
            seen[row[unique]] = number
        yield number, row


def parse_row(where: str, line: str) -> Row:
    """Return the row of a line.

    Args:
        where: file and line, for messages.
        line: its text.

    Raises:
        UserError: the line is no JSON object, or holds what is not JSON; names file and line.
    """
    if line.startswith(("<<<<<<< ", "=======", ">>>>>>> ", "||||||| ")):
        raise UserError(
            f"{where}: merge conflict ({line.split(maxsplit=1)[0]}); keep the lines of one side and remove the conflict markers"
        )
    if line.lstrip("\ufeff").startswith("["):
        raise UserError(
            f"{where}: expected JSON Lines, found a JSON array; write one object per line, without brackets or commas between "
            "them"
        )
    if line.strip() == "{":
        raise UserError(f"{where}: not a JSON object on one line; JSON Lines have one whole object in each line")
    try:
        row = parse_json(line)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where}: not a JSON object: {error}; each line must be one JSON object") from None
    if not isinstance(row, dict):
        raise UserError(f"{where}: expected a JSON object, found {type(row).__name__}; each line must be one JSON object")
    if "\\ud" in line or "\\uD" in line:  # only an escape can be half a pair: the line itself is UTF-8
        try:
            canonical(row).encode()
        except UnicodeEncodeError:
            raise UserError(f"{where}: half of a surrogate pair (\\ud800 to \\udfff) is not a character; remove it") from None
    return row


def _check(where: str, row: Row, schema: str | None, unique: str | None, seen: dict[str, int]) -> None:
    if schema and (field_problems := problems(row, f"rows/{schema}")):
        mistakes = [f"field {'.'.join(map(str, field))}: {words}" if field else words for field, words in field_problems]
        raise UserError(f"{where}: {'; '.join(mistakes)} (schemas/rows/{schema}.schema.json)")
    if unique is None:
        return
    if not isinstance(row.get(unique), str | int):
        raise UserError(f"{where}: the field {unique!r} is missing, or is neither text nor number")
    if row[unique] in seen:
        raise UserError(
            f"{where}: duplicate {unique} {row[unique]!r} (first on line {seen[row[unique]]}); give each row a different one"
        )


def _lines(path: Path, named: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, text) of the lines that are not blank; only LF ends a line."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(iter(partial(file.readline, _MOST_BYTES + 1), b""), start=1):
                if len(line) > _MOST_BYTES:
                    size = f"{_MOST_BYTES // 2**20} MB"
                    raise UserError(f"{named}:{number}: one row of more than {size}; is a line break missing?")
                if line.strip():
                    yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{named}:{number}: not UTF-8 ({error.reason}); save the file as UTF-8") from None
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; create it, or correct the path") from None
    except IsADirectoryError:
        raise UserError(f"{path}: expected a JSON Lines file, found a folder") from None


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror}); choose another file") from None


@contextmanager
def writing(path: Path, gave_up: Path | None = None) -> Iterator[TextIO]:
    """Open `path` for text, all or nothing: the file takes its name only when the block ends without an exception.

    Where it ends with a `UserError`, what was written is left at `gave_up`, if that is given, to be looked at; where it ends
    well, what an earlier one left there is removed.

    Raises:
        UserError: no file of this name can be written.
    """
    part = path.with_name(f".{path.name}.part")
    with _writable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        opened = part.open("x", encoding="utf-8", newline="\n")  # what lies there is not followed, and not written into
    try:
        try:
            with opened as file:
                yield file
        except OSError as error:
            if not no_room(error):
                raise
            raise UserError(
                f"{path}: cannot be written ({error.strerror}); free some space and run again, every response is kept"
            ) from None
        with _writable(path):
            part.replace(path)
        if gave_up and gave_up.is_file():
            gave_up.unlink()
            with suppress(OSError):  # other files are in it
                gave_up.parent.rmdir()
    except BaseException as error:
        if gave_up and isinstance(error, UserError) and part.stat().st_size:
            gave_up.parent.mkdir(parents=True, exist_ok=True)
            part.replace(gave_up)
        part.unlink(missing_ok=True)
        raise


@contextmanager
def writing_rows(path: Path, schema: str | None, gave_up: Path | None = None) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Write canonical JSON Lines, all or nothing, each row checked against `schemas/rows/<schema>.schema.json`.

    Rows of another project's making have no schema. For `gave_up` see `writing`.
    """
    with writing(path, gave_up) as file:

        def write(row: Mapping[str, Any]) -> None:
            problem = first_problem(row, f"rows/{schema}") if schema else None
            if problem:
                raise AssertionError(f"{path}: a row that breaks its own schema {schema}: {problem}: {canonical(row)[:300]}")
            file.write(canonical(row) + "\n")

        yield write


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]], schema: str | None) -> None:
    """Write all `rows` as `writing_rows` does."""
    with writing_rows(path, schema) as write:
        for row in rows:
            write(row)


def expect_empty(folder: Path) -> None:
    """Refuse a folder that has files in it, so that nothing of others is overwritten.

    Raises:
        UserError: there is something at `folder` that is no empty folder.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = "this folder is not empty" if folder.is_dir() else "this is a file"
        raise UserError(f"{folder}: {what}; choose an empty or new folder")


def write_text(path: Path, text: str) -> None:
    """Write `text`, all or nothing."""
    with writing(path) as file:
        file.write(text)
