"""Mark the stages of a tree that are out of date, according to DVC."""

from seedbed.pipeline.status import Status
from seedbed.trace.node import OUT_OF_DATE, Node
from seedbed.util.errors import UserError


def mark_out_of_date(root: Node) -> None:
    """Say on the first node of each stage of a tree why `dvc repro` would run it; nothing where it would not."""
    first: dict[str, Node] = {}
    _collect(root, first)
    if not first:
        return
    try:
        status = Status(first)
    except UserError as error:  # which is no reason to hide the rest
        root.facts[OUT_OF_DATE] = f"DVC cannot say: {error}"
        return
    for stage, node in first.items():
        if why := status.why(stage):
            node.facts[OUT_OF_DATE] = f"{stage}: {'; '.join(why)}"


def _collect(node: Node, first: dict[str, Node]) -> None:
    if node.stage:
        first.setdefault(node.stage, node)
    for child in node.children:
        _collect(child, first)
