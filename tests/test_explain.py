"""`seedbed explain` and `seedbed impact` on one tiny build, held against its rows, its requests and real edits."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seedbed.errors import UserError
from seedbed.explain import explain
from seedbed.impact import impact
from seedbed.lineage import OUT_OF_DATE, Build, Node
from seedbed.names import resolve
from seedbed.params import speaker
from seedbed.pipeline import after, load_stages
from seedbed.prompts import blocks_of, load_prompt
from seedbed.tree_text import show, visible
from seedbed.versions import version_of
from stages import generate
from tests.harness import Answer, Project, Server, completion, copy_project, kind_of, make_tiny, reply_to, serve

SAME = "いつも同じ課題を書いてください。"
HOSTILE = "[red]赤[/red] \x1b[31mRED\x1b[0m \u202eabc <b>太字</b>"


def faults(body: dict[str, Any], number: int) -> Answer | None:
    """One instruction that comes again and again; one answer full of markup, another that is empty at first."""
    text = body["messages"][-1]["content"]
    if kind_of(body) == "instructions":
        reply = json.loads(reply_to(body))
        reply["instructions"][1]["instruction"] = SAME
        return 200, {}, completion(json.dumps(reply))
    if kind_of(body) == "answer" and body["model"] == "stand-in-thin":
        return 200, {}, completion(HOSTILE)
    return None


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = copy_project(tmp_path_factory.mktemp("explain") / "project")
    empty: list[str] = []

    def first_empty(body: dict[str, Any], number: int) -> Answer | None:
        if kind_of(body) == "answer" and body["model"] == "stand-in-good" and not empty:
            empty.append(body["messages"][-1]["content"])
            return 200, {}, completion("")
        return faults(body, number)

    with serve() as server:
        make_tiny(project, base_url=server.url, max_concurrency=1)
        server.fault = first_empty
        project.repro()
    return project


@pytest.fixture
def project(built: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The build, to look at and not to change."""
    monkeypatch.chdir(built.root)
    return built


