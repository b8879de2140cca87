"""The examples of each training set as `export` wrote them, and their splits."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from seedbed.project import paths
from seedbed.project.params_types import STAND_IN, Params
from seedbed.steps.exporters import turns
from seedbed.steps.exporting import COLUMNS
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, Rows
from seedbed.util.tables import Tables

TEST = 0.1
"""Share of the tasks in the split `test`, where `publish.test` says nothing."""
_REVIEWED = ("edited", "approved", "outdated", "original")
"""Statuses of a seed task that a person wrote, or whose translation a person edited or approved."""

_TALK = {"system": "text", "further": "struct(instruction text, output text)[]"}
"""Columns of `examples.parquet` where a set has conversations."""


class Example(NamedTuple):
    """One example of a set.

    Attributes:
        set: its id.
        row: the columns of `examples.parquet`, with `system` and `further` in each, and `line`, its place in the files beside
            that, from 0.
    """

    set: str
    row: Row

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"{self.set}/{self.row['id']}"

    @property
    def reviewed(self) -> bool:
        """Whether it is a seed task that a person wrote, or of which a person read the translation."""
        return self.row["status"] in _REVIEWED

    @property
    def task(self) -> str:
        """What is asked: the instruction with the input; of a conversation in all turns."""
        return "\n\n".join(asked for asked, _ in turns(self.row))

    @property
    def text(self) -> str:
        """All of its text."""
        system = [self.row["system"]] if self.row["system"] else []
        return "\n\n".join([*system, *chain.from_iterable(turns(self.row))])


def read_examples(params: Params) -> list[Example]:
    """Return the examples of every set, in the order of `params.yaml`.

    Raises:
        UserError: a set is not built, or there is none, or none has an example.
    """
    if not params["sets"]:
        raise UserError(f"{paths.PARAMS}: sets: there is no training set to release")
    tables = Tables()
    files = {name: paths.built(paths.export(name) / "examples.parquet") for name in params["sets"]}
    tables.load_parquet("examples", COLUMNS, "training_set", files, _TALK)
    rows: dict[str, Rows] = {name: [] for name in files}
    for row in tables.select("select * from examples"):
        rows[row["training_set"]].append(row)
    found = [Example(name, row | {"line": line}) for name, each in rows.items() for line, row in enumerate(each)]
    if not found:
        raise UserError(f"{paths.PARAMS}: sets: no training set has an example; there is nothing to release")
    return found


def split_of(row: Row, test: float) -> str:
    """Return `train` or `test`: drawn by the hash of what is asked, so that no task is in both, in whatever set or release.

    Args:
        row: an example.
        test: share of the tasks in `test`, 0 to 1.
    """
    drawn = int(sha256(f"{row['instruction']}\0{row['input']}".encode()).hexdigest()[:8], 16) / 2**32
    return "test" if drawn < test else "train"


def by_stand_in(row: Row) -> bool:
    """Whether the stand-in wrote an example, or the translation that people edited."""
    model = row["model"] or ""
    # A rehearsal on `seedbed serve` may have an endpoint of its own, and the stand-in's models all the same.
    return row["endpoint"] == STAND_IN or model == STAND_IN or model.startswith(f"{STAND_IN}-")


def lines_of(path: Path, examples: Sequence[Example]) -> list[str]:
    """Return the lines of a set's file that are of some examples: `export` writes all its files in one order.

    Raises:
        UserError: the file has fewer lines than the set has examples.
    """
    lines = path.read_text(encoding="utf-8").split("\n")
    if examples and examples[-1].row["line"] >= len(lines) - 1:
        raise UserError(f"{path}: not from the same build as examples.parquet; `seedbed repro` builds both")
    return [lines[example.row["line"]] for example in examples]
