"""A user's mistakes in a whole build: one clear sentence, nothing half-written, no paid response lost."""

import json
import re
import socket
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from seedbed.pipeline.check import check_all
from seedbed.util.errors import UserError
from tests.harness import Project, Server, completion, kind_of, reply_to

EDIT = json.dumps(
    {"id": "x", "decision": "edited", "fields": {"text": "文"}, "source_hash": "0" * 64, "machine_hash": "0" * 64},
    ensure_ascii=False,
)


def use_server(project: Project, **endpoint: Any) -> None:
    """Let `translate` talk to an endpoint of its own."""

    def change(params: Any) -> None:
        params["endpoints"]["mine"] = {"structured": "json_schema", "max_retries": 1, **endpoint}
        params["translate"]["endpoint"] = "mine"

    project.edit_params(change)


def test_an_unset_key_is_named_before_the_first_request(project: Project, server: Server) -> None:
    use_server(project, base_url=server.url, api_key_env="MY_API_KEY")
    assert "the environment variable MY_API_KEY is not set" in project.repro("translate@questions", fails=True)
    assert "the environment variable MY_API_KEY is not set" in project.run("seedbed", "check", fails=True)
    assert server.log == []
    key = f"sk-{uuid4().hex}"
    output = project.repro("translate@questions", MY_API_KEY=key)
    assert f"Bearer {key}" in {headers["authorization"] for headers in server.headers}
    stored = b"".join(path.read_bytes() for path in project.root.rglob("*") if path.is_file())
    assert key not in output
    assert key.encode() not in stored


def test_a_key_that_is_refused_is_not_repeated_to_the_log(project: Project, server: Server) -> None:
    server.fault = lambda body, number: (401, {}, b'{"error":{"message":"Incorrect API key provided: sk-secret-1234"}}')
    use_server(project, base_url=server.url, api_key_env="MY_API_KEY")
    output = project.repro("translate@questions", fails=True, MY_API_KEY="sk-secret-1234")
    assert "the API key was refused; check the environment variable named in endpoints.mine.api_key_env" in output
    assert "sk-secret-1234" not in output


def test_an_unreachable_server(project: Project) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    use_server(project, base_url=f"http://127.0.0.1:{port}/v1")
    assert f"nothing answers at 127.0.0.1:{port}" in project.repro("translate@questions", fails=True)


@pytest.mark.parametrize("port", ["80000", "abc"])
def test_an_address_that_is_none(project: Project, port: str) -> None:
    use_server(project, base_url=f"http://localhost:{port}/v1")
    assert "is no address" in project.repro("translate@questions", fails=True)


def test_a_key_that_no_key_is(project: Project, server: Server) -> None:
    use_server(project, base_url=server.url, api_key_env="MY_API_KEY")
    output = project.repro("translate@questions", fails=True, MY_API_KEY="sk-“quoted”")
    assert "MY_API_KEY holds a character that no key has" in output
    assert "quoted" not in output


def test_a_server_that_speaks_something_else(project: Project, server: Server) -> None:
    server.fault = lambda body, number: (200, {"content-type": "text/html"}, b"<html>hello</html>")
    use_server(project, base_url=server.url)
    assert "is it an OpenAI-compatible server" in project.repro("translate@questions", fails=True)


