"""Who somebody is, and where the page that asks for it leads."""

import re
from pathlib import Path

import pytest

from seedbed.project.votes import read_votes
from seedbed.review.web.state import Settings
from seedbed.util.errors import UserError
from tests.review.web.person import EDITS, ROW, Person, edits, fields_of


@pytest.mark.parametrize(
    "name", ["../aki", "a/b", "a.b", "", "e\u0301", "ｙｕｋｉ", "a\u202eb", "\u3164", "-a", "a" * 65, "<b>x</b>"]
)
def test_a_name_that_cannot_name_a_file_is_refused(name: str) -> None:
    person = Person(editor=None, annotator=None)
    form = person.open("/who")
    response = person.post("/who", form | {"name": name})
    assert response.status_code == 422
    assert "Use letters of any script, digits, - and _" in response.text
    assert "set-cookie" not in response.headers
    assert name not in response.text or "<" not in name
    if name:
        with pytest.raises(UserError, match=r"--editor .*: not a valid name"):
            Settings(editor=name)
        with pytest.raises(UserError, match=r"--annotator .*: not a valid name"):
            Settings(annotator=name)
        with pytest.raises(UserError, match=r"--people .*: not a valid name"):
            Settings(people=("aki", name))


def test_a_cookie_with_a_bad_name_is_nobody() -> None:
    person = Person(editor=None, annotator=None)
    person.http.cookies.set("seedbed_name", "../x")
    assert person.http.get(ROW).headers["location"] == "/who?to=/edits/questions/fermi-01"
    assert person.http.get("/votes").headers["location"] == "/who?to=/votes"


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil", "/a?b#c", "/a?b=//evil", "javascript:alert(1)"]
)
def test_the_name_form_leads_nowhere_else(to: str) -> None:
    person = Person(editor=None, annotator=None)
    form = person.open("/who")
    assert person.post("/who", form | {"name": "aki", "to": to}).headers["location"] == "/"
    assert person.post("/who", form | {"name": "aki", "to": "/votes"}).headers["location"] == "/votes"


@pytest.mark.parametrize("url", [ROW, f"{ROW}/draft", "/votes/0123456789abcdef", "/votes/0123456789abcdef/draft"])
def test_nobody_saves_nothing_and_is_asked(url: str) -> None:
    named, nobody = Person(), Person(editor=None, annotator=None)
    form = named.open(ROW) | {"token": fields_of(nobody.http.get("/who").text)["token"], "field.text": "誰の文"}
    response = nobody.post(url, form, **{"x-requested-with": "fetch"})
    assert (response.status_code, response.text) == (400, "enter your name first; nothing was saved")
    assert not EDITS.exists()
    assert not Path("store/drafts").exists()


@pytest.mark.parametrize("name", ["ゆき", "山田_花子", "é", "अनुराधा", "Ólafur-2"])
def test_a_name_of_any_script_edits_votes_and_is_read_back(name: str) -> None:
    person = Person(editor=None, annotator=None)
    assert person.post("/who", person.open("/who") | {"name": name, "to": ROW}).headers["location"] == ROW
    person.post(ROW, person.open(ROW) | {"field.text": "大阪にバス停はいくつありますか？", "go": "save"})
    assert edits()["fermi-01"]["editor"] == name
    page = person.http.get("/votes").text
    url = re.search(r'action="(/votes/\w+)"', page)[1]  # type: ignore[index]
    person.post(url, fields_of(page) | {"go": "tie"})
    assert [vote["annotator"] for vote in read_votes(Path("data/votes"))] == [name]
