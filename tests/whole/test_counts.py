"""Every edit sends exactly the requests whose content changed, counted at a server on a local socket."""

import shutil
from collections import Counter
from typing import Any

import pytest

from seedbed.steps.demonstrations import draw
from tests.harness import Project, Server

TRANSLATE_ALL = {"translated_task": 8 + 2, "translated_question": 3}


def slots(project: Project) -> int:
    return 1 + max(int(row["slot"]) for row in project.rows("data/build/candidates/native.jsonl"))


def test_an_edited_question_costs_itself(counted: Project, server: Server) -> None:
    """Its translation, one answer a model, two judgments; a comment in the judge's prompt on top costs nothing."""
    counted.repro("judge@good-vs-thin")
    built = Counter(server.take())
    assert built == {"translated_question": 3, "answer": 2 * 3, "judgment": 2 * 3}
    questions = counted.rows("data/questions.en.jsonl")
    counted.write_rows("data/questions.en.jsonl", [questions[0] | {"text": "Why is the sea salty?"}, *questions[1:]])
    counted.replace("prompts/judge.yaml", "description:", "# A comment.\ndescription:")
    counted.repro("judge@good-vs-thin")
    assert Counter(server.take()) == {"translated_question": 1, "answer": 2, "judgment": 2}


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
    showing = sum(edited in draw(ids, 2, 42, slot) for slot in range(min(first, after)))
    assert showing > 0
    assert Counter(server.take()) == Counter({"translated_task": 1, "instructions": showing + max(0, after - first)})
    counted.write_rows("data/seed_tasks.en.jsonl", seeds)
    counted.repro()
    assert server.take() == []

    # The judge's temperature: all judgments, nothing else. How they are counted: nothing.
    counted.edit_params(lambda p: p["judge"]["params"].update({"temperature": 0.5}))
    counted.repro()
    assert Counter(server.take()) == {"judgment": 6}
    counted.edit_params(lambda p: p["report"].update({"bootstrap": 60}))
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
def test_another_draw(counted: Project, server: Server) -> None:
    """A person who wants other replies raises `sample`."""
    counted.repro("translate")
    server.take()
    counted.edit_params(lambda p: p["translate"].update({"sample": 1}))
    counted.repro("translate")
    assert Counter(server.take()) == TRANSLATE_ALL


def test_equal_requests_are_sent_once(counted: Project, server: Server) -> None:
    rows = counted.rows("data/questions.en.jsonl")
    counted.write_rows("data/questions.en.jsonl", [row | {"text": "What is dew?"} for row in rows])
    counted.repro("translate@questions")
    assert server.take() == ["translated_question"]
    assert len(counted.rows("data/build/translated/questions.jsonl")) == 3


@pytest.mark.slow
def test_prefix_is_the_shortest_whatever_the_order_of_arrival(counted: Project, server: Server) -> None:
    """Concurrency changes neither the candidates nor the number of requests; none is sent in vain."""
    counted.repro("filter")
    kinds, first = server.take(), counted.outputs()
    kept = counted.rows("data/build/instructions/native.jsonl")
    assert len(kept) >= 6
    last_slot = slots(counted) - 1
    assert sum(row["slot"] < last_slot for row in kept) < 6
    assert kinds.count("instructions") == last_slot + 1

    counted.edit_params(lambda p: p["servers"]["stand-in"].update({"max_concurrency": 1}))
    shutil.rmtree(counted.root / ".dvc" / "cache")
    shutil.rmtree(counted.root / ".dvc" / "seedbed")
    counted.repro("--force", "filter")
    assert Counter(server.take()) == Counter(kinds)
    assert counted.outputs() == first


@pytest.mark.slow
def test_generated_demonstrations(counted: Project, server: Server) -> None:
    """A slot may show what earlier waves had accepted, and only that."""

    def change(params: Any) -> None:
        params["generate"].update({"wave": 2, "target": 8})
        params["generate"]["demonstrations"]["generated"] = 1

    counted.edit_params(change)
    counted.repro("filter")
    kept = {row["id"]: row["slot"] for row in counted.rows("data/build/instructions/native.jsonl")}
    candidates = counted.rows("data/build/candidates/native.jsonl")
    drawn = [(row["slot"], kept[id]) for row in candidates for id in row["demonstrations"] if id in kept]
    assert drawn
    assert all(source < slot - slot % 2 for slot, source in drawn)
