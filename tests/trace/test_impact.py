"""`seedbed impact` on one tiny build, held against its rows, its requests and real edits."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seedbed.pipeline.graph import after, load_stages
from seedbed.project.generation_lists import load_lists
from seedbed.project.model_settings import model_settings
from seedbed.project.prompts import load_prompt
from seedbed.steps import exporters, slots
from seedbed.steps.assignments import assign
from seedbed.trace.impact import impact
from seedbed.trace.workspace import Build
from seedbed.util.errors import UserError
from tests.harness import Project, Server
from tests.trace.conftest import faults
from tests.trace.trees import SAME, ids, only, transcript

MESSAGES = "data/build/export/native/messages.jsonl"


def test_a_seed_rests_in_the_slots_whose_requests_its_edit_changes(project: Project) -> None:
    build = Build()
    settings, to = build.params["generate"], model_settings(build.params, "generate")
    prompt, types = load_prompt("generate"), build.params["labels"]["task"]
    lists, schema = load_lists(Path("data/generation/ja.yaml"), types), slots.schema_of(prompt, types)
    seeds: Any = {row["id"]: row for row in project.rows("data/build/edited/seed_tasks.jsonl")}
    built = {row["request"]["slot"]: row["key"] for row in transcript(project, "generate@native")}
    for id, seed in seeds.items():
        changed = seeds | {id: seed | {"output": "別の答えです。"}}
        keys = {
            slot: slots.build(
                slot,
                slots.shown_in([slot], changed, {}, settings)[0],
                to,
                prompt,
                schema,
                assign(lists, [slot], settings["per_slot"], settings["seed"])[0],
            ).key
            for slot in built
        }
        node = impact(id)
        touched_slots = ids(node, "slot")
        assert touched_slots == [f"native/s{slot:05}" for slot in sorted(built) if keys[slot] != built[slot]]
        assert node.facts["shown in"] == [f"{len(touched_slots)} of {len(built)} slots of native"]
        touched = f"{len(touched_slots)} slot{'' if len(touched_slots) == 1 else 's'} of native"
        assert node.facts["requests after an edit"] == [touched, "1 translation (if the source is edited)"]


@pytest.mark.slow
def test_an_edit_of_a_seed_sends_what_impact_said(edited: Project, server: Server) -> None:
    """The real thing: edit, build, and look which slots are asked anew."""
    before = {row["request"]["slot"]: row["key"] for row in transcript(edited, "generate@native")}
    shown = {id for row in edited.rows("data/build/candidates/native.jsonl") for id in row["demonstrations"]}
    rows = edited.rows("data/edits/seed_tasks.ja.jsonl")
    row = next(row for row in rows if row["id"] in shown)
    slots = ids(impact(row["id"]), "slot")
    row["fields"]["output"] += "以上です。"
    edited.write_rows("data/edits/seed_tasks.ja.jsonl", rows)
    edited.edit_params(lambda params: params["servers"]["stand-in"].update(base_url=server.url))
    server.fault = faults
    edited.repro("generate@native")
    now = {row["request"]["slot"]: row["key"] for row in transcript(edited, "generate@native")}
    still = sorted(before.keys() & now.keys())  # fewer slots may do: what the edit changed passes the filter otherwise
    changed = [f"native/s{slot:05}" for slot in still if before[slot] != now[slot]]
    assert changed == [slot for slot in slots if int(slot.removeprefix("native/s")) in still]
    assert changed
    assert changed


def test_a_seed_tells_what_its_slots_gave(project: Project) -> None:
    kept = {row["id"] for row in project.rows("data/build/instructions/native.jsonl")}
    rejected = project.rows("data/build/rejected/native.jsonl")
    for seed in project.rows("data/build/edited/seed_tasks.jsonl"):
        mine = [row for row in project.rows("data/build/candidates/native.jsonl") if seed["id"] in row["demonstrations"]]
        node = impact(seed["id"])
        passed = [row["id"] for row in mine if row["id"] in kept]
        slots = [child for child in node.children if child.kind == "slot"]
        assert [id for slot in slots for id in slot.facts["kept"]] == [f"native/{id}" for id in passed]  # type: ignore[union-attr]
        near = [f"native/{row['id']} (of {row['neighbour']}, 1)" for row in rejected if row["neighbour"] in passed]
        assert ids(node, "rejected") == (["as near duplicates of instructions derived from it"] if near else [])
        assert [child.facts["instructions"] for child in node.children if child.kind == "rejected"] == ([near] if near else [])
        assert len(only(node, "set").facts["lines"]) == 1 + len(passed)  # type: ignore[arg-type]


def test_rows_name_their_lines_of_each_training_set(project: Project) -> None:
    lines = project.rows(MESSAGES)
    rows = [*project.rows("data/build/edited/seed_tasks.jsonl"), *project.rows("data/build/instructions/native.jsonl")]
    held = {row["id"]: only(impact(row["id"]), "set") for row in rows}
    for row in rows:
        node = held[row["id"]]
        assert (node.id, node.facts["file"]) == ("native", MESSAGES)
        first = int(node.facts["lines"][0])  # type: ignore[index]
        assert lines[first - 1] == exporters.messages(row)
    (direct,) = [child for child in impact("base-02").children if child.kind == "set"]
    assert (direct.id, direct.facts["lines"]) == ("direct", ["2"])


def test_a_set_of_another_form_or_generation_does_not_hold_a_row_of_the_same_id(edited: Project) -> None:
    id = edited.rows("data/build/instructions/native.jsonl")[0]["id"]
    assert ids(impact(f"instruction:{id}"), "set") == ["native"]
    edited.edit_params(lambda params: params["sets"]["native"].update(rows="data/build/instructions/other.jsonl"))
    assert ids(impact(f"instruction:{id}"), "set") == []


@pytest.mark.slow
def test_a_mixture_and_imported_rows_are_sets_like_others(edited: Project) -> None:
    """And a set names the models that are trained on it, by its rows too."""
    own = [{"id": f"own-{number}", "instruction": f"自前の課題 {number}", "output": "答え"} for number in range(3)]
    edited.write_rows("data/own.jsonl", own)

    def change(params: Any) -> None:
        params["sets"]["mixed"] = {"seeds": "data/empty.jsonl", "rows": "data/build/instructions", "weights": {"native": 1}}
        params["sets"]["own"] = {"seeds": "data/empty.jsonl", "rows": "data/own.jsonl"}
        params["bases"] = {"b": {"model": "some/base"}}
        params["trained"] = {f"b-{name}": {"base": "b", "set": name} for name in ("native", "mixed", "own")}
        params["servers"]["stand-in"]["command"] = "some-server {model} {port}"
        params["answer"]["trained"] = {"endpoint": "stand-in"}

    edited.edit_params(change)
    edited.run("dvc", "repro", "export@mixed", "export@own")
    row = edited.rows("data/build/instructions/native.jsonl")[0]
    held = {child.id: child.facts["trained on it"] for child in impact(f"native/{row['id']}").children if child.kind == "set"}
    assert held == {"native": ["b-native"], "mixed": ["b-mixed"]}
    node = impact("own")
    assert (node.facts["examples"], node.facts["imported rows"]) == (3, 3)
    assert [child.id for child in node.children][:3] == ["export@own", "train@b-own", "answer_trained@b-own"]
    assert "weights" in impact("set:mixed").facts


def test_instructions_that_were_too_close_to_a_kept_one_are_named(project: Project) -> None:
    (first,) = [row for row in project.rows("data/build/instructions/native.jsonl") if row["instruction"] == SAME]
    rejected = [row for row in project.rows("data/build/rejected/native.jsonl") if row["neighbour"]]
    said = [f"native/{row['id']} (of {first['id']}, 1)" for row in rejected]
    assert only(impact(first["id"]), "rejected").facts["instructions"] == said
    assert str(impact(rejected[0]["id"]).facts["filter"]).endswith("; nothing depends on it")


def test_a_slot_leads_to_what_rests_on_its_instructions(project: Project) -> None:
    rows = [row["id"] for row in project.rows("data/build/candidates/native.jsonl") if row["slot"] == 0]
    assert ids(impact("s00000"), "instruction") == [f"native/{id}" for id in rows]


def test_a_training_set_has_files_and_counts(project: Project) -> None:
    seeds, kept = (
        project.rows(path) for path in ("data/build/edited/seed_tasks.jsonl", "data/build/instructions/native.jsonl")
    )
    node = impact("native")
    assert (node.kind, node.id) == ("set", "native")
    assert node.facts["seeds"] == "data/build/edited/seed_tasks.jsonl"
    assert node.facts["rows"] == "data/build/instructions/native.jsonl"
    counts = {name: node.facts[name] for name in ("examples", "seed tasks", "generated instructions")}
    expected = {"examples": len(seeds) + len(kept), "seed tasks": len(seeds), "generated instructions": len(kept)}
    assert counts == expected
    assert [child.id for child in node.children] == ["export@native", "dataset"]
    assert node.children[0].facts[MESSAGES] == f"{len(seeds) + len(kept)} rows"
    assert impact("direct").facts["translated tasks"] == 2


def test_a_question_leads_to_its_answers_its_judgments_and_their_numbers(project: Project) -> None:
    node = impact("question:generic-02")
    assert ids(node, "answer") == ["good/generic-02", "thin/generic-02"]
    judgment = only(node, "judgment")
    rows = [row for row in project.rows("data/build/judgments/good-vs-thin.jsonl") if row["question"] == "generic-02"]
    assert {order: judgment.facts[order] for order in ("ab", "ba")} == {row["order"]: row["verdict"] for row in rows}
    rates = [line.split(",") for line in (project.root / "reports/win_rates.csv").read_text().splitlines()]
    column = {name: place for place, name in enumerate(rates[0])}
    told = {child.id: child.facts for child in judgment.children}
    assert list(told) == ["good-vs-thin, generic", "good-vs-thin, all"]
    touched = ["2 answers", "2 judgments", "1 translation (if the source is edited)"]
    assert node.facts["requests after an edit"] == touched
    for line in rates[1:]:
        if facts := told.get(f"good-vs-thin, {line[column['category']]}"):
            names = ("n", "wins", "losses", "ties")
            assert [facts[name] for name in names] == [int(line[column[name]]) for name in names]
    assert [child.id for child in impact("good/generic-02").children] == ["good-vs-thin/generic-02"]


def test_an_instruction_that_leaks_a_question_is_named_by_it(edited: Project) -> None:
    rows = edited.rows("data/build/decisions/native.jsonl")
    leak = {"reason": "benchmark_leak", "detail": "too close to a question", "neighbour": "generic-02", "score": 0.75}
    edited.write_rows("data/build/decisions/native.jsonl", [rows[0] | leak, *rows[1:]])
    node = only(impact("question:generic-02"), "rejected")
    assert (node.id, node.facts["instructions"]) == ("as leaks of it", [f"native/{rows[0]['id']} (of generic-02, 0.75)"])


def test_a_model_and_a_match_lead_to_their_numbers(project: Project) -> None:
    assert impact("model:thin").facts == {"answers": 3, "requests": 3}
    match = only(impact("model:thin"), "match")
    assert (match.id, match.facts["judgments"], match.facts["requests"]) == ("good-vs-thin", 6, 6)
    assert ids(match, "win rate") == ["good-vs-thin, generic", "good-vs-thin, all"]
    assert only(impact("match:good-vs-thin"), "judge's health").facts["judgments"] == "6"


def test_a_request_leads_to_what_rests_on_its_rows(project: Project) -> None:
    asked = transcript(project, "answer@thin")[0]
    node = impact(asked["key"][:12])
    assert (node.kind, node.facts["stage"]) == ("request", "answer@thin")
    assert ids(only(node, "answer"), "judgment") == [f"good-vs-thin/{asked['id']}"]


def _set(key: str, value: object) -> Callable[[Any], None]:
    def change(params: Any) -> None:
        *blocks, last = key.split(".")
        for block in blocks:
            params = params[block]
        params[last] = value

    return change


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("judge.params.temperature", 0.5, marks=pytest.mark.slow),
        ("filter.similarity.threshold", 0.9),
        ("generations.native.seeds", "machine"),
        ("language", "de"),
        pytest.param("sets.native.rows", "data/empty.jsonl", marks=pytest.mark.slow),
        pytest.param("models.good.params.temperature", 0.1, marks=pytest.mark.slow),
        pytest.param("translate.sample", 1, marks=pytest.mark.slow),
        pytest.param("budget.usd", 1.0, marks=pytest.mark.slow),
    ],
)
def test_the_stages_of_a_parameter_are_those_that_dvc_would_run_for_it(edited: Project, key: str, value: object) -> None:
    told = ids(impact(key), "stage that reads it")
    edited.edit_params(_set(key, value))
    said: dict[str, Any] = json.loads(edited.run("dvc", "status", "--json"))
    assert sorted(said) == sorted(told)


def test_all_that_follows_a_parameter_is_told_in_flow_order(project: Project) -> None:
    node = impact("filter.similarity.threshold")
    assert [child.id for child in node.children] == ["generate@native", "filter@native", "export@native", "dataset"]
    candidates = project.rows("data/build/candidates/native.jsonl")
    assert node.children[0].facts["data/build/candidates/native.jsonl"] == f"{len(candidates)} rows"
    assert node.children[0].facts["requests"] == len(transcript(project, "generate@native"))
    stages = load_stages()
    (translate,) = [stage for stage in stages if stage.name == "translate@questions"]
    assert [stage.name for stage in after([translate], stages)] == [
        *("post_edit@questions", "generate@native", "filter@native", "export@native"),
        *("answer@good", "answer@thin", "judge@good-vs-thin", "benchmark", "dataset"),
    ]


def test_a_prompt_counts_its_own_requests(edited: Project) -> None:
    assert impact("prompts/judge.yaml").children[0].facts["requests"] == 6
    assert impact("prompt:judge_reference").children[0].facts["requests"] == 0
    edited.edit_params(lambda params: params["judge"].update(reference_categories=["generic"]))
    assert impact("prompt:judge").children[0].facts["requests"] == 0
    assert impact("prompt:judge_reference").children[0].facts["requests"] == 6


def test_a_set_that_is_not_built_is_one_sentence(edited: Project) -> None:
    (edited.root / "data/build/export/native/examples.parquet").unlink()
    with pytest.raises(UserError, match=r"^data/build/export/native/examples\.parquet: no such file; `seedbed repro`"):
        impact("set:native")
