"""`seedbed explain`: back along a row's way, from the row to the requests, edits and sources that it came of."""

from collections.abc import Callable

from seedbed.trace.explain_corpus import corpus_node
from seedbed.trace.explain_generated import instruction_node, slot_node
from seedbed.trace.explain_judged import answer_node, judgment_node
from seedbed.trace.node import Node
from seedbed.trace.request_rows import request_and_rows
from seedbed.trace.resolve import others, resolve
from seedbed.trace.workspace import Build
from seedbed.util.errors import UserError

EXPLAINERS: dict[str, Callable[[Build, str], Node]] = {
    "seed": lambda build, row: corpus_node(build, "seed", row),
    "question": lambda build, row: corpus_node(build, "question", row),
    "baseline": lambda build, row: corpus_node(build, "baseline", row),
    "instruction": instruction_node,
    "slot": slot_node,
    "answer": answer_node,
    "judgment": judgment_node,
    "request": request_and_rows,
}


def explain(word: str) -> Node:
    """Return what the row named `word` came of.

    Raises:
        UserError: nothing or several things are named so, an output is missing, or nothing lies before such a thing.
    """
    build = Build()
    name, same = resolve(word, build, EXPLAINERS)
    if name.kind not in EXPLAINERS:
        raise UserError(f"nothing lies before a {name.kind}; `seedbed impact {name}` says what rests on it")
    node = EXPLAINERS[name.kind](build, name.id)
    if also := others(name, same, build):
        node.facts["see also"] = also
    return node