@pytest.mark.slow
def test_an_unusable_reply_is_asked_again_kept_and_then_a_failed_row(project: Project, server: Server) -> None:
    """Two of three attempts fail for one question, all three for another: the one passes, the other is data."""
    questions = project.rows("data/questions.en.jsonl")
    tries = dict.fromkeys((row["text"] for row in questions), 0)

    def fault(body: dict[str, Any], number: int) -> tuple[int, dict[str, str], bytes] | None:
        text = next(text for text in tries if json.dumps(text)[1:-1] in body["messages"][-1]["content"])
        tries[text] += 1
        if text == questions[0]["text"] and tries[text] < 3:
            return 200, {}, completion("no JSON at all")
        if text == questions[1]["text"]:
            return 200, {}, completion('{"text": "cut', "length")
        return None

    server.fault = fault
    use_server(project, base_url=server.url)
    assert "1 of 3 rows have no usable reply" in project.repro("translate@questions", fails=True)
    assert "knowledge" not in project.repro("translate@questions", fails=True)
    assert len(server.log) == 3 + 3 + 1  # nothing was paid again
    project.edit_params(lambda p: p["translate"].update({"max_failed": 0.5}))
    project.repro("translate@questions")
    assert len(server.log) == 7

    rows = project.rows("data/build/translated/questions.jsonl")
    assert [row["translation"] is not None for row in rows] == [True, False, True]
    assert rows[1]["failure"] == {
        "reason": "cut",
        "detail": "the reply was cut at the length limit; raise max_tokens in its params",
        "text": '{"text": "cut',
    }
    transcript = project.rows("data/build/responses/translate.questions.jsonl")
    assert [(row["id"], row["request"]["attempt"]) for row in transcript] == [
        (questions[0]["id"], 1),
        (questions[0]["id"], 2),
        (questions[0]["id"], 3),
        (questions[1]["id"], 1),
        (questions[1]["id"], 2),
        (questions[1]["id"], 3),
        (questions[2]["id"], 1),
    ]
    project.repro("post_edit@questions")
    assert len(project.rows("data/build/edited/questions.jsonl")) == 2

    project.edit_params(lambda p: p["translate"].update({"max_attempts": 4}))
    project.repro("translate@questions")
    assert len(server.log) == 8  # a person wants the failed row tried again, and only that is


def test_a_failed_answer_makes_its_judgments_invalid_and_sends_none(counted: Project, server: Server) -> None:
    question = counted.rows("data/questions.en.jsonl")[0]

    def fault(body: dict[str, Any], number: int) -> tuple[int, dict[str, str], bytes] | None:
        if kind_of(body) == "answer" and body["model"] == "stand-in-good" and number_of(body) == 0:
            return 200, {}, completion("", "stop")
        return None

    edited: list[str] = []

    def number_of(body: dict[str, Any]) -> int:
        if not edited:
            edited.extend(row["text"] for row in counted.rows("data/build/edited/questions.jsonl"))
        return edited.index(body["messages"][-1]["content"])

    server.fault = fault
    counted.edit_params(lambda p: p["answer"].update({"max_failed": 0.5}))
    counted.repro("report")
    kinds = server.take()
    assert kinds.count("answer") == 3 * 2 + 2
    assert kinds.count("judgment") == 2 * 2
    judgments = [row for row in counted.rows("data/build/judgments/good-vs-thin.jsonl") if row["question"] == question["id"]]
    assert [(row["verdict"], row["failure"]["reason"]) for row in judgments] == [("invalid", "no_answer")] * 2
    assert "good-vs-thin,good,thin,all,3," in (counted.root / "reports" / "win_rates.csv").read_text(encoding="utf-8")
    total = (counted.root / "reports" / "win_rates.csv").read_text(encoding="utf-8").splitlines()[-1].split(",")
    assert total[9] == "1"


def test_a_target_that_no_number_of_slots_reaches(project: Project) -> None:
    project.edit_params(lambda p: p["generate"].update({"max_slots": 2, "target": 50}))
    output = project.repro("generate", fails=True)
    assert "after 2 slots (generate.max_slots)" in output
    assert "of 50 instructions (generate.target) pass the filter" in output


@pytest.mark.parametrize(
    ("path", "line", "message"),
    [
        ("data/questions.en.jsonl", '{"id":"x","category":"cooking","text":"?"}', "unknown category 'cooking'"),
        (
            "data/seed_tasks.en.jsonl",
            '{"id":"x","task_type":"logic"}',
            "'is_classification' is missing",
        ),
        ("data/seed_tasks.en.jsonl", "{", "not a JSON object"),
    ],
)
def test_a_bad_row_stops_the_build_before_anything_is_sent(project: Project, path: str, line: str, message: str) -> None:
    with (project.root / path).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    assert message in project.run("seedbed", "check", fails=True)
    assert message in project.repro("translate", fails=True)


