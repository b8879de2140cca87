"""Rows that say by id and by text which question they answer: both have to be of one question."""

import json
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from seedbed.project import paths
from seedbed.recorded.import_answers import import_answers
from seedbed.recorded.import_questions import import_questions
from seedbed.recorded.reading import Source
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, write_rows
from tests.harness import ROOT, without_conversations

MADE_BY = {"endpoint": "e", "model": "m"}
BY_MAP = (("answer", "answer"), ("question", "asked"))


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> Iterator[Path]:
    """A project with two questions in English, the second of two turns; the working folder while a test runs."""
    (tmp_path / "data").mkdir()
    text = without_conversations((ROOT / "params.yaml").read_text(encoding="utf-8"))
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    with chdir(tmp_path):
        questions: list[Row] = [
            {"id": "one", "category": "generic", "text": "Name a fruit."},
            {"id": "two", "category": "generic", "text": "Name a colour.", "follow_ups": ["Another?"]},
        ]
        write_rows(Path("data/questions.en.jsonl"), questions, "question")
        yield tmp_path


def take(rows: list[Any], fields: Any = ()) -> str:
    Path("in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return import_answers(Source(Path("in.jsonl"), fields=fields), "m", None, fill=True, yes=True)


def asked(id: str, *turns: str) -> Row:
    """Return a conversation that asks these turns, with an answer to each."""
    said = [[{"role": "user", "content": turn}, {"role": "assistant", "content": "An answer."}] for turn in turns]
    return {"question_id": id, "messages": [message for pair in said for message in pair]}


def test_a_text_of_another_question_than_the_id_is_refused_with_both_named() -> None:
    for row, fields in (
        (asked("one", "Nenne eine Frucht."), ()),
        ({"id": "one", "asked": "Nenne eine Frucht.", "answer": "Ein Apfel."}, BY_MAP),
        ({"lm_output": "Ein Apfel.", "extra_info": asked("one", "Nenne eine Frucht.")}, ()),
    ):
        with pytest.raises(UserError) as error:
            take([row], fields)
        assert "in.jsonl:1: question 'one' is 'Name a fruit.'… in this project, but 'Nenne eine Frucht.'… in the row" in str(
            error.value
        )
        assert not paths.RECORDED.exists()
    with pytest.raises(UserError, match="question 'two' is"):
        take([asked("two", "Name a colour.", "Noch eine?")])


def test_the_same_text_is_taken_whatever_its_white_space_and_its_turns() -> None:
    assert "2 answers of m imported" in take([asked("one", " Name\n a fruit. "), asked("two", "Name a colour.", "Another?")])
    assert "2 answers of m imported" in take([asked("two", "Name a colour.")])
    assert "2 answers of m imported" in take([{"id": "one", "asked": " ", "answer": "An apple."}], BY_MAP)
    prompt = {"lm_prompt": "### User: Name a fruit.", "lm_output": "An apple.", "task_inputs": {"question_id": "one"}}
    assert "2 answers of m imported" in take([prompt])


def test_each_form_of_a_question_that_a_build_has_is_its_text() -> None:
    row = asked("one", "果物の名前は？")
    with pytest.raises(UserError, match="question 'one' is"):
        take([row])
    shared = {"id": "one", "category": "generic", "made_by": MADE_BY}
    translation = {"source": {"text": "Name a fruit!"}, "translation": {"text": "果物の名前は？"}, "failure": None}
    write_rows(paths.translated("questions"), [shared | translation], "translated_question")
    write_rows(
        paths.edited("questions", "question"), [shared | {"text": "果物を一つ。", "status": "edited"}], "edited_question"
    )
    for text in ("果物の名前は？", "果物を一つ。", "Name a fruit.", "Name a fruit!"):
        assert "2 answers of m imported" in take([asked("one", text)])
    with pytest.raises(UserError, match="question 'one' is"):
        take([asked("one", "果物は？")])


def test_an_id_that_a_slug_alone_would_not_tell_is_found(project: Path) -> None:
    ids = ["数学-1", "国語-1", "AbC_0"]
    file = project / "asked.jsonl"
    rows = [{"id": id, "text": f"Question {id}?", "category": "generic"} for id in ids]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    import_questions(Source(file), "questions", "en", None, yes=True)
    assert "3 answers" in take([{"question_id": id, "model_id": "m", "choices": [{"turns": ["An answer."]}]} for id in ids])
