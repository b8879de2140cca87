"""Questions with follow-ups on the review page: every turn is shown, edited, saved and voted on."""

from pathlib import Path

import pytest

from seedbed.project.corpora import DIVIDER
from seedbed.review.ballots import load_answers, sample
from seedbed.review.queue.file_cache import FileCache
from seedbed.util.rows import read_rows, write_rows
from seedbed.util.yaml12 import load_yaml
from tests.review.project import MADE_BY, question
from tests.review.web.person import Person, edits, fields_of

ROW = "/edits/questions/talk"
SAID = {"text": "川の名前を述べてください。", "follow_up_1": "そしてその源は？"}
EDITED = Path("data/build/edited/questions/questions.jsonl")


@pytest.fixture(autouse=True)
def conversation() -> None:
    """One more question, with a follow-up, and the answers of two models."""
    path = Path("data/build/translated/questions.jsonl")
    row = question("talk", "Name a river.", "") | {"category": "generic", "translation": SAID}
    row["source"] = {"text": "Name a river.", "follow_up_1": "And its source?"}
    write_rows(path, [*read_rows(path), row], "translated_question")
    shown = {"id": "talk", "category": "generic", "text": SAID["text"], "follow_ups": [SAID["follow_up_1"]]}
    write_rows(EDITED, [*read_rows(EDITED), shown | {"status": "unreviewed", "made_by": MADE_BY}], "edited_question")
    for model in ("good", "thin"):
        path = Path(f"data/build/answers/{model}.jsonl")
        turns = [f"{model}川です。", f"{model}山です。"]
        answer = {"id": "talk", "model": model, "text": DIVIDER.join(turns), "turns": turns, "failure": None, "request": None}
        write_rows(path, [*read_rows(path), answer | {"made_by": MADE_BY}], "answer")


def test_every_turn_is_shown_and_saved() -> None:
    person = Person()
    page = person.http.get(ROW).text
    assert (fields_of(page)["field.text"], fields_of(page)["field.follow_up_1"]) == (SAID["text"], SAID["follow_up_1"])
    assert "Follow-up 1" in page
    assert "And its source?" in page
    form = fields_of(page) | {"field.follow_up_1": "では、水源はどこですか。", "go": "save"}
    assert person.post(ROW, form).status_code == 303
    assert edits()["talk"]["fields"] == SAID | {"follow_up_1": "では、水源はどこですか。"}


def test_a_form_without_a_turn_saves_nothing() -> None:
    person = Person()
    form = person.open(ROW)
    del form["field.follow_up_1"]
    assert person.post(ROW, form | {"go": "save"}).status_code in (400, 422)
    assert "talk" not in edits()


def test_a_vote_is_on_the_whole_conversation() -> None:
    person = Person()
    ballots = sample(load_answers(load_yaml(Path("params.yaml")), FileCache()), None)
    (ballot,) = (ballot for ballot in ballots if ballot.question == "talk" and ballot.match == "good-vs-thin")
    page = person.http.get(f"/votes/{ballot.name}").text
    for text in (*SAID.values(), "good川です。", "good山です。", "thin川です。", "thin山です。"):
        assert text in page