BAD_FILES = [
    ("data/review/ja.yaml", "foreign: '['\n", "data/review/ja.yaml:"),
    ("data/review/ko.yaml", "- x\n", "data/review/ko.yaml:1: the file: "),
    ("data/edits/questions.ja.jsonl", '{"id":"x"', "data/edits/questions.ja.jsonl:1: not a JSON object"),
    ("data/edits/seed_tasks.ja.jsonl", EDIT, "edit 'x': fields: expected instruction, input, output, found text"),
    ("data/edits/questions.ja.jsonl", EDIT.replace("文", " "), "edit 'x': fields.text is blank"),
    ("data/edits/questions.de.jsonl", EDIT.replace("edited", "e"), "data/edits/questions.de.jsonl:1: field decision"),
    ("data/votes/a.b.jsonl", "", "'a.b' cannot name an annotator"),
    ("data/votes/yuki.jsonl", '{"match":"m"}', "data/votes/yuki.jsonl:1: "),
]


def test_what_people_wrote_is_checked_before_anything_is_sent(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    for name, content, message in BAD_FILES:
        path = Path(name)
        before = path.read_bytes() if path.is_file() else None
        path.write_text(content, encoding="utf-8")
        with pytest.raises(UserError, match=re.escape(message)):
            check_all()
        path.unlink() if before is None else path.write_bytes(before)
    check_all()


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("data/references.ja.jsonl", "", "no reference for question 'generic-01' (3 missing)"),
        ("data/references.ja.jsonl", "{", "data/references.ja.jsonl:1: not a JSON object"),
        ("data/references.ja.jsonl", None, "data/references.ja.jsonl: no such file; write the references"),
        ("data/languages/ja.yaml", "words: []", "data/languages/ja.yaml:1: words: unknown key"),
    ],
)
def test_what_a_late_stage_reads_is_checked_early(project: Project, path: str, text: str | None, message: str) -> None:
    project.edit_params(lambda p: p["judge"].update({"reference_categories": ["generic"]}))
    if text is None:
        (project.root / path).unlink()
    else:
        (project.root / path).write_text(text, encoding="utf-8")
    assert message in project.run("seedbed", "check", fails=True)


def test_edits_of_no_corpus_are_noticed(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.root)
    (project.root / "data" / "edits" / "question.ja.jsonl").touch()
    check_all()
    told = (
        "data/edits/question.ja.jsonl: no corpus is called 'question' (did you mean 'questions'?); these edits apply to nothing"
    )
    assert told in capsys.readouterr().err


def test_another_dictionary_than_the_one_installed_is_named_early(project: Project) -> None:
    project.edit_params(lambda p: p["filter"].update({"tokeniser": {"name": "sudachi", "dictionary": "20000101"}}))
    assert "filter.tokeniser.dictionary: '20000101' is named" in project.run("seedbed", "check", fails=True)


def test_a_question_that_may_be_dropped_needs_no_reference(project: Project) -> None:
    (project.root / "data" / "references.ja.jsonl").write_text("", encoding="utf-8")
    project.edit_params(lambda p: p["judge"].update({"reference_categories": ["generic"]}))
    project.run("seedbed", "check", fails=True)
    project.edit_params(lambda p: p["post_edit"].update({"unreviewed": "drop"}))
    project.run("seedbed", "check")


def test_a_key_with_a_dot_in_matches(project: Project) -> None:
    project.replace("params.yaml", "good-vs-thin:", "good.vs.thin:")
    assert "does not have the form" in project.run("seedbed", "check", fails=True)


@pytest.mark.parametrize("content", ["", '{"write": {"da'])
def test_half_a_lock_file_of_a_killed_dvc_is_mended(project: Project, content: str) -> None:
    (project.root / ".dvc" / "tmp").mkdir(exist_ok=True)
    (project.root / ".dvc" / "tmp" / "rwlock").write_text(content)
    project.run("seedbed", "check")
    assert "JSON structure is corrupted" not in project.run("dvc", "repro", "translate@questions")


@pytest.mark.parametrize(
    "cut", [b"md", pytest.param(b"schem", marks=pytest.mark.slow), pytest.param(b"deps:\n", marks=pytest.mark.slow)]
)
def test_half_a_dvc_lock_of_a_stopped_dvc_is_mended(project: Project, cut: bytes) -> None:
    """Cut within a key, it is no YAML; cut behind `deps:`, it is, and DVC refuses it all the same."""
    project.repro("translate@questions")
    path = project.root / "dvc.lock"
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(cut) + len(cut)])
    assert "dvc.lock: half a file" in project.run("seedbed", "check")
    output = project.repro("translate@questions", SEEDBED_OFFLINE="1")
    assert "is cached - skipping run" in output
    assert path.read_bytes() == whole
    assert "half a file" not in project.run("seedbed", "check")


