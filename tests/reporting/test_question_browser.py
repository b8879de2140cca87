"""The browser of questions in a real browser: what is in the address comes back, keys, answers side by side, hostile texts."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from seedbed.util.rows import read_rows, write_rows
from tests.builds import STAND_IN, Build

CODE = "次のとおりです。\n\n3. **太字**\n\n```python\nif a < b:\n    print('長')\n```\n\n[見本](https://example.org/a) ![絵](https://example.org/b.png)"
WORDS = "回答Aは短く、回答B（詳しい）より良い。回答AとBを比べると、アシスタントＡが正確。AさんとBさんの話ではない。"
VERDICTS = {"q00": "first second", "q01": "first first", "q02": "invalid tie", "q03": "tie tie", "q04": "second first"}


def three_models(folder: Path) -> Build:
    """Five questions of three models in two matches, a conversation, a reference, a rubric, checks and a vote."""
    build = Build(
        folder,
        models=("good", "thin", "poor"),
        matches=[("good", "thin"), ("poor", "thin")],
        questions=[("generic", "なぜ"), ("generic", "いつ"), ("fermi", "いくつ"), ("fermi", "ｄｏｋｏ？"), ("fermi", "だれ")],
        answer=lambda model, question: CODE if (model, question) == ("good", "q00") else f"{model} の答え {question}",
        judge=lambda match, question, order: (
            VERDICTS[question].split()[order == "ba"],
            WORDS if question == "q00" else f"{match} の {question} の説明",
        ),
        votes=[("yuki", "good-vs-thin", "q00", "baseline", "短くてよい")],
    )
    two_turns = {"source": "data/two_turns.en.jsonl", "language": "en", "kind": "question"}
    build.changes = {"corpora": {**build.params()["corpora"], "two_turns": two_turns}}
    build.write()
    data = folder / "data"
    rewrite(
        data / "build/edited/questions/questions.jsonl",
        [{"rubric": ["正確か", "短いか"], "checks": [{"kind": "length", "unit": "lines", "most": 3}]}],
    )
    write_rows(data / "references.ja.jsonl", [{"id": "q00", "reference": "**正解**です"}], None)
    asked = {
        "id": "t00",
        "category": "fermi",
        "text": "最初の問い",
        "follow_ups": ["次の問い"],
        "source": {"text": "First?", "follow_up_1": "And then?"},
        "status": "edited",
        "made_by": dict(STAND_IN),
    }
    write_rows(data / "build/edited/questions/two_turns.jsonl", [asked], None)
    for model in build.models:
        turns = [f"{model} 一回目", f"{model} 二回目"]
        append(data / f"build/answers/{model}.jsonl", [{"id": "t00", "text": "\n\n---\n\n".join(turns), "turns": turns}])
    for match in ("good-vs-thin", "poor-vs-thin"):
        judged = [
            {"question": "t00", "order": order, "turn": turn, "verdict": "tie", "explanation": f"{turn}回目は同じ"}
            for turn in (1, 2)
            for order in ("ab", "ba")
        ]
        append(data / f"build/judgments/{match}.jsonl", judged)
    return build


def rewrite(path: Path, changes: list[dict[str, Any]]) -> None:
    """Change the first rows of a file."""
    rows = list(read_rows(path))
    write_rows(path, [row | change for row, change in zip(rows, [*changes, *[{}] * len(rows)], strict=False)], None)


def append(path: Path, rows: list[dict[str, Any]]) -> None:
    """Add rows to a file that are as its first one else."""
    before = list(read_rows(path, unique=None))
    write_rows(path, [*before, *(before[0] | row for row in rows)], None)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of `three_models`."""
    build = three_models(tmp_path_factory.mktemp("browser") / "a")
    path = build.folder / "benchmark.html"
    path.write_text(build.benchmark_page(), encoding="utf-8")
    return path


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


def opened(context: BrowserContext, path: Path, hash: str = "") -> tuple[Page, list[str]]:
    """Open a page; return it, and what it complains about or asks a host for."""
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda request: None if request.url.startswith("file:") else complaints.append(request.url))
    tab.goto(path.as_uri() + hash)
    tab.wait_for_selector("#count:not(:empty)", state="attached")
    return tab, complaints


