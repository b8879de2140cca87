"""Post-editing at the wire: what is saved, what is kept, and what is said when something is wrong."""

import html
import re
import subprocess
from pathlib import Path

import pytest

from seedbed.project.edits import make_edit
from seedbed.review.texts import say
from seedbed.util.canonical import canonical, parse_json
from seedbed.util.rows import read_rows
from tests.review.project import HOSTILE, TEXTS, write_answers, write_edit, write_questions
from tests.review.web.person import EDITS, ROW, Person, edits, fields_of


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
    assert "Approve accepts the machine text unchanged" in response.text
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
    assert not list(Path("store/drafts").iterdir())  # nor is what was saved a draft again
    assert person.post(ROW, form | {"field.text": "もう一言"}).status_code == 409  # another text is no echo


def test_a_text_that_was_thrown_away_does_not_come_back_with_the_second_click() -> None:
    person = Person()
    form = person.open(ROW) | {"field.text": "いらない文", "go": "discard"}
    assert "said=dropped" in person.post(ROW, form).headers["location"]
    assert person.post(ROW, form).status_code == 303
    assert not list(Path("store/drafts").iterdir())


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
    assert "Currently saved, by aki" in response.text
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
    assert "changed while you worked on the row" in response.text
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


def test_a_text_too_long_to_keep_shows_what_somebody_saved_meanwhile() -> None:
    yuki, aki = Person(), Person(editor="aki")
    form = yuki.open(ROW)
    aki.post(ROW, aki.open(ROW) | {"field.text": "彼女の文", "go": "save"})
    response = yuki.post(ROW, form | {"field.text": "あ" * 20_001, "go": "save"})
    assert response.status_code == 422
    assert "more than 20,000 characters" in response.text
    assert "Currently saved, by aki" in response.text


def test_an_invalid_edits_file_is_named_and_left_alone_and_the_text_kept() -> None:
    person = Person()
    form = person.open(ROW)
    EDITS.write_text("<<<<<<< HEAD\n", encoding="utf-8")
    for headers in ({}, {"x-requested-with": "fetch"}):
        response = person.post(ROW, form | {"field.text": "私の文", "go": "save"}, **headers)
        assert response.status_code == 400
        assert "questions.ja.jsonl:1: merge conflict" in html.unescape(response.text)
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
    assert "This row has a field of 100,002 characters; this page edits up to 20,000" in page.text
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
    assert "The text of that time was not recorded" in page
    assert "Use the merged text" not in page


def test_the_queue_shows_reasons_failures_and_orphans() -> None:
    write_edit("fermi-02", "直した")
    orphan = write_edit("generic-02", "消えた行の文")
    EDITS.write_text(EDITS.read_text("utf-8").replace('"id":"generic-02"', '"id":"gone-01"'), encoding="utf-8")
    write_questions(TEXTS | {"generic-02": ("Where?", None)})
    page = Person().http.get("/edits/questions").text
    assert page.index("fermi-01") < page.index("generic-01")  # あなたは weighs
    assert "translationese" in page
    assert "/edits/questions/fermi-02" not in page
    assert "Rows without a machine text because their translation failed (1): generic-02" in page
    assert "Edits without a row (1)" in page
    assert orphan["fields"]["text"] in page
    assert "/edits/questions/fermi-02" in Person().http.get("/edits/questions?show=all").text
    assert "No row matches" in Person().http.get("/edits/questions?q=%25nothing%25").text


def test_an_empty_queue_says_one_thing() -> None:
    for id, (_, machine) in TEXTS.items():
        write_edit(id, machine)
    person = Person()
    page, stale = (person.http.get(f"/edits/questions{query}").text for query in ("", "?show=stale"))
    assert "Nothing left to review here." in page
    assert "No row matches." not in page
    assert "No row matches." in stale
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
    assert "run `seedbed repro` first" in response.text


def test_votes_go_on_without_seed_tasks_and_with_a_broken_edits_file() -> None:
    Path("data/build/translated/seed_tasks.jsonl").unlink()
    EDITS.write_text("[]\n", encoding="utf-8")
    person = Person()
    assert person.http.get("/").headers["location"] == "/edits/questions"
    assert person.http.get("/edits/questions").status_code == 400
    assert person.http.get("/votes").status_code == 200


def test_a_merge_says_where_the_machines_words_gave_way() -> None:
    write_edit("fermi-01", "大阪のバス停は？", (TEXTS["fermi-01"][0], "神戸のバス停は？"))
    write_questions(TEXTS | {"fermi-01": (TEXTS["fermi-01"][0], "京都のバス停は？")})
    page = Person().http.get(ROW).text
    assert re.search(r'<li><ins dir="auto">大阪</ins> .*?<del dir="auto">京都</del></li>', page)


def test_another_persons_text_is_named_and_a_field_without_text_takes_a_line() -> None:
    write_edit("fermi-01", "大阪のバス停は？", editor="aki")
    assert "aki’s text</label>" in Person().http.get(ROW).text
    assert "Your text</label>" in Person(editor="aki").http.get(ROW).text
    page = Person().http.get("/edits/seed_tasks/advice-01").text
    assert '<details class="field" aria-labelledby="head-input">' in page
    assert 'aria-labelledby="head-output label-output"' in page


def test_versions_are_held_against_the_one_before_and_can_be_restored() -> None:
    def git(*args: str) -> None:
        subprocess.run(["git", "-c", "user.name=aki", "-c", "user.email=a@b", *args], check=True, capture_output=True)

    git("init", "-q")
    for text in ("大阪のバス停は？", "神戸のバス停は？"):
        EDITS.unlink(missing_ok=True)
        write_edit("fermi-01", text)
        git("add", str(EDITS))
        git("commit", "-qm", text)
    page = Person().http.get(f"{ROW}/history").text
    assert "<h4>Question</h4>" in page
    assert "<del>大阪</del><ins>神戸</ins>" in page
    assert "Changes from the machine text" in page
    fills = [parse_json(html.unescape(fill)) for fill in re.findall(r"data-fill='([^']*)'", page)]
    assert fills == [{"text": "神戸のバス停は？"}, {"text": "大阪のバス停は？"}]


@pytest.mark.parametrize(
    "line", ['{"fields":{"text":"?"},"id":"fermi-01"}', '{"fields":{"text":1},"id":"fermi-01"', '{"id":"fermi-01"}']
)
def test_a_commit_that_held_no_edit_of_the_row_is_left_out_of_its_history(line: str) -> None:
    commit = [*("git", "-c", "user.name=aki", "-c", "user.email=a@b", "commit", "-qm", "x"), str(EDITS)]
    subprocess.run(["git", "init", "-q"], check=True)
    EDITS.write_text(f"{line}\n", encoding="utf-8")
    subprocess.run(["git", "add", str(EDITS)], check=True)
    subprocess.run(commit, check=True)
    EDITS.unlink()
    write_edit("fermi-01", "大阪のバス停は？")
    subprocess.run(commit, check=True)
    response = Person().http.get(f"{ROW}/history")
    assert response.status_code == 200
    assert response.text.count("<li>") == 1
    assert "大阪" in response.text
