"""The tree that `explain` and `impact` draw."""

from dataclasses import dataclass, field
from pathlib import Path

from seedbed.steps.origin import Origin
from seedbed.util.canonical import JsonObject

OUT_OF_DATE = "out of date"
"""Name of the fact that says why `dvc repro` would run the stage that wrote a row."""
EDITED_SINCE = "edited since"
"""Name of the fact that says that a person has changed what a row was made from."""
NOT_BUILT = "not built"
"""Name of the fact that says that a row, or what it names, is not in the build yet."""
GONE = "gone"
"""Name of the fact that says that something that a row was made from is no longer there."""

Fact = str | int | float | list[str] | JsonObject


@dataclass
class Node:
    """One thing on a row's way.

    Attributes:
        kind: what it is, e.g. `seed`, `request`.
        id: which one.
        stage: the stage that wrote it, e.g. `answer@good`; empty for what people write.
        facts: what there is to say about it, by name, in order.
        children: its sources, or what depends on it.
    """

    kind: str
    id: str = ""
    stage: str = field(default="", kw_only=True)
    facts: dict[str, Fact] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)


@dataclass
class Described:
    """A row in words.

    Attributes:
        facts: of its node.
        origin: what it was made from.
        stage: the stage that wrote it; empty for what people write.
        beside: nodes to draw below it, before what it was made from.
    """

    facts: dict[str, Fact]
    origin: Origin = field(default_factory=Origin)
    stage: str = ""
    beside: list[Node] = field(default_factory=list)


def not_in(path: Path) -> str:
    """Return what is said of a row that `path` lacks."""
    return f"not in {path} yet; `dvc repro` builds it"
