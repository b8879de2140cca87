"""Seed tasks, questions and baseline tasks: what people write, and its state after the person's edit."""

from collections.abc import Iterator
from pathlib import Path

from seedbed.project.params import Params
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import Row, read_rows

FIELDS = {"task": ("instruction", "input", "output"), "question": ("text",)}
"""The fields that are translated, by kind of corpus."""


def read_corpus(path: Path, kind: str, params: Params) -> Iterator[Row]:
    """Yield the rows of a corpus of `kind` (`task` or `question`).

    Raises:
        UserError: a row breaks its schema, or is of a task type or category that `params.yaml` does not list.
    """
    field, known = ("category", params["categories"]) if kind == "question" else ("task_type", params["task_types"])
    for row in read_rows(path, kind):
        if row[field] not in known:
            raise UserError(
                f"{path}: row {row['id']!r}: unknown {field} {row[field]!r}{did_you_mean(row[field], known)}; "
                f"mend the row, or add it to params.yaml (listed there: {', '.join(known)})"
            )
        yield row


def fields_of(row: Row, kind: str) -> Row:
    """Return the translated fields of `row`."""
    return {name: row[name] for name in FIELDS[kind]}


def status_of(translated: Row, edit: Row | None) -> str:
    """Return what a person's edit is worth to a row of `translate`.

    `edited` and `approved` stand. `outdated` stands too: the machine text is another one now, but the edit still says
    what the source says. `stale` does not: the source changed, or an approved machine text did. `unreviewed`: no edit.
    """
    if translated["made_by"] is None:
        return "original"
    if edit is None:
        return "unreviewed"
    if edit["source_hash"] != content_hash(translated["source"]):
        return "stale"
    same_machine_text = edit["machine_hash"] == content_hash(translated["translation"])
    if edit["decision"] == "edited":
        return "edited" if same_machine_text else "outdated"
    return "approved" if same_machine_text else "stale"
