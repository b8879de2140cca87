"""`seedbed impact`: trace a row, prompt or parameter forward to everything that depends on it."""

from collections.abc import Callable

from seedbed.trace import impact_benchmark, impact_data, impact_stages
from seedbed.trace.exchanges import exchange_node, exchanges, rows_of
from seedbed.trace.node import Node
from seedbed.trace.resolve import others, resolve
from seedbed.trace.workspace import Build


def request_node(build: Build, key: str) -> Node:
    """Return the rows produced from a request, and what depends on each."""
    node = Node("request", key)
    for stage, exchange in exchanges(build, key):
        node.facts |= exchange_node(build, stage, exchange).facts
        node.children += [_RESTING[name.kind](build, name.id) for name, _ in rows_of(build, stage, exchange)]
    return node


_RESTING: dict[str, Callable[[Build, str], Node]] = {
    "seed": impact_data.seed_node,
    "question": impact_benchmark.question_node,
    "baseline": impact_data.baseline_node,
    "instruction": impact_data.instruction_node,
    "slot": impact_data.slot_node,
    "answer": impact_benchmark.answer_node,
    "judgment": impact_benchmark.judgment_node,
    "set": impact_stages.set_node,
    "model": impact_benchmark.model_node,
    "match": impact_benchmark.match_node,
    "prompt": impact_stages.prompt_node,
    "parameter": impact_stages.parameter_node,
    "request": request_node,
}


def impact(word: str) -> Node:
    """Return what depends on the item named `word`.

    Raises:
        UserError: nothing or several things are named so, or an output is missing.
    """
    build = Build()
    name, same = resolve(word, build, _RESTING)
    root = _RESTING[name.kind](build, name.id)
    if also := others(name, same, build):
        root.facts["see also"] = also
    return root
