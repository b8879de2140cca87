"""What depends on a prompt, a parameter or a training set: the stages that read it, and all later stages."""

import json
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

from seedbed.pipeline.graph import Stage, after, load_stages
from seedbed.project import paths
from seedbed.project.corpora import read_questions
from seedbed.steps.judging import prompt_name
from seedbed.trace.impact_data import BILL
from seedbed.trace.node import Fact, Node
from seedbed.trace.workspace import Build
from seedbed.util.words import count

_ORIGINS = {
    "seed": "seed tasks",
    "generated": "generated instructions",
    "translated": "translated tasks",
    "imported": "imported rows",
}
"""What an example's `origin` says, in words."""


def set_node(build: Build, id: str) -> Node:
    """Return the sources and size of a training set, and what depends on it."""
    parts, stages, stage = build.params["sets"][id], load_stages(), f"export@{id}"
    counts = build.example_counts(id)
    facts: dict[str, Fact] = {"seeds": parts["seeds"], "rows": parts["rows"]}
    if "first" in parts:
        facts["first"] = parts["first"]
    if "weights" in parts:
        facts["weights"] = json.dumps(parts["weights"])
    facts["examples"] = sum(counts.values())
    facts |= {_ORIGINS[origin]: number for origin, number in counts.items()}
    own = [other for other in stages if other.name == stage]
    children = [stage_node(build, "stage that writes it", each) for each in own]
    children += [stage_node(build, "stage downstream", each) for each in after(own, stages)]
    return Node("set", id, facts, children, stage=stage)


def prompt_node(build: Build, id: str) -> Node:
    """Return what depends on a prompt."""
    path = paths.prompt(id)
    facts: dict[str, Fact] = {"file": str(path)}
    if version := build.version(path):
        facts["version"] = version
    asked: Callable[[str], int] | None = None
    if id.startswith("judge"):  # a stage reads both of the judge's prompts, and asks each of its requests with one
        categories = {row["id"]: row["category"] for row in read_questions()}

        def asked(stage: str) -> int:
            asked = build.ids(paths.transcript(stage))
            named = [(name.split(".")[0], int(name.split(".")[1][2:] or 1)) for name in asked]
            prompts = [prompt_name(build.with_reference(categories.get(question)), turn) for question, turn in named]
            return prompts.count(id)

    return _resting(build, Node("prompt", id, facts), str(path), "", asked)


def parameter_node(build: Build, id: str) -> Node:
    """Return what depends on a parameter, or on a block of them."""
    params: Any = build.params
    value = reduce(lambda block, key: block[key], id.split("."), params)
    facts: dict[str, Fact] = {"value": json.dumps(value, ensure_ascii=False)}
    return _resting(build, Node("parameter", id, facts), str(paths.PARAMS), id, None)


def _resting(build: Build, node: Node, file: str, key: str, asked: Callable[[str], int] | None) -> Node:
    stages = load_stages()
    direct = [stage for stage in stages if stage.reads(file, key)]
    if not direct:
        node.facts["read by"] = "no stage: no output depends on it, and an edit rebuilds nothing"
        return node
    node.facts["read by"] = [stage.name for stage in direct]
    downstream = after(direct, stages)
    node.children = [
        stage_node(build, "stage that reads it", stage, asked)
        if stage in direct
        else stage_node(build, "stage downstream", stage)
        for stage in stages
        if stage in direct or stage in downstream
    ]
    node.facts |= BILL
    return node


def stage_node(build: Build, kind: str, stage: Stage, asked: Callable[[str], int] | None = None) -> Node:
    """Return a stage with the rows and requests of its outputs; `asked` gives the requests where not all are meant."""
    facts: dict[str, Fact] = {}
    for out in map(Path, stage.outs):
        files = sorted(out.glob("*.jsonl")) if out.is_dir() else [out]
        if not all(file.is_file() for file in files):
            facts[str(out)] = f"no such file; `dvc repro {stage.name}` builds it"
        elif paths.RESPONSES in out.parents:
            facts["requests"] = asked(stage.name) if asked else build.count(out)
        elif out.suffix in ("", ".jsonl"):
            facts |= {str(file): count(build.count(file), "row") for file in files}
        else:
            facts[str(out)] = "rewritten"
    return Node(kind, stage.name, facts, stage=stage.name)
