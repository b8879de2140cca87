"""What people write beside the data reaches the requests that it concerns, counted at a server on a local socket."""

import json
import re
from collections import Counter
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from seedbed.project.edits import make_edit, save_edit
from seedbed.project.generation_lists import load_lists
from seedbed.project.params import load_params
from seedbed.steps.assignments import assign
from tests.harness import Project, Server
from tests.whole.test_generation import slots

LISTS = "data/generation/ja.yaml"
GLOSSARY = "data/glossary.ja.csv"


def plan(project: Project) -> dict[str, Any]:
    """Return the plan of each stage."""
    document = json.loads(project.run("seedbed", "plan", "--json"))
    return {stage["stage"]: stage for stage in document["stages"]}


@pytest.mark.slow
def test_a_glossary_term_asks_the_rows_that_hold_it(built: Project, server: Server) -> None:
    rows = built.rows("data/seed_tasks.en.jsonl")
    texts = {row["id"]: f"{row['instruction']}\n{row['input']}\n{row['output']}" for row in rows}
    words = Counter(word for text in texts.values() for word in {*re.findall("[a-z]{5,}", text.lower())})
    word = next(word for word, number in words.items() if number == 2)
    holding = {id for id, text in texts.items() if re.search(rf"\b{word}\b", text, re.IGNORECASE)}
    with (built.root / GLOSSARY).open("a", encoding="utf-8") as file:
        file.write(f"{word},用語,\n")
    assert {*plan(built)["translate@seed_tasks"]["rows"]} == holding
    built.repro("translate@seed_tasks")
    sent = [str(body["messages"][-1]["content"]) for body in server.log]
    assert server.take() == ["translated_task"] * len(holding)
    assert all(f'{{"term":"{word}","translation":"用語","note":""}}' in text for text in sent)
    with (built.root / GLOSSARY).open("a", encoding="utf-8") as file:
        file.write("a term that no row has,用語,\n")
    built.repro("translate@seed_tasks")
    assert server.take() == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("term,translation\nfair,祭り\n", ":1: expected the columns term, translation, note, found term, translation"),
        ("term,translation,note\nfair,,\n", ":2: expected three columns: term, translation and note"),
        ('term,translation,note\nfair,祭り,"of a\nvillage"\nFair,市,\n', ":4: the term 'Fair' appears twice"),
        ("term,translation,note\nfair,\udcff,\n", ":2: not UTF-8 (invalid start byte); save the file as UTF-8"),
        ('term,translation,note\nfair,"祭り,\n', ":2: not CSV: unexpected end of data"),
        ("", ":1: expected the columns term, translation, note, found none"),
    ],
)
def test_a_glossary_with_a_mistake_is_refused(project: Project, text: str, found: str) -> None:
    (project.root / GLOSSARY).write_text(text, encoding="utf-8", errors="surrogateescape")
    assert f"{GLOSSARY}{found}" in project.run("seedbed", "check", fails=True)


def edit_of(project: Project, place: int) -> None:
    """Make an edit of a seed as `seedbed review` does."""
    with chdir(project.root):
        row: Any = project.rows("data/build/translated/seed_tasks.jsonl")[place]
        fields = {name: f"{text}。直した。" if text else "" for name, text in row["translation"].items()}
        edit = make_edit(row, "task", fields, "yuki", None)
        save_edit(Path("data/edits/seed_tasks.ja.jsonl"), "task", edit, row["id"], None)


@pytest.mark.slow
def test_edits_teach_and_ask_only_rows_that_nobody_reviewed(built: Project, server: Server) -> None:
    """Eight seeds, two of them reviewed before edits were shown: the others are asked, and fewer with each edit."""
    ids = [row["id"] for row in built.rows("data/seed_tasks.en.jsonl")]
    known = {row["id"]: row for row in built.rows("data/edits/seed_tasks.ja.jsonl")}
    built.write_rows("data/edits/seed_tasks.ja.jsonl", [known[id] | {"decision": "edited"} for id in ids[:2]])
    before = {row["id"]: row for row in built.rows("data/build/translated/seed_tasks.jsonl")}

    built.edit_params(lambda p: p["translate"].update(examples=20, examples_from="data/edits"))
    assert {*plan(built)["translate@seed_tasks"]["rows"]} == {*ids[2:]}
    built.repro("translate")
    assert server.take() == ["translated_task"] * 6  # the three questions are reviewed, and the baseline is shown no edit
    rows = {row["id"]: row for row in built.rows("data/build/translated/seed_tasks.jsonl")}
    assert {id: rows[id] for id in ids[:2]} == {id: before[id] for id in ids[:2]}

    for number, place in enumerate((2, 5), start=1):
        edit_of(built, place)
        edit = next(row for row in built.rows("data/edits/seed_tasks.ja.jsonl") if row["id"] == ids[place])
        assert edit["order"] == number
        assert edit["request"] == rows[ids[place]]["request"]
        assert plan(built)["translate@seed_tasks"]["new"] == 6 - number
        built.repro("translate", "post_edit")
        assert server.take() == ["translated_task"] * (6 - number)
        now = {row["id"]: row for row in built.rows("data/build/translated/seed_tasks.jsonl")}
        assert now[ids[place]] == rows[ids[place]]
        status = {row["id"]: row["status"] for row in built.rows("data/build/edited/seed_tasks.jsonl")}
        assert status[ids[place]] == "edited"
        rows = now


