"""The pane beside a row, and a change that is made elsewhere, at the wire."""

import html
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from seedbed.project.glossary import load_glossary, put_term
from seedbed.util.canonical import parse_json
from seedbed.util.errors import UserError
from tests.review.project import TEXTS, write_edit, write_questions
from tests.review.web.person import EDITS, ROW, Person, edits, fields_of

GLOSSARY = Path("data/glossary.ja.csv")
FETCH = {"x-requested-with": "fetch"}
TERM = {"memory.term": "bus  stops", "memory.translation": "停留所", "memory.note": "", "go": "term"}


def test_a_term_goes_to_the_projects_glossary_and_the_text_that_was_typed_stays() -> None:
    person = Person()
    response = person.post(f"{ROW}/memory", person.open(ROW) | TERM | {"field.text": "書きかけ"})
    assert response.status_code == 303
    assert GLOSSARY.read_text(encoding="utf-8") == "term,translation,note\nbus stops,停留所,\n"
    assert person.open(ROW)["field.text"] == "書きかけ"
    reply = person.post(f"{ROW}/memory", person.open(ROW) | TERM | {"memory.translation": "のりば"}, **FETCH).text
    assert "bus stops is now のりば; it was 停留所." in reply
    assert "bus stops&#39; should be" in reply, "the row is looked at with the new term at once"
    assert [dict(term) for term in load_glossary(GLOSSARY)] == [{"term": "bus stops", "translation": "のりば", "note": ""}]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"memory.term": " "}, "enter the term and its translation"), ({"memory.note": "x" * 201}, "at most 200 characters each")],
)
def test_a_term_that_cannot_be_added_says_why(wrong: dict[str, str], words: str) -> None:
    person = Person()
    assert words in person.post(f"{ROW}/memory", person.open(ROW) | TERM | wrong, **FETCH).text
    assert not GLOSSARY.exists()


def test_a_term_is_added_behind_lines_that_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "glossary.csv"
    path.write_bytes('\ufeffterm,translation,note\r\nfair,お祭り,"a, b"'.encode())
    assert put_term(path, {"term": "x,y", "translation": "き", "note": ""}, tmp_path) is None
    assert path.read_bytes().decode() == '\ufeffterm,translation,note\r\nfair,お祭り,"a, b"\n"x,y",き,\n'
    before = put_term(path, {"term": "FAIR", "translation": "市", "note": ""}, tmp_path)
    assert before is not None
    assert before["translation"] == "お祭り"
    assert [term["translation"] for term in load_glossary(path)] == ["市", "き"]
    path.write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"glossary\.csv:1: expected the columns"):
        put_term(path, {"term": "a", "translation": "b", "note": ""}, tmp_path)
    assert path.read_text(encoding="utf-8") == "nonsense\n"


def test_words_are_found_and_another_row_is_opened_with_nothing_lost() -> None:
    write_edit("fermi-02", "列車の長さはどのくらいですか？")
    person = Person()
    form = person.open(ROW)
    reply = person.post(f"{ROW}/memory", form | {"memory.find": "TRAIN", "go": "find"}, **FETCH).text
    assert "Rows found: 1" in reply
    assert "<b>train</b>" in reply
    assert 'value="row:fermi-02"' in reply
    response = person.post(f"{ROW}/memory", form | {"memory.find": "列車", "go": "find"})
    assert response.headers["location"] == f"{ROW}?find={quote('列車')}"
    assert "<b>列車</b>" in person.http.get(response.headers["location"]).text
    response = person.post(ROW, person.open(ROW) | {"field.text": "途中", "go": "row:fermi-02"})
    assert response.headers["location"] == "/edits/questions/fermi-02?said=kept&row=fermi-01"
    assert person.open(ROW)["field.text"] == "途中"


def test_an_edited_row_like_this_one_shows_what_changed() -> None:
    write_questions(
        TEXTS | {"fermi-09": ("How many bus stops are there in Kobe?", "あなたは神戸にいくつバス停があると思いますか？")}
    )
    write_edit("fermi-01", "大阪にバス停はいくつありますか？")
    page = Person().http.get("/edits/questions/fermi-09").text
    similar = page[page.index('id="memory-similar"') : page.index('id="memory-elsewhere"')]
    assert 'value="row:fermi-01"' in similar
    assert "<del>あなたは</del>" in similar


