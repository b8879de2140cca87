"""One seed task, question or baseline task in the target language."""

from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.result import Outcome
from seedbed.project.corpora import FIELDS, fields_of
from seedbed.project.params import Speaker
from seedbed.project.prompts import Prompt, render
from seedbed.util.canonical import canonical
from seedbed.util.rows import Row


def build(rows: list[Row], kind: str, to: Speaker, prompt: Prompt) -> list[Request]:
    """Return one request a row: its source fields, as JSON."""
    return [
        build_request(row["id"], to, prompt, render(prompt, to.structured, {"source": canonical(fields_of(row, kind))}))
        for row in rows
    ]


def translated(row: Row, kind: str, to: Speaker, outcome: Outcome[Row]) -> Row:
    """Return the output row of one source row."""
    rest = {name: value for name, value in row.items() if name not in FIELDS[kind]}
    source = fields_of(row, kind)
    return rest | {"source": source, "translation": outcome.value, "failure": outcome.failure, "made_by": to.made_by}


def original(row: Row, kind: str) -> Row:
    """Return the output row of a row that is in the target language already."""
    rest = {name: value for name, value in row.items() if name not in FIELDS[kind]}
    fields = fields_of(row, kind)
    return rest | {"source": fields, "translation": fields, "failure": None, "made_by": None}
