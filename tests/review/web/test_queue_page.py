"""The list of rows: its filter, its pages, and one decision about many rows."""

import html
import re
import subprocess
from pathlib import Path

import pytest

from seedbed.project.edits import make_edit
from seedbed.review.bulk import plan, save
from seedbed.review.queue.changes import NoSuchTime, changed_since, commit_at
from seedbed.review.queue.filters import PAGE_ROWS, Filter
from seedbed.review.queue.worklist import Worklist
from seedbed.util.canonical import canonical
from tests.review.project import TEXTS, question, write_edit, write_questions
from tests.review.web.person import EDITS, Person, edits, fields_of

LIST = "/edits/questions"
PLAIN = TEXTS | {
    "fermi-02": ("How long is a train?", "電車の長さを教えてください。"),
    "generic-01": ("How do I write minutes?", "議事録の書き方を教えてください。"),
    "generic-02": ("Where is the nearest post office?", "一番近い郵便局の場所を教えてください。"),
}
"""Questions of which one has a mark of a literal translation."""


def listed(page: str) -> list[str]:
    """Return the ids of the rows on a page of the list."""
    return re.findall(r'<a id="row-([\w-]+)"', page)


def options(page: str, facet: str) -> dict[str, int]:
    """Return what a facet offers: the count of each value."""
    select = page[page.index(f'<select name="{facet}"') :].partition("</select>")[0]
    return {value: int(count) for value, count in re.findall(r'<option value="([^"]+)"[^>]*>[^<]*\((\d+)\)', select)}


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", {"fermi-01", "fermi-02", "generic-02"}),
        ("show=all", set(TEXTS)),
        ("show=edited", {"generic-01"}),
        ("show=nonsense", {"fermi-01", "fermi-02", "generic-02"}),
        ("reason=translationese", {"fermi-01"}),
        ("reason=none&label=fermi", {"fermi-02"}),
        ("show=all&label=generic", {"generic-01", "generic-02"}),
        ("show=all&editor=aki", {"generic-01"}),
        ("show=all&editor=nobody", set()),
        ("show=all&note=no", set(TEXTS)),
        ("show=all&note=yes", set()),
        ("q=ＯＳＡＫＡ", {"fermi-01"}),
        ("show=all&q=ﾅｵｼﾀ", {"generic-01"}),  # the edit's text
        ("q=電車の", {"fermi-02"}),
        ("show=all&reason=translationese&label=generic", set()),
    ],
)
def test_a_filter_shows_the_rows_that_all_its_parts_mean(query: str, ids: set[str]) -> None:
    write_questions(PLAIN)
    write_edit("generic-01", "議事録をナオシタ。", PLAIN["generic-01"])
    assert set(listed(Person().http.get(f"{LIST}?{query}").text)) == ids


def test_each_value_says_how_many_rows_it_would_show_beside_the_other_choices() -> None:
    write_questions(PLAIN)
    edit = write_edit("generic-01", "直した文", PLAIN["generic-01"])
    EDITS.write_text(canonical(edit | {"note": "単位"}) + "\n", encoding="utf-8")
    page = Person().http.get(f"{LIST}?show=all&label=generic").text
    assert options(page, "label") == {"generic": 2, "fermi": 2}
    assert options(page, "editor") == {"aki": 1}
    assert options(page, "note") == {"no": 1, "yes": 1}
    assert options(page, "reason") == {"none": 2}
    assert re.findall(r'href="([^"]+)"[^>]*>edited <span class="count">1<', page) == [f"{LIST}?show=edited&amp;label=generic"]
    assert options(Person().http.get(f"{LIST}?editor=ben").text, "editor")["ben"] == 0


