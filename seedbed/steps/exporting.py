"""export: the examples of a training set, with where each comes from; `exporters.py` has the formats of trainers.

`examples.parquet` has them all, for whoever selects and mixes.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from seedbed.project import paths
from seedbed.project.params import TrainingSet
from seedbed.project.row_types import EditedTask
from seedbed.steps.origin import Name, Origin
from seedbed.util.rows import Row
from seedbed.util.tables import Tables

_FIELDS = ("instruction", "input", "output")
_COLUMNS = (
    "origin text, id text, status text, task_type text, instruction text, input text, output text, endpoint text, model text"
)


def examples(seeds: Iterable[EditedTask], rows: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """Yield the examples of a training set: its seed tasks, then its rows; a failed translation is dropped.

    Args:
        seeds: seed tasks, of `post_edit` or `as_translated`.
        rows: instructions that the filter kept (each a `Candidate`), tasks of `translate` (`TranslatedTask`), or one's own.

    Returns:
        `instruction`, `input`, `output`, `id`, `task_type`, `made_by`, `status` (of a seed; None of others), and `origin`:
        `seed`, `generated` or `translated`.
    """
    for seed in seeds:
        yield {**seed, "origin": "seed"}
    for row in rows:
        if "translation" not in row:
            yield {**row, "origin": "generated", "status": None}
        elif row["translation"] is not None:
            yield {**row, **row["translation"], "origin": "translated", "status": None}


def origin(example: Row, training_set: TrainingSet) -> Origin:
    """Return which row an example is; none where the set's file is not one that a stage writes.

    Args:
        example: as from `examples`; its `id` and `origin` are read.
        training_set: its set, as `params.yaml` has it.
    """
    path, id = Path(training_set["seeds" if example["origin"] == "seed" else "rows"]), example["id"]
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
    """Write examples with their origin to a Parquet file: the same rows, the same bytes."""

    def values(row: Row) -> tuple[Any, ...]:
        maker = row["made_by"] or {}
        texts = (row[name] for name in ("origin", "id", "status", "task_type", *_FIELDS))
        return (*texts, maker.get("endpoint"), maker.get("model"))

    tables = Tables()
    tables.fill("examples", _COLUMNS, map(values, rows))
    tables.write_parquet("select * from examples", path)