def count(tab: Page, words: str) -> None:
    expect(tab.locator("#count")).to_have_text(f"{words} of 6 questions")


def listed(tab: Page) -> list[str]:
    """Return the ids of the questions in the list."""
    return tab.locator("#list .where").all_inner_texts()


CHANGED_AT_ONCE = """([form, changes]) => {
  document.getElementById(form).reset();
  for (const [name, value] of Object.entries(changes)) {
    const field = document.getElementById(form).elements[name];
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""


def test_changes_that_follow_each_other_at_once_are_all_kept(context: BrowserContext, written: Path) -> None:
    """A script can do it always, a slow machine between two clicks: nothing runs between the changes."""
    tab, complaints = opened(context, written, "#questions?disagreement=people")
    tab.evaluate(CHANGED_AT_ONCE, ["filters", {"search": "Q0", "model": "thin", "outcome": "win"}])
    count(tab, "1")
    assert listed(tab) == ["q04"]
    assert tab.evaluate("location.hash") == "#questions?search=Q0&model=thin&outcome=win"
    assert [tab.input_value(f"#f-{key}") for key in ("search", "model", "outcome")] == ["Q0", "thin", "win"]
    assert complaints == []


@pytest.mark.slow
def test_filters_and_sorting(context: BrowserContext, written: Path) -> None:
    tab, complaints = opened(context, written)
    count(tab, "6")
    for key, value, left in (("match", "poor-vs-thin", "6"), ("category", "fermi", "4"), ("outcome", "invalid", "1")):
        tab.select_option(f"#f-{key}", value)
        count(tab, left)
    tab.click("button[type=reset]")
    count(tab, "6")
    tab.select_option("#f-disagreement", "orders")
    count(tab, "1")
    tab.select_option("#f-disagreement", "people")
    count(tab, "1")
    tab.click("button[type=reset]")
    tab.select_option("#f-model", "thin")
    tab.select_option("#f-outcome", "win")  # as the chosen model sees it
    count(tab, "1")
    assert listed(tab) == ["q04"]
    tab.select_option("#f-outcome", "")
    tab.select_option("#f-sort", "high")
    expect(tab.locator("#list .where").first).to_have_text("q04")
    assert listed(tab)[-1] == "q02"  # no valid verdict
    tab.select_option("#f-sort", "long")
    expect(tab.locator("#list .where").first).to_have_text("t00")
    tab.click("button[type=reset]")
    for words, found in (
        ("DOKO?", 1),
        ("poor-vs-thin の q01", 1),
        ("poor の答え q02", 1),
        ("短くて", 1),
        ("and then", 1),
        ("nowhere", 0),
    ):
        tab.fill("#f-search", words)
        count(tab, str(found))
    assert complaints == []


def test_a_count_in_the_tables_leads_to_its_questions(context: BrowserContext, written: Path) -> None:
    tab, _ = opened(context, written)
    tab.click("a.to-questions[data-match=poor-vs-thin][data-category=generic]")
    count(tab, "2")
    assert tab.input_value("#f-match") == "poor-vs-thin"


@pytest.mark.slow
def test_address_reload_and_back_restore_everything(context: BrowserContext, written: Path) -> None:
    tab, complaints = opened(context, written)
    tab.select_option("#f-category", "fermi")
    tab.select_option("#f-match", "good-vs-thin")
    count(tab, "4")
    tab.fill("#f-search", "q03")
    count(tab, "1")
    tab.click("#list a")
    expect(tab.locator("#question-title")).to_have_text("q03 · fermi")
    tab.check("#written")
    address = tab.url
    for part in ("category=fermi", "match=good-vs-thin", "search=q03", "question=q03", "written=1"):
        assert part in address
    other, _ = opened(context, written, "#" + address.split("#")[1])  # the link, opened by somebody else
    for page in (tab, other):
        page.reload()
        expect(page.locator("#question-title")).to_have_text("q03 · fermi")
        assert page.url == address
        assert page.input_value("#f-search") == "q03"
        assert page.input_value("#f-category") == "fermi"
        assert page.is_checked("#written")
        expect(page.locator("#place")).to_have_text("1 of 1")
    tab.go_back()
    expect(tab.locator("#written")).not_to_be_checked()
    tab.go_back()
    count(tab, "1")
    expect(tab.locator("#chosen")).to_be_hidden()
    tab.go_back()  # what was typed is one step
    count(tab, "4")
    tab.go_back()
    expect(tab.locator("#f-match")).to_have_value("")
    tab.go_forward()
    expect(tab.locator("#f-match")).to_have_value("good-vs-thin")
    tab.click("nav a[href='#judge']")  # another section: the browser's state stays
    expect(tab.locator("#f-match")).to_have_value("good-vs-thin")
    tab.reload()  # there too nothing is lost
    expect(tab.locator("#f-match")).to_have_value("good-vs-thin")
    tab.go_back()
    expect(tab.locator("#f-match")).to_have_value("good-vs-thin")
    assert "match=good-vs-thin" in tab.url
    tab.go_back()
    tab.go_back()  # to where there was no state at all
    expect(tab.locator("#f-category")).to_have_value("")
    assert "#" not in tab.url
    assert complaints == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "hash",
    ["#questions?question=gone", "#questions?compare=a,b&sort=odd&page=99&match=gone", "#questions?%E0%A4%A=1", "#other"],
)
def test_an_address_that_names_nothing_breaks_nothing(context: BrowserContext, written: Path, hash: str) -> None:
    tab, complaints = opened(context, written, hash)
    assert complaints == []
    if "gone" in hash and "question=" in hash:
        expect(tab.locator("#one")).to_have_text("There is no question gone in this report.")


def test_a_link_is_copied(browser: Browser, written: Path) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    tab, _ = opened(context, written, "#questions?question=q01")
    tab.click("#chosen .copy")
    expect(tab.locator("#copied")).to_have_text("copied")
    assert tab.evaluate("navigator.clipboard.readText()") == tab.url
    context.close()


@pytest.mark.slow
def test_keys_step_and_switch(context: BrowserContext, written: Path) -> None:
    tab, complaints = opened(context, written)
    for key, id in (("n", "q00"), ("n", "q01"), ("p", "q00"), ("p", "q00"), ("n", "q01")):
        tab.keyboard.press(key)
        expect(tab.locator("#question-title")).to_have_text(f"{id} · generic")
    tab.keyboard.press("w")
    expect(tab.locator("#written")).to_be_checked()
    tab.select_option("#compare-left", "good")
    expect(tab.locator(".answer")).to_have_count(2)
    tab.focus("#next")
    tab.keyboard.press("a")
    expect(tab.locator(".answer")).to_have_count(3)
    tab.keyboard.press("l")
    expect(tab.locator("#list")).to_be_visible()
    tab.keyboard.press("/")
    tab.keyboard.type("npl")  # letters, where one writes
    count(tab, "0")
    expect(tab.locator("#chosen")).to_be_hidden()
    for key in "npalwc/":
        assert f"{key} " in tab.locator(".keys p").text_content()  # type: ignore[operator]
    assert complaints == []


def test_all_answers_stand_side_by_side_and_two_can_be_compared(context: BrowserContext, written: Path) -> None:
    tab, complaints = opened(context, written, "#questions?question=q00")
    assert tab.locator(".answer h5").all_inner_texts() == ["Answer of good", "Answer of thin", "Answer of poor"]
    tops = {round(box["y"]) for part in tab.locator(".answer").all() if (box := part.bounding_box())}
    assert len(tops) == 1
    shown = tab.inner_text("#one")
    for words in ("q00", "正確か", "length: most 3, unit lines", "5 tokens", "code: 1 failed", "code: 1 passed", "good wins"):
        assert words in shown
    tab.click("summary:has-text('Reference')")
    expect(tab.locator("#one details strong")).to_have_text("正解")
    tab.select_option("#compare-left", "poor")
    tab.select_option("#compare-right", "thin")
    assert tab.locator(".answer h5").all_inner_texts() == ["Answer of poor", "Answer of thin"]
    assert "compare=poor%2Cthin" in tab.url
    heads = tab.locator(".verdicts h6").all_inner_texts()
    assert heads == ["poor shown first: poor is better", "thin shown first: poor is better"]
    tab.select_option("#compare-right", "good")
    expect(tab.locator("#one")).to_contain_text("There is no match between these two models.")
    assert complaints == []


def test_judges_words_have_the_models_names_and_stay_to_be_read_as_they_were(context: BrowserContext, written: Path) -> None:
    tab, _ = opened(context, written, "#questions?question=q00&compare=good,thin")
    first, second = tab.locator(".words").all_inner_texts()[:2]
    assert first == "goodは短く、thin（詳しい）より良い。goodとthinを比べると、goodが正確。AさんとBさんの話ではない。"
    assert second.startswith("thinは短く、good（")
    assert "yuki: thin" in tab.inner_text(".verdicts")
    tab.check("#written")
    assert tab.locator(".words").all_inner_texts()[:2] == [WORDS, WORDS]
    assert tab.inner_text(".answer .text >> nth=0") == CODE


def test_markdown_is_laid_out_and_code_is_monospaced(context: BrowserContext, written: Path) -> None:
    tab, complaints = opened(context, written, "#questions?question=q00")
    answer = tab.locator(".answer").first
    expect(answer.locator("strong")).to_have_text("太字")
    assert answer.locator("ol").get_attribute("start") == "3"
    code = answer.locator("pre code")
    assert code.text_content() == "if a < b:\n    print('長')\n"
    assert "monospace" in code.evaluate("node => getComputedStyle(node).fontFamily")
    assert "[見本](https://example.org/a) ![絵](https://example.org/b.png)" in answer.inner_text()
    assert tab.locator("#one img, #one .answer a").count() == 0
    assert complaints == []


def test_each_turn_of_a_conversation_is_shown_with_its_verdicts(context: BrowserContext, written: Path) -> None:
    tab, complaints = opened(context, written, "#questions?question=t00&compare=good,thin")
    shown = tab.inner_text("#one")
    for words in (
        "最初の問い",
        "First?",
        "次の問い",
        "And then?",
        "good 一回目",
        "thin 二回目",
        "1回目は同じ",
        "2回目は同じ",
        "turn 2",
    ):
        assert words in shown
    assert tab.inner_text("#question-title") == "t00 · fermi · two_turns"
    assert complaints == []


def test_it_speaks_the_reports_language(context: BrowserContext, tmp_path: Path) -> None:
    build = Build(tmp_path / "a")
    build.changes = {"report": {**build.params()["report"], "language": "ja"}}
    path = tmp_path / "page.html"
    path.write_text(build.benchmark_page(), encoding="utf-8")
    tab, complaints = opened(context, path, "#questions?question=q00")
    expect(tab.locator(".verdicts h6").first).to_have_text("goodが先: goodが優勢")
    expect(tab.locator("#place")).to_have_text("3問中1問目")
    shown = tab.inner_text("#browser") + tab.inner_text("#questions h2")
    assert set(re.findall(r"[A-Za-z]{3,}", shown)) <= {"good", "thin", "generic", "fermi"}
    assert complaints == []


def test_every_judge_of_a_jury_is_shown(context: BrowserContext, tmp_path: Path) -> None:
    said = {"large": ("first", "second"), "small": ("tie", "first"), "odd": ("second", "first")}
    build = Build(
        tmp_path / "a",
        judges=list(said),
        juror=lambda judge, match, question, order: (said[judge][order == "ba"], f"{judge} says answer A"),
    )
    path = tmp_path / "page.html"
    path.write_text(build.benchmark_page(), encoding="utf-8")
    tab, complaints = opened(context, path, "#questions?question=q00")
    assert tab.locator(".verdicts h5").all_inner_texts() == ["Judge large", "Judge odd", "Judge small"]
    assert tab.locator(".verdicts h6").all_inner_texts()[4:] == ["good shown first: tie", "thin shown first: thin is better"]
    assert "small says thin" in tab.inner_text(".verdicts")
    assert complaints == []


HOSTILE = (
    "<script>window.bad = 1</script>",
    "</script><script>window.bad = 1</script>",
    "<!-- <script> ",
    "<img src='https://bad.example/a.png' onerror='window.bad = 1'>",
    "![x](https://bad.example/b.png) [click](javascript:window.bad=1)",
    "<style>@import 'https://bad.example/c.css'</style><link rel=stylesheet href=https://bad.example/d.css>",
    "<svg onload='window.bad = 1'><use href='https://bad.example/e.svg#x'/></svg><iframe src=https://bad.example>",
    '```"><img src=https://bad.example/f.png>\nx\n```',
    "\u202egnirts sdrawkcab\u202c \u2067\u05e9\u05dc\u05d5\u05dd\u2069",
    "one\u2028two\u2029three\x00\x1b",
    "{{ 7 * 7 }} {% raw %} ${7} {model}",
)


@pytest.mark.slow
def test_hostile_texts_ask_no_host_for_anything_and_run_nothing(context: BrowserContext, tmp_path: Path) -> None:
    build = Build(
        tmp_path / "a",
        questions=[(f"<b>{number}", text) for number, text in enumerate(HOSTILE)],
        answer=lambda model, question: model + HOSTILE[int(question[1:])],
        judge=lambda match, question, order: ("first", order + HOSTILE[int(question[1:])]),
        votes=[("yuki", "good-vs-thin", f"q{number:02}", "model", text) for number, text in enumerate(HOSTILE)],
        made_by={"endpoint": "<img src=x onerror='window.bad = 1'>", "model": "</script><script>window.bad = 1</script>"},
    )
    path = tmp_path / "page.html"
    path.write_text(build.benchmark_page(), encoding="utf-8")
    tab, complaints = opened(context, path)
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    for number, text in enumerate(HOSTILE):
        for written in ("", "&written=1"):
            tab.evaluate("hash => { location.hash = hash }", f"questions?question=q{number:02}{written}")
            expect(tab.locator("#question-title")).to_have_text(f"q{number:02} · <b>{number}")
            expect(tab.locator("#written")).to_be_checked(checked=bool(written))
            assert tab.locator("#one :is(script, img, style, link, svg, iframe, b:not(.named), a)").count() == 0
        if not any(mark in text for mark in "\u202e\x00"):
            shown = tab.locator("#one .text").all_inner_texts()
            for wanted in (f"good{text}", f"thin{text}", f"ab{text}", f"ba{text}"):
                assert any(wanted.split("\u2028")[0].strip() in one for one in shown)
        elif "\u202e" in text:
            assert "U+202Egnirts sdrawkcabU+202C" in tab.inner_text("#one")
    tab.wait_for_timeout(100)
    assert tab.evaluate("window.bad") is None
    assert [url for url in asked if not url.startswith(path.as_uri())] == []
    assert complaints == []


def test_a_page_that_was_cut_off_says_so(context: BrowserContext, written: Path, tmp_path: Path) -> None:
    whole = written.read_text(encoding="utf-8")
    start = whole.index('id="browser-index">') + len('id="browser-index">')
    path = tmp_path / "cut.html"
    path.write_text(whole[: start + 40] + whole[whole.index("</script>", start) :], encoding="utf-8")
    tab = context.new_page()
    tab.goto(path.as_uri())
    expect(tab.locator("#broken")).to_be_visible()


def test_the_question_that_is_open_is_printed(context: BrowserContext, written: Path) -> None:
    tab, _ = opened(context, written, "#questions?question=q00")
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(tab.locator("#one")).to_be_visible()
    expect(tab.locator("#filters")).to_be_hidden()
    tab.emulate_media(media="screen")
    tab.keyboard.press("l")
    expect(tab.locator("#list")).to_be_visible()
    tab.emulate_media(media="print")
    expect(tab.locator("#list")).to_be_hidden()


def test_many_questions_are_paged(context: BrowserContext, tmp_path: Path) -> None:
    build = replace(
        Build(tmp_path / "a"), questions=[("generic", f"問{number}") for number in range(120)], judge=lambda *_: ("tie", "")
    )
    path = tmp_path / "page.html"
    path.write_text(build.benchmark_page(), encoding="utf-8")
    tab, _ = opened(context, path)
    assert len(listed(tab)) == 50
    tab.click("text=next page")
    expect(tab.locator("#list .where").first).to_have_text("q50")
    assert "page=2" in tab.url
    tab.go_back()
    expect(tab.locator("#list .where").first).to_have_text("q00")