def test_the_pages_of_a_row_stay_inside_the_filter() -> None:
    query = "label=generic&q=%EF%BC%9F"
    person = Person()
    page = person.http.get(f"{LIST}?{query}").text
    first, second = listed(page)
    begin = html.unescape(re.findall(r'class="button strong" href="([^"]+)"', page)[0])
    assert begin == f"{LIST}/{first}?{query}"
    text = person.http.get(begin).text
    assert "generic · “？”: 2" in text
    action = html.unescape(re.findall(r'id="leave" method="post" action="([^"]+)"', text)[0])
    draft = html.unescape(re.findall(r'data-draft="([^"]+)"', text)[0])
    assert (action, draft) == (begin, f"{LIST}/{first}/draft?{query}")
    form = fields_of(text)
    for go, to in {
        "skip": f"{LIST}/{second}?{query}",
        "back": f"{LIST}/{second}?{query}",
        "rows": f"{LIST}?{query}#row-{first}",
        "language:ja": begin,
    }.items():
        assert person.post(begin, form | {"go": go}).headers["location"] == to
    saved = person.post(begin, form | {"field.text": "直した？", "go": "save"})
    assert saved.headers["location"] == f"{LIST}/{second}?{query}&said=saved&row={first}"
    undone = person.post(f"{LIST}/{second}?{query}", person.open(f"{LIST}/{second}?{query}") | {"go": "undo"})
    assert undone.headers["location"] == f"{begin}&said=undone&row={first}"
    last = person.post(f"{LIST}/{first}?q=nothing-has-this", person.open(f"{LIST}/{first}") | {"go": "skip"})
    assert last.headers["location"] == f"{LIST}?q=nothing-has-this"


def test_other_ways_keep_the_filter_too() -> None:
    nameless = Person(editor=None)
    asked = nameless.http.get(f"{LIST}/fermi-01?show=all&q=%25").headers["location"]
    form = nameless.open(asked)
    assert form["to"] == f"{LIST}/fermi-01?show=all&q=%25"
    assert nameless.post("/who", form | {"name": "yuki"}).headers["location"] == form["to"]
    to = Person().open(f"{LIST}?show=all&said=saved&row=fermi-01")["to"]
    assert to == f"{LIST}?show=all"
    for elsewhere in ("https://example.org/", "//example.org/?a=b", "/\\example.org"):
        assert Person().post("/language", Person().open("/who") | {"to": elsewhere}).status_code in (303, 403)


def many(count: int) -> list[str]:
    """Write so many questions, and return their ids in the order of the queue."""
    texts = {f"generic-{n:03}": (f"Question number {n}?", f"{n}番の質問ですか？") for n in range(count)}
    write_questions(texts)
    return list(texts)


def test_the_list_comes_in_pages_and_a_row_leads_back_to_its_own() -> None:
    ids = many(2 * PAGE_ROWS + 5)
    person = Person()
    pages = [listed(person.http.get(f"{LIST}?page={number}").text) for number in (1, 2, 3)]
    assert [id for page in pages for id in page] == ids
    assert [len(page) for page in pages] == [PAGE_ROWS, PAGE_ROWS, 5]
    for number in ("0", "99", "-1", "x", "9" * 30):
        assert listed(person.http.get(f"{LIST}?page={number}").text) in (pages[0], pages[2])
    row = f"{LIST}/{ids[150]}"
    back = person.post(row, person.open(row) | {"go": "rows"}).headers["location"]
    assert back == f"{LIST}?page=2#row-{ids[150]}"
    person.post(row, person.open(row) | {"go": "approve"})  # it leaves the list: the next one is where one was
    back = person.post(row, person.open(row) | {"go": "rows"}).headers["location"]
    assert back == f"{LIST}#row-{ids[0]}"


