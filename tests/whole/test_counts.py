"""Every edit sends exactly the requests whose content changed, counted at a server on a local socket."""

import json
from collections import Counter

import pytest

from seedbed.steps.demonstrations import draw
from seedbed.util.yaml12 import load_yaml
from tests.harness import Project, Server
from tests.whole.test_generation import slots

TRANSLATE_ALL = {"translated_task": 8 + 2, "translated_question": 3}


@pytest.mark.slow
def test_edits_cost_their_consequences(counted: Project, server: Server) -> None:
    """One build, then one edit after the other; each reverted before the next."""
    counted.repro()
    first = slots(counted)
    assert Counter(server.take()) == TRANSLATE_ALL | {"instructions": first, "answer": 3 * 2, "judgment": 3 * 2}
    original = counted.outputs()
    params = (counted.root / "params.yaml").read_text(encoding="utf-8")

    assert "Data and pipelines are up to date." in counted.repro()
    assert server.take() == []

    # A comment is no change of content.
    counted.replace("params.yaml", "judge:\n", "# A comment.\njudge: # another\n")
    counted.replace("prompts/judge.yaml", "description:", "# A comment.\ndescription:")
    counted.repro()
    assert server.take() == []

    # One question: its translation, one answer a model, two judgments a match.
    questions = counted.rows("data/questions.en.jsonl")
    counted.write_rows("data/questions.en.jsonl", [questions[0] | {"text": "Why is the sea salty?"}, *questions[1:]])
    counted.repro()
    assert Counter(server.take()) == {"translated_question": 1, "answer": 2, "judgment": 2}
    counted.write_rows("data/questions.en.jsonl", questions)
    counted.repro()
    assert server.take() == []
    assert counted.outputs() == original

    # One seed: its translation, the slots of the old prefix that show it, and those by which the prefix grows.
    seeds = counted.rows("data/seed_tasks.en.jsonl")
    edited = seeds[3]["id"]
    counted.write_rows(
        "data/seed_tasks.en.jsonl", [row | {"instruction": "Name a river."} if row["id"] == edited else row for row in seeds]
    )
    counted.repro()
    after = slots(counted)
    ids = [row["id"] for row in seeds]
    drawn_by = load_yaml(counted.root / "params.yaml")["generate"]["seed"]
    showing = sum(edited in draw(ids, 2, drawn_by, slot) for slot in range(min(first, after)))
    assert showing > 0
    assert Counter(server.take()) == Counter({"translated_task": 1, "instructions": showing + max(0, after - first)})
    counted.write_rows("data/seed_tasks.en.jsonl", seeds)
    counted.repro()
    assert server.take() == []

    # The judge's temperature: all judgments, nothing else. How they are counted: nothing.
    counted.edit_params(lambda p: p["judge"]["params"].update({"temperature": 0.5}))
    counted.repro()
    assert Counter(server.take()) == {"judgment": 6}
    counted.edit_params(lambda p: p["report"].update({"bootstrap": 1060}))
    counted.repro()
    assert server.take() == []

    # Rate limits and addresses are no content at all, and no stage's dependency.
    counted.edit_params(lambda p: p["servers"]["stand-in"].update({"requests_per_minute": 100000, "max_concurrency": 3}))
    assert "Data and pipelines are up to date." in counted.repro()

    # Everything reverted.
    (counted.root / "params.yaml").write_text(params, encoding="utf-8")
    counted.replace("prompts/judge.yaml", "# A comment.\ndescription:", "description:")
    counted.repro()
    assert server.take() == []
    assert counted.outputs() == original


@pytest.mark.slow
def test_asking_a_judge_twice_costs_that_and_no_more(counted: Project, server: Server) -> None:
    counted.repro()
    before = counted.outputs()
    server.take()
    counted.edit_params(lambda p: p["judge"].update({"retest": 4}))
    assert sum(stage["new"] for stage in json.loads(counted.run("seedbed", "plan", "--json"))["stages"]) == 4
    counted.repro()
    assert Counter(server.take()) == {"judgment": 4}
    assert sum("retest" in row for row in counted.rows("data/build/judgments/good-vs-thin.jsonl")) == 4
    counted.edit_params(lambda p: p["judge"].pop("retest"))
    counted.repro()
    assert server.take() == []
    assert counted.outputs() == before
