"""Edits: each was made on the texts that stand now."""

from typing import Any, cast

import pytest

from seedbed.project.corpora import fields_of, status_of
from seedbed.util.canonical import content_hash
from tests.data.bundled import (
    KINDS,
    corpus,
    edits,
    machine_of,
    report,
)


@pytest.mark.parametrize("name", ["seed_tasks", "questions"])
def test_edits_fit_the_texts_that_they_were_made_on(name: str) -> None:
    problems = []
    sources = {row["id"]: row for row in corpus(name)}
    for id, edit in edits(name).items():
        if id not in sources:
            problems.append(f"edits {name} {id} id: no such row")
            continue
        source, machine = fields_of(sources[id], KINDS[name]), machine_of(sources[id], name)
        if edit["source_hash"] != content_hash(source):
            problems.append(f"edits {name} {id} source_hash: stale, the source is {content_hash(source)}")
        if edit["machine_hash"] != content_hash(machine):
            problems.append(f"edits {name} {id} machine_hash: stale, the machine text is {content_hash(machine)}")
        if set(edit["fields"]) != set(source):
            problems.append(f"edits {name} {id} fields: expected {sorted(source)}, found {sorted(edit['fields'])}")
        if (edit["decision"] == "approved") != (edit["fields"] == machine):
            problems.append(f"edits {name} {id} decision: {edit['decision']}, but compare the fields with the machine's")
        for field, text in source.items():
            if bool(text.strip()) != bool(edit["fields"].get(field, "").strip()):
                problems.append(f"edits {name} {id} {field}: blank in one language only")
        if "seconds" in edit:
            problems.append(f"edits {name} {id} seconds: none were measured, as data/README.md says")
    report(problems)


@pytest.mark.parametrize("name", ["seed_tasks", "questions"])
def test_the_machine_is_mostly_wrong(name: str) -> None:
    approved = sum(edit["decision"] == "approved" for edit in edits(name).values()) / len(corpus(name))
    assert 0.2 <= approved <= 0.45, f"{name}: {approved:.1%} approved"


def test_every_question_is_reviewed_and_four_seeds_are_left_to_show_what_that_looks_like() -> None:
    assert set(edits("questions")) == {row["id"] for row in corpus("questions")}
    assert len({row["id"] for row in corpus("seed_tasks")} - set(edits("seed_tasks"))) == 4


def test_grading_points_make_no_edit_stale() -> None:
    """They are no field that is translated, so neither the request nor the edit's hashes know of them."""
    for row in corpus("questions"):
        without = {key: value for key, value in row.items() if key != "rubric"}
        assert fields_of(row, "question") == fields_of(without, "question")
        translated = {
            **{key: value for key, value in row.items() if key != "text"},
            "source": fields_of(row, "question"),
            "translation": machine_of(row, "questions"),
            "made_by": {"endpoint": "stand-in", "model": "stand-in"},
        }
        bare = {key: value for key, value in translated.items() if key != "rubric"}
        edit: Any = edits("questions")[row["id"]]
        assert status_of(cast(Any, translated), edit) == status_of(cast(Any, bare), edit) == edit["decision"]