def test_ticked_rows_are_approved_in_one_write_and_taken_back_as_one() -> None:
    write_edit("generic-01", "人の文")
    before = EDITS.read_bytes()
    person = Person()
    form = person.open(f"{LIST}?show=all") | {"scope": "ticked", "go": "approve"}
    ticked = {f"row.{id}": "1" for id in ("fermi-01", "fermi-02", "generic-01")}
    done = person.post(f"{LIST}?show=all", form | ticked)
    assert done.headers["location"] == f"{LIST}?show=all&said=bulk_approve&n=2&decided=1"
    assert {id: edit["decision"] for id, edit in edits().items()} == {
        "fermi-01": "approved",
        "fermi-02": "approved",
        "generic-01": "edited",
    }
    assert edits()["fermi-01"]["editor"] == "yuki"
    text = person.http.get(done.headers["location"]).text
    assert "Rows approved: 2." in text
    assert "Skipped, already decided by a person: 1." in text
    undone = person.post(LIST, person.open(LIST) | {"go": "undo"})
    assert undone.headers["location"] == f"{LIST}?show=all&said=bulk_undone&n=2"
    assert EDITS.read_bytes() == before
    assert "said=nothing_to_undo" in person.post(LIST, person.open(LIST) | {"go": "undo"}).headers["location"]


def test_a_row_that_somebody_changed_meanwhile_is_left_by_the_decision_and_by_its_undo() -> None:
    yuki, aki = Person(), Person(editor="aki")
    form = yuki.open(f"{LIST}?show=all") | {"scope": "page", "go": "approve"}
    aki.post(f"{LIST}/fermi-01", aki.open(f"{LIST}/fermi-01") | {"go": "approve"})
    write_questions(TEXTS | {"fermi-02": ("Rebuilt?", "作り直し？")})
    done = yuki.post(f"{LIST}?show=all", form)
    assert "n=2&meanwhile=2" in done.headers["location"]
    assert {id: edit["editor"] for id, edit in edits().items()} == {
        "fermi-01": "aki",
        "generic-01": "yuki",
        "generic-02": "yuki",
    }
    row = f"{LIST}/generic-01"
    aki.post(row, aki.open(row) | {"field.text": "彼女の文", "go": "save"})
    undone = yuki.post(LIST, yuki.open(LIST) | {"go": "undo"})
    assert "said=bulk_undone&n=1&meanwhile=1" in undone.headers["location"]
    assert set(edits()) == {"fermi-01", "generic-01"}
    assert edits()["generic-01"]["fields"]["text"] == "彼女の文"


def test_rows_of_others_are_confirmed_at_once_and_own_ones_left() -> None:
    for id in ("fermi-01", "fermi-02"):
        write_edit(id, f"{id}の文")
    write_edit("generic-01", "自分の文", editor="yuki")
    before = EDITS.read_bytes()
    person = Person()
    done = person.post(f"{LIST}?show=all", person.open(f"{LIST}?show=all") | {"scope": "page", "go": "confirm"})
    assert "said=bulk_confirm&n=2&unready=1&own=1" in done.headers["location"]
    assert {id: edit.get("confirmed", {}).get("by") for id, edit in edits().items()} == {
        "fermi-01": "yuki",
        "fermi-02": "yuki",
        "generic-01": None,
    }
    assert "said=bulk_undone&n=2" in person.post(LIST, person.open(LIST) | {"go": "undo"}).headers["location"]
    assert EDITS.read_bytes() == before


def test_a_rejected_row_is_not_approved_in_passing() -> None:
    edit = write_edit("fermi-01", TEXTS["fermi-01"][1])
    rejected = edit | {"rejected": {"reason": "不要", "source_hash": edit["source_hash"]}}
    EDITS.write_text(canonical(rejected) + "\n", encoding="utf-8")
    person = Person()
    form = person.open(f"{LIST}?show=all") | {"scope": "ticked", "go": "approve", "row.fermi-01": "1"}
    assert "said=bulk_approve&decided=1" in person.post(f"{LIST}?show=all", form).headers["location"]
    assert edits()["fermi-01"]["rejected"]["reason"] == "不要"


def test_a_row_that_changes_between_the_plan_and_the_write_is_left() -> None:
    corpus = Worklist().corpus("questions")
    planned = plan(
        corpus, corpus.items, lambda item, kind, person, reason: make_edit(item.row, kind, {"text": "x"}, person, None), "yuki"
    )
    write_edit("fermi-01", "その間の文")
    saved = save(corpus, planned)
    assert saved.left == {"meanwhile": 1}
    assert {change.id for change in saved.changes} == set(TEXTS) - {"fermi-01"}
    assert edits()["fermi-01"]["fields"]["text"] == "その間の文"


