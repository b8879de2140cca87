"""export: one training example, in each format that trainers read.

    {"messages":[{"content":"…","role":"user"},{"content":"…","role":"assistant"}]}

`examples.parquet` has them all with where each comes from, for whoever selects and mixes.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from seedbed.util.rows import Row
from seedbed.util.tables import Tables

_FIELDS = ("instruction", "input", "output")
_COLUMNS = (
    "origin text, id text, status text, task_type text, instruction text, input text, output text, endpoint text, model text"
)


def alpaca(task: Row) -> Row:
    """Stanford Alpaca's fields."""
    return {name: task[name] for name in _FIELDS}


def messages(task: Row) -> Row:
    """Chat messages, as OpenAI's fine-tuning and most trainers read them."""
    return {"messages": [{"role": "user", "content": asked(task)}, {"role": "assistant", "content": task["output"]}]}


def sharegpt(task: Row) -> Row:
    """ShareGPT's conversations."""
    return {"conversations": [{"from": "human", "value": asked(task)}, {"from": "gpt", "value": task["output"]}]}


def asked(task: Row) -> str:
    """Return instruction and input as one user message."""
    return "\n\n".join(filter(None, [task["instruction"], task["input"]]))


FORMATS: dict[str, Callable[[Row], Row]] = {"alpaca": alpaca, "messages": messages, "sharegpt": sharegpt}


def examples(seeds: Iterable[Row], rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the examples of a training set: its seed tasks, then its rows; a failed translation is dropped.

    Args:
        seeds: seed tasks, of `post_edit` or `as_translated`.
        rows: instructions that the filter kept, or tasks of `translate`.

    Returns:
        `instruction`, `input`, `output`, `id`, `task_type`, `made_by`, `status` (of a seed; None of others), and `origin`:
        `seed`, `generated` or `translated`.
    """
    for seed in seeds:
        yield seed | {"origin": "seed"}
    for row in rows:
        if "translation" not in row:
            yield row | {"origin": "generated", "status": None}
        elif row["translation"] is not None:
            yield row | row["translation"] | {"origin": "translated", "status": None}


def write_parquet(rows: Iterable[Row], path: Path) -> None:
    """Write examples with their origin to a Parquet file: the same rows, the same bytes."""

    def values(row: Row) -> tuple[Any, ...]:
        maker = row["made_by"] or {}
        texts = (row[name] for name in ("origin", "id", "status", "task_type", *_FIELDS))
        return (*texts, maker.get("endpoint"), maker.get("model"))

    tables = Tables()
    tables.fill("examples", _COLUMNS, map(values, rows))
    tables.write_parquet("select * from examples", path)