def test_examples_want_a_dependency_and_a_place_in_the_prompt(project: Project) -> None:
    project.edit_params(lambda p: p["translate"].update(examples=3))
    assert "set translate.examples_from to this folder" in project.run("seedbed", "check", fails=True)
    project.edit_params(lambda p: p["translate"].update(examples_from="data/edits"))
    project.replace("prompts/translate_task.yaml", "  $examples\n\n", "")
    output = project.run("seedbed", "check", fails=True)
    assert "translate.examples is 3, and prompts/translate_task.yaml does not contain them; add $examples to it" in output


@pytest.mark.slow
def test_a_topic_more_asks_the_slots_that_it_falls_to_and_a_type_more_asks_all(built: Project, server: Server) -> None:
    built.edit_params(lambda p: p["generate"].update(target=60, max_slots=200))
    built.repro("generate@native")
    server.take()
    path, params = built.root / LISTS, load_params(built.root / "params.yaml")
    number, seed = slots(built), params["generate"]["seed"]
    lists = load_lists(path, params["labels"]["task"])
    built.replace(LISTS, "  食と料理:\n    topics:\n", "  食と料理:\n    topics:\n      - 回転寿司\n")
    drawn = [assign(each, range(number), 2, seed) for each in (lists, load_lists(path, params["labels"]["task"]))]
    touched = sum(one != other for one, other in zip(*drawn, strict=True))
    assert 0 <= touched <= number / 10
    built.repro("generate@native")
    assert touched <= len(server.take()) <= touched + 5  # and those by which the prefix grows

    built.edit_params(lambda p: p["labels"]["task"].append("recipe"))
    plan_ = plan(built)["generate@native"]
    assert "params.yaml: labels.task, to which every reply is held: all slots are asked anew" in plan_["why"]
    assert plan_["stored"] == 0
    built.repro("generate@native")
    assert len(server.take()) == slots(built)


def test_a_type_that_nobody_declared_makes_a_reply_unusable(built: Project, server: Server) -> None:
    built.edit_params(lambda p: p["labels"].update(task=[name for name in p["labels"]["task"] if name != "open_qa"]))
    built.replace(LISTS, "  open_qa:\n    means:", "  closed_qa_:\n    means:")
    output = built.run("seedbed", "check", fails=True)
    assert f"{LISTS}:" in output
    assert "unknown task type 'closed_qa_'" in output


@pytest.mark.slow
def test_outputs_from_requests_of_their_own(built: Project, server: Server) -> None:
    """One request a slot for the instructions, one an instruction for its output, in one transcript."""

    def change(params: Any) -> None:
        params["generate"].update(answer="separate", outputs={"endpoint": "stand-in", "model": "stronger"})

    built.edit_params(change)
    planned = plan(built)
    built.repro("generate@native")
    kinds = Counter(server.take())
    rows = built.rows("data/build/candidates/native.jsonl")
    assert kinds == {"tasks": slots(built), "answer": len(rows)}
    assert planned["outputs@native"]["new"] >= len(rows) / 2
    assert {row["output_by"]["model"] for row in rows} == {"stronger"}
    assert all(row["output"].startswith("回答です。") for row in rows)
    written = {row["key"] for row in built.rows("data/build/responses/generate/native.jsonl")}
    assert {row["output_request"] for row in rows} | {row["request"] for row in rows} == written
    built.repro("--force", "generate@native")
    assert server.take() == []


@pytest.mark.slow
def test_what_was_kept_is_not_to_be_written_again(built: Project, server: Server) -> None:
    """Later waves name kept instructions of earlier ones, and only those."""
    built.edit_params(lambda p: p["generate"].update(avoid=2, wave=2, target=10))
    built.repro("filter@native")
    kept = {row["id"]: row["slot"] for row in built.rows("data/build/instructions/native.jsonl")}
    rows = built.rows("data/build/candidates/native.jsonl")
    assert any("avoided" in row for row in rows)
    assert all(kept[id] < row["slot"] - row["slot"] % 2 for row in rows for id in row.get("avoided", []))
    first = [body for body in server.log if "<avoid " not in str(body["messages"][-1]["content"])]
    assert first


def test_separate_outputs_want_a_model(project: Project) -> None:
    project.edit_params(lambda p: p["generate"].update(answer="separate"))
    output = project.run("seedbed", "check", fails=True)
    assert "set generate.outputs.endpoint and generate.outputs.model" in output
