"""What is out of date is said once for each stage, in DVC's words; and what people changed since the build, on its row."""

import json
import re
from typing import Any

import pytest
from dvc.repo import lock_repo

from seedbed.pipeline.graph import dvc_repo
from seedbed.trace.explain import explain
from seedbed.trace.impact import impact
from seedbed.trace.node import EDITED_SINCE, GONE, NOT_BUILT, OUT_OF_DATE, Node
from seedbed.trace.staleness import mark_out_of_date
from tests.harness import Project
from tests.trace.trees import facts_named, only


def out_of_date(root: Node) -> dict[str, str]:
    """What DVC says of the stages of a tree, by the node on which it is said."""
    mark_out_of_date(root)
    return facts_named(root, OUT_OF_DATE)


def test_a_fresh_build_is_nowhere_out_of_date(project: Project) -> None:
    trees = [
        look(id)
        for id in ("s00000-0", "open_qa-01", "generic-01", "base-01", "good/generic-01", "good-vs-thin/generic-01")
        for look in (explain, impact)
    ]
    assert out_of_date(Node("all", children=trees)) == {}
    assert [facts_named(tree, name) for tree in trees for name in (EDITED_SINCE, NOT_BUILT, GONE)] == [{}] * 36


def test_a_changed_source_is_told_on_its_row_and_its_stage(edited: Project) -> None:
    rows = edited.rows("data/seed_tasks.en.jsonl")
    rows[0]["instruction"] += " Really?"
    edited.write_rows("data/seed_tasks.en.jsonl", rows)
    id, other = rows[0]["id"], rows[1]["id"]
    node = explain(id)
    assert list(facts_named(node, EDITED_SINCE)) == [f"edit seed_tasks/{id}", f"translation seed_tasks/{id}"]
    assert out_of_date(node) == {
        f"seed {id}": "post_edit@seed_tasks: rests on translate@seed_tasks",
        f"translation seed_tasks/{id}": "translate@seed_tasks: data/seed_tasks.en.jsonl modified",
    }
    assert facts_named(explain(other), EDITED_SINCE) == {}


def test_a_changed_edit_is_told_on_its_row_and_its_stage(edited: Project) -> None:
    rows = edited.rows("data/edits/questions.ja.jsonl")
    row = next(row for row in rows if row["decision"] == "edited")
    row["fields"]["text"] += "？"
    edited.write_rows("data/edits/questions.ja.jsonl", rows)
    node = explain(row["id"])
    said = {f"question {row['id']}": "now it would be outdated, so `dvc repro` writes it again"}
    assert facts_named(node, EDITED_SINCE) == said
    assert list(out_of_date(node)) == [f"question {row['id']}"]
    assert out_of_date(explain(f"good/{row['id']}"))[f"answer good/{row['id']}"] == (
        "answer@good: rests on post_edit@questions"
    )


def test_an_edit_that_was_taken_back_is_told(edited: Project) -> None:
    rows = edited.rows("data/edits/questions.ja.jsonl")
    edited.write_rows("data/edits/questions.ja.jsonl", rows[1:])
    node = explain(rows[0]["id"])
    assert "now it would be unreviewed" in str(node.facts[EDITED_SINCE])
    assert "no longer exists" in str(only(node, "edit").facts[GONE])


@pytest.mark.parametrize(
    ("change", "said", "stages"),
    [
        (
            lambda project: project.replace("prompts/answer.yaml", "$question", "$question。"),
            "prompts/answer.yaml: user",
            ["answer@good", "answer@thin"],
        ),
        (
            lambda project: project.edit_params(lambda params: params["models"]["good"].update(model="better")),
            "params.yaml: models.good.model",
            ["answer@good"],
        ),
        (
            lambda project: project.edit_params(lambda params: params["models"]["good"]["params"].update(seed=1)),
            "params.yaml: models.good.params.seed",
            ["answer@good"],
        ),
    ],
    ids=["prompt", "model", "sampling"],
)
def test_what_changed_is_named_once_for_each_stage(edited: Project, change: Any, said: str, stages: list[str]) -> None:
    change(edited)
    node = explain("good-vs-thin/generic-01")
    told = out_of_date(node)
    assert told.pop("judgment good-vs-thin/generic-01") == f"judge@good-vs-thin: rests on {', '.join(stages)}"
    assert told == {f"answer {stage.partition('@')[2]}/generic-01": f"{stage}: {said}" for stage in stages}


def test_a_broken_prompt_does_not_hide_the_rest(edited: Project) -> None:
    edited.replace("prompts/answer.yaml", "$question", "$qestion")
    node = explain("good/generic-01")
    assert out_of_date(node) == {"answer good/generic-01": "answer@good: prompts/answer.yaml: user"}
    assert only(node, "request").facts["prompt"] == "prompts/answer.yaml"


def test_where_dvc_cannot_say_the_rest_is_told_all_the_same(edited: Project) -> None:
    (edited.root / "dvc.yaml").write_text("stages: [")
    node = explain("good/generic-01")
    assert re.match(r"DVC cannot say: dvc\.yaml:\d+:\d+: not valid YAML: ", out_of_date(node)["answer good/generic-01"])
    assert only(node, "question").facts["status"]


@pytest.mark.slow  # DVC waits some seconds for its lock
def test_while_another_dvc_is_at_work_the_rest_is_told_all_the_same(edited: Project) -> None:
    with dvc_repo() as repo, lock_repo(repo):
        said = out_of_date(explain("good/generic-01"))
    assert said == {
        "answer good/generic-01": "DVC cannot say: another `dvc` process is running in this project; wait until it has finished"
    }


def test_rows_that_came_and_went_since_the_build(edited: Project) -> None:
    rows = edited.rows("data/seed_tasks.en.jsonl")
    new, gone = rows[0] | {"id": "new-01"}, rows.pop()
    edited.write_rows("data/seed_tasks.en.jsonl", [*rows, new])
    assert "not in data/build/translated/seed_tasks.jsonl yet" in facts_named(explain("new-01"), NOT_BUILT)["seed new-01"]
    assert "nothing depends on it yet" in facts_named(impact("new-01"), NOT_BUILT)["seed new-01"]
    assert list(facts_named(explain(gone["id"]), GONE)) == [f"source seed_tasks/{gone['id']}"]


def test_the_tree_says_which_stages_dvc_would_run(edited: Project) -> None:
    """Held against `dvc status`, on the stages that a judgment came of."""
    edited.edit_params(lambda params: params["translate"].update(sample=1))
    told = {said.partition(":")[0] for said in out_of_date(explain("good-vs-thin/generic-01")).values()}
    direct = set(json.loads(edited.run("dvc", "status", "--json")))
    assert direct == {"translate@seed_tasks", "translate@questions", "translate@baseline"}
    assert told == {"judge@good-vs-thin", "answer@good", "answer@thin", "post_edit@questions", "translate@questions"}
