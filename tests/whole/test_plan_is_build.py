"""`seedbed plan` against the counted requests of the build that follows, edit after edit."""

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from seedbed.store.store import Store
from tests.harness import Project, Server

Edit = Callable[[Project], None]
KINDS = {"translate": {"translated_task", "translated_question"}, "generate": {"instructions"}, "answer": {"answer"}}
KINDS["judge"] = {"judgment"}


def rows(path: str, change: Callable[[list[dict[str, Any]]], Any]) -> Edit:
    """An edit of a JSON Lines file."""

    def edit(project: Project) -> None:
        found = project.rows(path)
        project.write_rows(path, change(found) or found)

    return edit


def params(change: Callable[[Any], Any]) -> Edit:
    """An edit of params.yaml."""
    return lambda project: project.edit_params(change)


def text(path: str, old: str, new: str) -> Edit:
    """An edit of a text file."""
    return lambda project: project.replace(path, old, new)


SEEDS, QUESTIONS, BASELINE = (f"data/{name}.en.jsonl" for name in ("seed_tasks", "questions", "baseline"))
NEW_SEED = {
    "id": "new-01",
    "task_type": "logic",
    "is_classification": False,
    "instruction": "Why?",
    "input": "",
    "output": "So.",
}
NEW_MODEL = {"endpoint": "stand-in", "model": "third", "params": {}}

EDITS: dict[str, Edit] = {
    "nothing": lambda project: None,
    "question edited": rows(QUESTIONS, lambda found: found[0].update(text="Why is the sea salty?")),
    "question added": rows(QUESTIONS, lambda found: found.append({"id": "new-1", "category": "fermi", "text": "How many?"})),
    "question in the target language": rows(QUESTIONS, lambda found: found[0].update(language="ja")),
    "question in a third language": rows(QUESTIONS, lambda found: found[0].update(language="de")),
    "question recategorised": rows(QUESTIONS, lambda found: found[1].update(category="writing")),
    "seed edited": rows(SEEDS, lambda found: found[2].update(instruction="Name a river.")),
    "seed added": rows(SEEDS, lambda found: found.append(NEW_SEED)),
    "seed removed": rows(SEEDS, lambda found: found[1:]),
    "baseline edited": rows(BASELINE, lambda found: found[0].update(output="Other.")),
    "question removed": rows(QUESTIONS, lambda found: found[:-1]),
    "judge's prompt": text("prompts/judge.yaml", "公平な審査員", "厳格な審査員"),
    "answer's prompt": text("prompts/answer.yaml", "親切で誠実な", "誠実な"),
    "a prompt's comment": text("prompts/answer.yaml", "system: |", "# A comment.\nsystem: |"),
    "translation prompt of tasks": text("prompts/translate_task.yaml", "英日翻訳者", "翻訳者"),
    "translation prompt of questions": text("prompts/translate_question.yaml", "英日翻訳者", "翻訳者"),
    "generation prompt": text("prompts/generate.yaml", "作家です", "名人です"),
    "judge's temperature": params(lambda p: p["judge"]["params"].update(temperature=0.3)),
    "another draw of answers": params(lambda p: p["models"]["good"].update(sample=1)),
    "model added": params(lambda p: p["models"].update(third=NEW_MODEL)),
    "match added": params(lambda p: p["matches"].update(third={"model": "third", "baseline": "thin"})),
    "match removed": params(lambda p: p["matches"].pop("good-vs-thin")),
    "model removed": params(lambda p: p["models"].pop("good")),
    "target raised": params(lambda p: p["generate"].update(target=12)),
    "target lowered": params(lambda p: p["generate"].update(target=5)),
    "filter's threshold": params(lambda p: p["filter"]["similarity"].update(threshold=0.4)),
    "post-edit withdrawn": rows("data/edits/seed_tasks.ja.jsonl", lambda found: found[1:]),
    "bootstrap": params(lambda p: p["report"].update(bootstrap=1070)),
    "rate limit": params(lambda p: p["servers"]["stand-in"].update(requests_per_minute=90000)),
    "prices": params(lambda p: p["prices"].update(m={"input": 1, "output": 2})),
    "generation added": params(lambda p: p["generations"].update(machine={"seeds": "machine"})),
    "category added": params(lambda p: p["labels"]["question"].append("another")),
    "baseline removed": params(lambda p: (p["corpora"].pop("baseline"), p["sets"].pop("direct"))),
    "every model removed": params(lambda p: p.update(models={}, matches={})),
}


