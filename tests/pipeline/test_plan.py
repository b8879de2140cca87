"""The plan says what would run, why, and what would be sent; it sends and changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from seedbed.cli.build import plan as plan_command
from seedbed.pipeline.check import check_all
from seedbed.pipeline.plan import Plan
from seedbed.pipeline.plan_text import plan_json, print_plan
from seedbed.pipeline.planning import StagePlan
from seedbed.project import paths
from seedbed.project.params import load_params
from seedbed.util.errors import UserError
from tests.harness import Project, Server, completion


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the plan as a person reads it."""
    print_plan(Plan())
    return capsys.readouterr().out


def stages(plan: Plan) -> dict[str, StagePlan]:
    return {stage.stage: stage for stage in plan.stages}


def test_a_fresh_project(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    plan = stages(Plan())
    assert [plan[name].new for name in ("translate@seed_tasks", "translate@questions", "translate@baseline")] == [8, 3, 2]
    assert plan["generate@native"].new == 3
    assert (plan["judge@good-vs-thin"].new, plan["judge@good-vs-thin"].at_most) == (6, True)
    assert {stage.why[0] for stage in plan.values()} == {"never built"}
    text = shown(capsys)
    assert "never built here: no dvc.lock names a build" in text
    assert "rests on" not in text
    assert "rebuilt without a request: post_edit@seed_tasks, " in text
    assert not paths.store().exists()
    assert not Path("dvc.lock").exists()


def test_embeddings(here: Project, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """Of each text of a seed, two seeds with the same one among them, and at most of every candidate."""

    def change(params: Any) -> None:
        params["filter"]["rules"].append("semantic_duplicate")
        params["filter"]["semantic"] = {"endpoint": "paid", "model": "vectors", "threshold": 0.98}
        params["endpoints"]["paid"] = {"structured": "text"}
        params["servers"]["paid"] = {"base_url": server.url}
        params["prices"] = {"vectors": {"input": 1, "output": 1}}

    here.edit_params(change)
    seeds = here.rows("data/seed_tasks.en.jsonl")
    twins = [seeds[0] | {"id": id} for id in ("twin-01", "twin-02")]
    here.write_rows("data/seed_tasks.en.jsonl", [*seeds, *twins])
    plan = stages(Plan())
    generate, embed = plan["generate@native"], plan["embed@native"]
    assert generate.top_up
    candidates = (generate.new + generate.top_up[0]) * load_params()["generate"]["per_slot"]
    assert (embed.stored, embed.new, embed.at_most) == (0, len(seeds) + 1 + candidates, True)
    assert embed.rows == [f"{row['id']}.embedding" for row in [*seeds, twins[0]]]
    assert embed.why == ["never built"]
    assert embed.tokens.output == 0
    assert embed.dollars == pytest.approx(embed.tokens.input / 1e6)
    names = list(plan)
    assert names.index("embed@native") == names.index("generate@native") + 1
    assert "embed@native" in shown(capsys)
    assert server.take() == []


def test_nothing_changed(built_here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys) == "Nothing to do: no stage has changed.\n"


def test_a_setting_of_the_report_rebuilds_the_reports_alone(built_here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    built_here.edit_params(lambda p: p["report"].update(bootstrap=1060))
    text = shown(capsys)
    assert text.startswith("Nothing to send; rebuilds benchmark, dataset.\n")
    assert "benchmark: params.yaml: report.bootstrap" in text
    assert "never built" not in text


def test_an_edited_question(built_here: Project, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    questions = built_here.rows("data/questions.en.jsonl")
    built_here.write_rows("data/questions.en.jsonl", [questions[0] | {"text": "Why is the sea salty?"}, *questions[1:]])
    store = paths.store().read_bytes()
    plan = stages(Plan())
    assert [plan[name].new for name in ("translate@questions", "answer@good", "answer@thin")] == [1, 1, 1]
    assert (plan["judge@good-vs-thin"].new, plan["judge@good-vs-thin"].at_most) == (2, True)
    assert plan["translate@questions"].why == ["data/questions.en.jsonl modified"]
    assert plan["translate@questions"].rows == ["generic-01"]
    assert plan["answer@good"].stored == 2
    assert plan["generate@native"].new == 0
    built_here.edit_params(lambda p: p["judge"]["params"].update(temperature=0.3))
    assert "params.yaml: judge.params.temperature" in shown(capsys)
    assert server.take() == []
    assert paths.store().read_bytes() == store


def test_prices_and_servers_are_nobodys_reason(built_here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    built_here.edit_params(lambda p: p["servers"]["stand-in"].update(requests_per_minute=100_000, max_concurrency=3))
    built_here.edit_params(lambda p: p["budget"].update(requests=1000))
    assert "Nothing to do" in shown(capsys)
    built_here.edit_params(lambda p: p["prices"].update(x={"input": 1, "output": 1}))
    assert shown(capsys).startswith("Nothing to send; rebuilds benchmark, dataset.")


def test_a_new_task_type_reruns_no_stage_of_the_questions(built_here: Project) -> None:
    built_here.edit_params(lambda p: p["labels"]["task"].append("another"))
    running = {stage.stage for stage in Plan().stages if stage.why}
    assert {"translate@seed_tasks", "translate@baseline", "dataset"} <= running
    assert not {name for name in running if name.startswith(("answer", "judge", "benchmark")) or name.endswith("@questions")}


def test_unused_parts_have_no_stages(built_here: Project) -> None:
    def change(params: Any) -> None:
        params.update(generations={}, sets={}, models={}, matches={})
        del params["corpora"]["baseline"]

    built_here.edit_params(change)
    names = {stage.stage for stage in Plan().stages}
    assert names == {"translate@seed_tasks", "translate@questions", "benchmark", "dataset"}


def test_the_plan_of_a_target_has_all_that_it_rests_on_and_no_more(here: Project) -> None:
    answers = ["translate@questions", "post_edit@questions", "answer@good", "answer@thin"]
    assert list(stages(Plan(["benchmark"]))) == [*answers, "judge@good-vs-thin", "benchmark"]
    assert list(stages(Plan(["answer", "post_edit@questions"]))) == answers
    with pytest.raises(UserError, match=r"benchmrk: no stage of this project \(did you mean 'benchmark'\?\)"):
        Plan(["benchmrk"])


def test_a_generation_of_which_every_seed_is_dropped_is_refused(here: Project) -> None:
    here.edit_params(lambda p: p["post_edit"].update(unreviewed="drop"))
    here.write_rows("data/edits/seed_tasks.ja.jsonl", [])
    with pytest.raises(
        UserError, match=r"generations\.native: no seed task is in the build, so requests would show no demonst"
    ):
        Plan()
    assert "answer@good" in stages(Plan(["benchmark"]))


def test_mistakes_are_listed_as_by_check(here: Project) -> None:
    """The first of them alone would not stop the plan."""
    Path("data/votes/yuki.jsonl").write_text('{"match":"m"}\n')
    here.replace("prompts/judge.yaml", "$answer_a", "$answers_a")
    said = []
    for look in (lambda: plan_command(None), check_all):
        with pytest.raises(UserError) as error:
            look()
        said.append(str(error.value))
    assert said[0] == said[1]
    assert said[0].startswith("2 mistakes:\n")


def test_a_language_without_a_file_is_said_once(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    Path("data/languages/ja.yaml").unlink()
    Plan()
    assert capsys.readouterr().err.count("data/languages/ja.yaml: no such file; the filter goes without words") == 1


def test_as_a_script_reads_it(here: Project) -> None:
    document = json.loads(plan_json(Plan()))
    assert document["total"]["requests"] == sum(stage["new"] for stage in document["stages"]) + 1  # the expected top-up
    (generate,) = [stage for stage in document["stages"] if stage["stage"] == "generate@native"]
    assert generate["top_up"] == {"expected": 1, "at_most": 37}
    assert generate["rows"] == ["s00000", "s00001", "s00002"]


def test_why_dvc_cannot_tell(here: Project) -> None:
    Path("dvc.lock").touch()
    with pytest.raises(UserError, match="`seedbed check` repairs it"):
        Plan()
    Path("dvc.lock").unlink()
    whole = Path("dvc.yaml").read_text(encoding="utf-8")
    Path("dvc.yaml").write_text(whole.replace("deps:", "dep:", 1), encoding="utf-8")
    with pytest.raises(UserError, match=r"dvc\.yaml:\d+: stages\.translate\.do\.dep: extra keys not allowed"):
        Plan()
    Path("dvc.yaml").write_text(whole, encoding="utf-8")
    Path(".dvc/config.local").unlink()
    with pytest.raises(UserError, match="`make repro` builds without git"):
        Plan()


def test_a_budget_that_the_plan_exceeds(here: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    here.edit_params(lambda p: p["budget"].update(requests=5))
    with pytest.raises(UserError, match=r"the budget allows 5 \(budget\.requests\)"):
        Plan().check_budget()

    def change(params: Any) -> None:
        params["endpoints"]["mine"] = {"structured": "json_schema"}
        params["servers"]["mine"] = {"base_url": "http://127.0.0.1:9/v1"}
        params["translate"].update(endpoint="mine", model="paid")
        params["budget"].update(requests=None, usd=1)

    here.edit_params(change)
    with pytest.raises(UserError, match="no price for the model of translate@"):
        Plan().check_budget()
    here.edit_params(lambda p: p["prices"].update(paid={"input": 1000, "output": 1000}))
    monkeypatch.setenv("SEEDBED_BUDGET_USD", "0.01")
    with pytest.raises(UserError, match=r"the budget allows \$0\.01 \(SEEDBED_BUDGET_USD\)"):
        Plan().check_budget()


def test_the_plan_as_json_is_printed_whether_there_is_a_budget_or_not(here: Project) -> None:
    assert here.run("seedbed", "plan", "--check") == ""
    assert json.loads(here.run("seedbed", "plan", "--json", "--check"))["stages"]


def test_a_new_target_is_asked_for_in_the_first_wave(built_here: Project, server: Server) -> None:
    slots = 1 + max(row["slot"] for row in built_here.rows("data/build/candidates/native.jsonl"))
    built_here.edit_params(lambda p: p["generate"].update(target=30))
    plan = stages(Plan())["generate@native"]
    assert (plan.stored, plan.new, plan.at_most) == (slots, 30 // 2 - slots, False)
    assert plan.top_up
    rejected = len(built_here.rows("data/build/candidates/native.jsonl")) - len(
        built_here.rows("data/build/instructions/native.jsonl")
    )
    assert (plan.top_up[0] > 0) == (rejected > 0)  # as many more as the last build's yield says
    assert server.take() == []
    built_here.edit_params(lambda p: p["generate"].update(target=2))
    plan = stages(Plan())["generate@native"]
    assert (plan.new, plan.top_up) == (0, None)


def test_replies_that_will_fail_again(counted: Project, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    counted.edit_params(lambda p: p["translate"].update(max_attempts=1, max_failed=0))
    counted.edit_params(lambda p: p["servers"]["stand-in"].update(max_concurrency=1))
    server.fault = lambda body, number: (200, {}, completion("no JSON")) if number == 3 else None
    counted.run(*counted.stage_command("questions"), fails=True)
    assert len(server.take()) == 3
    monkeypatch.chdir(counted.root)
    plan = stages(Plan())["translate@questions"]
    assert (plan.stored, plan.failing, plan.stops, plan.new) == (3, 1, True, 0)
    text = shown(capsys)
    assert "1 stored reply will fail again, more than max_failed allows, so that the stage stops" in text
    assert "`seedbed again translate@questions --failed` asks once more" in text
    counted.run("seedbed", "again", "translate@questions", "--failed")
    plan = stages(Plan())["translate@questions"]
    assert (plan.stored, plan.failing, plan.stops, plan.new) == (2, 0, False, 1)
    assert server.take() == []


@pytest.mark.slow
def test_a_slot_that_will_fail_again(built_here: Project, server: Server) -> None:
    server.fault = lambda body, number: (200, {}, completion("no JSON"))
    built_here.edit_params(lambda p: p["generate"].update(max_attempts=1, max_failed=0, target=8, max_slots=4))
    built_here.edit_params(lambda p: p["generate"]["params"].update(temperature=0.3))
    built_here.repro("generate@native", fails=True)
    sent = len(server.take())
    plan = stages(Plan())["generate@native"]
    assert (plan.failing, plan.stops) == (sent, True)
    left = built_here.rows("data/build/failed/generate@native/failed.jsonl")
    assert [row["reason"] for row in left] == ["not_json"] * sent
