"""Where an instruction came from: its slot's request, its demonstrations, and the filter's word on it."""

from seedbed.asked import request_node
from seedbed.demonstrations import draw
from seedbed.lineage import CANDIDATES, INSTRUCTIONS, OUT_OF_DATE, REJECTED, Build, Fact, Node, edited, texts
from seedbed.params import speaker
from seedbed.prompts import load_prompt
from seedbed.requests import Request
from seedbed.row_origins import corpus_node
from seedbed.rows import Row
from stages import generate


def instruction_node(build: Build, id: str) -> Node:
    """Return an instruction, kept or rejected, with its slot and its demonstrations below."""
    row = build.row(CANDIDATES, id)
    assert row is not None
    facts: dict[str, Fact] = {"filter": "kept", "task type": row["task_type"], **texts(row, "instruction")}
    rejected = build.row(REJECTED, id)
    children = []
    if rejected:
        facts["filter"] = f"rejected by {rejected['reason']}: {rejected['detail']}"
        children += [_neighbour_node(build, rejected)] if rejected["neighbour"] else []
    elif not build.row(INSTRUCTIONS, id):
        facts["filter"] = "not filtered yet"
        facts[OUT_OF_DATE] = f"neither in {INSTRUCTIONS} nor in {REJECTED}; `dvc repro` filters it"
    slot = row["slot"]
    return Node("instruction", id, facts, [*children, _asked_node(build, slot, row["demonstrations"])])


def slot_node(build: Build, id: str) -> Node:
    """Return a slot, with its request and what came of it."""
    number = int(id[1:])
    rows = build.rows(CANDIDATES, "(json->>'slot')::bigint = ?", number)
    shown = rows[0]["demonstrations"] if rows else _drawn_now(build, number)
    node = _asked_node(build, number, shown)
    decided = rejections(build, number)
    node.children = [
        *(
            Node("instruction", row["id"], {"filter": decided.get(row["id"], "kept"), **texts(row, "instruction")})
            for row in rows
        ),
        *node.children,
    ]
    return node


def rejections(build: Build, slot: int) -> dict[str, str]:
    """Return the reasons of a slot's rejected instructions, by id."""
    rows = build.rows(REJECTED, "(json->>'slot')::bigint = ?", slot)
    return {row["id"]: f"rejected by {row['reason']}" for row in rows}


def _neighbour_node(build: Build, rejected: Row) -> Node:
    """The row that a rejected one is too close to."""
    id, score = rejected["neighbour"], rejected["score"]
    kind, near = "question", build.row(edited("question"), id)
    if rejected["reason"] != "benchmark_leak":
        kind, near = "seed", build.row(edited("seed"), id)
    if near is None:
        kind, near = "instruction", build.row(CANDIDATES, id)
    facts: dict[str, Fact] = {"kind": kind, "ROUGE-L F": score}
    if near is None:
        return Node("nearest neighbour", id, facts | {OUT_OF_DATE: "it is no longer in the build; `dvc repro` filters anew"})
    return Node("nearest neighbour", id, facts | {"text": near["text" if kind == "question" else "instruction"]})


def _asked_node(build: Build, slot: int, shown: list[str]) -> Node:
    """A slot: its request, and its demonstrations with all that they came of."""
    seeds = set(build.ids(edited("seed")))
    request = request_node(build, "generate", f"s{slot:05}", "generate", lambda: [_request_now(build, slot, shown)])
    demonstrations = [corpus_node(build, "seed", id) if id in seeds else _generated_node(build, id) for id in shown]
    for node in demonstrations:
        node.kind = f"demonstration, {node.kind}"
    return Node("slot", f"s{slot:05}", {"demonstrations": shown}, [request, *demonstrations])


def _generated_node(build: Build, id: str) -> Node:
    """A demonstration that an earlier slot wrote."""
    row = build.row(CANDIDATES, id)
    if row is None:
        return Node("seed", id, {OUT_OF_DATE: "it is no longer in the build; `dvc repro` draws anew"})
    return Node("instruction", id, {"slot": f"s{row['slot']:05}", **texts(row, "instruction")})


def _drawn_now(build: Build, slot: int) -> list[str]:
    settings = build.params["generate"]
    return draw(build.ids(edited("seed")), settings["demonstrations"]["seeds"], settings["seed"], slot)


def _request_now(build: Build, slot: int, shown: list[str]) -> Request:
    """The slot's request with the seeds drawn now; the generated demonstrations are taken as they were."""
    rows = {row["id"]: row for row in build.rows(edited("seed"))}
    generated = [row for id in shown if id not in rows and (row := build.row(CANDIDATES, id))]
    settings = build.params["generate"]
    demonstrations = [rows[id] for id in _drawn_now(build, slot)] + generated
    return generate.build(
        slot, demonstrations, speaker(build.params, "generate"), load_prompt("generate"), settings["per_slot"]
    )
