"""The tree in which `explain` and `impact` tell of a row."""

from dataclasses import dataclass, field
from typing import Any

OUT_OF_DATE = "out of date"
"""Name of the fact that says that an output is older than what it was made from."""
Fact = str | int | float | list[str] | dict[str, Any]


@dataclass
class Node:
    """One thing on a row's way.

    Attributes:
        kind: what it is, e.g. `seed`, `request`.
        id: which one.
        facts: what there is to say about it, by name, in order.
        children: what it was made from, or what rests on it.
    """

    kind: str
    id: str = ""
    facts: dict[str, Fact] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)
