"""Mistakes and failures in a whole build: one clear sentence, no paid response lost, and failed rows as data."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.harness import Answer, Project, Server, asked_in, completion, kind_of, reply_to


def test_a_bad_row_stops_the_stage_before_anything_is_sent(counted: Project, server: Server) -> None:
    """Whoever calls `dvc repro` without the check."""
    with (counted.root / "data/questions.en.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id":"x","category":"cooking","text":"?"}\n')
    assert "unknown category 'cooking'" in counted.repro("translate@questions", fails=True)
    (counted.root / "data/questions.en.jsonl").write_text("")
    output = counted.run(*counted.stage_command("questions"), fails=True)
    assert output == (
        "error: data/questions.en.jsonl: no rows; write at least one (format: schemas/rows/question.schema.json)\n"
    )
    assert server.log == []


@pytest.mark.slow
def test_a_key_reaches_no_file_and_no_log(counted: Project, server: Server) -> None:
    """Of the project, of DVC, or of the store; not even where the server repeats it."""
    counted.edit_params(lambda p: p["servers"]["stand-in"].update(api_key_env="MY_API_KEY"))
    assert "the environment variable MY_API_KEY is not set" in counted.repro("translate@questions", fails=True)
    assert server.log == []
    key = f"sk-{uuid4().hex}"
    output = counted.repro("translate@questions", MY_API_KEY=key)
    assert f"Bearer {key}" in {headers["authorization"] for headers in server.headers}
    server.fault = lambda body, number: (401, {}, json.dumps({"error": {"message": f"Incorrect API key: {key}"}}).encode())
    output += counted.repro("translate@baseline", fails=True, MY_API_KEY=key)
    stored = b"".join(path.read_bytes() for path in counted.root.rglob("*") if path.is_file())
    assert key not in output
    assert key.encode() not in stored


@pytest.mark.slow
def test_an_unusable_reply_is_asked_again_kept_and_then_a_failed_row(counted: Project, server: Server) -> None:
    """Two of three attempts fail for one question, all three for another: the one passes, the other is data."""
    questions = counted.rows("data/questions.en.jsonl")
    tries = dict.fromkeys((row["text"] for row in questions), 0)

    def fault(body: dict[str, Any], number: int) -> Answer | None:
        text = next(text for text in tries if json.dumps(text, ensure_ascii=False)[1:-1] in asked_in(body))
        tries[text] += 1
        if text == questions[0]["text"] and tries[text] < 3:
            return 200, {}, completion("no JSON at all")
        if text == questions[1]["text"]:
            return 200, {}, completion('{"text": "cut', "length")
        return None

    server.fault = fault
    counted.edit_params(lambda p: p["translate"].update({"max_failed": 0}))
    assert "1 of 3 rows have no usable reply" in counted.repro("translate@questions", fails=True)
    assert "knowledge" not in counted.repro("translate@questions", fails=True)
    assert len(server.log) == 3 + 3 + 1  # nothing was paid again
    counted.edit_params(lambda p: p["translate"].update({"max_failed": 0.5}))
    counted.repro("translate@questions")
    assert len(server.log) == 7

    rows = counted.rows("data/build/translated/questions.jsonl")
    assert [row["translation"] is not None for row in rows] == [True, False, True]
    assert rows[1]["failure"] == {
        "reason": "cut",
        "detail": "the reply was cut at the length limit; raise max_tokens in its params",
        "text": '{"text": "cut',
    }
    transcript = counted.rows("data/build/responses/translate/questions.jsonl")
    assert [(row["id"], row["request"]["attempt"]) for row in transcript] == [
        (questions[0]["id"], 1),
        (questions[0]["id"], 2),
        (questions[0]["id"], 3),
        (questions[1]["id"], 1),
        (questions[1]["id"], 2),
        (questions[1]["id"], 3),
        (questions[2]["id"], 1),
    ]
    counted.repro("post_edit@questions")
    assert len(counted.rows("data/build/edited/questions/questions.jsonl")) == 2

    counted.edit_params(lambda p: p["translate"].update({"max_attempts": 4}))
    counted.repro("translate@questions")
    assert len(server.log) == 8  # a person wants the failed row tried again, and only that is


@pytest.mark.slow
def test_a_failed_answer_makes_its_judgments_invalid_and_sends_none(built: Project, server: Server) -> None:
    asked = [row["text"] for row in built.rows("data/build/edited/questions/questions.jsonl")]

    def fault(body: dict[str, Any], number: int) -> Answer | None:
        spoilt = kind_of(body) == "answer" and asked_in(body).strip() == asked[0].strip()
        return (200, {}, completion("", "stop")) if spoilt else None

    server.fault = fault
    built.edit_params(lambda p: p["answer"].update(max_failed=0.5))
    built.edit_params(lambda p: p["models"]["good"]["params"].update(temperature=0.1))
    built.repro("benchmark")
    kinds = server.take()
    assert kinds.count("answer") == 2 + 3
    assert kinds.count("judgment") == 2 * 2
    judgments = built.rows("data/build/judgments/good-vs-thin.jsonl")
    failed = [(row["verdict"], row["failure"]["reason"]) for row in judgments if row["question"] == "generic-01"]
    assert failed == [("invalid", "no_answer")] * 2
    total = (built.root / "reports" / "win_rates.csv").read_text(encoding="utf-8").splitlines()[-1]
    assert total.startswith("good-vs-thin,good,thin,all,3,")
    assert total.split(",")[9] == "1"


@pytest.mark.slow
def test_structured_output_as_the_endpoint_can(counted: Project, server: Server) -> None:
    """An endpoint without structured output gets the schema in words, or the marks, and no response_format."""

    def fault(body: dict[str, Any], number: int) -> Answer | None:
        assert "response_format" not in body
        if "[[A]]" in body["messages"][0]["content"]:
            return 200, {}, completion("はじめは [[A]] かと思いました。判定は [[B]]")
        wanted = "translated_question" if '"text"' in body["messages"][0]["content"] else "answer"
        named = body | {"response_format": {"json_schema": {"name": wanted}}}
        return 200, {}, completion(f"```json\n{reply_to(named)}\n```" if wanted != "answer" else "回答です。")

    server.fault = fault
    counted.edit_params(lambda p: p["endpoints"]["stand-in"].update(structured="text"))
    counted.repro("judge@good-vs-thin")
    rows = counted.rows("data/build/judgments/good-vs-thin.jsonl")
    assert [row["verdict"] for row in rows] == ["second"] * 6
