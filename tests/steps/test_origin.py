"""What each step says of where its rows came from."""

from typing import Any

import pytest

from seedbed.steps import answering, exporting, judging, post_editing, slots, translating
from seedbed.steps.origin import Asked, Name, Origin

MADE_BY = {"endpoint": "stand-in", "model": "stand-in"}


def test_a_translation_came_of_its_source_and_a_request() -> None:
    row: Any = {"id": "fermi-01", "made_by": MADE_BY, "source": {"text": "How many?"}}
    asked = Asked("translate@questions", "fermi-01")
    source = (Name("source", "questions/fermi-01"),)
    assert translating.origin(row, "questions", "question") == Origin(source, asked, "translate_question")
    assert translating.origin(row | {"made_by": None}, "questions", "question") == Origin(source)
    several = row | {"source": {"text": "How many?", "follow_up_1": "And in a year?"}}
    assert translating.origin(several, "questions", "question") == Origin(source, asked, "translate_conversation")


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ("original", ["source"]),
        ("unreviewed", ["translation"]),
        ("edited", ["edit", "translation"]),
        ("outdated", ["edit", "translation"]),
        ("approved", ["edit", "translation"]),
        ("stale", ["edit", "translation"]),
    ],
)
def test_an_edited_row_came_of_the_edit_and_the_translation(status: Any, kinds: list[str]) -> None:
    origin = post_editing.origin("email-03", status, "seed_tasks")
    assert origin == Origin(tuple(Name(kind, "seed_tasks/email-03") for kind in kinds))


def test_a_candidate_came_of_its_demonstrations_and_its_slots_request() -> None:
    shown = ["email-03", "s00003-1"]
    asked, earlier = Asked("generate@native", "s00012"), Name("instruction", "native/s00003-1")
    edited = slots.origin(12, shown, "native", "edited")
    assert edited == Origin((Name("seed", "email-03"), earlier), asked, "generate")
    machine = slots.origin(12, shown, "native", "machine")
    assert machine == Origin((Name("translation", "seed_tasks/email-03"), earlier), asked, "generate")


def test_an_answer_came_of_its_question_and_a_request_unless_it_was_recorded() -> None:
    row: Any = {"id": "fermi-01", "model": "good", "request": "9f2c"}
    question = (Name("question", "fermi-01"),)
    assert answering.origin(row, "answer@good") == Origin(question, Asked("answer@good", "fermi-01"), "answer")
    assert answering.origin(row | {"request": None}, "answer@good") == Origin(question)


def test_a_judgment_came_of_the_two_answers_as_they_were_shown() -> None:
    row: Any = {"match": "good-vs-thin", "model": "good", "baseline": "thin", "question": "q", "order": "ab", "request": "9f2c"}
    good, thin, question = Name("answer", "good/q"), Name("answer", "thin/q"), Name("question", "q")
    assert judging.origin(row, False) == Origin((good, thin, question), Asked("judge@good-vs-thin", "q.ab"), "judge")
    turned = judging.origin(row | {"order": "ba"}, True)
    assert turned.parents == (thin, good, Name("reference", "q"), question)
    assert (turned.request, turned.prompt) == (Asked("judge@good-vs-thin", "q.ba"), "judge_reference")
    assert judging.origin(row | {"request": None}, False) == Origin((good, thin, question))


@pytest.mark.parametrize(
    ("example", "paths", "name"),
    [
        (("x", "seed"), {"seeds": "data/build/edited/seed_tasks.jsonl"}, Name("seed", "x")),
        (("x", "seed"), {"seeds": "./data/build/machine/seed_tasks.jsonl"}, Name("translation", "seed_tasks/x")),
        (("x", "generated"), {"rows": "data/build/instructions/plain.jsonl"}, Name("instruction", "plain/x")),
        (("x", "generated"), {"rows": "data/build/rejected/plain.jsonl"}, Name("instruction", "plain/x")),
        (("x", "translated"), {"rows": "data/build/translated/baseline.jsonl"}, Name("translation", "baseline/x")),
        (("x", "generated"), {"rows": "data/mine.jsonl"}, None),
    ],
)
def test_an_example_is_a_row_of_one_of_its_sets_files(
    example: tuple[str, str], paths: dict[str, Any], name: Name | None
) -> None:
    training_set: Any = {"seeds": "data/empty.jsonl", "rows": "data/empty.jsonl"} | paths
    id, origin = example
    assert exporting.origin({"id": id, "origin": origin}, training_set).parents == ((name,) if name else ())
