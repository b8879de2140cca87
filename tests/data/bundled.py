"""The bundled data as tests read it: each row once, each text with its place."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from seedbed.project.corpora import FIELDS, fields_of
from seedbed.project.params import load_params
from seedbed.util.rows import Row, read_rows
from tests.harness import ROOT

DATA = ROOT / "data"
REPERTOIRE = ROOT / "seedbed" / "stand_in" / "repertoire"
PARAMS = load_params(ROOT / "params.yaml")
KINDS = {"seed_tasks": "task", "questions": "question", "baseline": "task"}
FILES = {
    **{DATA / f"{name}.en.jsonl": kind for name, kind in KINDS.items()},
    DATA / "two_turns.en.jsonl": "question",
    **{DATA / "edits" / f"{name}.ja.jsonl": "edit" for name in ("seed_tasks", "questions", "two_turns")},
    DATA / "references.ja.jsonl": "reference",
    **{REPERTOIRE / f"{name}.ja.jsonl": None for name in ("phrasebook", "answers", "frames", "topics", "letters")},
}
"""Each data file and its schema."""


class Text(NamedTuple):
    """A text of the data, and where it stands."""

    place: str
    row: Row
    field: str
    text: str
    note: str = ""

    def __str__(self) -> str:
        return f"{self.place} {self.row.get('id', '')} {self.field}"


def rows_of(path: Path) -> list[Row]:
    """Return the rows of a data file."""
    schema = FILES[path]
    return list(read_rows(path, schema, unique="id" if schema else None))


@cache
def corpus(name: str) -> tuple[Row, ...]:
    """Return the rows of an English corpus."""
    return tuple(rows_of(DATA / f"{name}.en.jsonl"))


@cache
def repertoire(name: str) -> tuple[Row, ...]:
    """Return the rows of one of the stand-in's files."""
    return tuple(rows_of(REPERTOIRE / f"{name}.ja.jsonl"))


@cache
def edits(name: str) -> dict[str, Row]:
    """Return a corpus's edits, by id."""
    return {row["id"]: row for row in rows_of(DATA / "edits" / f"{name}.ja.jsonl")} if name != "baseline" else {}


@cache
def phrasebook() -> dict[str, str]:
    """Return the machine text of each source text."""
    return {row["source"]: row["target"] for row in repertoire("phrasebook")}


def machine_of(row: Row, name: str) -> Row:
    """Return the machine's fields: a blank field stays blank."""
    return {field: phrasebook().get(text, "") if text.strip() else text for field, text in fields_of(row, KINDS[name]).items()}


@cache
def final(name: str) -> tuple[Row, ...]:
    """Return a corpus's rows in Japanese, as they leave `post_edit`."""
    known = edits(name)
    return tuple(row | (known[row["id"]]["fields"] if row["id"] in known else machine_of(row, name)) for row in corpus(name))


def final_texts(*names: str) -> Iterator[Text]:
    """Yield every field of the Japanese rows that is not blank."""
    for name in names:
        for row in final(name):
            note = edits(name).get(row["id"], {}).get("note", "")
            yield from (Text(name, row, field, row[field], note) for field in FIELDS[KINDS[name]] if row[field].strip())


def strings(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield (field, text) of every text in a JSON value."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner, f"{name}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from strings(inner, f"{name}[{number}]")


def japanese_texts() -> Iterator[Text]:
    """Yield every Japanese text there is: machine's and people's, and what the stand-in can say."""
    for path in FILES:
        if ".ja." not in path.name:
            continue
        for number, row in enumerate(rows_of(path), start=1):
            shown = {key: value for key, value in row.items() if key not in ("source", "note", "task_type", "tests")}
            for field, text in strings(shown):
                yield Text(f"{path.name}:{number}", row, field, text, row.get("note", ""))


def report(problems: list[str]) -> None:
    """Fail with all problems, a line each."""
    assert not problems, f"{len(problems)} problems:\n" + "\n".join(problems)


FENCE = re.compile(r"```.*?```", re.DOTALL)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
JAPANESE = re.compile(r"[ぁ-ゖァ-ヺー々一-鿿]")


def answers_by_id() -> dict[str, Row]:
    """Return the stand-in's answers, by the id of the question as it stands in Japanese."""
    ids = {row["text"]: row["id"] for row in final("questions")}
    return {ids[row["question"]]: row for row in repertoire("answers") if row["question"] in ids}


def one_register() -> Iterator[Text]:
    """Yield the texts that must keep to one register: all but the machine's and the poor answers."""
    yield from final_texts("seed_tasks", "questions")
    for row in rows_of(DATA / "references.ja.jsonl"):
        yield Text("references", row, "reference", row["reference"])
    for id, row in answers_by_id().items():
        yield from (Text("answers", row | {"id": id}, level, row[level]) for level in ("good", "thin"))


def python_blocks(text: str) -> list[str]:
    """Return the blocks of a text that say they are Python, or the text where it is a bare function."""
    return [text] if text.startswith("def ") else re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def numerals(text: str) -> Counter[str]:
    """Return the numbers of a text in Arabic numerals, thousands separators left out."""
    return Counter(number.replace(",", "") for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text))


UNITS = {"": 1, "千": 1e3, "万": 1e4, "億": 1e8, "兆": 1e12}
NUMBER = re.compile(r"(?:\d+(?:,\d{3})*(?:\.\d+)?[兆億万千]?)+")


def values(text: str) -> list[float]:
    """Return the numbers of a text; 10万4,040 is one number."""
    parts = [re.findall(r"(\d+(?:,\d{3})*(?:\.\d+)?)([兆億万千]?)", found) for found in NUMBER.findall(text)]
    return [sum(float(digits.replace(",", "")) * UNITS[unit] for digits, unit in part) for part in parts]
