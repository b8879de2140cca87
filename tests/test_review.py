"""The review page at the wire: who may speak to it, what it saves, and what it does when something is wrong."""

import html
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from seedbed.project.edits import make_edit, read_edits
from seedbed.project.votes import answer_hash, left_is_model, read_votes
from seedbed.review.ballots import Ballot, assign, draw, load_answers, sample
from seedbed.review.queue.file_cache import Files
from seedbed.review.texts import say
from seedbed.review.web import guard, state
from seedbed.review.web.app import create_app
from seedbed.review.web.serve import run_review
from seedbed.review.web.state import Settings, State
from seedbed.util.canonical import canonical, parse_json
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows
from seedbed.util.yaml12 import load_yaml
from tests.review_project import HOSTILE, TEXTS, make_review_project, write_answers, write_edit, write_questions

BASE = "http://127.0.0.1:8765"
EDITS = Path("data/edits/questions.ja.jsonl")
Form = dict[str, str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEEDBED_STORE", str(tmp_path / "store" / "store.sqlite"))
    make_review_project(tmp_path)


class Person:
    """Somebody's browser, without scripts."""

    def __init__(self, **settings: Any) -> None:
        self.app = create_app(Settings(**({"editor": "yuki", "annotator": "yuki"} | settings)))
        self.http = TestClient(self.app, base_url=BASE, headers={"origin": BASE}, follow_redirects=False)

    def open(self, url: str) -> Form:
        """Open a page and return its form's fields."""
        response = self.http.get(url)
        assert response.status_code == 200, response.text
        return fields_of(response.text)

    def post(self, url: str, form: Form, **headers: str) -> Any:
        """Post a form."""
        return self.http.post(url, data=form, headers=headers)


def fields_of(page: str) -> Form:
    """Return the fields of a page's form."""
    found = dict(re.findall(r'<input type="hidden" name="([\w.]+)" value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea[^>]* name="([\w.]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL))
    return {name: html.unescape(value) for name, value in found.items()}


def edits() -> dict[str, dict[str, Any]]:
    return read_edits(EDITS, "question")


ROW = "/edits/questions/fermi-01"


# Who may speak to it.


def test_another_host_is_refused() -> None:
    response = Person().http.get("/", headers={"host": "evil.example:8765"})
    assert response.status_code == 403
    assert "Open the address that `seedbed review` printed" in response.text


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:8765", "http://127.0.0.1:9999", ""])
def test_another_origin_is_refused_and_nothing_written(origin: str) -> None:
    person = Person()
    form = person.open(ROW)
    response = person.post(ROW, form | {"go": "approve"}, origin=origin)
    assert response.status_code == 403
    assert "nothing was saved" in response.text
    assert not EDITS.exists()


@pytest.mark.parametrize("token", [None, "", "0" * 32, "é"])
def test_a_post_without_the_pages_token_is_refused_and_nothing_written(token: str | None) -> None:
    person = Person()
    form = person.open(ROW)
    del form["token"]
    form |= {} if token is None else {"token": token}
    for url in (ROW, f"{ROW}/draft", "/who", "/language", "/votes/0123456789abcdef", "/votes/0123456789abcdef/draft"):
        response = person.post(url, form | {"go": "approve"})
        assert response.status_code == 403, url
        assert "nothing was saved" in response.text
    assert not EDITS.exists()
    assert not Path("store/drafts").exists()


def test_no_other_address_without_a_token() -> None:
    with pytest.raises(UserError, match="give a --token too"):
        create_app(Settings(host="0.0.0.0"))  # noqa: S104
    with pytest.raises(UserError, match="can be guessed"):
        Settings(host="0.0.0.0", token="secret")  # noqa: S104


def test_the_token_lets_in_once_and_leaves_the_address() -> None:
    person = Person(host="0.0.0.0", token="a-token-of-16-or-more")  # noqa: S104
    person.http.headers["host"] = "box.example:8765"
    assert person.http.get("/edits/questions").status_code == 401
    assert person.http.get("/edits/questions?token=wrong").status_code == 401
    response = person.http.get("/edits/questions?token=a-token-of-16-or-more&show=all")
    assert response.status_code == 303
    assert response.headers["location"] == "/edits/questions?show=all"
    cookie = response.headers["set-cookie"]
    assert "a-token" not in cookie
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    person.http.cookies.set("seedbed_access", cookie.split("=")[1].split(";")[0])
    assert person.http.get("/edits/questions").status_code == 200


def test_every_answer_forbids_what_it_does_not_need() -> None:
    person = Person()
    for url in ("/edits/questions", ROW, "/votes", "/nowhere", "/static/review.js"):
        headers = person.http.get(url).headers
        assert headers["content-security-policy"].startswith("default-src 'self';"), url
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert person.http.get(ROW).headers["cache-control"] == "no-store"


def test_pages_have_no_inline_script_or_style_and_no_other_address() -> None:
    person = Person()
    for url in ("/edits/questions?show=all", ROW, "/votes", "/votes/mine", "/who", f"{ROW}/history"):
        text = person.http.get(url).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text), url
        assert all('src="/static/' in tag for tag in re.findall(r"<script[^>]*>", text)), url
        assert not re.search(r"(?:src|href|action)=\"(?!/)(?!#)", text), url


def test_only_our_own_files_are_served() -> None:
    http = Person().http
    assert http.get("/static/htmx.js").status_code == 200
    for path in ("/static/../app.py", "/static/%2e%2e%2fapp.py", "/static/texts.yaml", "/docs", "/openapi.json"):
        assert http.get(path).status_code == 404, path


def test_too_much_is_refused_in_words() -> None:
    person = Person()
    form = person.open(ROW)
    response = person.post(ROW, form | {"field.text": "x" * (guard.MOST_BYTES + 1), "go": "save"})
    assert response.status_code == 413
    assert f"more than {guard.MOST_BYTES:,} bytes, so nothing was saved" in response.text
    chunks = (b"x" * 100_000 for _ in range(30))  # and where nobody says the length beforehand
    response = person.http.post(ROW, content=chunks)
    assert response.status_code == 400
    assert "so nothing was saved" in response.text
    assert not EDITS.exists()


@pytest.mark.parametrize("name", ["../aki", "a/b", "a.b", "", "é", "-a", "a" * 65, "<b>x</b>"])
def test_a_name_that_cannot_name_a_file_is_refused(name: str) -> None:
    person = Person(editor=None, annotator=None)
    form = person.open("/who")
    response = person.post("/who", form | {"name": name})
    assert response.status_code == 422
    assert "Use letters, digits, - and _" in response.text
    assert "set-cookie" not in response.headers
    assert name not in response.text or "<" not in name
    if name:
        with pytest.raises(UserError, match=r"--editor .*: cannot be a name"):
            Settings(editor=name)
        with pytest.raises(UserError, match=r"--annotator .*: cannot be a name"):
            Settings(annotator=name)
        with pytest.raises(UserError, match=r"--people .*: cannot be a name"):
            Settings(people=("aki", name))


def test_a_cookie_with_a_bad_name_is_nobody() -> None:
    person = Person(editor=None, annotator=None)
    person.http.cookies.set("seedbed_name", "../x")
    assert person.http.get(ROW).headers["location"] == "/who?to=/edits/questions/fermi-01"
    assert person.http.get("/votes").headers["location"] == "/who?to=/votes"


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil", "/a?b", "javascript:alert(1)"])
def test_the_name_form_leads_nowhere_else(to: str) -> None:
    person = Person(editor=None, annotator=None)
    form = person.open("/who")
    assert person.post("/who", form | {"name": "aki", "to": to}).headers["location"] == "/"
    assert person.post("/who", form | {"name": "aki", "to": "/votes"}).headers["location"] == "/votes"


# Post-edits.


def test_saving_writes_the_row_and_goes_to_the_next() -> None:
    person = Person()
    form = person.open(ROW)
    form["seconds"] = "3.5"
    response = person.post(ROW, form | {"field.text": "大阪市内に\r\nバス停はいくつありますか？", "go": "save"})
    assert response.status_code == 303
    assert re.fullmatch(r"/edits/questions/[\w-]+\?said=saved&row=fermi-01", response.headers["location"])
    edit = edits()["fermi-01"]
    assert edit["decision"] == "edited"
    assert edit["fields"] == {"text": "大阪市内に\nバス停はいくつありますか？"}
    assert edit["editor"] == "yuki"
    assert 0 <= edit["seconds"] <= 3.5  # no more than the page was open
    assert EDITS.read_text(encoding="utf-8") == canonical(edit) + "\n"


def test_approving_writes_the_machine_text_and_only_that() -> None:
    person = Person()
    form = person.open(ROW)
    assert person.post(ROW, form | {"go": "approve"}).status_code == 303
    assert edits()["fermi-01"]["decision"] == "approved"
    other = person.open("/edits/questions/fermi-02")
    response = person.post("/edits/questions/fermi-02", other | {"field.text": "変えた", "go": "approve"})
    assert response.status_code == 422
    assert "Approve takes the machine text as it is" in response.text
    assert fields_of(response.text)["field.text"] == "変えた"
    assert list(edits()) == ["fermi-01"]


@pytest.mark.parametrize("go", ["skip", "back", "list:seed_tasks", "votes", "who", "language:ja", "undo", "nonsense", ""])
def test_every_way_off_a_row_keeps_what_was_typed(go: str) -> None:
    person = Person()
    form = person.open(ROW)
    response = person.post(ROW, form | {"field.text": "書きかけの文", "note": "覚え", "go": go})
    assert response.status_code == 303
    assert not EDITS.exists()
    page = person.http.get(ROW).text
    assert fields_of(page)["field.text"] == "書きかけの文"
    assert fields_of(page)["note"] == "覚え"
    assert say("ja" if go == "language:ja" else "en", "draft_found", when="|").split("|")[-1] in page
    for other in set(TEXTS) - {"fermi-01"}:  # and it is in no other row
        assert "書きかけの文" not in person.http.get(f"/edits/questions/{other}").text


def test_a_draft_is_dropped_once_it_is_saved_or_thrown_away() -> None:
    person = Person()
    form = person.open(ROW)
    person.post(f"{ROW}/draft", form | {"field.text": "下書き"})
    again = person.open(ROW)
    assert again["field.text"] == "下書き"
    person.post(ROW, again | {"go": "discard"})
    clean = person.open(ROW)
    assert clean["field.text"] == TEXTS["fermi-01"][1]
    person.post(f"{ROW}/draft", clean | {"field.text": "下書き二"})
    person.post(ROW, person.open(ROW) | {"go": "save"})
    assert not list(Path("store/drafts").iterdir())
    assert edits()["fermi-01"]["fields"]["text"] == "下書き二"


def test_a_late_draft_does_not_come_back_after_the_save() -> None:
    person = Person()
    form = person.open(ROW) | {"field.text": "完成"}
    person.post(ROW, form | {"go": "save"})
    assert person.post(f"{ROW}/draft", form | {"field.text": "完"}).status_code == 204
    assert not list(Path("store/drafts").iterdir())


def test_the_same_button_twice_saves_once() -> None:
    person = Person()
    form = person.open(ROW) | {"field.text": "一度だけ", "go": "save"}
    assert person.post(ROW, form).status_code == 303
    before = EDITS.read_bytes()
    assert person.post(ROW, form).status_code == 303
    assert EDITS.read_bytes() == before
    assert person.post(ROW, form | {"field.text": "もう一言"}).status_code == 409  # another text is no echo


def test_saving_what_is_saved_already_leaves_the_file_alone() -> None:
    person = Person()
    person.post(ROW, person.open(ROW) | {"field.text": "編集", "go": "save"})
    before = EDITS.read_bytes()
    response = person.post(ROW, person.open(ROW) | {"go": "save", "seconds": "9"})
    assert "said=same" in response.headers["location"]
    assert EDITS.read_bytes() == before


def test_undo_puts_back_what_was_there_and_keeps_the_text() -> None:
    person = Person()
    person.post(ROW, person.open(ROW) | {"field.text": "早すぎた", "go": "save"})
    other = person.open("/edits/questions/fermi-02")
    response = person.post("/edits/questions/fermi-02", other | {"field.text": "途中", "go": "undo"})
    assert response.headers["location"] == f"{ROW}?said=undone&row=fermi-01"
    assert edits() == {}
    assert person.open(ROW)["field.text"] == "早すぎた"
    assert person.open("/edits/questions/fermi-02")["field.text"] == "途中"
    response = person.post(ROW, person.open(ROW) | {"go": "undo"})
    assert "said=nothing_to_undo" in response.headers["location"]


def test_undo_leaves_alone_what_somebody_changed_since() -> None:
    yuki, aki = Person(), Person(editor="aki")
    yuki.post(ROW, yuki.open(ROW) | {"field.text": "私の", "go": "save"})
    aki.post(ROW, aki.open(ROW) | {"field.text": "彼女の", "go": "save"})
    response = yuki.post(ROW, yuki.open(ROW) | {"go": "undo"})
    assert "said=not_undone" in response.headers["location"]
    assert edits()["fermi-01"]["fields"]["text"] == "彼女の"


def test_two_people_on_one_row_lose_nothing_and_are_told() -> None:
    yuki, aki = Person(), Person(editor="aki")
    mine, theirs = yuki.open(ROW), aki.open(ROW)
    aki.post(ROW, theirs | {"field.text": "彼女の文", "go": "save"})
    told = yuki.post(f"{ROW}/draft", mine | {"field.text": "私の文"})
    assert "saved elsewhere since you opened it" in told.text
    response = yuki.post(ROW, mine | {"field.text": "私の文", "go": "save"})
    assert response.status_code == 409
    assert "aki saved this row while you worked on it" in response.text
    assert fields_of(response.text)["field.text"] == "私の文"
    assert "Saved now, by aki" in response.text
    assert "彼女の" in response.text
    assert edits()["fermi-01"]["fields"]["text"] == "彼女の文"
    assert yuki.post(ROW, fields_of(response.text) | {"go": "save"}).status_code == 303
    assert edits()["fermi-01"]["fields"]["text"] == "私の文"
    assert not list(Path("store/drafts").iterdir())


def test_a_pull_that_changes_the_row_is_a_conflict_and_other_rows_are_kept() -> None:
    person = Person()
    form = person.open(ROW)
    write_edit("generic-01", "引いてきた文")
    write_edit("fermi-01", "引いてきた文")
    assert person.post(ROW, form | {"field.text": "私の文", "go": "save"}).status_code == 409
    other = person.open("/edits/questions/fermi-02")
    assert person.post("/edits/questions/fermi-02", other | {"field.text": "別の", "go": "save"}).status_code == 303
    assert {id: edit["fields"]["text"] for id, edit in edits().items()} == {
        "generic-01": "引いてきた文",
        "fermi-01": "引いてきた文",
        "fermi-02": "別の",
    }


def test_a_build_that_changes_the_row_is_told() -> None:
    person = Person()
    form = person.open(ROW)
    write_questions(TEXTS | {"fermi-01": ("How many bus stops are there in Kobe?", "神戸のバス停は？")})
    response = person.post(ROW, form | {"field.text": "私の文", "go": "save"})
    assert response.status_code == 409
    assert "built anew while you worked" in response.text
    assert "Kobe" in response.text
    assert fields_of(response.text)["field.text"] == "私の文"
    assert not EDITS.exists()


def test_a_row_that_is_gone_shows_what_was_typed() -> None:
    person = Person()
    form = person.open(ROW)
    write_questions({id: pair for id, pair in TEXTS.items() if id != "fermi-01"})
    response = person.post(ROW, form | {"field.text": "私の文", "go": "save"})
    assert response.status_code == 410
    assert "私の文" in response.text
    assert not EDITS.exists()
    write_questions(dict(TEXTS))
    assert person.open(ROW)["field.text"] == "私の文"


def test_an_invalid_edits_file_is_named_and_left_alone_and_the_text_kept() -> None:
    person = Person()
    form = person.open(ROW)
    EDITS.write_text("<<<<<<< HEAD\n", encoding="utf-8")
    for headers in ({}, {"hx-request": "true"}):
        response = person.post(ROW, form | {"field.text": "私の文", "go": "save"}, **headers)
        assert response.status_code == 400
        assert "questions.ja.jsonl:1: not a JSON object" in html.unescape(response.text)
    assert "questions.ja.jsonl:1" in person.http.get(ROW).text
    assert EDITS.read_text(encoding="utf-8") == "<<<<<<< HEAD\n"
    EDITS.unlink()
    assert person.open(ROW)["field.text"] == "私の文"


@pytest.mark.parametrize("text", ["", " \n", "あ" * 100_000])
def test_a_text_that_cannot_be_saved_stays_on_the_page(text: str) -> None:
    person = Person()
    form = person.open(ROW)
    response = person.post(ROW, form | {"field.text": text, "go": "save"})
    assert response.status_code == 422
    assert ("is blank" if not text.strip() else "more than 20,000 characters") in response.text
    assert fields_of(response.text)["field.text"] == text
    assert not EDITS.exists()


def test_a_machine_text_of_100000_characters_is_shown_and_explained() -> None:
    write_questions(TEXTS | {"fermi-01": ("Long?", "長い。" * 33_334)})
    person = Person()
    page = person.http.get(ROW)
    assert page.elapsed.total_seconds() < 5
    assert "This row has a field of 100,002 characters; the page edits up to 20,000" in page.text
    assert person.post(ROW, fields_of(page.text) | {"go": "approve"}).status_code == 422
    assert not EDITS.exists()


def test_a_stale_row_shows_then_and_now_and_offers_a_merge() -> None:
    write_edit(
        "fermi-01", "大阪に、バス停は何か所ありますか？", ("How many bus stops are there?", "大阪にバス停はいくつありますか？")
    )
    write_questions(TEXTS | {"fermi-01": ("How many bus stops are there in Kobe?", "神戸にバス停はいくつありますか？")})
    person = Person()
    page = person.http.get(ROW).text
    assert 'class="status stale"' in page
    assert "<ins> in Kobe</ins>" in page  # the source, then and now
    assert re.search(r"<del>大阪</del><ins>神戸</ins>", page)  # the machine text
    fills = [parse_json(html.unescape(fill)) for fill in re.findall(r"data-fill='([^']*)'", page)]
    assert {"text": "大阪に、バス停は何か所ありますか？"} in fills  # keep
    assert {"text": "神戸に、バス停は何か所ありますか？"} in fills  # merge
    assert {"text": "神戸にバス停はいくつありますか？"} in fills  # redo
    form = fields_of(page)
    assert form["field.text"] == "大阪に、バス停は何か所ありますか？"
    assert person.post(ROW, form | {"go": "save"}).status_code == 303
    assert 'class="status edited"' in person.http.get(ROW).text


def test_a_stale_row_of_several_fields_names_those_that_changed() -> None:
    (row,) = read_rows(Path("data/build/translated/seed_tasks.jsonl"), "translated_task")
    before = row | {"source": row["source"] | {"output": "Rest."}}
    edit = make_edit(before, "task", row["translation"] | {"output": "寝てください。"}, "aki", 10.0)
    Path("data/edits/seed_tasks.ja.jsonl").write_text(canonical(edit) + "\n", encoding="utf-8")
    page = Person().http.get("/edits/seed_tasks/advice-01").text
    then = page[page.index('class="then"') : page.index('class="choices"')]
    source, _, edited = then.split('class="change"')[1:]
    assert "<del>Rest</del><ins>Sleep</ins>" in source
    assert re.findall('class="what">(.*?)<', source) == ["Output"]
    assert re.findall('class="what">(.*?)<', edited) == ["Instruction", "Output"]


def test_an_outdated_row_is_kept_by_saving_it_again() -> None:
    write_edit("fermi-01", "私の文", (TEXTS["fermi-01"][0], "前の機械訳"))
    person = Person()
    page = person.http.get(ROW).text
    assert 'class="status outdated"' in page
    person.post(ROW, fields_of(page) | {"go": "save"})
    edit = edits()["fermi-01"]
    assert edit["fields"]["text"] == "私の文"
    assert edit["machine"] == {"text": TEXTS["fermi-01"][1]}


def test_an_edit_of_before_without_its_texts_says_so() -> None:
    edit = write_edit("fermi-01", "私の文", ("old", "前の機械訳"))
    del edit["source"], edit["machine"]
    EDITS.write_text(canonical(edit) + "\n", encoding="utf-8")
    page = Person().http.get(ROW).text
    assert "The text of then was not recorded" in page
    assert "Merge" not in page


def test_the_queue_shows_reasons_failures_and_orphans() -> None:
    write_edit("fermi-02", "直した")
    orphan = write_edit("generic-02", "消えた行の文")
    EDITS.write_text(EDITS.read_text("utf-8").replace('"id":"generic-02"', '"id":"gone-01"'), encoding="utf-8")
    write_questions(TEXTS | {"generic-02": ("Where?", None)})
    page = Person().http.get("/edits/questions").text
    assert page.index("fermi-01") < page.index("generic-01")  # あなたは weighs
    assert "translationese" in page
    assert "/edits/questions/fermi-02" not in page
    assert "Rows without a machine text, since their translation failed (1): generic-02" in page
    assert "Edits whose row is gone (1)" in page
    assert orphan["fields"]["text"] in page
    assert "/edits/questions/fermi-02" in Person().http.get("/edits/questions?show=all").text
    assert "No row is like that" in Person().http.get("/edits/questions?q=%25nothing%25").text


def test_an_empty_queue_says_one_thing() -> None:
    for id, (_, machine) in TEXTS.items():
        write_edit(id, machine)
    person = Person()
    page, stale = (person.http.get(f"/edits/questions{query}").text for query in ("", "?show=stale"))
    assert "Nothing is left to do here." in page
    assert "No row is like that." not in page
    assert "No row is like that." in stale
    assert "<ol" not in page + stale


def test_what_people_and_models_wrote_is_shown_as_text() -> None:
    write_questions(TEXTS | {"fermi-01": (HOSTILE, HOSTILE)})
    write_answers("good", dict.fromkeys(TEXTS, HOSTILE))
    write_edit("generic-01", HOSTILE)
    person = Person()
    pages = [
        person.http.get(url).text
        for url in ("/edits/questions?show=all", ROW, "/edits/questions/generic-01", "/votes", f"/edits/questions?q={HOSTILE}")
    ]
    pages.append(person.post(f"{ROW}/draft", person.open(ROW) | {"field.text": HOSTILE * 2}).text)
    pages.append(person.post("/who", person.open("/who") | {"name": HOSTILE}).text)
    for page in pages:
        assert "<script>" not in page
        assert "<img src=x" not in page
        assert page.count("</textarea>") == page.count("<textarea")
        assert "\u202e" not in re.sub(r"<textarea.*?</textarea>|value=\"[^\"]*\"|data-fill='[^']*'", "", page, flags=re.DOTALL)
    assert 'title="RIGHT-TO-LEFT OVERRIDE">U+202E</span>' in pages[1]
    assert fields_of(pages[1])["field.text"] == HOSTILE


def test_a_text_that_begins_with_a_line_end_keeps_it() -> None:
    write_questions(TEXTS | {"fermi-01": ("s", "\n二行目です。\n")})
    person = Person()
    form = person.open(ROW)
    assert form["field.text"] == "\n二行目です。\n"
    person.post(ROW, form | {"go": "save"})
    assert edits()["fermi-01"]["decision"] == "approved"


def test_a_project_that_was_not_built_says_so() -> None:
    Path("data/build/translated/questions.jsonl").unlink()
    response = Person().http.get("/edits/questions")
    assert response.status_code == 400
    assert "run `make repro` first" in response.text


def test_votes_go_on_without_seed_tasks_and_with_a_broken_edits_file() -> None:
    Path("data/build/translated/seed_tasks.jsonl").unlink()
    EDITS.write_text("[]\n", encoding="utf-8")
    person = Person()
    assert person.http.get("/").headers["location"] == "/edits/questions"
    assert person.http.get("/edits/questions").status_code == 400
    assert person.http.get("/votes").status_code == 200


def test_attention_is_never_more_than_the_page_was_open() -> None:
    made = State(Settings())
    now = [100.0]
    made.clock = lambda: now[0]
    page = made.open(20.0)
    now[0] = 130.0
    assert made.attention(page, "25") == 25
    assert made.attention(page, "9999") == 51  # what it began with, what passed, and a second for rounding
    assert made.attention("unknown", "99999") == 3600
    for said in ("nan", "inf", "-5", "", "x"):
        assert made.attention(page, said) == 0


def test_all_words_of_the_page_are_there_in_both_languages() -> None:
    texts = load_yaml(Path(state.__file__).parent / "texts.yaml")
    for key, both in texts.items():
        assert set(both) == {"en", "ja"}, key
        assert all(both.values()), key
        names = [set(re.findall(r"\{(\w+)\}", text)) for text in both.values()]
        assert names[0] == names[1], key
    assert say("ja", "progress", done=1, all=2) == "2件中1件を確認済み"
    assert "要確認" in Person(language="ja").http.get("/edits/questions").text
    write_questions(TEXTS | {"fermi-01": ("Please water the plants.", "Please water the plants.")})
    assert "原文がそのまま入っています" in Person(language="ja").http.get("/edits/questions/fermi-01").text


# Blind votes.


def ballots() -> list[Ballot]:
    return sample(load_answers(load_yaml(Path("params.yaml")), Files()), None)


def test_a_ballot_hides_whose_the_answers_are() -> None:
    person = Person()
    for ballot in ballots():
        page = person.http.get(f"/votes/{ballot.name}").text
        assert not re.search(r"\b(?:good|thin|poor|stand-in|good-vs-thin|poor-vs-thin)\b", page)
        assert ballot.match not in page


@pytest.mark.parametrize("go", ["left", "right", "tie", "both_bad"])
def test_a_vote_is_saved_with_the_hashes_of_what_was_shown(go: str) -> None:
    person, ballot = Person(), ballots()[0]
    url = f"/votes/{ballot.name}"
    response = person.post(url, person.open(url) | {"go": go, "reason": " 詳しい ", "seconds": "1"})
    assert response.status_code == 303
    (vote,) = read_votes(Path("data/votes"))
    model_left = left_is_model("yuki", ballot.match, ballot.question)
    side = {"left": ("baseline", "model")[model_left], "right": ("model", "baseline")[model_left]}.get(go, go)
    assert (vote["verdict"], vote["reason"], vote["annotator"]) == (side, "詳しい", "yuki")
    model = "good" if ballot.match == "good-vs-thin" else "poor"
    texts = {row["id"]: row["text"] for row in read_rows(Path(f"data/build/answers/{model}.jsonl"), "answer")}
    assert vote["model_hash"] == answer_hash(texts[ballot.question])
    shown = person.open(url)
    assert answer_hash(texts[ballot.question]) == shown["left" if model_left else "right"]


def test_voting_goes_through_all_and_undo_takes_back() -> None:
    person = Person()
    url, seen = "/votes", []
    for _ in range(8):
        page = person.http.get(url)
        url = re.search(r'action="(/votes/\w+)"', page.text)[1]  # type: ignore[index]
        seen.append(url)
        url = person.post(url, fields_of(page.text) | {"go": "tie"}).headers["location"]
    assert len(set(seen)) == 8
    assert url == "/votes?said=voted"
    assert "you have voted on everything" in person.http.get("/votes").text
    assert person.http.get("/votes/mine").text.count("counted") >= 8
    again = person.open(seen[0])
    response = person.post(seen[0], again | {"go": "undo"})
    assert response.headers["location"].startswith(f"{seen[-1]}?said=undone")
    assert len(read_votes(Path("data/votes"))) == 7


def test_a_vote_on_answers_that_changed_is_not_saved_and_old_ones_are_kept_and_not_counted() -> None:
    person = Person()
    first, second = (b for b in ballots() if b.match == "good-vs-thin" and b.question.startswith("fermi"))
    for ballot in (first, second):
        url = f"/votes/{ballot.name}"
        person.post(url, person.open(url) | {"go": "left"})
    form = person.open(f"/votes/{first.name}")
    write_answers("good", {id: "新しい答え" for id in TEXTS if id != second.question})
    response = person.post(f"/votes/{first.name}", form | {"go": "right", "reason": "理由"})
    assert response.status_code == 409
    assert "the vote was not saved" in response.text
    assert fields_of(response.text)["reason"] == "理由"
    page = person.http.get("/votes/mine").text
    assert "stale: an answer has changed since" in page
    assert "orphaned: an answer is gone" in page
    assert len(read_votes(Path("data/votes"))) == 2


def test_two_tabs_on_one_ballot_do_not_overwrite_each_other() -> None:
    person, ballot = Person(), ballots()[0]
    url = f"/votes/{ballot.name}"
    one, two = person.open(url), person.open(url)
    assert person.post(url, one | {"go": "left"}).status_code == 303
    assert person.post(url, two | {"go": "right"}).status_code == 409
    assert len(read_votes(Path("data/votes"))) == 1


@pytest.mark.parametrize("go", ["skip", "mine", "who", "language:ja", "list:questions"])
def test_every_way_off_a_ballot_keeps_the_reason(go: str) -> None:
    person, ballot = Person(), ballots()[0]
    url = f"/votes/{ballot.name}"
    assert person.post(url, person.open(url) | {"reason": "途中の理由", "go": go}).status_code == 303
    assert person.open(url)["reason"] == "途中の理由"
    assert not read_votes(Path("data/votes"))


def test_an_invalid_votes_file_is_named_and_left_alone() -> None:
    Path("data/votes/yuki.jsonl").write_text("[]\n", encoding="utf-8")
    response = Person().http.get("/votes")
    assert response.status_code == 400
    assert "yuki.jsonl:1: expected a JSON object" in response.text
    assert Path("data/votes/yuki.jsonl").read_text(encoding="utf-8") == "[]\n"


def test_a_sample_is_spread_over_categories_and_the_first_of_a_larger_one() -> None:
    answers = load_answers(load_yaml(Path("params.yaml")), Files())
    two, three = sample(answers, 2), sample(answers, 3)
    for match in ("good-vs-thin", "poor-vs-thin"):
        mine = [b for b in two if b.match == match]
        assert {b.category for b in mine} == {"fermi", "generic"}
        assert mine == [b for b in three if b.match == match][:2]


def test_people_who_are_named_share_evenly_and_in_pairs() -> None:
    many = [Ballot(match, f"q-{n}", "c", n) for match in ("m", "n") for n in range(40)]
    names = ["aki", "ben", "chie", "dai"]
    shares = assign(many, names, 2)
    for match in ("m", "n"):
        assert {sum(b.match == match for b in share) for share in shares.values()} == {20}
    counts = Counter(ballot for share in shares.values() for ballot in share)
    assert set(counts.values()) == {2}
    pairs = {frozenset(name for name in names if ballot in shares[name]) for ballot in many}
    assert len(pairs) == 6  # everyone shares ballots with everyone
    assert shares == assign(many, names, 2)
    with pytest.raises(UserError, match="only 4 are named"):
        assign(many, names, 5)


def test_without_names_a_ballot_is_anybodys_until_enough_have_voted() -> None:
    many = [Ballot("m", f"q-{n}", "c", 0) for n in range(4)]
    votes = [{"annotator": name, "match": "m", "question": "q-1"} for name in ("aki", "ben")]
    assert many[1] not in draw(many, "chie", votes, (), 2)
    assert many[1] in draw(many, "aki", votes, (), 2)
    assert many[1] in draw(many, "chie", votes, (), 3)
    orders = {tuple(b.question for b in draw(many, name, [], (), None)) for name in ("aki", "ben", "chie", "dai", "emi")}
    assert len(orders) > 1


def test_somebody_who_is_not_named_is_told() -> None:
    assert "yuki is not among the people named" in Person(people=("aki", "ben"), annotators=1).http.get("/votes").text


def test_somebody_to_whom_nothing_fell_is_told() -> None:
    names = ("aki", "ben", "yuki")
    pages = [Person(people=names, annotators=1, per_match=1, annotator=name).http.get("/votes").text for name in names]
    assert [page for page in pages if "Nothing is left for you" in page]
    assert not [page for page in pages if "no match of params.yaml" in page]
    for path in Path("data/build/answers").iterdir():
        path.unlink()
    assert "no match of params.yaml has answers of both models" in Person().http.get("/votes").text


@pytest.mark.slow
def test_the_command_serves_until_it_is_interrupted() -> None:
    command = [sys.executable, "-c", "from seedbed.cli import main; main()", "review", "--port", "0", "--no-open"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout
        line = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address, line
        assert "fermi-01" in httpx2.get(f"{address[0]}edits/questions").text
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=10)
        assert (process.returncode, rest) == (0, "")
    finally:
        process.kill()
        process.wait()


def test_an_address_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=rf"cannot listen on 127\.0\.0\.1:{port}: .*; name another with --port"):
            run_review(Settings(), port, open_browser=False)
