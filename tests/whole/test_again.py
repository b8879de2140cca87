"""`seedbed again`: the rows that are named, and no others, are asked once more, on every machine the same."""

from typing import Any

import pytest

from tests.harness import Answer, Project, Server, asked_in, completion, git


@pytest.fixture
def failed(counted: Project, server: Server) -> tuple[Project, str]:
    """A project in which one seed of `translate@seed_tasks` failed, and its id; the server has recovered."""
    counted.edit_params(lambda params: params["translate"].update(max_attempts=2, max_failed=0.5))
    row = counted.rows("data/seed_tasks.en.jsonl")[3]

    def fault(body: dict[str, Any], number: int) -> Answer | None:
        return (200, {}, completion("no JSON")) if row["instruction"][:40] in asked_in(body) else None

    server.fault = fault
    counted.repro("translate@seed_tasks")
    assert len(server.take()) == 8 + 1
    server.fault = lambda body, number: None
    return counted, row["id"]


def translations(project: Project) -> dict[str, Any]:
    return {row["id"]: row for row in project.rows("data/build/translated/seed_tasks.jsonl")}


@pytest.mark.slow
def test_what_failed_is_asked_once_more_and_nothing_else(failed: tuple[Project, str], server: Server) -> None:
    project, id = failed
    before = translations(project)
    assert before[id]["failure"]
    project.repro("--force", "translate@seed_tasks")
    assert server.take() == []

    output = project.run("seedbed", "again", "translate@seed_tasks", "--failed")
    assert f"1 row to be requested again: {id}; `dvc repro translate@seed_tasks` sends" in output
    assert project.rows("data/again.jsonl") == [{"id": id, "stage": "translate@seed_tasks", "times": 1}]
    assert server.take() == []
    assert "translate@seed_tasks" in project.run("seedbed", "plan")
    project.repro("translate@seed_tasks")
    assert server.take() == ["translated_task"]
    after = translations(project)
    assert after[id]["failure"] is None
    assert {name: row for name, row in after.items() if name != id} == {name: row for name, row in before.items() if name != id}
    project.repro("--force", "translate@seed_tasks")
    assert server.take() == []
    assert "no row failed; nothing was written" in project.run("seedbed", "again", "translate@seed_tasks", "--failed")


@pytest.mark.slow
def test_a_clone_with_the_transcript_sends_nothing(failed: tuple[Project, str], server: Server, tmp_path: Any) -> None:
    project, id = failed
    project.run("seedbed", "again", "translate@seed_tasks", id)
    project.use_git()
    project.repro("translate@seed_tasks")
    assert len(server.take()) == 1
    project.run("dvc", "remote", "add", "-d", "team", str(tmp_path / "remote"))
    project.commit("asked once more")
    project.run("dvc", "push")
    git(tmp_path, "clone", "-q", str(project.root), "second")
    second = Project(tmp_path / "second")
    second.run("dvc", "pull", "translate@seed_tasks")
    second.repro("--force", "translate@seed_tasks")
    assert server.take() == []
    assert translations(second) == translations(project)


@pytest.mark.slow
def test_what_a_stage_left_when_it_stopped_is_asked_once_more(counted: Project, server: Server) -> None:
    counted.edit_params(lambda params: params["translate"].update(max_attempts=1, max_failed=0))
    server.fault = lambda body, number: (200, {}, completion("no JSON")) if number == 2 else None
    counted.edit_params(lambda params: params["servers"]["stand-in"].update(max_concurrency=1))
    counted.repro("translate@questions", fails=True)
    server.take()
    id = counted.rows("data/questions.en.jsonl")[1]["id"]
    assert f"requested again: {id};" in counted.run("seedbed", "again", "translate@questions", "--failed")
    counted.repro("translate@questions")
    assert len(server.take()) == 2, "the row that failed, and the one that was not asked"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("answer@god", "--failed"), "answer@god: no stage of this project (did you mean 'answer@good'?)"),
        (("benchmark", "--failed"), "this stage sends no requests to a model"),
        (("answer@good",), "no rows given"),
        (("answer@good", "x", "--failed"), "no rows given"),
        (
            ("answer@good", "--failed"),
            "answer@good: neither its output nor data/build/failed/answer@good/failed.jsonl is there",
        ),
        (("judge@good-vs-thin", "nonsense"), "judge@good-vs-thin: no row 'nonsense' in data/questions.en.jsonl"),
        (("generate@native", "s01000"), "no slot 's01000'; expected s00000 to s00039"),
    ],
)
def test_mistakes(project: Project, arguments: tuple[str, ...], message: str) -> None:
    assert message in project.run("seedbed", "again", *arguments, fails=True)
    assert not (project.root / "data/again.jsonl").read_text(encoding="utf-8").strip()


def test_ids_are_those_that_people_see(project: Project) -> None:
    question = project.rows("data/questions.en.jsonl")[0]["id"]
    project.run("seedbed", "again", "judge@good-vs-thin", question)
    project.run("seedbed", "again", "judge@good-vs-thin", f"{question}.ab")
    project.run("seedbed", "again", "generate@native", "s00002-1", "s00002")
    assert [(row["id"], row["times"]) for row in project.rows("data/again.jsonl")] == [
        ("s00002", 1),
        (f"{question}.ab", 2),
        (f"{question}.ba", 1),
    ]
