"""`seedbed explain` and `seedbed impact` on one tiny build, held against its rows, its requests and real edits."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz.distance import LCSseq

from seedbed.filtering.tokenisers import load_tokeniser
from seedbed.pipeline.graph import after, load_stages
from seedbed.project.params import speaker
from seedbed.project.prompts import blocks_of, load_prompt
from seedbed.steps import generating
from seedbed.trace.explain import explain
from seedbed.trace.impact import impact
from seedbed.trace.node import OUT_OF_DATE, Node
from seedbed.trace.resolve import resolve
from seedbed.trace.tree_text import show, visible
from seedbed.trace.workspace import Build
from seedbed.util.errors import UserError
from seedbed.util.git import version_of
from tests.harness import Answer, Project, Server, completion, copy_project, kind_of, make_tiny, reply_to, serve

SAME = "いつも同じ課題を書いてください。"
HOSTILE = "[red]赤[/red] \x1b[31mRED\x1b[0m \u202eabc <b>太字</b>"


def faults(body: dict[str, Any], number: int) -> Answer | None:
    """One instruction that comes again and again; one answer full of markup, another that is empty at first."""
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


def test_a_kept_instruction_names_what_was_nearest_when_the_filter_let_it_through(project: Project) -> None:
    tokenise = load_tokeniser(Build().params["filter"]["tokeniser"])
    before = [(row["id"], tokenise(row["instruction"])) for row in project.rows("data/build/edited/seed_tasks.jsonl")]
    kept = project.rows("data/build/instructions.jsonl")
    assert kept
    for row in kept:
        mine = tokenise(row["instruction"])
        scores = [round(2 * LCSseq.similarity(mine, other) / (len(mine) + len(other)), 6) for _, other in before]
        near = only(explain(row["id"]), "nearest neighbour")
        assert (near.id, near.facts["ROUGE-L F"]) == (before[scores.index(max(scores))][0], max(scores))
        before.append((row["id"], mine))


def test_a_tokeniser_that_is_not_there_hides_no_other_fact(edited: Project) -> None:
    edited.edit_params(lambda params: params["filter"].update(tokeniser={"name": "sudachi", "mode": "C", "dictionary": "1"}))
    node = explain(edited.rows("data/build/instructions.jsonl")[0]["id"])
    assert "is installed" in str(only(node, "nearest neighbour").facts["failed"])
    assert only(node, "slot").children


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


@pytest.mark.parametrize(
    "stage", ["translate@questions", "translate@baseline", "generate", "answer@thin", "judge@good-vs-thin"]
)
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


def test_votes_stand_beside_the_judgment_and_a_stale_one_says_so(edited: Project) -> None:
    from seedbed.util.canonical import content_hash

    question = edited.rows("data/build/edited/questions.jsonl")[0]["id"]
    texts = {
        model: next(row["text"] for row in edited.rows(f"data/build/answers/{model}.jsonl") if row["id"] == question)
        for model in ("good", "thin")
    }
    vote = {"match": "good-vs-thin", "question": question, "verdict": "model"}
    hashes = {"model_hash": content_hash(texts["good"]), "baseline_hash": content_hash(texts["thin"])}
    edited.write_rows("data/votes/aki.jsonl", [vote | hashes])
    edited.write_rows("data/votes/ken.jsonl", [vote | hashes | {"verdict": "both_bad", "baseline_hash": "0" * 64}])
    aki, ken = below(explain(f"good-vs-thin/{question}"), "vote")
    assert (aki.id, aki.facts) == ("aki", {"verdict": "good"})
    assert (ken.id, ken.facts["verdict"]) == ("ken", "both bad")
    assert "stale" in ken.facts


def test_a_vote_on_an_answer_that_is_gone_is_orphaned_as_in_the_report(edited: Project) -> None:
    rows = edited.rows("data/build/answers/thin.jsonl")
    vote = {"match": "good-vs-thin", "question": rows[0]["id"], "verdict": "model", "model_hash": "0" * 64}
    edited.write_rows("data/votes/aki.jsonl", [vote | {"baseline_hash": "0" * 64}])
    edited.write_rows("data/build/answers/thin.jsonl", rows[1:])
    (aki,) = below(explain(f"good-vs-thin/{rows[0]['id']}"), "vote")
    assert list(aki.facts) == ["verdict", "orphaned"]


def test_failures_are_told_with_their_reason(edited: Project) -> None:
    failure = {"reason": "refused", "detail": "the model or its filter refused", "text": None}

    def change(path: str, key: str, id: str, **fields: Any) -> None:
        edited.write_rows(path, [row | fields if row[key] == id else row for row in edited.rows(path)])

    change("data/build/translated/baseline.jsonl", "id", "base-01", translation=None, failure=failure)
    assert only(explain("base-01"), "translation").facts["failed"] == "refused: the model or its filter refused"
    assert impact("base-01").facts["exported"] == "no, it has no translation"
    change("data/build/translated/seed_tasks.jsonl", "id", "open_qa-01", translation=None, failure=failure)
    rows = edited.rows("data/build/edited/seed_tasks.jsonl")
    edited.write_rows("data/build/edited/seed_tasks.jsonl", rows[1:])
    assert explain("open_qa-01").facts == {"status": "dropped, it has no translation"}
    change("data/build/answers/thin.jsonl", "id", "generic-01", text=None, failure=failure)
    none = {"reason": "no_answer", "detail": "one of the two answers failed", "text": None}
    invalid = {"verdict": "invalid", "explanation": None, "failure": none, "request": None}
    change("data/build/judgments/good-vs-thin.jsonl", "question", "generic-01", **invalid)
    node = explain("good-vs-thin/generic-01")
    assert node.facts["outcome"] == "invalid"
    assert {child.facts["failed"] for child in below(node, "order")} == {"no_answer: one of the two answers failed"}
    assert "failed" in explain("thin/generic-01").facts
    assert impact("good-vs-thin/generic-01").facts["outcome"] == "invalid"


def test_what_is_written_in_the_target_language_has_no_translation(edited: Project) -> None:
    edited.edit_params(lambda params: params["corpora"]["baseline"].update(language="ja"))
    rows = edited.rows("data/build/translated/baseline.jsonl")
    edited.write_rows(
        "data/build/translated/baseline.jsonl", [row | {"made_by": None, "translation": row["source"]} for row in rows]
    )
    assert [child.kind for child in explain("base-01").children] == ["source"]
    assert impact("base-01").facts["requests an edit touches"] == "none"
    assert impact("open_qa-01").facts["requests an edit touches"] != "none"


def test_a_generated_demonstration_is_followed_both_ways(edited: Project) -> None:
    edited.edit_params(lambda params: params["generate"]["demonstrations"].update(generated=1))
    kept = edited.rows("data/build/instructions.jsonl")[0]
    rows = edited.rows("data/build/candidates.jsonl")
    for row in rows:
        row["demonstrations"] += [kept["id"]] if row["slot"] == 2 else []
    edited.write_rows("data/build/candidates.jsonl", rows)
    slot = only(explain("s00002-0"), "slot")
    assert only(slot, "demonstration, instruction").facts["instruction"] == kept["instruction"]
    assert impact(kept["id"]).facts["shown in"] == ["s00002"]
    among = only(impact(kept["demonstrations"][0]), "demonstrations")
    assert among.facts["shown in"] == ["s00002"]


def test_recorded_rows_name_their_file(edited: Project) -> None:
    recorded = {"request": None, "made_by": {"recorded": "data/recorded/x.jsonl"}}
    for path in ("data/build/answers/good.jsonl", "data/build/judgments/good-vs-thin.jsonl"):
        edited.write_rows(path, [row | recorded for row in edited.rows(path)])
    node = explain("good-vs-thin/generic-01")
    found = [*below(node, "order"), next(below(node, "answer"))]
    assert {child.facts["recorded in"] for child in found} == {"data/recorded/x.jsonl"}
    assert "requests" not in impact("good-vs-thin/generic-01").facts
    assert impact("good/generic-01").facts == {"recorded in": "data/recorded/x.jsonl"}


# out of date


def told_out_of_date(node: Node) -> list[str]:
    found = [node.kind] if OUT_OF_DATE in node.facts else []
    return found + [kind for child in node.children for kind in told_out_of_date(child)]


def test_a_fresh_build_is_nowhere_out_of_date(project: Project) -> None:
    for id in ("s00000-0", "open_qa-01", "generic-01", "base-01", "good/generic-01", "good-vs-thin/generic-01"):
        assert told_out_of_date(explain(id)) == []
        assert told_out_of_date(impact(id)) == []


def test_a_changed_source_is_told(edited: Project) -> None:
    rows = edited.rows("data/seed_tasks.en.jsonl")
    rows[0]["instruction"] += " Really?"
    edited.write_rows("data/seed_tasks.en.jsonl", rows)
    assert told_out_of_date(explain(rows[0]["id"])) == ["edit", "translation", "request"]
    assert told_out_of_date(explain(rows[1]["id"])) == []


def test_a_changed_edit_is_told(edited: Project) -> None:
    rows = edited.rows("data/edits/questions.ja.jsonl")
    rows[0]["fields"]["text"] += "？"
    edited.write_rows("data/edits/questions.ja.jsonl", rows)
    assert told_out_of_date(explain(rows[0]["id"])) == ["question"]


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda project: project.replace("prompts/answer.yaml", "$question", "$question。"), "messages"),
        (lambda project: project.edit_params(lambda params: params["models"]["good"].update(model="better")), "model"),
        (lambda project: project.edit_params(lambda params: params["models"]["good"]["params"].update(seed=1)), "params"),
    ],
    ids=["prompt", "model", "sampling"],
)
def test_a_request_that_would_be_another_now_is_told(edited: Project, change: Any, names: str) -> None:
    change(edited)
    said = only(explain("good/generic-01"), "request").facts[OUT_OF_DATE]
    assert str(said).startswith(f"now it would be asked with other {names}")
    assert told_out_of_date(explain("thin/generic-01")) == (["request"] if names == "messages" else [])


def test_a_broken_prompt_does_not_hide_the_rest(edited: Project) -> None:
    edited.replace("prompts/answer.yaml", "$question", "$qestion")
    said = str(only(explain("good/generic-01"), "request").facts[OUT_OF_DATE])
    assert "unknown variable $qestion" in said


def test_rows_that_came_and_went_since_the_build(edited: Project) -> None:
    rows = edited.rows("data/seed_tasks.en.jsonl")
    new, gone = rows[0] | {"id": "new-01"}, rows.pop()
    edited.write_rows("data/seed_tasks.en.jsonl", [*rows, new])
    assert told_out_of_date(explain("new-01")) == ["seed"]
    assert told_out_of_date(impact("new-01")) == ["seed"]
    assert "source" in told_out_of_date(explain(gone["id"]))


@pytest.mark.parametrize(
    "path",
    ["data/build/rejected.jsonl", "data/build/edited/seed_tasks.jsonl", "data/build/responses/generate.jsonl"],
)
def test_an_output_that_is_not_there_is_one_sentence(edited: Project, path: str) -> None:
    (edited.root / path).unlink()
    with pytest.raises(UserError, match=rf"^{path}: not in the workspace; `dvc repro` builds it, or `dvc pull`"):
        explain("s00000-0")


def test_an_output_that_is_no_json_is_one_sentence(edited: Project) -> None:
    (edited.root / "data/build/rejected.jsonl").write_text('{"id"\n')
    with pytest.raises(UserError, match=r"^data/build/rejected.jsonl: not JSON Lines: .*`dvc checkout` restores it"):
        explain("s00000-0")


def test_nothing_built_at_all(edited: Project) -> None:
    shutil.rmtree(edited.root / "data" / "build")
    with pytest.raises(UserError, match=r"translated/questions.jsonl: not in the workspace"):
        explain("generic-01")
    with pytest.raises(UserError, match=r"nothing is named 's00000-0'.*is not in the workspace \(\d+ missing\), `dvc repro`"):
        explain("s00000-0")


# impact


def test_a_seed_rests_in_the_slots_whose_requests_its_edit_changes(project: Project) -> None:
    build = Build()
    settings, to = build.params["generate"], speaker(build.params, "generate")
    seeds = {row["id"]: row for row in project.rows("data/build/edited/seed_tasks.jsonl")}
    built = {row["request"]["slot"]: row["key"] for row in transcript(project, "generate")}
    for id, seed in seeds.items():
        changed = seeds | {id: seed | {"output": "別の答えです。"}}
        keys = {
            slot: generating.build(
                slot, generating.shown_in(slot, changed, {}, settings), to, load_prompt("generate"), settings["per_slot"]
            ).key
            for slot in built
        }
        node = impact(id)
        slots = [child.id for child in node.children if child.kind == "slot"]
        assert slots == [f"s{slot:05}" for slot in sorted(built) if keys[slot] != built[slot]]
        assert node.facts["shown in"] == f"{len(slots)} of {len(built)} slots"
        assert str(node.facts["requests an edit touches"]).startswith("1 slot," if len(slots) == 1 else f"{len(slots)} slots,")


@pytest.mark.slow
def test_an_edit_of_a_seed_sends_what_impact_said(edited: Project, server: Server) -> None:
    """The real thing: edit, build, and look which slots are asked anew."""
    before = {row["request"]["slot"]: row["key"] for row in transcript(edited, "generate")}
    shown = {id for row in edited.rows("data/build/candidates.jsonl") for id in row["demonstrations"]}
    rows = edited.rows("data/edits/seed_tasks.ja.jsonl")
    row = next(row for row in rows if row["id"] in shown)
    told = impact(row["id"])
    row["fields"]["output"] += "以上です。"
    edited.write_rows("data/edits/seed_tasks.ja.jsonl", rows)
    edited.edit_params(lambda params: params["endpoints"]["stand-in"].update(base_url=server.url))
    server.fault = faults
    edited.repro("generate")
    after_ = {row["request"]["slot"]: row["key"] for row in transcript(edited, "generate")}
    changed = [f"s{slot:05}" for slot in sorted(before.keys() & after_.keys()) if before[slot] != after_[slot]]
    assert changed == [child.id for child in told.children if child.kind == "slot"]
    assert changed


def test_a_seed_tells_what_its_slots_gave(project: Project) -> None:
    kept = {row["id"] for row in project.rows("data/build/instructions.jsonl")}
    rejected = project.rows("data/build/rejected.jsonl")
    for seed in project.rows("data/build/edited/seed_tasks.jsonl"):
        mine = [row for row in project.rows("data/build/candidates.jsonl") if seed["id"] in row["demonstrations"]]
        node = impact(seed["id"])
        slots = [child for child in node.children if child.kind == "slot"]
        passed = [row["id"] for row in mine if row["id"] in kept]
        assert [id for slot in slots for id in slot.facts["kept"]] == passed  # type: ignore[union-attr]
        of_mine = [f"{row['id']} (of {row['neighbour']}, 1)" for row in rejected if row["neighbour"] in passed]
        assert [child.facts["near_duplicate"] for child in node.children if child.kind == "rejected instructions"] == [
            [],
            of_mine,
        ]
        assert only(node, "export").facts["lines"] == 1 + len(passed)


def test_an_instruction_names_its_line_of_the_exports(project: Project) -> None:
    for row in project.rows("data/build/instructions.jsonl"):
        export = only(impact(row["id"]), "export")
        assert len(export.facts["of"]) == 3  # type: ignore[arg-type]
        line = project.rows("data/build/export/seedbed.alpaca.jsonl")[int(export.id.removeprefix("line ")) - 1]
        assert line == {name: row[name] for name in ("instruction", "input", "output")}
    (first,) = [row for row in project.rows("data/build/instructions.jsonl") if row["instruction"] == SAME]
    said = [f"{row['id']} (of {first['id']}, 1)" for row in project.rows("data/build/rejected.jsonl") if row["neighbour"]]
    assert only(impact(first["id"]), "rejected instructions").facts["near_duplicate"] == said


def test_a_baseline_task_names_its_line_of_the_exports(project: Project) -> None:
    assert only(impact("base-02"), "export").id == "line 2"


def test_a_question_leads_to_its_answers_its_judgments_and_their_numbers(project: Project) -> None:
    node = impact("question:generic-02")
    assert [child.id for child in node.children if child.kind == "answer"] == ["good/generic-02", "thin/generic-02"]
    judgment = only(node, "judgment")
    rows = [row for row in project.rows("data/build/judgments/good-vs-thin.jsonl") if row["question"] == "generic-02"]
    assert {order: judgment.facts[order] for order in ("ab", "ba")} == {row["order"]: row["verdict"] for row in rows}
    rates = [line.split(",") for line in (project.root / "reports/win_rates.csv").read_text().splitlines()]
    column = {name: place for place, name in enumerate(rates[0])}
    told = {child.id: child.facts for child in judgment.children}
    assert list(told) == ["good-vs-thin, generic", "good-vs-thin, all"]
    assert node.facts["requests an edit touches"] == "2 answers, 2 judgments, 1 translation (if the source is edited)"
    assert only(node, "rejected instructions").id == "too close to it"
    for line in rates[1:]:
        if facts := told.get(f"good-vs-thin, {line[column['category']]}"):
            assert [facts[name] for name in ("n", "wins", "losses", "ties")] == [int(cell) for cell in line[5 - 1 : 8]]
    assert [child.id for child in impact("good/generic-02").children] == ["good-vs-thin/generic-02"]


def test_a_model_and_a_match_lead_to_their_numbers(project: Project) -> None:
    assert impact("model:thin").facts == {"answers": 3, "requests": 3}
    match = only(impact("model:thin"), "match")
    assert (match.id, match.facts["judgments"], match.facts["requests"]) == ("good-vs-thin", 6, 6)
    assert [child.id for child in match.children if child.kind == "win rate"] == ["good-vs-thin, generic", "good-vs-thin, all"]
    assert only(impact("match:good-vs-thin"), "judge's health").facts["judgments"] == "6"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("judge.params.temperature", 0.5, marks=pytest.mark.slow),
        ("filter.similarity.threshold", 0.9),
        pytest.param("models.good.params.temperature", 0.1, marks=pytest.mark.slow),
        pytest.param("translate.sample", 1, marks=pytest.mark.slow),
        pytest.param("budget.usd", 1.0, marks=pytest.mark.slow),
    ],
)
def test_the_stages_of_a_parameter_are_those_that_dvc_would_run_for_it(edited: Project, key: str, value: float) -> None:
    def change(params: Any) -> None:
        *blocks, last = key.split(".")
        for block in blocks:
            params = params[block]
        params[last] = value

    told = [child.id for child in impact(key).children if child.kind == "stage that reads it"]
    edited.edit_params(change)
    said: dict[str, Any] = json.loads(edited.run("dvc", "status", "--json"))
    assert sorted(said) == sorted(told)


def test_all_that_follows_a_parameter_is_told_in_flow_order(project: Project) -> None:
    node = impact("filter.similarity.threshold")
    assert [child.id for child in node.children] == ["generate", "filter", "export", "report"]
    candidates = project.rows("data/build/candidates.jsonl")
    assert node.children[0].facts["data/build/candidates.jsonl"] == f"{len(candidates)} rows"
    assert node.children[0].facts["requests"] == len(transcript(project, "generate"))
    stages = load_stages()
    (translate,) = [stage for stage in stages if stage.name == "translate@questions"]
    rest = [stage.name for stage in after([translate], stages)]
    assert rest == [
        *("post_edit@questions", "generate", "filter", "export"),
        *("answer@good", "answer@thin", "judge@good-vs-thin", "report"),
    ]


def test_a_prompt_counts_its_own_requests(edited: Project) -> None:
    assert impact("prompts/judge.yaml").children[0].facts["requests"] == 6
    assert impact("prompt:judge_reference").children[0].facts["requests"] == 0
    edited.edit_params(lambda params: params["judge"].update(reference_categories=["generic"]))
    assert impact("prompt:judge").children[0].facts["requests"] == 0
    assert impact("prompt:judge_reference").children[0].facts["requests"] == 6


# names


def test_an_id_is_understood_in_order_and_the_others_are_named(project: Project) -> None:
    assert impact("judge").kind == "prompt"
    assert impact("judge").facts["see also"] == ["parameter:judge"]
    assert impact("parameter:judge").kind == "parameter"
    assert explain("generic-01").facts["see also"] == ["good/generic-01", "thin/generic-01", "good-vs-thin/generic-01"]


def test_a_row_that_bears_the_id_of_another_kind(edited: Project) -> None:
    rows = edited.rows("data/build/translated/baseline.jsonl")
    edited.write_rows("data/build/translated/baseline.jsonl", [rows[0] | {"id": "open_qa-01"}, *rows[1:]])
    name, same = resolve("open_qa-01", Build(), ["baseline"])
    assert (str(name), list(map(str, same))) == ("seed:open_qa-01", ["baseline:open_qa-01"])
    assert resolve("baseline:open_qa-01", Build(), ["seed"])[0].kind == "baseline"


@pytest.mark.parametrize(
    ("word", "kind", "id"),
    [
        ("base-02", "baseline", "base-02"),
        ("open_qa-08", "seed", "open_qa-08"),
        ("good-vs-thin/generic-03/a", "judgment", "good-vs-thin/generic-03/ab"),
        ("slot:s00001", "slot", "s00001"),
        ("prompts/generate.yaml", "prompt", "generate"),
        ("judge.params.temp", "parameter", "judge.params.temperature"),
        ("translate_q", "prompt", "translate_question"),
    ],
)
def test_what_a_word_names(project: Project, word: str, kind: str, id: str) -> None:
    name, _ = resolve(word, Build(), [])
    assert (name.kind, name.id) == (kind, id)


def test_a_beginning_that_several_share_lists_ten(project: Project) -> None:
    with pytest.raises(UserError, match=r"^'open' begins 8 ids: seed:open_qa-01, .*seed:open_qa-08; give more"):
        explain("open")
    with pytest.raises(UserError, match=r" and \d+ more; give more") as error:
        explain("s0")
    assert str(error.value).count("instruction:") + str(error.value).count("slot:") == 10


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (
            "open_qa-9",
            r"nothing is named 'open_qa-9' \(did you mean 'open_qa-0\d'\?\); looked through 8 seed tasks, 3 questions",
        ),
        ("../x", r"nothing is named '\.\./x'"),
        ("<b>", r"nothing is named '<b>'"),
        ("\x1b[31mred", r"nothing is named '\\x1b\[31mred'"),
        ("a\u202eb", r"nothing is named 'a\\u202eb'"),
        ("\udcff", r"nothing is named '\\udcff'"),
        ("x" * 5000, r"nothing is named 'x{59}…'; looked"),
        ("[red]x", r"nothing is named '\[red\]x'"),
        ("good/../thin", r"nothing is named 'good/\.\./thin'"),
        ("' or 1=1 --", r"nothing is named \"' or 1=1 --\""),
        ("abcdef0123", r"nothing is named 'abcdef0123'.*by 6 hex digits or more, the requests"),
        ("request:00", r"no request begins '00'"),
        ("sed:x", r"no kind of thing is named 'sed' \(did you mean 'seed'\?\)"),
        ("good-vs-thin/generic-01/abc", r"nothing is named 'good-vs-thin/generic-01/abc'"),
        ("", r"^'' begins \d+ ids: seed:open_qa-01"),
    ],
)
def test_a_word_that_names_nothing_is_one_sentence(project: Project, word: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as error:
        explain(word)
    assert "\x1b" not in str(error.value)
    assert "\u202e" not in str(error.value)
    assert len(str(error.value)) < 600


def test_what_has_nothing_before_it_is_sent_to_impact(project: Project) -> None:
    with pytest.raises(UserError, match=r"^nothing lies before a prompt; `seedbed impact prompt:judge` says"):
        explain("judge")


# on the terminal


@pytest.mark.parametrize("full", [False, True])
def test_model_text_is_text_and_nothing_else(project: Project, capsys: pytest.CaptureFixture[str], full: bool) -> None:
    show(explain("thin/generic-01"), full, as_json=False)
    out = capsys.readouterr().out
    assert "[red]赤[/red] <U+001B>[31mRED<U+001B>[0m <U+202E>abc <b>太字</b>" in out
    assert not {"\x1b", "\u202e"} & set(out)


def test_json_is_the_same_tree_and_has_no_control_characters(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    show(explain("thin/generic-01"), full=False, as_json=True)
    out = capsys.readouterr().out
    assert not {"\x1b", "\u202e"} & set(out)
    tree = json.loads(out)
    assert (tree["kind"], tree["id"], tree["facts"]["text"]) == ("answer", "thin/generic-01", HOSTILE)
    assert tree["children"][0]["id"] == transcript(project, "answer@thin")[0]["key"]


def test_a_terminal_gets_lines_of_its_width_and_full_ones_on_demand(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich.cells import cell_len
    from rich.console import Console

    monkeypatch.setattr(
        "seedbed.trace.tree_text.wide_console", lambda: Console(width=60, force_terminal=True, color_system=None)
    )
    node = explain("open_qa-01")
    show(node, full=False, as_json=False)
    short = capsys.readouterr().out
    assert max(map(cell_len, short.splitlines())) <= 60
    assert str(node.facts["output"])[-5:] not in short
    show(node, full=True, as_json=False)
    whole = "".join(line.strip("│├─└ ") for line in capsys.readouterr().out.splitlines())
    assert str(node.facts["output"]).replace(" ", "")[-5:] in whole.replace(" ", "")


def test_long_lists_of_children_are_cut_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    root = Node("seed", "x", {}, [Node("slot", f"s{number:05}") for number in range(30)])
    show(root, full=False, as_json=False)
    out = capsys.readouterr().out
    assert "s00011" in out
    assert "s00012" not in out
    assert "and 18 more of kind slot; --full shows them" in out
    show(root, full=True, as_json=False)
    assert "s00029" in capsys.readouterr().out


def test_visible_keeps_what_scripts_are_written_with() -> None:
    assert visible("क्‍ष 👩‍👧 می‌خواهم\n\tx") == "क्‍ष 👩‍👧 می‌خواهم\n\tx"
    assert (
        visible("\r\x00\x7f\x9b\u2066\u200b\ufeff\ue000") == "<U+000D><U+0000><U+007F><U+009B><U+2066><U+200B><U+FEFF><U+E000>"
    )


def test_the_commands(project: Project) -> None:
    assert project.run("seedbed", "explain", "s00000-0").startswith("instruction s00000-0  filter: ")
    assert json.loads(project.run("seedbed", "impact", "judge.params.temperature", "--json"))["kind"] == "parameter"
    assert project.run("seedbed", "explain", "nothing", fails=True).startswith("error: nothing is named 'nothing'; looked")


# versions


def test_the_version_of_a_file_is_its_last_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    path = Path("judge.yaml")
    assert version_of(path) is None  # no git here

    def git(*args: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        return subprocess.run(["git", *identity, *args], check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "Nothing")
    path.write_text("user: x\n")
    assert version_of(path) == "not committed yet"
    git("add", ".")
    git("commit", "-q", "-m", "A better judge")
    commit = git("rev-parse", "--short", "HEAD")
    assert version_of(path) == f"{commit}, {git('log', '-1', '--format=%as')}, A better judge"
    path.write_text("user: y\n")
    assert str(version_of(path)).endswith("A better judge, and changed in the working tree")
