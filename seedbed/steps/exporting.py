"""export: the examples of a training set, with where each comes from; `exporters.py` has the formats of trainers.

`drawing.py` says which rows a set takes that does not take all.

`examples.parquet` has them all, for whoever selects and mixes.
"""

from collections.abc import Iterable, Iterator, Mapping
from operator import add
from pathlib import Path
from typing import Any

from seedbed.project import paths
from seedbed.project.params_types import TrainingSet
from seedbed.project.row_types import EditedTask
from seedbed.steps.drawing import drawn, shares
from seedbed.steps.origin import Name, Origin
from seedbed.util.canonical import canonical
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, read_rows
from seedbed.util.tables import Tables

_FIELDS = ("instruction", "input", "output")
COLUMNS = (
    "origin text, id text, status text, task_type text, instruction text, input text, output text, endpoint text, model text"
)


def set_rows(training_set: TrainingSet, path: Path) -> list[Row]:
    """Return the rows of a set, as its `weights` and `first` say; failed translations left out.

    Args:
        training_set: its entry in `params.yaml`.
        path: the file of rows, or with `weights` the folder of files.

    Raises:
        UserError: a file is missing, an imported row lacks a field, or a mixture cannot be had.
    """
    first = training_set.get("first")
    weights = training_set.get("weights")
    if weights is None:
        rows = _usable(path)
        return rows if first is None else drawn(rows, path.stem, first)
    files = {name: _usable(path / f"{name}.jsonl") for name in weights}
    numbers = shares({name: len(rows) for name, rows in files.items()}, weights, first)
    # Two generations number their slots alike, so a row's id says its file too.
    return [row | {"id": f"{name}/{row['id']}"} for name, rows in files.items() for row in drawn(rows, name, numbers[name])]


def _usable(path: Path) -> list[Row]:
    return [
        _checked(row, path, number) for number, row in enumerate(read_rows(path), 1) if row.get("translation", row) is not None
    ]


def _checked(row: Row, path: Path, number: int) -> Row:
    """Return a row that a stage wrote as it is; an imported one with the fields that a stage gives its rows.

    A stage's rows say who made them. What people bring along needs an id, an instruction and an output; a conversation has
    its system message in `system` and the exchanges after the first in `further`.
    """
    if "made_by" in row:
        return row
    for name in ("id", *_FIELDS):
        if not isinstance(row.get(name, "" if name == "input" else None), str) or (name != "input" and not row[name].strip()):
            raise UserError(
                f"{path}:{number}: {name}: missing or empty; an imported row needs a text here. Add it, or remove the row"
            )
    if not isinstance(row.get("system", ""), str):
        raise UserError(f"{path}:{number}: system: expected a text; correct it, or remove the field")
    further = row.get("further", [])
    if not isinstance(further, list) or not all(map(_is_turn, further)):
        raise UserError(
            f"{path}:{number}: further: expected the exchanges after the first, each with a text as instruction and output; "
            "correct it, or remove the field"
        )
    return {"input": "", "task_type": None} | row | {"made_by": {"recorded": str(path)}}


def _is_turn(value: Any) -> bool:
    texts = [value.get(name) for name in ("instruction", "output")] if isinstance(value, dict) else [None]
    return all(isinstance(text, str) and text.strip() for text in texts)


def examples(seeds: Iterable[EditedTask], rows: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """Yield the examples of a training set: its seed tasks, then its rows; a failed translation is dropped.

    Args:
        seeds: seed tasks, of `post_edit` or `as_translated`.
        rows: instructions that the filter kept (each a `Candidate`), tasks of `translate` (`TranslatedTask`), or one's own.

    Returns:
        `instruction`, `input`, `output`, `id`, `task_type`, `made_by`, `status` (of a seed; None of others), and `origin`:
        `seed`, `generated`, `translated`, `original` (a task of a corpus in the target language) or `imported`. An imported
        conversation also has `system`, `further` or both.
    """
    for seed in seeds:
        yield {**seed, "origin": "seed"}
    for row in rows:
        if "translation" not in row:
            origin = "imported" if "recorded" in row["made_by"] else "generated"
            yield {**row, "origin": origin, "status": None}
        elif row["translation"] is not None:
            # What was in the target language already, nobody translated.
            origin = "original" if row["made_by"] is None else "translated"
            yield {**row, **row["translation"], "origin": origin, "status": None}


def origin(example: Row, training_set: TrainingSet) -> Origin:
    """Return which row an example is; none where the set's file is not one that a stage writes.

    Args:
        example: as from `examples`; its `id` and `origin` are read.
        training_set: its set, as `params.yaml` has it.
    """
    path, id = Path(training_set["seeds" if example["origin"] == "seed" else "rows"]), example["id"]
    if example["origin"] != "seed" and "weights" in training_set:
        name, _, id = id.partition("/")
        path /= f"{name}.jsonl"
    instruction = Name("instruction", f"{path.stem}/{id}")
    known = {
        paths.seeds("edited"): Name("seed", id),
        paths.seeds("machine"): Name("translation", f"seed_tasks/{id}"),
        paths.instructions(path.stem): instruction,
        paths.rejected(path.stem): instruction,
        paths.translated(path.stem): Name("translation", f"{path.stem}/{id}"),
    }
    return Origin((known[path],) if path in known else ())


def write_parquet(rows: Iterable[Row], path: Path) -> None:
    """Write examples with their origin to a Parquet file: the same rows, the same bytes.

    `system` and `further` are columns where an example has one of them.
    """

    def values(row: Row) -> tuple[Any, ...]:
        maker = row["made_by"] or {}
        texts = (row[name] for name in ("origin", "id", "status", "task_type", *_FIELDS))
        return (*texts, maker.get("endpoint"), maker.get("model"))

    rows, tables = list(rows), Tables()
    if any(map(is_conversation, rows)):
        talk = ((row.get("system") or None, canonical(row.get("further") or [])) for row in rows)
        tables.fill("examples", f"{COLUMNS}, system text, further json", map(add, map(values, rows), talk))
        turns = """select * replace (from_json(further, '[{"instruction": "text", "output": "text"}]') as further)"""
        tables.write_parquet(f"{turns} from examples", path)
        return
    tables.fill("examples", COLUMNS, map(values, rows))
    tables.write_parquet("select * from examples", path)


def is_conversation(example: Row) -> bool:
    """Whether an example has a system message or several turns."""
    return bool(example.get("system") or example.get("further"))
