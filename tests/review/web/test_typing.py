"""Checks on what is typed, at the wire: what the draft's reply says, and what a save asks about."""

import html
import re
from pathlib import Path

import pytest

from seedbed.util.canonical import parse_json
from tests.review.project import HOSTILE, TEXTS, write_edit, write_questions
from tests.review.web.person import EDITS, ROW, Person, edits, fields_of

SOURCE, MACHINE = "Lunch is at 13:20 in `hall`.", "昼食は13:20に`hall`です。"
WRONG = "昼食は99:99に`hall`です。"


@pytest.fixture(autouse=True)
def row(in_folder: None) -> None:
    write_questions(TEXTS | {"fermi-01": (SOURCE, MACHINE)})


def marks(page: str) -> list[list[object]]:
    found = re.search(r"id=\"findings-text\" data-marks='(.*?)'", page)
    assert found
    marked: list[list[object]] = parse_json(html.unescape(found[1]))
    return marked


def test_the_reply_to_a_draft_says_what_is_new_and_where() -> None:
    person = Person()
    form = person.open(ROW)
    assert "No problems found." in person.http.get(ROW).text
    reply = person.post(f"{ROW}/draft", form | {"field.text": "😀\r\n" + WRONG}).text
    assert "13 is missing, 20 is missing, 99 is not in the source" in reply
    assert marks(reply) == [[6, 8, "new"], [9, 11, "new"]]  # as a browser counts, and with its line ends
    assert '<mark class="new">13</mark>:<mark class="new">20</mark>' in reply
    reply = person.post(f"{ROW}/draft", form | {"field.text": MACHINE}).text
    assert "No problems found." in reply


def test_a_new_mismatch_is_saved_on_the_second_word_and_asked_about_once() -> None:
    person = Person()
    response = person.post(ROW, person.open(ROW) | {"field.text": WRONG, "go": "save"})
    assert response.status_code == 422
    assert "Nothing was saved yet: numbers or code in your text do not match the source" in response.text
    assert "99 is not in the source" in response.text
    assert not EDITS.exists()
    assert fields_of(response.text)["field.text"] == WRONG
    (button,) = re.findall(r'name="go" value="(save:\w+)"', response.text)
    other = person.post(ROW, fields_of(response.text) | {"field.text": WRONG + "7時。", "go": button})
    assert other.status_code == 422, "the answer is to the mismatches that were shown"
    assert person.post(ROW, fields_of(response.text) | {"go": button}).status_code == 303
    assert edits()["fermi-01"]["fields"]["text"] == WRONG
    again = person.open(ROW) | {"field.text": WRONG + "はい。", "go": "save"}
    assert person.post(ROW, again).status_code == 303, "what the saved edit has already is not asked about again"


def test_what_the_machine_text_has_already_and_lesser_findings_are_not_asked_about() -> None:
    write_questions(TEXTS | {"fermi-01": (SOURCE, WRONG)})
    person = Person()
    form = person.open(ROW) | {"field.text": WRONG + "Windsorは古い。", "go": "save"}
    assert "still there" in person.http.get(ROW).text
    assert person.post(ROW, form).status_code == 303


def test_lost_code_is_asked_about_in_the_persons_language() -> None:
    person = Person(language="ja")
    response = person.post(ROW, person.open(ROW) | {"field.text": "昼食は13:20にホールです。", "go": "save"})
    assert response.status_code == 422
    assert "まだ保存していません。数値またはコードが原文と一致していません" in response.text
    assert "このまま保存" in response.text


def test_terms_of_the_glossary_are_looked_for() -> None:
    Path("data/glossary.ja.csv").write_text("term,translation,note\nlunch,お昼,\n", encoding="utf-8")
    person = Person()
    page = person.http.get(ROW).text
    assert "&#39;lunch&#39; should be &#39;お昼&#39;" in page
    assert '<mark class="same">Lunch</mark>' in page
    Path("data/glossary.ja.csv").write_text("term,translation\n", encoding="utf-8")
    page = person.http.get(ROW).text  # a fault of the file is said, and the row can be edited
    assert "glossary.ja.csv:1: expected the columns term, translation, note" in page


def test_hostile_texts_stay_texts_among_the_marks() -> None:
    write_questions(TEXTS | {"fermi-01": (HOSTILE + " 13", HOSTILE + " 14")})
    write_edit("generic-01", HOSTILE)
    Path("data/glossary.ja.csv").write_text(f'term,translation,note\n13,"{HOSTILE.replace(chr(34), chr(34) * 2)}",x\n', "utf-8")
    person = Person()
    pages = [
        person.http.get(f"{ROW}?find=owned").text,
        person.post(f"{ROW}/draft", person.open(ROW) | {"field.text": HOSTILE + "15"}).text,
        person.post(ROW, person.open(ROW) | {"field.text": HOSTILE + "15", "go": "save"}).text,
        person.http.get("/elsewhere/questions", params={"old": "あべ", "new": HOSTILE}).text,
    ]
    for page in pages:
        assert "<mark" in page or "<del" in page
        assert "<script>" not in page
        assert "<img src=x" not in page
