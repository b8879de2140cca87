"""translate: one seed task, question or baseline task in the target language.

A row of its own (see `schemas/rows/translated_question.schema.json`):

    {"category":"fermi","failure":null,"id":"fermi-01","made_by":{…},"source":{"text":"How many…"},"translation":{"text":"…"}}
"""

from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.result import Result
from seedbed.project.corpora import FIELDS, fields_of
from seedbed.project.params import ModelSettings
from seedbed.project.prompts import Prompt, render
from seedbed.steps.origin import Asked, Name, Origin
from seedbed.util.canonical import canonical
from seedbed.util.rows import Row


def build(rows: list[Row], kind: str, to: ModelSettings, prompt: Prompt) -> list[Request]:
    """Return one request a row: its source fields, as JSON."""
    return [
        build_request(row["id"], to, prompt, render(prompt, to.structured, {"source": canonical(fields_of(row, kind))}))
        for row in rows
    ]


def translated(row: Row, kind: str, to: ModelSettings, result: Result[Row]) -> Row:
    """Return the output row of one source row."""
    rest = {name: value for name, value in row.items() if name not in FIELDS[kind]}
    source = fields_of(row, kind)
    return rest | {"source": source, "translation": result.value, "failure": result.failure, "made_by": to.made_by}


def original(row: Row, kind: str) -> Row:
    """Return the output row of a row that is in the target language already."""
    rest = {name: value for name, value in row.items() if name not in FIELDS[kind]}
    fields = fields_of(row, kind)
    return rest | {"source": fields, "translation": fields, "failure": None, "made_by": None}


def origin(row: Row, corpus: str, kind: str) -> Origin:
    """Return what a translated row of `corpus` came of: its source, and a request unless that is in the target language."""
    source = (Name("source", f"{corpus}/{row['id']}"),)
    if row["made_by"] is None:
        return Origin(source)
    return Origin(source, Asked(f"translate@{corpus}", row["id"]), prompt_name(kind))


def prompt_name(kind: str) -> str:
    """Return the name of the prompt that a corpus of `kind` is translated with."""
    return f"translate_{kind}"