def test_more_rows_than_a_page_shows_are_asked_about_first() -> None:
    many(PAGE_ROWS + 3)
    person = Person()
    form = person.open(f"{LIST}?label=generic") | {"scope": "all", "go": "approve"}
    sure = person.post(f"{LIST}?label=generic", form)
    assert sure.status_code == 200
    assert "Approve the machine text of 103 rows?" in sure.text
    assert not EDITS.exists()
    done = person.post(f"{LIST}?label=generic", fields_of(sure.text) | {"go": "approve"})
    assert "said=bulk_approve&n=103" in done.headers["location"]
    assert len(edits()) == PAGE_ROWS + 3


def test_a_list_that_nobody_was_shown_decides_nothing() -> None:
    person = Person()
    form = person.open(LIST) | {"scope": "page", "go": "approve", "shown": "0" * 32}
    answer = person.post(LIST, form)
    assert (answer.status_code, "the list was out of date" in answer.text) == (422, True)
    assert person.post(LIST, form | {"token": "x"}).status_code == 403
    assert not EDITS.exists()


def git(*args: str, when: str = "2026-01-10T12:00:00") -> None:
    who = ("-c", "user.name=aki", "-c", "user.email=aki@example.org")
    environment = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when, "HOME": str(Path.cwd()), "PATH": "/usr/bin:/bin"}
    subprocess.run(["git", *who, *args], check=True, capture_output=True, env=environment)


def test_what_changed_since_a_day_or_a_commit() -> None:
    page = Person().http.get(f"{LIST}?show=all&since=HEAD").text
    assert "This folder is not a git repository" in page
    git("init", "-q")
    write_edit("fermi-01", "一")
    git("add", ".")
    git("commit", "-qm", "one", when="2026-01-10T12:00:00")
    write_edit("fermi-02", "二")
    git("commit", "-qam", "two", when="2026-01-12T12:00:00")
    write_edit("generic-01", "まだコミットしていない")
    ids = ("fermi-01", "fermi-02", "generic-01")
    for since, shown in {
        "HEAD": ids[2:],
        "HEAD~1": ids[1:],
        "2026-01-11": ids[1:],
        "2026-01-13": ids[2:],
        "2026-01-01": ids,
    }.items():
        page = Person().http.get(f"{LIST}?show=all&since={since}").text
        assert sorted(listed(page)) == sorted(shown), since
    for wrong in ("nonsense", "--all", "2026-13-40", "HEAD:params.yaml"):
        page = Person().http.get(f"{LIST}?show=all&since={wrong}").text
        assert listed(page) == []
        assert f"{wrong} is neither a date" in html.unescape(page)
        with pytest.raises(NoSuchTime):
            commit_at(wrong)
    assert changed_since(commit_at("HEAD"), [EDITS]) == {"generic-01"}


def test_a_query_says_what_a_filter_is_and_is_read_as_it_was_written() -> None:
    chosen = Filter.of({"show": "all", "reason": "numerals", "label": "a b&c", "q": " 番 ", "note": "maybe", "since": "HEAD~3"})
    assert chosen.query == "show=all&reason=numerals&label=a+b%26c&q=%E7%95%AA&since=HEAD~3"
    assert Filter.of({}).query == ""
    assert chosen.query_with(show="to_do", label="") == "reason=numerals&q=%E7%95%AA&since=HEAD~3"


def test_a_save_reads_anew_only_the_row_that_it_changed() -> None:
    worklist = Worklist()
    write_edit("fermi-01", "一")
    before = worklist.corpus("questions")
    write_edit("fermi-02", "二")
    after = worklist.corpus("questions")
    assert {id for id, item in after.by_id.items() if item is not before.by_id[id]} == {"fermi-02"}
    assert question("fermi-02", *TEXTS["fermi-02"]) == after.by_id["fermi-02"].row
