"""What rests on a prompt or a parameter: the stages of `dvc.yaml` that read it, and all that follows."""

import json
from collections.abc import Callable
from functools import reduce
from pathlib import Path

from seedbed.pipeline.graph import Stage, after, load_stages
from seedbed.project.paths import RESPONSES, edited, transcript_of
from seedbed.trace.explain_judged import judge_prompt
from seedbed.trace.node import Fact, Node
from seedbed.trace.workspace import Build

BILL = {"exact bill": "`seedbed plan`, after the edit"}
"""What every count of requests that an edit touches is followed by."""


def prompt_node(build: Build, id: str) -> Node:
    """Return what rests on a prompt."""
    path = f"prompts/{id}.yaml"
    facts: dict[str, Fact] = {"file": path}
    if version := build.version(Path(path)):
        facts["version"] = version
    count: Callable[[str], int] | None = None
    if id.startswith("judge"):  # a stage reads both of the judge's prompts, and asks each of its requests with one
        categories = {row["id"]: row["category"] for row in build.rows(edited("question"))}

        def count(stage: str) -> int:
            asked = build.ids(transcript_of(stage))
            return sum(judge_prompt(build, categories.get(name.rpartition(".")[0])) == id for name in asked)

    return _resting(build, Node("prompt", id, facts), path, "", count)


def parameter_node(build: Build, id: str) -> Node:
    """Return what rests on a parameter, or on a block of them."""
    value = reduce(lambda block, key: block[key], id.split("."), build.params)
    facts: dict[str, Fact] = {"value": json.dumps(value, ensure_ascii=False)}
    return _resting(build, Node("parameter", id, facts), "params.yaml", id, None)


def _resting(build: Build, node: Node, file: str, key: str, count: Callable[[str], int] | None) -> Node:
    stages = load_stages()
    direct = [stage for stage in stages if stage.reads(file, key)]
    if not direct:
        node.facts["read by"] = "no stage: no output depends on it, and an edit rebuilds nothing"
        return node
    node.facts["read by"] = [stage.name for stage in direct]
    downstream = after(direct, stages)
    node.children = [
        stage_node(build, "stage that reads it", stage, count)
        if stage in direct
        else stage_node(build, "stage downstream", stage, None)
        for stage in stages
        if stage in direct or stage in downstream
    ]
    node.facts |= BILL
    return node


def stage_node(build: Build, kind: str, stage: Stage, count: Callable[[str], int] | None) -> Node:
    """Return a stage with the rows and requests of its outputs; `count` gives the requests where not all are meant."""
    facts: dict[str, Fact] = {}
    for out in map(Path, stage.outs):
        files = sorted(out.glob("*.jsonl")) if out.is_dir() else [out]
        if not all(file.is_file() for file in files):
            facts[str(out)] = f"not in the workspace; `dvc repro {stage.name}` builds it"
        elif out.parent == RESPONSES:
            facts["requests"] = count(stage.name) if count else build.count(out)
        elif out.suffix in ("", ".jsonl"):
            facts |= {str(file): f"{build.count(file)} rows" for file in files}
        else:
            facts[str(out)] = "rewritten"
    return Node(kind, stage.name, facts)
