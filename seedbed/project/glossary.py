"""The glossary of terms and translations: `data/glossary.<language>.csv`.

term,translation,note
fair,お祭り,gatherings of a village; not an exhibition
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from seedbed.util.errors import UserError
from seedbed.util.jsonl_edit import locked
from seedbed.util.rows import write_text
from seedbed.util.visible import is_blank

COLUMNS = ("term", "translation", "note")
_NO_BLANKS = 0x0E00
"""From Thai on, most scripts put no blanks between words, so a term may stand within what looks like one."""
Term = Mapping[str, str]
"""The columns of one line."""


def load_glossary(path: Path) -> list[Term]:
    """Return the terms of a glossary, in the file's order; none where there is no such file.

    Raises:
        UserError: it is no CSV file in UTF-8 with these columns, a term or its translation is blank, or a term is given twice.
    """
    if not path.is_file():
        return []
    rows = _records(path)
    _, header = next(rows, (1, []))
    if tuple(header) != COLUMNS:
        raise UserError(f"{path}:1: expected the columns {', '.join(COLUMNS)}, found {', '.join(header) or 'none'}")
    terms: dict[str, Term] = {}
    for line, cells in rows:
        if not cells:
            continue
        if len(cells) != len(COLUMNS) or is_blank(cells[0]) or is_blank(cells[1]):
            raise UserError(f"{path}:{line}: expected three columns: term, translation and note (the note may be empty)")
        term = dict(zip(COLUMNS, map(str.strip, cells), strict=True))
        if term["term"].casefold() in terms:
            raise UserError(f"{path}:{line}: the term {term['term']!r} appears twice; keep one of the two")
        terms[term["term"].casefold()] = term
    return list(terms.values())


def put_term(path: Path, term: Term, locks: Path) -> Term | None:
    """Add a term to a glossary, or replace the same term; return the replaced one.

    Args:
        path: the glossary; made where it is not there.
        term: its columns, none of more than one line.
        locks: the folder of locks.

    Raises:
        UserError: the file is not valid, the term or its translation is blank, or another process holds the file.
    """
    if is_blank(term["term"]) or is_blank(term["translation"]):
        raise UserError(f"{path}: expected a term and its translation; write both")
    with locked(path, locks):
        terms = {each["term"].casefold(): each for each in load_glossary(path)}
        before = terms.get(term["term"].casefold())
        terms[term["term"].casefold()] = term
        text = path.read_bytes().decode("utf-8") if path.is_file() else _csv([COLUMNS])
        if before:
            text = _csv([COLUMNS, *([each[name] for name in COLUMNS] for each in terms.values())])
        else:
            text += ("" if text.endswith("\n") else "\n") + _csv([[term[name] for name in COLUMNS]])
        write_text(path, text)
    return before


def _csv(records: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(records)
    return text.getvalue()


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (first line, cells) of each record."""
    content = path.read_bytes()
    try:
        records = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(f"{path}:{line}: not UTF-8 ({error.reason}); save the file as UTF-8") from None
    line = 1
    try:
        for cells in records:
            yield line, cells
            line = records.line_num + 1
    except csv.Error as error:
        raise UserError(f"{path}:{line}: not CSV: {error}") from None


def terms_in(texts: Iterable[str], glossary: Sequence[Term]) -> list[Term]:
    """Return the terms that occur in one of the texts, whatever their case; in a script with blanks, as words of their own."""
    whole = "\n".join(texts)
    return [term for term in glossary if _pattern(term["term"]).search(whole)]


def places_of(term: str, text: str) -> list[tuple[int, int]]:
    """Return where a term occurs in a text, as `terms_in` finds it: start and end of each place, in characters."""
    return [match.span() for match in _pattern(term).finditer(text)]


@cache
def _pattern(term: str) -> re.Pattern[str]:
    before, after = (r"(?<!\w)" if _is_worded(term[0]) else "", r"(?!\w)" if _is_worded(term[-1]) else "")
    return re.compile(before + re.escape(term) + after, re.IGNORECASE)


def _is_worded(character: str) -> bool:
    return character.isalnum() and ord(character) < _NO_BLANKS
