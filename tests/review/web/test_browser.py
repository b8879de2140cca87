"""The review page as people use it, in a real browser."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from seedbed.project.edits import read_edits
from seedbed.project.votes import read_votes
from seedbed.review.web.app import create_app
from seedbed.review.web.state import Settings
from seedbed.util.canonical import parse_json
from tests.review.project import HOSTILE, TEXTS, write_answers, write_edit, write_questions

EDITS = Path("data/edits/questions.ja.jsonl")
ROW = "/edits/questions/fermi-01"
OTHER = "/edits/questions/fermi-02"
MACHINE = TEXTS["fermi-01"][1]
expect.set_options(timeout=5000)


class Site:
    """The page, served on loopback from a thread."""

    def __init__(self, **settings: Any) -> None:
        self.settings = settings
        self.port = 0
        self.start()

    def start(self) -> None:
        """Serve, on the same port as before."""
        listening = socket.create_server(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(create_app(Settings(**self.settings)), log_level="error", lifespan="off", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]})
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)

    def stop(self) -> None:
        """Serve no more."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def site(folder: None) -> Iterator[Site]:
    made = Site()
    yield made
    made.stop()


Enter = Callable[..., Page]


@pytest.fixture
def enter(browser: Browser, site: Site) -> Iterator[Enter]:
    """Opens a person's own browser window at a path; fails at the end where the page broke or spoke to others."""
    contexts, wrong = [], []

    def opened(path: str, name: str = "yuki", **options: Any) -> Page:
        context = browser.new_context(base_url=site.url, locale="en-GB", **options)
        context.add_cookies([{"name": "seedbed_name", "value": name, "url": site.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())  # "leave the page?", where a text is not safe yet
        page.on("request", lambda request: None if request.url.startswith((site.url, "data:")) else wrong.append(request.url))
        page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


def edits() -> dict[str, str]:
    return {id: edit["fields"]["text"] for id, edit in read_edits(EDITS, "question").items()}


def drafts() -> list[str]:
    return sorted(parse_json(path.read_text("utf-8"))["fields"]["text"] for path in Path("store/drafts").glob("*.json"))


def soon(true: Callable[[], bool]) -> None:
    """Wait until something holds."""
    for _ in range(250):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("this did not come about within five seconds")


def area(page: Page) -> Any:
    return page.locator("textarea[name='field.text']")


def typed(page: Page, text: str) -> None:
    """Put the caret behind the text and type."""
    page.keyboard.press("e")
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(text)


def test_a_row_is_edited_by_keyboard_and_the_difference_shows_as_one_types(enter: Enter) -> None:
    page = enter("/edits/questions")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{ROW}")
    page.keyboard.press("e")
    expect(area(page)).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("大阪にバス停はいくつありますか？")
    expect(page.locator("#machine-text del").first).to_have_text("あなたは")
    expect(page.locator("#changes-text ins")).not_to_have_count(0)
    expect(page.locator("#state")).to_have_text("Draft saved")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**said=saved&row=fermi-01")
    expect(page.locator(".said")).to_have_text("Saved fermi-01.")
    assert edits() == {"fermi-01": "大阪にバス停はいくつありますか？"}
    assert drafts() == []


@pytest.mark.slow
def test_approving_going_on_and_undoing_by_keyboard(enter: Enter) -> None:
    page = enter(ROW)
    page.keyboard.press("a")
    page.wait_for_url("**said=saved&row=fermi-01")
    assert edits() == {"fermi-01": MACHINE}
    page.keyboard.press("u")
    page.wait_for_url(f"**{ROW}?said=undone*")
    assert edits() == {}
    here = page.url
    page.keyboard.press("s")
    page.wait_for_url(lambda url: url != here)
    page.keyboard.press("p")
    page.wait_for_url(f"**{ROW}*")
    page.keyboard.press("b")
    page.wait_for_url("**/edits/questions#row-fermi-01")
    assert edits() == {}


@pytest.mark.slow
@pytest.mark.parametrize("key", ["x", "d"])
def test_a_row_is_rejected_by_keyboard(enter: Enter, key: str) -> None:
    page = enter(ROW)
    page.keyboard.press(key)
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.insert_text("答えが出ない")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**said=rejected&row=fermi-01")
    edit = read_edits(EDITS, "question")["fermi-01"]
    assert edit["decision"] == "rejected"
    assert edit["rejected"]["reason"] == "答えが出ない"


@pytest.mark.slow
def test_a_reason_that_was_typed_is_not_dropped_by_the_mouse(enter: Enter) -> None:
    page = enter(ROW)
    page.keyboard.press("x")
    page.keyboard.insert_text("答えが出ない")
    page.get_by_role("button", name="Approve").click()
    alert = page.locator("[role=alert]")
    expect(alert).to_contain_text("a reason for rejecting is filled in")
    assert page.input_value("#reason") == "答えが出ない"
    assert edits() == {}
    alert.get_by_role("button", name="Empty the reason").click()
    assert page.input_value("#reason") == ""
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url("**said=saved&row=fermi-01")
    assert edits() == {"fermi-01": MACHINE}


@pytest.mark.slow
def test_the_list_keeps_the_ticks_and_the_reason_where_nothing_was_saved(enter: Enter) -> None:
    page = enter("/edits/questions")
    page.locator(".rows input").nth(1).check()
    page.get_by_role("button", name="Reject").click()
    expect(page.locator("[role=alert]")).to_contain_text("enter a reason for rejecting")
    expect(page.locator("#bulk textarea")).to_be_focused()
    expect(page.locator(".rows input:checked")).to_have_count(1)
    page.keyboard.insert_text("向いていない")
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("[role=alert]")).to_contain_text("a reason for rejecting is filled in")
    expect(page.locator("#bulk textarea")).to_have_value("向いていない")
    page.wait_for_load_state()  # the page came anew, and only its script asks
    assert edits() == {}
    assert asked == []
    page.locator(".rows a").first.click()
    page.wait_for_url(f"**{ROW}")
    assert asked == ["beforeunload"]


@pytest.mark.slow
def test_a_term_that_was_not_added_goes_along_to_the_next_row(enter: Enter) -> None:
    page = enter(ROW)
    page.keyboard.press("t")
    page.locator("#memory-term").fill("Osaka")
    page.get_by_role("button", name="Skip").click()
    page.wait_for_url(lambda url: not url.endswith(ROW))
    expect(page.locator("#memory-term")).to_have_value("Osaka")
    page.locator("#memory-translation").fill("大阪")
    page.keyboard.press("Enter")
    expect(page.locator("#memory .notice")).to_contain_text("Added to the glossary")
    page.goto(ROW)
    expect(page.locator("#memory-term")).to_have_value("")


@pytest.mark.slow
@pytest.mark.parametrize("key", ["Control+Enter", "Escape s", "Escape p", "Escape b", "Escape u", "Escape a"])
def test_a_shortcut_in_the_instant_after_typing_loses_nothing(enter: Enter, key: str) -> None:
    page = enter(ROW)
    typed(page, "直前の一文。")
    for one in key.split():
        page.keyboard.press(one)
    if key == "Escape a":  # approve takes the machine text, which this is not: it stays, and says so
        expect(page.locator("[role=alert]")).to_contain_text("Approve accepts the machine text unchanged")
    else:
        page.wait_for_url(lambda url: not url.endswith(ROW))
    if key == "Control+Enter":
        soon(lambda: edits() == {"fermi-01": MACHINE + "直前の一文。"})
    else:
        assert edits() == {}
        page.goto(ROW)
        assert area(page).input_value() == MACHINE + "直前の一文。"
    page.goto(OTHER)
    assert area(page).input_value() == TEXTS["fermi-02"][1]
    assert all("fermi-01" in path.name for path in Path("store/drafts").glob("*.json"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "way",
    ["Skip", "日本語", "reload", "address", "history", "close"],
)
def test_each_way_off_a_row_keeps_the_text(enter: Enter, way: str) -> None:
    """The other buttons send the same form as Skip, and are tried without a browser."""
    page = enter("/edits/questions")
    page.goto(ROW)
    typed(page, "途中の文")
    match way:
        case "reload":
            page.reload()
        case "address":
            page.goto("/votes")
        case "history":
            page.go_back()
        case "close":
            page.close(run_before_unload=True)
        case _:
            page.get_by_role("button", name=re.compile(f"^{way}")).first.click()
            page.wait_for_url(lambda url: not url.endswith(ROW)) if way != "日本語" else page.wait_for_selector("html[lang=ja]")
    soon(lambda: drafts() == [MACHINE + "途中の文"])
    assert edits() == {}
    back = enter(ROW)
    assert area(back).input_value() == MACHINE + "途中の文"
    expect(back.locator(".notice")).to_contain_text("Your unsaved text of")
    elsewhere = enter(OTHER)
    assert area(elsewhere).input_value() == TEXTS["fermi-02"][1]


@pytest.mark.slow
def test_a_draft_goes_on_over_reloads_and_can_be_dropped(enter: Enter) -> None:
    page = enter(ROW)
    for word in ("一", "二", "三"):
        typed(page, word)
        page.reload()
    assert area(page).input_value() == MACHINE + "一二三"
    assert len(drafts()) == 1
    page.get_by_role("button", name="Discard it").click()
    expect(page.locator(".said")).to_contain_text("was discarded")
    assert area(page).input_value() == MACHINE
    assert drafts() == []


@pytest.mark.slow
def test_two_tabs_on_one_row_show_both_texts(enter: Enter) -> None:
    first, second = enter(ROW), enter(ROW, name="aki")
    typed(first, "私の文")
    typed(second, "彼女の文")
    second.keyboard.press("Control+Enter")
    second.wait_for_url("**said=saved*")
    first.keyboard.insert_text("。")
    expect(first.locator("#state")).to_contain_text("saved elsewhere since you opened it")
    first.keyboard.press("Control+Enter")
    expect(first.locator("[role=alert]")).to_contain_text("aki saved this row while you worked on it")
    assert area(first).input_value() == MACHINE + "私の文。"
    expect(first.locator(".other")).to_contain_text("彼女の文")
    assert edits() == {"fermi-01": MACHINE + "彼女の文"}
    first.get_by_role("button", name="Use this text").first.click()
    assert area(first).input_value() == MACHINE + "彼女の文"
    first.keyboard.press("Control+Z")  # the browser's own undo takes it back
    assert area(first).input_value() == MACHINE + "私の文。"
    first.keyboard.press("Control+Enter")
    first.wait_for_url("**said=saved*")
    assert edits() == {"fermi-01": MACHINE + "私の文。"}


@pytest.mark.slow
def test_a_stale_row_is_kept_merged_or_redone(enter: Enter) -> None:
    write_edit(
        "fermi-01", "大阪に、バス停は何か所ありますか？", ("How many bus stops are there?", "大阪にバス停はいくつありますか？")
    )
    write_questions(TEXTS | {"fermi-01": ("How many bus stops are there in Kobe?", "神戸にバス停はいくつありますか？")})
    page = enter("/edits/questions")
    expect(page.locator(".rows li").first).to_contain_text("stale")
    page.goto(ROW)
    expect(page.locator(".then")).to_contain_text("Source, then and now")
    for key, text in {
        "g": "神戸に、バス停は何か所ありますか？",
        "r": "神戸にバス停はいくつありますか？",
        "k": "大阪に、バス停は何か所ありますか？",
    }.items():
        page.keyboard.press(key)
        assert area(page).input_value() == text
        page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**said=saved*")
    assert edits() == {"fermi-01": "神戸に、バス停は何か所ありますか？"}


_SAFARI_ENTER = """
document.activeElement.dispatchEvent(new KeyboardEvent(
  "keydown", {key: "Enter", ctrlKey: true, keyCode: 229, bubbles: true, cancelable: true}))
"""


def test_the_enter_key_of_an_input_method_submits_nothing(enter: Enter) -> None:
    page = enter(ROW)
    page.evaluate("window.seen = []; addEventListener('keydown', e => seen.push([e.key, e.isComposing, e.keyCode]), true)")
    page.keyboard.press("e")
    page.keyboard.press("Control+End")
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "かんじ", "selectionStart": 3, "selectionEnd": 3})
    for key in ("Enter", "Control+Enter"):
        page.keyboard.press(key)
    composing = [composing for key, composing, _ in page.evaluate("seen") if key == "Enter"]
    assert composing == [True, True]  # the keys did come while composing
    session.send("Input.insertText", {"text": "漢字"})
    # Safari ends the composition before its Enter arrives, and gives the code 229 instead.
    page.evaluate(_SAFARI_ENTER)
    page.wait_for_timeout(400)
    assert page.url.endswith(ROW)
    assert edits() == {}
    assert "漢字" in area(page).input_value()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**said=saved*")
    assert "漢字" in edits()["fermi-01"]