@pytest.mark.slow
def test_a_dvc_lock_cut_where_it_can_be_read_is_dvcs_own_affair(project: Project) -> None:
    project.repro("translate@questions")
    path = project.root / "dvc.lock"
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"params:")])
    assert "half a file" not in project.run("seedbed", "check")
    project.repro("translate@questions", SEEDBED_OFFLINE="1")
    assert path.read_bytes() == whole


def test_half_a_dvc_lock_gives_way_to_the_committed_one(project: Project) -> None:
    project.repro("translate@questions")
    path = project.root / "dvc.lock"
    whole = path.read_bytes()
    project.run("git", "init", "-q")
    project.run("git", "add", "dvc.lock")
    project.run("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "-m", "Built")
    path.write_bytes(whole[:-7])
    assert "put back as committed" in project.run("seedbed", "check")
    assert path.read_bytes() == whole
    assert (project.root / ".dvc" / "tmp" / "dvc.lock.half").read_bytes() == whole[:-7]

    path.write_bytes(whole.rstrip(b"\n"))  # as some editors save it: whole, and left alone
    assert "half a file" not in project.run("seedbed", "check")
    assert path.read_bytes() == whole.rstrip(b"\n")

    path.write_bytes(b"stages: [")
    project.run("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "-a", "-m", "Broken")
    assert "neither this file nor the committed one can be read" in project.run("seedbed", "check", fails=True)
    assert path.read_bytes() == b"stages: ["


def test_a_merge_conflict_in_dvc_lock_is_left_to_the_person(project: Project) -> None:
    path = project.root / "dvc.lock"
    for before in ("schema: '2.0'\n", ""):
        path.write_text(f"{before}<<<<<<< ours\nstages: {{}}\n=======\n>>>>>>> theirs\n")
        assert "a merge left a conflict in it" in project.run("seedbed", "check", fails=True)
        assert "<<<<<<< ours" in path.read_text()


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("seedbed", "serve", "--port", "70000"), "65535"),
        (("seedbed", "store", "export", "data"), "data: cannot be written"),
    ],
)
def test_an_argument_that_cannot_be(project: Project, command: tuple[str, ...], message: str) -> None:
    assert message in project.run(*command, fails=True)


def test_a_port_that_is_taken(project: Project) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"cannot listen on 127.0.0.1:{port}" in project.run("seedbed", "serve", "--port", str(port), fails=True)


def test_a_plan_says_why_dvc_cannot_tell(project: Project) -> None:
    (project.root / "dvc.lock").touch()
    assert "`seedbed check` mends it" in project.run("seedbed", "plan", fails=True)
    (project.root / "dvc.lock").unlink()
    (project.root / ".dvc" / "config.local").unlink()
    assert "`make repro` builds without git" in project.run("seedbed", "plan", fails=True)


def test_offline_names_the_first_missing_request(project: Project) -> None:
    output = project.repro("translate@questions", fails=True, SEEDBED_OFFLINE="1")
    assert "SEEDBED_OFFLINE is set and the response for generic-01" in output
    project.repro("translate@questions")
    project.run("dvc", "repro", "--force", "translate@questions", SEEDBED_OFFLINE="1")


@pytest.mark.slow
def test_structured_output_as_the_endpoint_can(project: Project, server: Server) -> None:
    """An endpoint without structured output gets the schema in words, or the marks, and no response_format."""

    def fault(body: dict[str, Any], number: int) -> tuple[int, dict[str, str], bytes] | None:
        assert "response_format" not in body
        if "[[A]]" in body["messages"][0]["content"]:
            return 200, {}, completion("Bです。[[A]]ではなく [[B]]")
        wanted = "translated_question" if '"text"' in body["messages"][0]["content"] else "answer"
        named = body | {"response_format": {"json_schema": {"name": wanted}}}
        return 200, {}, completion(f"```json\n{reply_to(named)}\n```" if wanted != "answer" else "回答です。")

    server.fault = fault
    project.edit_params(lambda p: p["endpoints"]["stand-in"].update({"structured": "text", "base_url": server.url}))
    project.repro("judge@good-vs-thin")
    rows = project.rows("data/build/judgments/good-vs-thin.jsonl")
    assert [row["verdict"] for row in rows] == ["second"] * 6
