"""`seedbed explain`: trace a row back to its requests, edits and sources."""

from collections import deque
from collections.abc import Callable

from seedbed.steps.origin import Name
from seedbed.trace import describe_benchmark, describe_data
from seedbed.trace.exchanges import left_by_stages, request_and_rows, request_node
from seedbed.trace.node import Described, Node
from seedbed.trace.resolve import others, resolve
from seedbed.trace.workspace import Build
from seedbed.util.errors import UserError

_DESCRIBE: dict[str, Callable[[Build, str], Described]] = {
    "seed": describe_data.seed,
    "question": describe_data.question,
    "baseline": describe_data.baseline,
    "instruction": describe_data.instruction,
    "slot": describe_data.slot,
    "answer": describe_benchmark.answer,
    "judgment": describe_benchmark.judgment,
    # What nobody asks for by its name, and what others are made from:
    "source": describe_data.source,
    "translation": describe_data.translation,
    "edit": describe_data.edit,
    "order": describe_benchmark.order,
    "reference": describe_benchmark.reference,
}
_KINDS = ("seed", "question", "baseline", "instruction", "slot", "answer", "judgment", "request")


def explain(word: str, *, full: bool = False) -> Node:
    """Return what the row named `word` was made from.

    Args:
        word: an id, as `resolve` takes it.
        full: look for the nearest neighbour of a kept instruction, which tokenises all that was kept before it, and follow
            generated demonstrations to their own demonstrations.

    Raises:
        UserError: nothing or several things are named so, an output is missing, or nothing comes before such a thing.
    """
    build = Build()
    left = left_by_stages(build, word)
    try:
        root = _explained(build, word, full)
    except UserError:
        if not left:
            raise
        root = left.pop(0)  # the stage that would write the row stopped, so that nothing else is known of it
    root.children = [*left, *root.children]
    return root


def _explained(build: Build, word: str, full: bool) -> Node:
    """Return what a row of the build was made from."""
    name, same = resolve(word, build, _KINDS)
    if name.kind not in _KINDS:
        raise UserError(f"a {name.kind} has no origin to explain; `seedbed impact {name}` lists what depends on it")
    root = request_and_rows(build, name.id) if name.kind == "request" else _follow(build, name, full)
    if name.kind == "instruction" and root.facts.get("filter") == "kept":
        if full:
            root.children.insert(0, describe_data.nearest_when_kept(build, name.id))
        else:
            root.facts["nearest neighbour"] = "run with --full to find it"
    if also := others(name, same, build):
        root.facts["see also"] = also
    return root


def _follow(build: Build, name: Name, full: bool) -> Node:
    """Return a row with all that it was made from, each thing once, at its place nearest to the row."""
    root = Node(*name)
    known, waiting = {name}, deque([(name, root)])
    while waiting:
        name, node = waiting.popleft()
        described = _DESCRIBE[name.kind](build, name.id)
        node.facts, node.stage, origin = described.facts, described.stage, described.origin
        node.children += described.beside
        if name.kind == "instruction" and node is not root and not full:
            continue  # a demonstration that was generated has demonstrations of its own, and so on
        if origin.request and origin.prompt:
            node.children.append(request_node(build, origin.request, origin.prompt))
        for parent in origin.parents:
            if parent not in known:
                known.add(parent)
                node.children.append(Node(*parent))
                waiting.append((parent, node.children[-1]))
    return root
