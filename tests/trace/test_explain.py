"""`seedbed explain` on one tiny build, held against its rows and its requests."""

import json
import shutil
from typing import Any

import pytest
from rapidfuzz.distance import LCSseq

from seedbed.filtering.tokenisers import load_tokeniser
from seedbed.project.prompts import blocks_of
from seedbed.trace.explain import explain
from seedbed.trace.impact import impact
from seedbed.trace.node import EDITED_SINCE
from seedbed.trace.workspace import Build
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError
from tests.harness import Project, completion, serve
from tests.trace.trees import SAME, below, ids, only, transcript


def test_the_demonstrations_are_those_that_the_request_shows(project: Project) -> None:
    requests = {row["key"]: row["request"] for row in transcript(project, "generate@native")}
    candidates = project.rows("data/build/candidates/native.jsonl")
    assert candidates
    for row in candidates:
        node = explain(row["id"])
        assert node.facts["slot"] == f"native/s{row['slot']:05}"
        assert only(node, "request").id == row["request"]
        shown = blocks_of(requests[row["request"]]["messages"][-1]["content"])["demonstrations"].splitlines()
        drawn = [child.facts["instruction"] for child in node.children if child.kind == "seed"]
        assert drawn == [json.loads(line)["instruction"] for line in shown]


def test_a_kept_instruction_names_what_was_nearest_when_the_filter_let_it_through(project: Project) -> None:
    tokenise = load_tokeniser(Build().params["filter"]["tokeniser"])
    before = [(row["id"], tokenise(row["instruction"])) for row in project.rows("data/build/edited/seed_tasks.jsonl")]
    kept = project.rows("data/build/instructions/native.jsonl")
    assert kept
    for row in kept:
        mine = tokenise(row["instruction"])
        scores = [round(2 * LCSseq.similarity(mine, other) / (len(mine) + len(other)), 6) for _, other in before]
        near = only(explain(row["id"], full=True), "nearest neighbour")
        assert (near.id, near.facts["ROUGE-L F"]) == (before[scores.index(max(scores))][0], max(scores))
        before.append((f"native/{row['id']}", mine))