@pytest.fixture
def edited(built: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of the build, to change."""
    copy = Project(shutil.copytree(built.root, tmp_path / "project"))
    monkeypatch.chdir(copy.root)
    return copy


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


def transcript(project: Project, stage: str) -> list[dict[str, Any]]:
    return project.rows(f"data/build/responses/{stage.replace('@', '.')}.jsonl")


# explain


def test_the_demonstrations_are_those_that_stand_in_the_request(project: Project) -> None:
    requests = {row["key"]: row["request"] for row in transcript(project, "generate")}
    candidates = project.rows("data/build/candidates.jsonl")
    assert candidates
    for row in candidates:
        slot = only(explain(row["id"]), "slot")
        assert only(slot, "request").id == row["request"]
        shown = blocks_of(requests[row["request"]]["messages"][-1]["content"])["demonstrations"].splitlines()
        told = [node.facts["instruction"] for node in slot.children if node.kind == "demonstration, seed"]
        assert told == [json.loads(line)["instruction"] for line in shown]


def test_a_seed_leads_back_to_its_edit_its_translation_and_its_source(project: Project) -> None:
    source, machine, edit = (
        project.rows(path)[0]
        for path in ("data/seed_tasks.en.jsonl", "data/build/translated/seed_tasks.jsonl", "data/edits/seed_tasks.ja.jsonl")
    )
    node = explain(f"seed:{source['id']}")
    assert node.facts["instruction"] == edit["fields"]["instruction"]
    assert node.facts["status"] == "outdated"  # the server translates otherwise than the edit's machine text
    assert only(node, "edit").facts["made on"] == "this source and another translation"
    translation = only(node, "translation")
    assert translation.facts["instruction"] == machine["translation"]["instruction"]
    (asked,) = [row for row in transcript(project, "translate@seed_tasks") if row["id"] == source["id"]]
    request = only(translation, "request")
    assert request.id == asked["key"]
    assert request.facts["params"] == {"temperature": 0}
    assert request.facts["prompt"] == "prompts/translate_task.yaml"
    assert request.facts["tokens"] == "10 in, 5 out"
    assert only(node, "source").facts["instruction"] == source["instruction"]


def test_a_rejected_instruction_names_its_rule_and_its_neighbour(project: Project) -> None:
    rejected = [row for row in project.rows("data/build/rejected.jsonl") if row["reason"] == "near_duplicate"]
    assert rejected
    for row in rejected:
        node = explain(row["id"])
        assert node.facts["filter"] == f"rejected by near_duplicate: {row['detail']}"
        near = only(node, "nearest neighbour")
        assert (near.id, near.facts["text"], near.facts["ROUGE-L F"]) == (row["neighbour"], SAME, 1.0)
    kept = project.rows("data/build/instructions.jsonl")[0]
    assert explain(kept["id"]).facts["filter"] == "kept"


def test_a_slot_tells_all_that_came_of_it(project: Project) -> None:
    ids = [row["id"] for row in project.rows("data/build/candidates.jsonl") if row["slot"] == 1]
    node = explain("s00001")
    assert [child.id for child in node.children if child.kind == "instruction"] == ids
    assert only(node, "request").facts["slot"] == 1


def test_a_baseline_task_has_no_edit(project: Project) -> None:
    assert [child.kind for child in explain("base-01").children] == ["translation", "source"]


def test_a_judgment_shows_both_orders_both_answers_and_their_requests(project: Project) -> None:
    question = project.rows("data/build/edited/questions.jsonl")[0]["id"]
    node = explain(f"good-vs-thin/{question}")
    rows = [row for row in project.rows("data/build/judgments/good-vs-thin.jsonl") if row["question"] == question]
    orders = [child for child in node.children if child.kind == "order"]
    assert [(child.id, child.facts["explanation"]) for child in orders] == [(row["order"], row["explanation"]) for row in rows]
    assert [str(child.facts["verdict"]).split(",")[0] for child in orders] == [row["verdict"] for row in rows]
    assert [only(child, "request").id for child in orders] == [row["request"] for row in rows]
    assert {only(child, "request").facts["prompt"] for child in orders} == {"prompts/judge.yaml"}
    answers = [child for child in node.children if child.kind == "answer"]
    for child, model in zip(answers, ("good", "thin"), strict=True):
        (row,) = [row for row in project.rows(f"data/build/answers/{model}.jsonl") if row["id"] == question]
        assert child.facts["text"] == row["text"]
        assert only(child, "request").id == row["request"]
    (one,) = [child for child in explain(f"good-vs-thin/{question}/ba").children if child.kind == "order"]
    assert one.id == "ba"


def test_a_reply_that_was_no_use_is_told_with_its_reason(project: Project) -> None:
    (second,) = [row for row in transcript(project, "answer@good") if row["request"]["attempt"] == 2]
    request = only(explain(f"good/{second['id']}"), "request")
    assert (request.id, request.facts["attempt"]) == (second["key"], 2)
    (first,) = request.children
    assert first.facts["unusable"] == "empty: the reply was empty"
    assert explain(first.id[:12]).facts["rows"] == "none came of it"
    assert [child.id for child in explain(second["key"][:12]).children] == [f"good/{second['id']}"]


@pytest.mark.parametrize("stage", ["translate@questions", "translate@baseline", "generate", "answer@thin", "judge@good-vs-thin"])
def test_a_request_names_the_rows_that_came_of_it(project: Project, stage: str) -> None:
    asked = transcript(project, stage)[0]
    node = explain(asked["key"][:10])
    assert (node.id, node.facts["stage"]) == (asked["key"], stage)
    assert node.facts["user"] == asked["request"]["messages"][-1]["content"]
    assert node.facts["reply"] == asked["response"]["text"]
    rows = {
        "translate@questions": [asked["id"]],
        "translate@baseline": [asked["id"]],
        "generate": [row["id"] for row in project.rows("data/build/candidates.jsonl") if row["request"] == asked["key"]],
        "answer@thin": [f"thin/{asked['id']}"],
        "judge@good-vs-thin": [f"good-vs-thin/{asked['id'].replace('.', '/')}"],
    }
    assert [child.id for child in node.children] == rows[stage]


def test_dollars_are_told_where_there_is_a_price(edited: Project) -> None:
    edited.edit_params(lambda params: params.update(prices={"stand-in": {"input": 2.0, "output": 10.0}}))
    request = only(only(explain("base-01"), "translation"), "request")
    assert request.facts["USD"] == pytest.approx((10 * 2 + 5 * 10) / 1e6)