def post_edit_made(project: Project) -> None:
    """What `seedbed review` would write: an edit of a question that has none."""
    from seedbed.util.canonical import content_hash

    translated = project.rows("data/build/translated/questions.jsonl")[0]
    edits = [row for row in project.rows("data/edits/questions.ja.jsonl") if row["id"] != translated["id"]]
    edit = {"id": translated["id"], "decision": "edited", "fields": {"text": "海の水はなぜ塩からいのですか。"}}
    edit |= {"source_hash": content_hash(translated["source"]), "machine_hash": content_hash(translated["translation"])}
    project.write_rows("data/edits/questions.ja.jsonl", [*edits, edit])


EDITS["post-edit made"] = post_edit_made
SAME_AGAIN = {"another draw of answers"}
"""Edits that change a key and no body: this server then says the same again, and what rests on it costs nothing."""


def check(project: Project, server: Server, name: str, *targets: str) -> list[str]:
    """Edit, plan, build all or some targets, compare; return the kinds of what was sent."""
    EDITS[name](project)
    before = {path: path.read_bytes() for path in (project.root / ".dvc" / "seedbed").glob("store.sqlite")}
    plan = json.loads(project.run("seedbed", "plan", "--json"))
    assert server.take() == [], f"{name}: a plan sends nothing"
    assert all(path.read_bytes() == content for path, content in before.items())
    project.repro(*targets)
    kinds = server.take()
    for stage, schemas in KINDS.items():
        planned = [entry for entry in plan["stages"] if entry["stage"].split("@")[0] == stage]
        new, counted = sum(entry["new"] for entry in planned), sum(kind in schemas for kind in kinds)
        top_up = sum(entry["top_up"]["at_most"] for entry in planned if entry["top_up"])
        told = f"{name}: {stage}: planned {new} + {top_up}, counted {counted}"
        if any(entry["at_most"] for entry in planned):
            assert counted <= new + top_up, told
            assert counted >= new or stage == "generate" or name in SAME_AGAIN, told
        else:
            assert new <= counted <= new + top_up, told
    return kinds


def test_an_edited_question_costs_itself(built: Project, server: Server) -> None:
    """A fast member of the trial below: a translation, an answer a model, two judgments; a comment on top costs nothing."""
    built.replace("prompts/judge.yaml", "description:", "# A comment.\ndescription:")
    kinds = check(built, server, "question edited", "judge@good-vs-thin")
    assert Counter(kinds) == {"translated_question": 1, "answer": 2, "judgment": 2}


def planned_and_noted(project: Project, *build: str) -> dict[str, tuple[int, int]]:
    """Plan, build, and return for each stage that sent: (what the plan said, what the log of builds says that it said)."""
    document = json.loads(project.run("seedbed", "plan", "--json"))
    planned = {stage["stage"]: stage["new"] + (stage["top_up"] or {"expected": 0})["expected"] for stage in document["stages"]}
    with Store(project.root / ".dvc" / "seedbed" / "store.sqlite", read_only=True) as store:
        before = len(store.rows("select 1 from sent"))
    project.run(*build)
    with Store(project.root / ".dvc" / "seedbed" / "store.sqlite", read_only=True) as store:
        noted = dict(store.rows("select stage, estimated_requests from sent order by rowid limit -1 offset ?", [before]))
    assert {stage for stage, requests in planned.items() if requests} == {*noted}
    return {stage: (planned[stage], requests) for stage, requests in noted.items()}