def elsewhere(person: Person, old: str, new: str) -> tuple[str, dict[str, str]]:
    """Open the page of a change; return it, and what its form posts once all its rows are ticked."""
    response = person.http.get("/elsewhere/questions", params={"old": old, "new": new, "row": "fermi-01"})
    assert response.status_code == 200
    ticks = dict(re.findall(r'type="checkbox" id="[^"]*" name="([^"]*)" value="([^"]*)"', response.text))
    return response.text, fields_of(response.text) | ticks


def test_a_change_is_made_elsewhere_and_taken_back_as_one() -> None:
    write_edit("generic-01", "議事録の書き方は？")
    write_edit("fermi-02", "前の文はどう？", ("Another source.", "前の文"))
    person = Person()
    before = EDITS.read_bytes()
    page, form = elsewhere(person, "はど", "って、ど")
    assert [name for name in form if name.startswith("tick.")] == ["tick.generic-02"]
    page, form = elsewhere(person, "は", "って")
    ticks = [name for name in form if name.startswith("tick.")]
    assert ticks == ["tick.generic-01", "tick.fermi-01", "tick.generic-02"]
    assert page.count(" checked") == 1, "only what a person has looked at begins with a tick"
    assert "Not included, because they are stale, outdated or rejected: fermi-02." in page
    assert "<del>は</del><ins>って</ins>" in page
    response = person.post("/elsewhere/questions", form)
    assert response.headers["location"] == f"{ROW}?said=elsewhere&n=3"
    assert "Rows changed: 3." in person.http.get(response.headers["location"]).text
    assert edits()["generic-01"]["fields"]["text"] == "議事録の書き方って？"
    assert edits()["generic-02"]["editor"] == "yuki"
    response = person.post(ROW, person.open(ROW) | {"go": "undo"})
    assert response.headers["location"] == f"{ROW}?said=elsewhere_undone&n=3"
    assert EDITS.read_bytes() == before


def test_what_somebody_changed_meanwhile_or_since_is_left_alone() -> None:
    person, aki = Person(), Person(editor="aki")
    _, form = elsewhere(person, "どう", "いかに")
    _, both = elsewhere(person, "で", "でえ")
    aki.post("/edits/questions/generic-01", aki.open("/edits/questions/generic-01") | {"field.text": "彼女の", "go": "save"})
    response = person.post("/elsewhere/questions", form)
    assert response.headers["location"] == f"{ROW}?said=elsewhere_some"
    response = person.post("/elsewhere/questions", both)
    assert response.headers["location"] == f"{ROW}?said=elsewhere_some&n=2"
    aki.post("/edits/questions/fermi-02", aki.open("/edits/questions/fermi-02") | {"field.text": "彼女も", "go": "save"})
    response = person.post(ROW, person.open(ROW) | {"go": "undo"})
    assert response.headers["location"] == f"{ROW}?said=elsewhere_left&n=1"
    assert {id: edit["fields"]["text"] for id, edit in edits().items()} == {"generic-01": "彼女の", "fermi-02": "彼女も"}


def test_a_change_that_brings_a_mismatch_says_so_and_begins_without_a_tick() -> None:
    write_edit("fermi-02", "電車はどのくらいの長さですか？")
    page, _ = elsewhere(Person(), "どのくらい", "5両")
    assert "5 is not in the source" in page
    assert " checked" not in page


def test_changes_of_a_row_are_offered_for_others() -> None:
    write_edit("fermi-01", "あなたは大阪にいくつ停留所があると思いますか？")
    person = Person()
    offered = re.findall(r"value='elsewhere:(.*?)'", html.unescape(person.http.get(ROW).text))
    assert [parse_json(pair) for pair in offered] == [["バス停", "停留所"]]
    response = person.post(ROW, person.open(ROW) | {"go": 'elsewhere:["バス停","停留所"]'})
    assert response.headers["location"].startswith("/elsewhere/questions?old=%E3%83%90")
    assert person.post(ROW, person.open(ROW) | {"go": "elsewhere:[1]"}).headers["location"] == ROW
    assert "are the same" in person.http.get("/elsewhere/questions?old=a&new=a").text
    assert "No row contains this text" in person.http.get("/elsewhere/questions?old=ない語&new=a").text
    assert person.http.get("/elsewhere/nothing").status_code == 404
