"""A tree of a row's way, as a person and as a script read it.

What models and people wrote is data: markup is text, and what a terminal would act on, or not show, is made visible.
"""

import json
import re
from dataclasses import asdict
from itertools import groupby

from rich.cells import cell_len
from rich.console import Group
from rich.text import Text
from rich.tree import Tree

from seedbed.trace.node import EDITED_SINCE, GONE, NOT_BUILT, OUT_OF_DATE, Fact, Node
from seedbed.util.console import wide_console
from seedbed.util.visible import HIDDEN, spelt_out

_LOUD = {OUT_OF_DATE, EDITED_SINCE, NOT_BUILT, GONE, "failed", "orphaned", "outdated", "stale", "unusable"}
_TEXTS = {
    "instruction",
    "input",
    "output",
    "text",
    "explanation",
    "note",
    "system",
    "user",
    "assistant",
    "user, once more",
    "reply",
    "prompt version",
    "version",
}
"""Facts that people or models wrote: each has its own line, cut at the width."""
_DIGITS = 12
"""Hex digits shown of a key."""
_SHORT = 60
"""Width of a fact that stands beside the others; a longer one gets its own line."""
_CHILDREN = 12
"""Children of one kind shown in a row."""


def show(node: Node, full: bool, as_json: bool) -> None:
    """Print the tree.

    Args:
        node: its root.
        full: nothing shortened; else a text is cut at the terminal's width, and a long list of children after the twelfth.
        as_json: as JSON, `{"kind", "id", "stage", "facts", "children"}`, nothing shortened.
    """
    if as_json:
        print(tree_json(node))
        return
    console = wide_console()
    console.print(_branch(node, full), soft_wrap=full and not console.is_terminal)


def tree_json(node: Node) -> str:
    """Return the tree as JSON."""
    text = json.dumps(asdict(node), ensure_ascii=False, indent=2)
    return HIDDEN.sub(lambda match: json.dumps(match[0])[1:-1], text)


def _branch(node: Node, full: bool) -> Tree:
    tree = Tree(_label(node, full), guide_style="dim")
    for kind, children in groupby(node.children, key=lambda child: child.kind):
        alike = list(children)
        shown = alike if full else alike[:_CHILDREN]
        tree.children += [_branch(child, full) for child in shown]
        if len(alike) > len(shown):
            tree.add(Text(f"and {len(alike) - len(shown)} more of kind {spelt_out(kind)}; --full shows them", style="dim"))
    return tree


def _label(node: Node, full: bool) -> Group:
    """The node's name with its short facts, which flow, and below it each long one; texts and lists are cut unless `full`."""
    head = Text.assemble((spelt_out(node.kind), "bold"), " ", (_cut(spelt_out(node.id), full), "cyan"))
    lines = []
    for name, fact in node.facts.items():
        value = _fact_text(fact, full)
        style = "yellow" if name in _LOUD else ""
        words = Text.assemble((f"{spelt_out(name)}: ", style or "dim"), (value, style))
        if name not in _LOUD | _TEXTS and cell_len(value) <= _SHORT and "\n" not in value:
            head.append("  ").append_text(words)
        else:
            if not full and (name in _TEXTS or isinstance(fact, list)):
                words.no_wrap, words.overflow = True, "ellipsis"
            lines.append(words)
    return Group(head, *lines)


def _fact_text(fact: Fact, full: bool) -> str:
    if isinstance(fact, dict):
        fact = ", ".join(f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in fact.items())
    elif isinstance(fact, list):
        fact = ", ".join(fact) or "none"
    elif isinstance(fact, float):
        fact = f"{fact:g}"
    text = _cut(spelt_out(str(fact)), full)
    return text if full else re.sub(r"\s*\n\s*", " ⏎ ", text.strip())


def _cut(id: str, full: bool) -> str:
    return id[:_DIGITS] if re.fullmatch(r"[0-9a-f]{64}", id) and not full else id
