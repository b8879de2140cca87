"""Where an instruction came from: its slot's request, its demonstrations, and the filter's word on it."""

from itertools import chain, takewhile

from seedbed.exchange.requests import Request
from seedbed.filtering.similarity import Encoder, Neighbour, Pool
from seedbed.filtering.tokenisers import load_tokeniser
from seedbed.project.params import speaker
from seedbed.project.paths import CANDIDATES, INSTRUCTIONS, REJECTED, edited
from seedbed.project.prompts import load_prompt
from seedbed.steps import generating
from seedbed.steps.demonstrations import draw
from seedbed.trace.explain_corpus import corpus_node
from seedbed.trace.explain_request import request_node
from seedbed.trace.node import OUT_OF_DATE, Fact, Node
from seedbed.trace.workspace import Build, texts
from seedbed.util.errors import UserError
from seedbed.util.rows import Row

_ANY = 1e-9
"""A threshold that lets every text be a neighbour that has a token in common."""


def instruction_node(build: Build, id: str) -> Node:
    """Return an instruction, kept or rejected, with its slot and its demonstrations below."""
    row = build.row(CANDIDATES, id)
    assert row is not None
    facts: dict[str, Fact] = {"filter": "kept", "task type": row["task_type"], **texts(row, "instruction")}
    rejected = build.row(REJECTED, id)
    children = []
    if rejected:
        facts["filter"] = f"rejected by {rejected['reason']}: {rejected['detail']}"
        near = Neighbour(rejected["neighbour"], rejected["score"]) if rejected["neighbour"] else None
        children += [_neighbour_node(build, near, rejected["reason"] == "benchmark_leak")] if near else []
    elif build.row(INSTRUCTIONS, id):
        children.append(_nearest_node(build, row))
    else:
        facts["filter"] = "not filtered yet"
        facts[OUT_OF_DATE] = f"neither in {INSTRUCTIONS} nor in {REJECTED}; `dvc repro` filters it"
    slot = row["slot"]
    return Node("instruction", id, facts, [*children, _asked_node(build, slot, row["demonstrations"])])


def slot_node(build: Build, id: str) -> Node:
    """Return a slot, with its request and what came of it."""
    number = int(id[1:])
    rows = build.rows(CANDIDATES, "(json->>'slot')::bigint = ?", number)
    shown = rows[0]["demonstrations"] if rows else drawn_now(build, number)
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


def _nearest_node(build: Build, kept: Row) -> Node:
    """What a kept instruction was closest to when the filter let it through: a seed, or an instruction kept before."""
    try:
        tokenise = load_tokeniser(build.params["filter"]["tokeniser"])
    except UserError as error:  # which is no reason to hide the rest
        return Node("nearest neighbour", facts={"failed": str(error)})
    encode, pool = Encoder(), Pool(_ANY, strict=False)
    before = takewhile(lambda row: row["id"] != kept["id"], build.rows(INSTRUCTIONS))
    for row in chain(build.rows(edited("seed")), before):
        pool.add(row["id"], encode(tokenise(row["instruction"])))
    near = pool.nearest(encode(tokenise(kept["instruction"])))
    return _neighbour_node(build, near, False) if near else Node("nearest neighbour", "none", {"ROUGE-L F": 0})


def _neighbour_node(build: Build, neighbour: Neighbour, is_question: bool) -> Node:
    """The row that a candidate is closest to."""
    id = neighbour.id
    kind, near = "question", build.row(edited("question"), id)
    if not is_question:
        kind, near = "seed", build.row(edited("seed"), id)
    if near is None:
        kind, near = "instruction", build.row(CANDIDATES, id)
    facts: dict[str, Fact] = {"kind": kind, "ROUGE-L F": round(neighbour.score, 6)}
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


def drawn_now(build: Build, slot: int) -> list[str]:
    """Return the seeds that a slot would show now."""
    settings = build.params["generate"]
    return draw(build.ids(edited("seed")), settings["demonstrations"]["seeds"], settings["seed"], slot)


def _request_now(build: Build, slot: int, shown: list[str]) -> Request:
    """The slot's request with the seeds drawn now; the generated demonstrations are taken as they were."""
    rows = {row["id"]: row for row in build.rows(edited("seed"))}
    generated = [row for id in shown if id not in rows and (row := build.row(CANDIDATES, id))]
    settings = build.params["generate"]
    demonstrations = [rows[id] for id in drawn_now(build, slot)] + generated
    return generating.build(
        slot, demonstrations, speaker(build.params, "generate"), load_prompt("generate"), settings["per_slot"]
    )