_PLACES = """
() => {
  const [mark] = document.querySelectorAll(".marks mark");
  const area = document.querySelector(".typing textarea");
  const layer = document.querySelector(".marks");
  return { mark: mark.textContent, high: [area.scrollHeight, layer.scrollHeight], scroll: [area.scrollTop, layer.scrollTop] };
}
"""


def test_a_mark_appears_in_the_text_while_one_types_and_stays_with_its_words(enter: Enter) -> None:
    write_questions(TEXTS | {"fermi-01": ("Lunch is at 13:20.", "昼食は13:20です。")})
    page = enter(ROW)
    page.keyboard.press("e")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("昼食は99時です。")
    marks = page.locator(".marks mark.new")
    expect(marks).to_have_text(["99"])
    expect(page.locator("#source-text mark")).to_have_text(["13", "20"])
    expect(page.locator("#findings-text")).to_contain_text("99 is not in the source")
    page.route("**/draft", lambda route: None)  # no reply from now on: what is typed moves the mark by itself
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("さて、" * 40 + "\n")
    expect(marks).to_have_text(["99"])
    page.evaluate("document.querySelector('.typing textarea').style.height = '6rem'")
    page.evaluate("document.querySelector('.typing textarea').scrollTop = 40")
    for width in (1440, 1000, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(60)
        places = page.evaluate(_PLACES)
        assert places["mark"] == "99"
        assert places["high"][0] == places["high"][1], width
        assert places["scroll"][0] == places["scroll"][1] > 0, width
    page.keyboard.press("Control+End")
    for _ in range(6):
        page.keyboard.press("Backspace")
    expect(marks).to_have_count(0)  # its words were typed over


@pytest.mark.slow
def test_marks_leave_an_input_method_alone(enter: Enter) -> None:
    write_questions(TEXTS | {"fermi-01": ("Lunch is at 13:20.", "昼食は99時です。")})
    page = enter(ROW)
    expect(page.locator(".marks mark.same")).to_have_text(["99"])
    page.keyboard.press("e")
    page.keyboard.press("Control+End")
    session = page.context.new_cdp_session(page)
    for text in ("か", "かん", "かんじ"):
        session.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
        page.wait_for_timeout(300)  # a draft and its reply come in between
    expect(page.locator(".marks mark.same")).to_have_text(["99"])
    session.send("Input.insertText", {"text": "漢字"})
    assert area(page).input_value() == "昼食は99時です。漢字"


def test_a_save_with_a_new_mismatch_asks_once(enter: Enter) -> None:
    write_questions(TEXTS | {"fermi-01": ("Lunch is at 13:20.", "昼食は13:20です。")})
    page = enter(ROW)
    page.keyboard.press("e")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("昼食は99:99です。")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[role=alert]")).to_contain_text("99 is not in the source")
    expect(page.locator(".marks mark.new")).to_have_count(2)
    assert edits() == {}
    expect(page.get_by_role("button", name="Save anyway")).to_be_visible()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**said=saved*")
    assert edits() == {"fermi-01": "昼食は99:99です。"}


def select(page: Page, within: str, words: str) -> None:
    """Select words as a mouse would."""
    page.evaluate(
        """([within, words]) => {
          const walker = document.createTreeWalker(document.querySelector(within), NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const node = walker.currentNode, start = node.data.indexOf(words);
            if (start >= 0) getSelection().setBaseAndExtent(node, start, node, start + words.length);
          }
        }""",
        [within, words],
    )


@pytest.mark.slow
def test_a_selection_goes_to_the_glossary_by_one_key_and_is_looked_up_by_another(enter: Enter) -> None:
    page = enter(ROW)
    typed(page, "草案")
    page.keyboard.press("Escape")
    select(page, "#source-text", "Osaka")
    page.wait_for_timeout(50)
    select(page, "#machine-text", "大阪")
    page.wait_for_timeout(50)
    page.keyboard.press("t")
    expect(page.locator("#memory-note")).to_be_focused()
    assert [page.input_value(f"#memory-{name}") for name in ("term", "translation")] == ["Osaka", "大阪"]
    page.locator("#memory-translation").fill("おおさか")
    page.keyboard.press("Enter")
    expect(page.locator("#memory .notice")).to_have_text("Added to the glossary: Osaka – おおさか.")
    assert Path("data/glossary.ja.csv").read_text(encoding="utf-8").endswith("\nOsaka,おおさか,\n")
    expect(page.locator("#findings-text")).to_contain_text("'Osaka' should be 'おおさか'")
    assert area(page).input_value() == MACHINE + "草案"
    select(page, "#machine-text", "バス停")
    page.wait_for_timeout(50)
    page.keyboard.press("f")
    expect(page.locator(".hits b")).to_have_text(["バス停"])
    page.keyboard.press("l")  # and the text is kept on the way off
    page.wait_for_url("**/edits/questions?said=kept*")
    assert drafts() == [MACHINE + "草案"]


@pytest.mark.slow
def test_a_change_is_made_elsewhere_from_a_row_and_taken_back_as_one(enter: Enter) -> None:
    write_edit("generic-01", "議事録はどう書く？")
    write_edit("generic-02", "郵便局はどう？")
    before = EDITS.read_bytes()
    page = enter("/edits/questions/generic-01")
    page.locator("#memory-old").fill("どう")
    page.locator("#memory-new").fill("どんなふうに")
    page.keyboard.press("Enter")
    page.wait_for_url("**/elsewhere/questions?*")
    assert page.locator(".ticks input:checked").count() == 2
    page.get_by_label("Replace in generic-02").uncheck()
    page.get_by_role("button", name="Select all").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/edits/questions/generic-01?said=elsewhere&n=2")
    assert edits() == {"generic-01": "議事録はどんなふうに書く？", "generic-02": "郵便局はどんなふうに？"}
    page.keyboard.press("u")
    page.wait_for_url("**said=elsewhere_undone*")
    assert EDITS.read_bytes() == before


@pytest.mark.slow
def test_the_pane_is_folded_away_on_a_narrow_page_and_opened_by_its_key(enter: Enter) -> None:
    page = enter(ROW, viewport={"width": 390, "height": 800})
    expect(page.locator("#memory-body")).to_be_hidden()
    page.keyboard.press("w")
    expect(page.locator("#memory-body")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    wide = enter(ROW, viewport={"width": 1280, "height": 800})
    expect(wide.locator("#memory-body")).to_be_visible()


@pytest.mark.slow
def test_keys_do_nothing_while_one_types_and_can_be_turned_off(enter: Enter) -> None:
    page = enter(ROW)
    page.keyboard.press("e")
    page.keyboard.type("asbul1234")
    assert "asbul1234" in area(page).input_value()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_label("Single-key shortcuts", exact=True).uncheck()
    page.locator("h1").click()
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert page.url.endswith(ROW)
    assert edits() == {}


@pytest.mark.slow
def test_a_server_that_went_away_loses_nothing(enter: Enter, site: Site) -> None:
    page = enter(ROW)
    typed(page, "閉じた画面")
    soon(lambda: drafts() == [MACHINE + "閉じた画面"])
    site.stop()
    page.keyboard.insert_text("のあとで")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#state")).to_contain_text("The server does not answer. Your text is still on this page")
    assert area(page).input_value() == MACHINE + "閉じた画面のあとで"
    site.start()  # a new run, with another secret
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**said=saved*")
    assert edits() == {"fermi-01": MACHINE + "閉じた画面のあとで"}


@pytest.mark.slow
def test_a_draft_reaches_a_server_that_was_started_anew(enter: Enter, site: Site) -> None:
    page = enter(ROW)
    typed(page, "前の")
    soon(lambda: drafts() == [MACHINE + "前の"])
    site.stop()
    site.start()  # a new run, with another secret
    page.keyboard.insert_text("文")
    soon(lambda: drafts() == [MACHINE + "前の文"])
    expect(page.locator("#state")).to_have_text("Draft saved")


def test_a_page_that_comes_back_goes_on_where_one_typed(enter: Enter) -> None:
    page = enter(ROW)
    typed(page, "変えた")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("[role=alert]")).to_contain_text("Approve accepts the machine text unchanged")
    assert area(page).input_value() == MACHINE + "変えた"
    expect(page.get_by_label("Single-key shortcuts", exact=True)).to_be_checked()
    typed(page, "もっと")
    soon(lambda: drafts() == [MACHINE + "変えたもっと"])
    expect(page.locator("#state")).to_have_text("Draft saved")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**said=saved*")
    assert edits() == {"fermi-01": MACHINE + "変えたもっと"}
    assert drafts() == []


def test_earlier_versions_are_read_once_somebody_opens_them(enter: Enter) -> None:
    page = enter(ROW)
    read: list[str] = []
    page.on("request", lambda request: read.append(request.url) if request.url.endswith("/history") else None)
    for _ in range(3):
        page.locator(".history summary").click()
    expect(page.locator("#history")).to_contain_text("This folder is not a git repository")
    assert len(read) == 1


@pytest.mark.slow
def test_whoever_opens_the_row_meanwhile_is_shown_by_the_heartbeat(enter: Enter) -> None:
    page = enter("/edits/questions")
    page.clock.install()
    page.goto(ROW)
    expect(page.locator("#here")).to_be_hidden()
    enter(ROW, name="aki")
    page.clock.fast_forward(10_500)
    expect(page.locator("#here")).to_have_text("Also on this row: aki.")


def test_what_was_saved_is_said_without_moving_the_text(enter: Enter) -> None:
    page = enter(OTHER)
    before = page.locator("h1").bounding_box()
    page.goto(f"{OTHER}?said=saved&row=fermi-01")
    expect(page.locator(".said")).to_be_in_viewport()
    assert page.locator("h1").bounding_box() == before


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(390, 844), (720, 450)])
def test_a_phone_and_a_page_at_double_size_keep_the_text_in_view(enter: Enter, width: int, height: int) -> None:
    for path in (ROW, "/edits/questions", "/votes"):
        page = enter(path, viewport={"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for part, most in ((".bar", 80), (".top", 60)):
            box = page.locator(part).bounding_box()
            assert box is not None
            assert box["height"] < most


def test_a_phone_shows_the_answers_to_vote_on_one_below_the_other_and_the_tab_of_the_page(enter: Enter) -> None:
    page = enter("/votes", viewport={"width": 390, "height": 844}, is_mobile=True)
    expect(page.locator(".top .here")).to_be_in_viewport(ratio=0.9)
    one, two = (page.locator(f"section[aria-labelledby={side}]").bounding_box() for side in ("left", "right"))
    assert one
    assert two
    assert one["width"] > 340
    assert two["y"] >= one["y"] + one["height"]
    page.set_viewport_size({"width": 1280, "height": 844})
    one, two = (page.locator(f"section[aria-labelledby={side}]").bounding_box() for side in ("left", "right"))
    assert one
    assert two
    assert two["y"] == one["y"]


@pytest.mark.slow
def test_an_edits_file_that_broke_meanwhile_is_named_beside_the_text(enter: Enter) -> None:
    page = enter(ROW)
    EDITS.write_text("<<<<<<< HEAD\n", encoding="utf-8")
    typed(page, "私の文")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#state")).to_contain_text("questions.ja.jsonl:1: merge conflict")
    assert area(page).input_value() == MACHINE + "私の文"
    EDITS.unlink()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**said=saved*")
    assert edits() == {"fermi-01": MACHINE + "私の文"}


@pytest.mark.slow
def test_a_text_that_is_too_long_stays_and_is_explained(enter: Enter) -> None:
    page = enter(ROW)
    page.keyboard.press("e")
    area(page).fill("あ" * 100_000)
    expect(page.locator("#state")).to_contain_text("more than 20,000 characters")
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(300)
    assert page.url.endswith(ROW)
    assert len(area(page).input_value()) == 100_000
    assert edits() == {}


@pytest.mark.slow
def test_attention_leaves_idle_time_out(enter: Enter) -> None:
    page = enter("/who")
    page.clock.install()
    page.goto(ROW)
    page.keyboard.press("e")
    page.clock.run_for(10_000)
    typed(page, "x")
    page.clock.run_for(20_000)
    at_work = float(page.locator("#seconds").input_value())
    page.clock.run_for(600_000)  # away for ten minutes
    idle = float(page.locator("#seconds").input_value())
    assert 28 <= at_work <= 31
    assert at_work + 8 <= idle <= at_work + 12  # until thirty seconds after the last key


def test_the_part_of_a_second_before_a_button_is_attention_too(enter: Enter) -> None:
    page = enter("/who")
    page.clock.install()
    page.goto(ROW)
    page.clock.pause_at(page.evaluate("Date.now() + 5_000"))  # one that is over by then would be waited for for ever
    before = float(page.locator("#seconds").input_value())
    page.clock.run_for(700)
    with page.expect_navigation():  # a window that is closed meanwhile, with a clock of ours, may never close
        page.keyboard.press("a")
    assert read_edits(EDITS, "question")["fermi-01"]["seconds"] >= before + 0.6


@pytest.mark.slow
def test_votes_are_cast_by_keyboard(enter: Enter) -> None:
    page = enter("/votes")
    for key in ("1", "ArrowRight", "3", "Control+4"):
        page.keyboard.press("e")
        page.keyboard.insert_text(f"理由{key}")
        if "+" not in key:
            page.keyboard.press("Escape")
        with page.expect_navigation():
            page.keyboard.press(key)
    votes = read_votes(Path("data/votes"))
    assert len(votes) == 4
    assert {vote["reason"] for vote in votes} == {"理由1", "理由ArrowRight", "理由3", "理由Control+4"}
    assert {"tie", "both_bad"} <= {vote["verdict"] for vote in votes}
    here = page.url
    page.keyboard.press("s")
    page.wait_for_url(lambda url: url != here)
    page.keyboard.press("u")
    page.wait_for_url("**said=undone*")
    assert len(read_votes(Path("data/votes"))) == 3


@pytest.mark.slow
def test_hostile_answers_are_text(enter: Enter) -> None:
    write_answers("good", dict.fromkeys(TEXTS, HOSTILE))
    write_questions(TEXTS | {"fermi-01": (HOSTILE, HOSTILE)})
    for path in ("/votes", ROW, "/edits/questions?show=all"):
        page = enter(path)
        page.wait_for_timeout(100)
        assert "owned" not in page.title()
        expect(page.locator("main")).to_contain_text('<script>document.title="owned"</script></textarea><img src=x')
        assert page.locator("main img").count() == 0
    page = enter(ROW)
    assert area(page).input_value() == HOSTILE
    expect(page.locator("#machine-text .control").first).to_have_text("U+202E")


@pytest.mark.slow
def test_a_queue_of_a_thousand_rows_is_shown_and_saved_to(enter: Enter) -> None:
    texts = {
        f"generic-{n:04}": (f"How long is train number {n}?", f"あなたは{n}番の電車の長さを知っていますか？")
        for n in range(1000)
    }
    write_questions(texts)
    page = enter("/edits/questions?page=6")
    assert page.locator(".rows li").count() == 100
    page.goto("/edits/questions/generic-0500")
    typed(page, "はい。")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**said=saved*")
    assert list(edits()) == ["generic-0500"]


def test_a_filter_holds_over_rows_saves_and_the_way_back_by_keyboard(enter: Enter) -> None:
    write_questions({f"generic-{n:03}": (f"Question {n}?", f"質問{n}の番です。") for n in range(250)})
    page = enter("/edits/questions")
    page.keyboard.press("/")
    page.keyboard.insert_text("番")
    page.get_by_label("Category").select_option("generic")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**/edits/questions?label=generic&q=%E7%95%AA")
    page.get_by_label("Pages of the list", exact=True).get_by_text("Next page").click()
    page.locator("#row-generic-104").click()
    page.wait_for_url("**/generic-104?label=generic&q=%E7%95%AA")
    typed(page, "直した。")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/generic-105?*said=saved*")
    expect(area(page)).to_be_focused()  # whoever saves out of a text goes on in the next one
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.wait_for_url("**page=2#row-generic-105")
    row = page.locator("#row-generic-105")
    expect(row).to_be_focused()
    expect(row).to_be_in_viewport()
    page.keyboard.press("j")
    expect(page.locator("#row-generic-106")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/generic-106?*label=generic*")
    assert list(edits()) == ["generic-104"]


@pytest.mark.slow
def test_ticked_rows_are_approved_and_taken_back_by_keyboard(enter: Enter) -> None:
    write_edit("generic-01", "人の文")
    page = enter("/edits/questions?show=all")
    for _ in range(3):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("select[name=scope]")).to_contain_text("Selected rows (3)")
    page.keyboard.press("a")
    page.wait_for_url("**said=bulk_approve&n=3")
    assert len(edits()) == 4
    page.keyboard.press("u")
    page.wait_for_url("**said=bulk_undone&n=3")
    assert edits() == {"generic-01": "人の文"}
    boxes = page.locator(".rows input")
    boxes.nth(0).click()
    boxes.nth(3).click(modifiers=["Shift"])
    assert page.locator(".rows input:checked").count() == 4


_NAMELESS = """
() => [...document.querySelectorAll("a, button, input:not([type=hidden]), textarea, select, summary")].filter(e => {
  const label = e.labels && [...e.labels].map(l => l.textContent).join("");
  return !(label || e.getAttribute("aria-label") || e.textContent).trim();
}).map(e => e.outerHTML.slice(0, 120))
"""
_PALE = """
() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const under = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > .99) return c; } return [255, 255, 255]; };
  const found = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!e.checkVisibility() || !own && !e.matches("textarea, input")) continue;
    if (e.closest(".marks")) continue; // behind the text, and transparent: only what underlines it is seen
    const a = light(parse(getComputedStyle(e).color).slice(0, 3)), b = light(under(e).slice(0, 3));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${e.outerHTML.slice(0, 100)}`);
  }
  return found;
}
"""


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_control_has_a_name_and_every_text_contrast(enter: Enter, scheme: str) -> None:
    write_edit("fermi-01", "大阪に、バス停は何か所ありますか？", ("Old?", "大阪にバス停はいくつありますか？"))
    write_edit("generic-01", "直した文")
    page = enter("/edits/questions?show=all", color_scheme=scheme)
    paths = [
        "/edits/questions?show=all",
        ROW,
        OTHER,
        f"{ROW}?find=bus",
        "/elsewhere/questions?old=は&new=も",
        "/votes",
        "/votes/mine",
        "/who",
        "/edits/questions/nope",
    ]
    for path in paths:
        page.goto(path)
        if path == OTHER:
            typed(page, "変更")
            expect(page.locator("#changes-text ins")).to_have_count(1)
        assert page.evaluate(_NAMELESS) == [], path
        assert page.evaluate(_PALE) == [], path
        assert page.locator("h1").count() <= 1
        assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.slow
def test_everything_is_reached_by_tab(enter: Enter) -> None:
    page = enter(ROW)
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("(document.activeElement.value || document.activeElement.name || document.activeElement.tagName)")
        )
    assert {"save", "approve", "skip", "back", "undo", "list:questions", "list:seed_tasks", "votes", MACHINE} <= reached
