"""The rule `semantic_duplicate`, at the wire: what is asked, kept, shared and refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Project, Server
from tests.whole.test_sharing import forgetful

TRANSCRIPT = "data/build/responses/generate/native.jsonl"
TASKS = [
    {
        "instruction": "夏祭りの屋台の案を、予算と一緒に三つ考えてください。",
        "input": "",
        "output": "かき氷、輪投げ、焼きそばの三つです。",
    },
    {
        "instruction": "三つ、予算と一緒に考えてください、屋台の夏祭りの案を。",
        "input": "",
        "output": "綿あめ、くじ、金魚すくいの三つです。",
    },
    {"instruction": "冬に窓が結露する理由を説明してください。", "input": "", "output": "暖かい空気の水蒸気が冷えるからです。"},
]


def switch_on(params: Any) -> None:
    """Have what has the same letters mean the same; see `tests.harness.embedding`."""
    params["filter"]["rules"].append("semantic_duplicate")
    params["filter"]["semantic"] = {"endpoint": "stand-in", "model": "vectors", "threshold": 0.98}


def decided(project: Project, rows: list[dict[str, Any]], **env: str) -> list[str | None]:
    """Return the reasons that `seedbed filter` gives for rows."""
    project.write_rows("tasks.jsonl", rows)
    lines = project.run("seedbed", "filter", "tasks.jsonl", "--json", fails=False, **env).splitlines()
    return [json.loads(line)["reason"] for line in lines if line.startswith("{")]


@pytest.mark.slow
def test_a_hunt_asks_once_for_each_text_and_shares_what_came(built: Project, server: Server) -> None:
    built.edit_params(switch_on)
    texts = len(built.rows("data/build/edited/seed_tasks.jsonl")) + len(built.rows("data/build/candidates/native.jsonl"))
    (planned,) = (s for s in json.loads(built.run("seedbed", "plan", "--json"))["stages"] if s["stage"] == "embed@native")
    assert (planned["new"], planned["at_most"], planned["usd"]) == (texts, False, 0.0)
    built.repro("generate@native")
    assert server.take() == ["embedding"] * texts
    written = (built.root / TRANSCRIPT).read_bytes()
    ids = [row["id"] for row in built.rows(TRANSCRIPT)]
    assert len([id for id in ids if id.endswith(".embedding")]) == texts
    assert ids.index("s00000-0.embedding") > ids.index("s00000")

    # Another machine, with an empty store: all is in the transcript.
    shutil.rmtree(built.root / ".dvc" / "seedbed")
    built.repro("--force", "--single-item", "generate@native", SEEDBED_OFFLINE="1")
    assert (built.root / TRANSCRIPT).read_bytes() == written
    assert server.take() == []


@pytest.mark.slow
def test_vectors_that_were_not_pulled_are_not_paid_for_again(built: Project, tmp_path: Path, server: Server) -> None:
    """They are in the transcript of the generation, which the first stage to miss one brings."""
    built.edit_params(switch_on)
    built.repro("generate@native")
    server.take()
    second = forgetful(built, tmp_path, built.root / ".dvc" / "cache")
    texts = ("data/build/edited/seed_tasks.jsonl", "data/build/edited/questions/questions.jsonl")
    for text in texts:
        (second.root / text).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(built.root / text, second.root / text)
    plan = json.loads(second.run("seedbed", "plan", "--json"))
    assert {stage["stage"]: stage["new"] for stage in plan["stages"] if stage["new"]} == {}
    (second.root / ".dvc" / "cache").rename(tmp_path / "brought by the plan")
    out = ["--out", "data/build/candidates/native.jsonl", "--decisions", "data/build/decisions/native.jsonl"]
    command = ["python", "-m", "stages.generate", "--generation", "native", "--seeds", texts[0], "--questions", texts[1]]
    said = second.run(*command, *out, "--transcript", TRANSCRIPT)
    assert "embed@native: brought 1 transcript that dvc.lock names" in said
    assert server.take() == []
    assert (second.root / TRANSCRIPT).read_bytes() == (built.root / TRANSCRIPT).read_bytes()


def test_paraphrases_are_rejected_and_nothing_is_asked_twice(counted: Project, server: Server) -> None:
    assert decided(counted, TASKS) == [None, None, None]
    assert server.take() == []
    counted.edit_params(switch_on)
    assert decided(counted, TASKS) == [None, "semantic_duplicate", None]
    assert {(body["model"], body["input"]) for body in server.log} == {("vectors", task["instruction"]) for task in TASKS}
    assert server.take() == ["embedding"] * 3
    assert decided(counted, TASKS, SEEDBED_OFFLINE="1") == [None, "semantic_duplicate", None]
    assert server.take() == []
    counted.write_rows("tasks.jsonl", [*TASKS, TASKS[2] | {"input": "北国の家です。"}])
    said = counted.run("seedbed", "filter", "tasks.jsonl", fails=True, SEEDBED_OFFLINE="1")
    assert "embed@file: SEEDBED_OFFLINE is set and the response for line-4.embedding" in said


def test_a_text_without_a_vector_is_held_against_none_and_counted(counted: Project, server: Server) -> None:
    counted.edit_params(switch_on)
    body = json.dumps({"error": {"message": "maximum context length", "code": "context_length_exceeded"}}).encode()
    server.fault = lambda body_, number: (400, {}, body) if body_["input"] == TASKS[0]["instruction"] else None
    counted.write_rows("tasks.jsonl", TASKS)
    said = counted.run("seedbed", "filter", "tasks.jsonl")
    assert "3 rows: 3 kept" in said
    assert "embed@file: 1 texts have no embedding, and were not compared" in said


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((404, {}, b'{"error": {"message": "no such path"}}'), "HTTP 404"),
        ((200, {}, b'{"data": [{"embedding": "abc"}]}'), "not an embedding: no list of numbers at data.0.embedding"),
    ],
)
def test_an_endpoint_without_embeddings_is_named(counted: Project, server: Server, answer: Any, message: str) -> None:
    counted.edit_params(switch_on)
    server.fault = lambda body, number: answer
    counted.write_rows("tasks.jsonl", TASKS)
    assert message in counted.run("seedbed", "filter", "tasks.jsonl", fails=True)


def test_the_rule_without_its_model_is_refused_and_so_are_batches(counted: Project) -> None:
    counted.edit_params(lambda params: params["filter"]["rules"].append("semantic_duplicate"))
    assert "set filter.semantic.endpoint and filter.semantic.model" in counted.run("seedbed", "check", fails=True)
    counted.edit_params(lambda params: params["filter"].update(semantic={"endpoint": "stand-in", "model": "vectors"}))
    counted.edit_params(lambda params: params["servers"]["stand-in"].update(mode="batch"))
    assert "filter.semantic: embeddings cannot be sent with the Batch API" in counted.run("seedbed", "check", fails=True)