def test_the_nearest_neighbour_of_a_kept_instruction_waits_for_full(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def tokenise_nothing(settings: dict[str, Any]) -> None:
        raise AssertionError("no tokeniser is needed")

    monkeypatch.setattr("seedbed.trace.describe_data.load_tokeniser", tokenise_nothing)
    node = explain(project.rows("data/build/instructions/native.jsonl")[-1]["id"])
    assert node.facts["nearest neighbour"] == "run with --full to find it"
    assert not ids(node, "nearest neighbour")


def test_a_tokeniser_that_is_not_there_hides_no_other_fact(edited: Project) -> None:
    edited.edit_params(lambda params: params["filter"].update(tokeniser={"name": "sudachi", "mode": "C", "dictionary": "1"}))
    node = explain(edited.rows("data/build/instructions/native.jsonl")[0]["id"], full=True)
    assert "is installed" in str(only(node, "nearest neighbour").facts["failed"])
    assert ids(node, "seed")


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
    assert request.facts["params"] == {"max_tokens": 4096, "temperature": 0}
    assert request.facts["prompt"] == "prompts/translate_task.yaml"
    assert request.facts["tokens"] == "10 in, 5 out"
    assert only(translation, "source").facts["instruction"] == source["instruction"]


def test_a_seed_in_the_target_language_leads_to_its_source_alone(edited: Project) -> None:
    rows = edited.rows("data/build/translated/seed_tasks.jsonl")
    own = rows[0] | {"translation": rows[0]["source"], "made_by": None}
    edited.write_rows("data/build/translated/seed_tasks.jsonl", [own, *rows[1:]])
    seeds = edited.rows("data/build/edited/seed_tasks.jsonl")
    edited.write_rows("data/build/edited/seed_tasks.jsonl", [seeds[0] | {"status": "original"}, *seeds[1:]])
    assert [child.kind for child in explain(f"seed:{own['id']}").children] == ["source"]


def test_a_source_says_its_rows_language_and_what_another_one_brings(edited: Project) -> None:
    seeds = edited.rows("data/seed_tasks.en.jsonl")
    edited.write_rows("data/seed_tasks.en.jsonl", [seeds[0] | {"language": "ja"}, seeds[1] | {"language": "de"}, *seeds[2:]])
    translations = [only(explain(f"seed:{row['id']}", full=True), "translation") for row in seeds[:3]]
    assert [only(node, "source").facts["language"] for node in translations] == ["ja", "de", "en"]
    since = "its declared language, so `dvc repro` copies it unchanged"
    assert [node.facts.get(EDITED_SINCE) for node in translations] == [since, None, None]
    assert "1 translation" not in str(impact(f"seed:{seeds[0]['id']}").facts["requests after an edit"])
    assert "1 translation" in str(impact(f"seed:{seeds[1]['id']}").facts["requests after an edit"])


def test_a_rejected_instruction_names_its_rule_and_its_neighbour(project: Project) -> None:
    rejected = [row for row in project.rows("data/build/rejected/native.jsonl") if row["reason"] == "near_duplicate"]
    assert rejected
    for row in rejected:
        node = explain(row["id"])
        assert node.facts["filter"] == f"rejected by near_duplicate: {row['detail']}"
        near = only(node, "nearest neighbour")
        assert (near.id, near.facts["text"], near.facts["ROUGE-L F"]) == (f"native/{row['neighbour']}", SAME, 1.0)
    kept = project.rows("data/build/instructions/native.jsonl")[0]
    assert explain(kept["id"]).facts["filter"] == "kept"


def test_a_slot_tells_all_that_came_of_it(project: Project) -> None:
    rows = [row for row in project.rows("data/build/candidates/native.jsonl") if row["slot"] == 1]
    node = explain("s00001")
    assert ids(node, "instruction") == [f"native/{row['id']}" for row in rows]
    assert only(node, "request").facts["slot"] == 1
    assert ids(node, "seed") == rows[0]["demonstrations"]


def test_a_slot_that_gave_nothing_shows_what_it_drew(edited: Project) -> None:
    rows = edited.rows("data/build/candidates/native.jsonl")
    (shown,) = {tuple(row["demonstrations"]) for row in rows if row["slot"] == 0}
    edited.write_rows("data/build/candidates/native.jsonl", [row for row in rows if row["slot"] != 0])
    node = explain("s00000")
    assert ids(node, "instruction") == []
    assert ids(node, "seed") == list(shown)
    assert only(node, "request").facts["slot"] == 0


def test_a_demonstration_that_was_generated_is_followed_with_full(edited: Project) -> None:
    rows = edited.rows("data/build/candidates/native.jsonl")
    first, last = rows[0], rows[-1]
    rows[-1] = last | {"demonstrations": [*last["demonstrations"], first["id"]]}
    edited.write_rows("data/build/candidates/native.jsonl", rows)
    node = explain(last["id"])
    assert only(node, "instruction").id == f"native/{first['id']}"
    assert only(node, "instruction").facts["instruction"] == first["instruction"]
    assert only(node, "instruction").children == []
    assert only(only(explain(last["id"], full=True), "instruction"), "request").id == first["request"]


def test_a_generation_of_machine_seeds_leads_to_translations_not_to_edits(edited: Project) -> None:
    edited.edit_params(lambda params: params["generations"]["native"].update(seeds="machine"))
    row = edited.rows("data/build/candidates/native.jsonl")[0]
    node = explain(row["id"])
    assert ids(node, "translation") == [f"seed_tasks/{id}" for id in row["demonstrations"]]
    assert not list(below(node, "edit"))


def test_a_baseline_task_has_no_edit(project: Project) -> None:
    node = explain("base-01")
    assert node.facts["instruction"] == project.rows("data/build/translated/baseline.jsonl")[0]["translation"]["instruction"]
    assert [child.kind for child in node.children] == ["request", "source"]


def test_a_judgment_shows_both_orders_both_answers_and_their_requests(project: Project) -> None:
    question = project.rows("data/build/edited/questions/questions.jsonl")[0]["id"]
    node = explain(f"good-vs-thin/{question}")
    rows = [row for row in project.rows("data/build/judgments/good-vs-thin.jsonl") if row["question"] == question]
    orders = [child for child in node.children if child.kind == "order"]
    named = [(f"good-vs-thin/{question}/{row['order']}", row["explanation"]) for row in rows]
    assert [(child.id, child.facts["explanation"]) for child in orders] == named
    assert [str(child.facts["verdict"]).split(",")[0] for child in orders] == [row["verdict"] for row in rows]
    assert [only(child, "request").id for child in orders] == [row["request"] for row in rows]
    assert {only(child, "request").facts["prompt"] for child in orders} == {"prompts/judge.yaml"}
    answers = [child for child in node.children if child.kind == "answer"]
    for child, model in zip(answers, ("good", "thin"), strict=True):
        (row,) = [row for row in project.rows(f"data/build/answers/{model}.jsonl") if row["id"] == question]
        assert child.facts["text"] == row["text"]
        assert only(child, "request").id == row["request"]
    assert len(list(below(node, "question"))) == 1  # drawn once, though three things came of it
    assert ids(explain(f"good-vs-thin/{question}/ba"), "order") == [f"good-vs-thin/{question}/ba"]


def test_a_reference_stands_beside_the_answers_where_the_judge_sees_one(edited: Project) -> None:
    assert ids(explain("good-vs-thin/generic-01"), "reference") == []
    edited.edit_params(lambda params: params["judge"].update(reference_categories=["generic"]))
    edited.write_rows("data/references.ja.jsonl", [{"id": "generic-01", "reference": "要点から書きます。"}])
    node = explain("good-vs-thin/generic-01")
    assert only(node, "reference").facts["text"] == "要点から書きます。"
    assert {request.facts["prompt"] for order in below(node, "order") for request in order.children} == {
        "prompts/judge_reference.yaml"
    }
    assert "no longer" in str(only(explain("good-vs-thin/generic-02"), "reference").facts["gone"])


def test_a_reply_that_was_no_use_is_told_with_its_reason(project: Project) -> None:
    (second,) = [row for row in transcript(project, "answer@good") if row["request"]["attempt"] == 2]
    request = only(explain(f"good/{second['id']}"), "request")
    assert (request.id, request.facts["attempt"]) == (second["key"], 2)
    (first,) = request.children
    assert first.facts["unusable"] == "empty: the reply was empty"
    assert first.facts["reply"] == "empty"
    assert first.facts["user"] == second["request"]["messages"][1]["content"]
    assert explain(first.id[:12]).facts["rows"] == "none"
    assert [child.id for child in explain(second["key"][:12]).children] == [f"good/{second['id']}"]


@pytest.mark.parametrize(
    "stage", ["translate@questions", "translate@baseline", "generate@native", "answer@thin", "judge@good-vs-thin"]
)
def test_a_request_names_the_rows_that_came_of_it(project: Project, stage: str) -> None:
    asked = transcript(project, stage)[0]
    node = explain(asked["key"][:10])
    assert (node.id, node.facts["stage"], node.stage) == (asked["key"], stage, stage)
    assert node.facts["user"] == asked["request"]["messages"][-1]["content"]
    assert node.facts["reply"] == asked["response"]["text"]
    candidates = project.rows("data/build/candidates/native.jsonl")
    rows = {
        "translate@questions": [asked["id"]],
        "translate@baseline": [asked["id"]],
        "generate@native": [f"native/{row['id']}" for row in candidates if row["request"] == asked["key"]],
        "answer@thin": [f"thin/{asked['id']}"],
        "judge@good-vs-thin": [f"good-vs-thin/{asked['id'].replace('.', '/')}"],
    }
    assert [child.id for child in node.children] == rows[stage]


def test_a_transcript_that_was_changed_by_hand_is_one_sentence(edited: Project) -> None:
    rows = transcript(edited, "answer@good")
    rows[0]["request"]["model"] = "another"
    edited.write_rows("data/build/responses/answer/good.jsonl", rows)
    with pytest.raises(UserError, match=r"^data/build/responses/answer/good\.jsonl: .*`dvc checkout` restores it"):
        explain(f"good/{rows[0]['id']}")


def test_dollars_are_told_where_there_is_a_price(edited: Project) -> None:
    edited.edit_params(lambda params: params.update(prices={"stand-in": {"input": 2.0, "output": 10.0}}))
    request = only(explain("base-01"), "request")
    assert request.facts["USD at list price"] == pytest.approx((10 * 2 + 5 * 10) / 1e6)


def test_votes_stand_beside_the_judgment_and_a_stale_one_says_so(edited: Project) -> None:
    question = edited.rows("data/build/edited/questions/questions.jsonl")[0]["id"]
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
    assert explain("base-01").facts["failed"] == "refused: the model or its filter refused"
    assert impact("base-01").facts["exported"] == "no: it has no translation"
    change("data/build/translated/seed_tasks.jsonl", "id", "open_qa-01", translation=None, failure=failure)
    rows = edited.rows("data/build/edited/seed_tasks.jsonl")
    edited.write_rows("data/build/edited/seed_tasks.jsonl", rows[1:])
    assert explain("open_qa-01").facts["status"] == "dropped: it has no translation"
    change("data/build/answers/thin.jsonl", "id", "generic-01", text=None, failure=failure)
    none = {"reason": "no_answer", "detail": "one of the two answers failed", "text": None}
    invalid = {"verdict": "invalid", "explanation": None, "failure": none, "request": None}
    change("data/build/judgments/good-vs-thin.jsonl", "question", "generic-01", **invalid)
    node = explain("good-vs-thin/generic-01")
    assert node.facts["outcome"] == "invalid"
    assert {child.facts["failed"] for child in below(node, "order")} == {"no_answer: one of the two answers failed"}
    assert "failed" in explain("thin/generic-01").facts
    assert impact("good-vs-thin/generic-01").facts["outcome"] == "invalid"


def test_a_recorded_answer_names_its_file(edited: Project) -> None:
    path = "data/build/answers/thin.jsonl"
    recorded = {"request": None, "made_by": {"recorded": "data/recorded/answers/thin.jsonl"}}
    edited.write_rows(path, [row | recorded for row in edited.rows(path)])
    node = explain("thin/generic-01")
    assert node.facts["recorded in"] == "data/recorded/answers/thin.jsonl"
    assert [child.kind for child in node.children] == ["question"]
    assert impact("thin/generic-01").facts["recorded in"] == "data/recorded/answers/thin.jsonl"


@pytest.mark.parametrize(
    "path",
    [
        "data/build/decisions/native.jsonl",
        "data/build/edited/seed_tasks.jsonl",
        "data/build/responses/generate/native.jsonl",
    ],
)
def test_an_output_that_is_not_there_is_one_sentence(edited: Project, path: str) -> None:
    (edited.root / path).unlink()
    with pytest.raises(UserError, match=rf"^{path}: no such file; `seedbed repro` builds it, or `dvc pull`"):
        explain("s00000-0")


def test_an_output_that_is_no_json_is_one_sentence(edited: Project) -> None:
    (edited.root / "data/build/decisions/native.jsonl").write_text('{"id"\n')
    with pytest.raises(UserError, match=r"^data/build/decisions/native.jsonl: not JSON Lines: .*`dvc checkout` restores it"):
        explain("s00000-0")


def test_nothing_built_at_all(edited: Project) -> None:
    shutil.rmtree(edited.root / "data" / "build")
    with pytest.raises(UserError, match=r"edited/questions/questions.jsonl: no such file"):
        explain("generic-01")
    with pytest.raises(UserError, match=r"no id 's00000-0'.*does not exist \(\d+ missing\): `seedbed repro`"):
        explain("s00000-0")


FAULTS = {"translate@questions": "no JSON", "answer@good": "", "judge@good-vs-thin": "A is better", "generate@native": "{}"}


@pytest.mark.parametrize(
    "stage", [stage if stage == "judge@good-vs-thin" else pytest.param(stage, marks=pytest.mark.slow) for stage in FAULTS]
)
def test_a_row_that_failed_shows_its_request_and_its_reply(edited: Project, stage: str) -> None:
    """Where the stage stopped: by the row's id, and by its key, which only the store has."""
    project = edited
    kind, _, id = stage.partition("@")

    def change(params: Any) -> None:
        params[kind].update(max_attempts=2, max_failed=0, retry="explain")
        asking = params["models"][id] if kind == "answer" else params[kind]
        asking["params"]["temperature"] = 0.77

    project.edit_params(change)
    with serve() as server:
        server.fault = lambda body, number: (200, {}, completion(FAULTS[stage]))
        project.edit_params(lambda params: params["servers"]["stand-in"].update(base_url=server.url, max_concurrency=1))
        project.repro("--single-item", stage, fails=True)
    failed = project.rows(f"data/build/failed/{stage}/failed.jsonl")[0]
    by_id = explain(failed["id"])
    node = by_id if by_id.kind == "failed" else only(by_id, "failed")
    assert (node.id, node.stage) == (failed["id"], stage)
    request = only(node, "request")
    assert request.id == failed["request"]
    assert request.facts["attempt"] == 2
    assert request.facts["unusable"] == f"{failed['reason']}: {failed['detail']}"
    assert request.facts["reply"] == (FAULTS[stage] or "empty")
    assert request.facts["user"]
    assert failed["detail"] in str(request.facts["user, once more"])
    by_key = explain(failed["request"][:12])
    assert (by_key.id, by_key.facts["reply"], by_key.facts["rows"]) == (request.id, FAULTS[stage] or "empty", "none")
    listed = project.run("seedbed", "store", "list", "--stage", stage, "--failed")
    assert failed["request"][:12] in listed
    shown = project.run("seedbed", "store", "show", failed["request"])
    assert shown.startswith(f"{stage}  {failed['request']}")
    assert f"--- reply\n{FAULTS[stage]}\n" in shown