@pytest.mark.slow
def test_the_log_of_builds_says_what_the_plan_said(counted: Project) -> None:
    """From nothing; after an edit of a seed that slots of the last build show; and where more slots are needed."""
    noted = planned_and_noted(counted, "python", "-m", "tests.at_once")
    assert {name.split("@")[0] for name in noted} == {"translate", "generate", "answer", "judge"}
    assert all(planned == requests for planned, requests in noted.values()), noted
    planned, _ = noted["generate@native"]
    assert re.search(rf"generate@native +\S+ +about {planned} / \d+ ", counted.run("seedbed", "store", "builds"))
    shown = counted.rows("data/build/candidates/native.jsonl")[0]["demonstrations"][0]
    rows(SEEDS, lambda found: [row | {"output": "Other."} if row["id"] == shown else row for row in found])(counted)
    noted = planned_and_noted(counted, "dvc", "repro", "generate@native")
    assert noted["translate@seed_tasks"] == (1, 1)
    planned, requests = noted["generate@native"]
    assert planned == requests > 0
    stricter = params(lambda p: p["filter"]["similarity"].update(threshold=0.3))
    for edit in (EDITS["target raised"], stricter):
        edit(counted)
        planned, requests = planned_and_noted(counted, "dvc", "repro", "generate@native")["generate@native"]
        assert planned == requests > 0


@pytest.mark.slow
def test_the_first_build(counted: Project, server: Server) -> None:
    check(counted, server, "nothing")


@pytest.mark.slow
@pytest.mark.parametrize("part", range(3))
def test_every_kind_of_edit(built: Project, server: Server, part: int) -> None:
    """One after the other; in parts, so that two processes have enough to do."""
    each = -(-len(EDITS) // 3)
    for name in [*EDITS][part * each : (part + 1) * each]:
        check(built, server, name)


@pytest.mark.slow
def test_budget(counted: Project, server: Server) -> None:
    """Requests and dollars: the plan refuses, a stage refuses, and one that runs into it keeps what came."""
    counted.edit_params(lambda p: p["budget"].update(requests=5))
    assert "the budget allows 5 (budget.requests)" in counted.run("seedbed", "plan", "--check", fails=True)
    output = counted.repro("answer@good", fails=True)
    assert "answer@good: 3 requests to send, but only 2 of 5 left in the budget" in output
    assert len(server.take()) == 3  # the translations that the answers rest on

    counted.edit_params(lambda p: p["budget"].update(requests=None, usd=1))
    counted.edit_params(lambda p: p["endpoints"].update(mine={"structured": "json_schema"}))
    counted.edit_params(lambda p: p["servers"].update(mine={"base_url": server.url}))
    counted.edit_params(lambda p: p["translate"].update(endpoint="mine", model="paid"))
    assert "no price for the model 'paid'" in counted.repro("translate@questions", fails=True)
    assert "no price for the model of translate@" in counted.run("seedbed", "plan", "--check", fails=True)
    counted.edit_params(lambda p: p["prices"].update(paid={"input": 1000, "output": 1000}))
    assert "(SEEDBED_BUDGET_USD)" in counted.run("seedbed", "plan", "--check", fails=True, SEEDBED_BUDGET_USD="0.01")
    output = counted.repro("translate@questions", fails=True, SEEDBED_BUDGET_USD="0.01")
    assert "of $0.01 left in the budget (SEEDBED_BUDGET_USD); none was sent" in output
    assert server.take() == []
    counted.repro("translate@questions", SEEDBED_BUDGET_USD="100")
    assert len(server.take()) == 3
    assert "expected a number of dollars" in counted.repro("translate@seed_tasks", fails=True, SEEDBED_BUDGET_USD="ten")
    builds = counted.run("seedbed", "store", "builds")
    assert "0.0450" in builds  # 3 responses of 15 tokens at $1000 a million
