"""Confirm, reject and take back on the page; who else is on the row; whose turn a row is."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from seedbed.review.web.presence import Presence
from tests.review.project import TEXTS, write_edit
from tests.review.web.person import EDITS, ROW, Person, edits, fields_of


def require_confirmed() -> None:
    params = YAML().load(Path("params.yaml").read_text(encoding="utf-8"))
    params["post_edit"]["require"] = "confirmed"
    YAML().dump(params, Path("params.yaml"))


def press(person: Person, verb: str, url: str = ROW, **typed: str) -> Any:
    """Open a row and leave it by a button."""
    return person.post(url, person.open(url) | {"go": verb} | typed)


def test_a_second_person_confirms_and_takes_it_back() -> None:
    before = write_edit("fermi-01", "大阪にバス停はいくつありますか？")
    ben = Person(editor="ben")
    page = ben.http.get(ROW).text
    assert 'value="confirm"' in page
    assert "Edited by aki." in page
    response = press(ben, "confirm")
    assert "said=confirmed" in response.headers["location"]
    assert edits()["fermi-01"]["confirmed"]["by"] == "ben"
    page = ben.http.get(ROW).text
    assert "Confirmed by ben." in page
    assert 'value="confirm"' not in page
    assert "Confirmed by ben." in ben.http.get("/edits/questions?show=edited").text
    press(ben, "undo")
    assert edits()["fermi-01"] == before


def test_nobody_confirms_their_own_edit() -> None:
    write_edit("fermi-01", "大阪にバス停はいくつありますか？")
    aki = Person(editor="aki")
    page = aki.http.get(ROW).text
    assert 'value="confirm"' not in page
    assert "Another person can confirm it." in page
    response = press(aki, "confirm")
    assert response.status_code == 422
    assert "you edited this row yourself" in response.text
    assert "confirmed" not in edits()["fermi-01"]


def test_what_is_confirmed_is_what_is_saved() -> None:
    write_edit("fermi-01", "大阪にバス停はいくつありますか？")
    ben = Person(editor="ben")
    response = press(ben, "confirm", **{"field.text": "バス停はいくつ？"})
    assert response.status_code == 422
    assert "only the saved text can be confirmed" in response.text
    assert "バス停はいくつ？" in response.text
    form = ben.open(ROW)
    write_edit("generic-01", "x")  # another row's edit is no conflict
    EDITS.write_text(EDITS.read_text(encoding="utf-8").replace("大阪に", "市内に"), encoding="utf-8")
    response = ben.post(ROW, form | {"go": "confirm", "field.text": "大阪にバス停はいくつありますか？"})
    assert response.status_code == 409
    assert "confirmed" not in edits()["fermi-01"]


def test_another_text_asks_for_another_confirmation() -> None:
    write_edit("fermi-01", "大阪にバス停はいくつありますか？")
    press(Person(editor="ben"), "confirm")
    press(Person(editor="aki"), "save", **{"field.text": "大阪市にバス停はいくつありますか？"})
    assert edits()["fermi-01"]["confirmed"]["by"] == "ben"
    page = Person(editor="ben").http.get(ROW).text
    assert "ben confirmed an earlier text" in page
    assert 'value="confirm"' in page


def test_a_rejected_row_keeps_what_was_edited_and_comes_back_with_it() -> None:
    before = write_edit("fermi-01", "大阪にバス停はいくつありますか？")
    ben = Person(editor="ben")
    response = press(ben, "reject", reason="  ")
    assert response.status_code == 422
    assert "enter a reason for rejecting" in response.text
    press(ben, "reject", reason="<b>答えが出ない</b>")
    assert edits()["fermi-01"]["rejected"]["reason"] == "<b>答えが出ない</b>"
    page = ben.http.get(ROW).text
    assert "&lt;b&gt;答えが出ない&lt;/b&gt;" in page
    assert "Rejected by ben." in page
    assert "fermi-01" not in ben.http.get("/edits/questions").text
    assert "fermi-01" in ben.http.get("/edits/questions?show=rejected").text
    press(ben, "take_back")
    assert edits()["fermi-01"] == before


def test_a_rejected_row_that_nobody_edited_leaves_no_line_when_it_comes_back() -> None:
    ben = Person(editor="ben")
    press(ben, "reject", reason="no")
    assert edits()["fermi-01"]["decision"] == "rejected"
    press(ben, "undo")
    assert edits() == {}
    press(ben, "reject", reason="no")
    press(ben, "save", **{"field.text": "大阪にバス停はいくつありますか？"})
    assert edits()["fermi-01"]["decision"] == "edited"
    assert "rejected" not in edits()["fermi-01"]


def test_a_reason_that_was_typed_and_left_is_a_draft() -> None:
    ben = Person(editor="ben")
    press(ben, "skip", reason="まだ迷っている")
    assert ben.open(ROW)["reason"] == "まだ迷っている"


@pytest.mark.parametrize("verb", ["save", "approve", "confirm"])
def test_a_reason_that_was_typed_is_not_dropped_by_another_button(verb: str) -> None:
    before = write_edit("fermi-01", "大阪にバス停はいくつありますか？") if verb == "confirm" else None
    ben = Person(editor="ben")
    page = press(ben, verb, reason="答えが出ない")
    assert page.status_code == 422
    assert "a reason for rejecting is filled in" in page.text
    assert fields_of(page.text)["reason"] == "答えが出ない"
    assert edits().get("fermi-01") == before
    response = ben.post(ROW, fields_of(page.text) | {"go": "reject"})
    assert "said=rejected" in response.headers["location"]
    assert edits()["fermi-01"]["rejected"]["reason"] == "答えが出ない"


def test_undo_brings_back_the_reason_and_the_note_as_they_were_typed() -> None:
    ben = Person(editor="ben")
    press(ben, "reject", reason="答えが出ない")
    press(ben, "undo", "/edits/questions/fermi-02")
    assert (edits(), ben.open(ROW)["reason"]) == ({}, "答えが出ない")
    press(ben, "approve", reason="", note="確認した")
    press(ben, "undo", "/edits/questions/fermi-02")
    assert (edits(), ben.open(ROW)["note"]) == ({}, "確認した")


def test_rows_wait_for_a_second_person_where_they_have_to_be_confirmed() -> None:
    require_confirmed()
    for id in TEXTS:
        write_edit(id, f"{id}の訳", editor="aki" if id.startswith("fermi") else "ben")
    ben = Person(editor="ben").http.get("/edits/questions").text
    assert ("/edits/questions/fermi-01" in ben, "/edits/questions/generic-01" in ben) == (True, False)
    person = Person(editor="ben")
    assert "/edits/questions/fermi-02" in press(person, "confirm").headers["location"]
    assert (
        press(person, "confirm", "/edits/questions/fermi-02").headers["location"].startswith("/edits/questions?said=confirmed")
    )


def test_named_people_get_their_share_of_the_rows() -> None:
    people = ("aki", "ben")
    shares = {
        name: {
            id
            for id in TEXTS
            if f"/edits/questions/{id}" in Person(editor=name, people=people).http.get("/edits/questions").text
        }
        for name in (*people, "cho")
    }
    assert shares["aki"] | shares["ben"] == {*TEXTS}
    assert (len(shares["aki"]), len(shares["ben"]), shares["cho"]) == (2, 2, set())
    everyone = Person(editor="cho", people=people).http.get("/edits/questions?show=all").text
    assert all(f"/edits/questions/{id}" in everyone for id in TEXTS)


def test_two_people_on_one_row_see_each_other() -> None:
    aki = Person(editor=None, annotator=None)
    for name in ("aki", "ben"):
        aki.http.cookies.set("seedbed_name", name)
        page = aki.http.get(ROW).text
    assert "Also on this row: aki." in page
    aki.http.cookies.set("seedbed_name", "aki")
    form = aki.open(ROW)
    assert "Also on this row: ben." in aki.post(f"{ROW}/here", {"token": form["token"]}).text
    assert "Also on this row" not in aki.http.get("/edits/questions/fermi-02").text
    aki.http.cookies.set("seedbed_name", "ben")
    assert "Also on this row" not in aki.post(f"{ROW}/here", {"token": form["token"]}).text  # aki went on to another row


def test_who_says_nothing_for_a_while_is_gone() -> None:
    now = [0.0]
    presence = Presence(lambda: now[0])
    presence.note("row", "aki")
    assert presence.others("row", "ben") == ["aki"]
    assert presence.others("row", "AKI") == []
    now[0] = 26.0
    assert presence.others("row", "ben") == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_words_are_there_in_both_languages(language: str) -> None:
    write_edit("fermi-01", "大阪にバス停はいくつありますか？")
    page = Person(editor="ben", language=language).http.get(ROW).text
    assert ("不採用の理由" if language == "ja" else "Reason for rejecting") in page


def test_ticked_rows_are_confirmed_or_rejected_and_taken_back_as_one() -> None:
    for id in ("fermi-01", "fermi-02"):
        write_edit(id, f"{id}の訳")
    write_edit("generic-01", "自分の訳", editor="ben")
    before = EDITS.read_bytes()
    ben, url = Person(editor="ben"), "/edits/questions?show=all"
    page = ben.http.get(url).text
    assert all(f'value="{verb}"' in page for verb in ("approve", "confirm", "reject"))
    done = ben.post(url, ben.open(url) | {"scope": "page", "go": "confirm"})
    assert {id: "confirmed" in edit for id, edit in edits().items()} == {
        "fermi-01": True,
        "fermi-02": True,
        "generic-01": False,
    }
    text = ben.http.get(done.headers["location"]).text
    assert "Rows confirmed: 2." in text
    assert "edited by you: 1." in text
    assert "no valid edit: 1." in text
    assert "fermi-01" in ben.http.get("/edits/questions?show=all&signed=yes").text
    ben.post(url, ben.open(url) | {"go": "undo"})
    assert EDITS.read_bytes() == before

    ticked = {"scope": "ticked", "go": "reject", "row.fermi-01": "1", "row.generic-02": "1"}
    again = ben.post(url, ben.open(url) | ticked | {"reason": " "})
    assert (again.status_code, "enter a reason for rejecting" in again.text) == (422, True)
    assert {id: f'name="row.{id}" value="1" checked' in again.text for id in TEXTS} == {
        id: f"row.{id}" in ticked for id in TEXTS
    }
    again = ben.post(url, ben.open(url) | ticked | {"go": "approve", "reason": "向いていない"})
    assert (again.status_code, "a reason for rejecting is filled in" in again.text) == (422, True)
    assert fields_of(again.text)["reason"] == "向いていない"
    assert EDITS.read_bytes() == before
    ben.post(url, ben.open(url) | ticked | {"reason": "向いていない"})
    assert {id for id, edit in edits().items() if "rejected" in edit} == {"fermi-01", "generic-02"}
    ben.post(url, ben.open(url) | {"scope": "page", "go": "approve"})
    assert {id for id, edit in edits().items() if "rejected" in edit} == {"fermi-01", "generic-02"}  # not taken back in passing
