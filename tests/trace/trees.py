"""Ways to look into a tree, and into the project that it was drawn from."""

from collections.abc import Iterator
from typing import Any

from seedbed.trace.node import Node
from tests.harness import Project

SAME = "いつも同じ課題を書いてください。"
"""The instruction that the project's server writes again and again."""
HOSTILE = "[red]赤[/red] \x1b[31mRED\x1b[0m \u202eabc <b>太字</b>"
"""What its model `thin` answers."""


def below(node: Node, kind: str) -> Iterator[Node]:
    """Every node of a kind in a tree, in order."""
    if node.kind == kind:
        yield node
    for child in node.children:
        yield from below(child, kind)


def only(node: Node, kind: str) -> Node:
    """The one child of a kind."""
    (found,) = [child for child in node.children if child.kind == kind]
    return found


def ids(node: Node, kind: str) -> list[str]:
    """The ids of the children of a kind."""
    return [child.id for child in node.children if child.kind == kind]


def facts_named(node: Node, name: str) -> dict[str, str]:
    """The facts of a name in a tree, each by the kind and id of its node."""
    found = {f"{node.kind} {node.id}": str(node.facts[name])} if name in node.facts else {}
    for child in node.children:
        found |= facts_named(child, name)
    return found


def transcript(project: Project, stage: str) -> list[dict[str, Any]]:
    """The transcript of a stage, e.g. of `answer@good`."""
    return project.rows(f"data/build/responses/{stage.replace('@', '/')}.jsonl")
