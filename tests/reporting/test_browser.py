"""The page in a real browser: what models wrote is text, filters filter, and 3,600 judged questions stay small."""

import random
import re
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.builds import Build
from tests.harness import ROOT

HOSTILE = [
    "<script>window.bad = 1</script>",
    "</script><script>window.bad = 1</script>",
    "<!-- <script> ",
    "<img src=x onerror='window.bad = 1'>",
    "\u202egnirts sdrawkcab\u202c \u05e9\u05dc\u05d5\u05dd",
    "one\u2028two\u2029three",
    "{{ 7 * 7 }} {% raw %} ${7}",
    "javascript:alert(1) \"'`&amp;&lt;",
]


def opened(browser: Browser, build: Build, page: Page | None = None, **context: str) -> tuple[Page, list[str]]:
    """Open a build's page from a file; return it, and what it complains about."""
    page_text = build.benchmark_page()
    path = build.folder / "benchmark.html"
    path.write_text(page_text, encoding="utf-8")
    tab = page or browser.new_page(**context)  # type: ignore[arg-type]
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda request: None if request.url.startswith("file:") else complaints.append(request.url))
    tab.goto(path.as_uri())
    tab.wait_for_selector("#count:not(:empty)", state="attached")
    return tab, complaints


def hostile(folder: Path) -> Build:
    """A build in which every text that is not ours is hostile."""
    return Build(
        folder,
        questions=[(f"<b>{number}", text) for number, text in enumerate(HOSTILE)],
        answer=lambda model, question: model + HOSTILE[int(question[1:])],
        judge=lambda match, question, order: (
            ("tie", "invalid", "first", "second")[int(question[1:]) % 4],
            order + HOSTILE[int(question[1:])],
        ),
        instructions=[("</td><script>window.bad=1</script>", text, text, text) for text in HOSTILE],
        votes=[("yuki", "good-vs-thin", f"q0{number}", "model", text) for number, text in enumerate(HOSTILE)],
        made_by={"endpoint": "<img src=x onerror='window.bad = 1'>", "model": "</script><script>window.bad = 1</script>"},
    )


def test_what_a_model_wrote_is_shown_as_text_and_never_runs(browser: Browser, tmp_path: Path) -> None:
    tab, complaints = opened(browser, hostile(tmp_path / "a"))
    for item in tab.query_selector_all(".item > summary"):
        item.click()
    tab.wait_for_selector(".item .body")
    shown = tab.eval_on_selector_all(".item .text", "all => all.map((one) => one.textContent)")
    for text in HOSTILE:
        for wanted in (text, f"good{text}", f"thin{text}", f"ab{text}", f"ba{text}"):
            assert wanted in shown
    assert tab.evaluate("window.bad") is None
    assert tab.locator(".item script, .item img, .item b").count() == 0
    assert tab.locator("img").count() == 0
    assert complaints == []
    texts = tab.eval_on_selector_all("#f-category option", "all => all.map((one) => one.textContent)")
    assert texts == ["all", *(f"<b>{number}" for number in range(len(HOSTILE)))]
    tab.close()


def test_nothing_but_our_own_script_may_run(browser: Browser, tmp_path: Path) -> None:
    build = Build(tmp_path / "a")
    tab, complaints = opened(browser, build)
    tab.evaluate("document.body.insertAdjacentHTML('beforeend', `<img src=x onerror='window.bad = 1'>`)")
    tab.evaluate("document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.bad = 1' }))")
    tab.wait_for_timeout(200)
    assert tab.evaluate("window.bad") is None
    assert any("Content Security Policy" in words for words in complaints)
    tab.close()


def counted(tab: Page, words: str) -> None:
    """Wait until the page says that so many are found: a search waits for the next key."""
    expect(tab.locator("#count")).to_have_text(re.compile(rf"^{words} of "))


def test_filters(browser: Browser, tmp_path: Path) -> None:
    verdicts = {"q00": "first second", "q01": "first first", "q02": "invalid tie", "q03": "tie tie"}
    build = Build(
        tmp_path / "a",
        models=("good", "thin", "poor"),
        matches=[("good", "thin"), ("poor", "thin")],
        questions=[("generic", "なぜ"), ("generic", "いつ"), ("fermi", "いくつ"), ("fermi", "ｄｏｋｏ？")],
        judge=lambda match, question, order: (verdicts[question].split()[order == "ba"], f"{match} の {question} の説明"),
        votes=[("yuki", "good-vs-thin", "q00", "baseline", "短くてよい")],
    )
    tab, complaints = opened(browser, build)
    expect(tab.locator("#count")).to_have_text("8 of 8 judged questions")
    tab.select_option("#f-match", "poor-vs-thin")
    counted(tab, "4")
    tab.select_option("#f-category", "fermi")
    counted(tab, "2")
    tab.select_option("#f-outcome", "invalid")
    counted(tab, "1")
    tab.click("button[type=reset]")
    counted(tab, "8")
    tab.select_option("#f-model", "good")
    counted(tab, "4")
    tab.select_option("#f-disagreement", "orders")
    counted(tab, "1")
    tab.select_option("#f-disagreement", "people")
    counted(tab, "1")
    tab.click(".item summary")
    assert "yuki: thin" in tab.inner_text(".item .body")
    assert "短くてよい" in tab.inner_text(".item .body")
    tab.click("button[type=reset]")
    for words, found in (("DOKO?", 2), ("poor-vs-thin の q01", 1), ("poor の答え q02", 1), ("短くて", 1), ("nowhere", 0)):
        tab.fill("#f-search", words)
        counted(tab, str(found))
    tab.click("a.to-questions[data-match=poor-vs-thin][data-category=generic]")
    counted(tab, "2")
    assert complaints == []
    tab.close()


def test_without_javascript_the_page_says_what_is_missing(browser: Browser, tmp_path: Path) -> None:
    build = Build(tmp_path / "a")
    path = tmp_path / "report.html"
    path.write_text(build.benchmark_page(), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(path.as_uri())
    assert "switched off" in tab.inner_text("#questions")
    assert tab.locator("#browser").is_hidden()
    assert tab.locator("#win-rates table").count()
    context.close()


def test_an_old_browser_is_told_so(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(Build(tmp_path / "a").benchmark_page(), encoding="utf-8")
    tab = browser.new_page()
    tab.add_init_script("delete globalThis.DecompressionStream")
    tab.goto(path.as_uri())
    assert tab.locator("#unread").is_visible()
    tab.close()


def test_no_width_makes_the_page_scroll_sideways(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800})
    long = [(f"a-category-with-a-very-long-name-{number}", "x" * 300) for number in range(9)]
    tab, _ = opened(browser, Build(tmp_path / "a", questions=long), context.new_page())
    tab.click(".item summary")
    tab.wait_for_selector(".item .body")
    for width in (360, 390, 768, 1280):
        tab.set_viewport_size({"width": width, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_no_table_is_cut_on_a_laptop(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    votes = [
        (name, f"{model}-vs-thin", f"q{number:02}", ("model", "baseline", "tie")[(number + place) % 3], "")
        for place, name in enumerate(("yuki", "ken"))
        for model in ("good", "poor")
        for number in range(20)
    ]
    questions = [(("counterfactual", "common-sense")[number % 2], "?") for number in range(20)]
    pairs = [("good", "thin"), ("poor", "thin")]
    build = Build(tmp_path / "a", models=("good", "thin", "poor"), matches=pairs, questions=questions, votes=votes)
    tab, _ = opened(browser, build, context.new_page())
    boxes = tab.eval_on_selector_all(".scroll", "all => all.map((box) => [box.scrollWidth, box.clientWidth])")
    assert "two people" in tab.inner_text("#judge")
    assert [box for box in boxes if box[0] > box[1]] == []
    context.close()


CONTRAST = """
() => {
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, place) => sum + v * [0.2126, 0.7152, 0.0722][place], 0);
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const bad = [];
  for (const one of document.querySelectorAll("main *, header *")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !one.getClientRects().length) continue;
    const [a, b] = [light(numbers(getComputedStyle(one).color)), light(behind(one))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) bad.push([one.className, one.tagName, one.textContent.slice(0, 20), contrast]);
  }
  return bad;
}
"""


def test_every_text_stands_out_from_what_is_behind_it(browser: Browser, tmp_path: Path) -> None:
    """WCAG 2.1, level AA: a contrast of 4.5 to 1, on light and on dark."""
    context = browser.new_context(color_scheme="light")
    kinds = [("first", "second"), ("second", "first"), ("tie", "tie"), ("first", "first"), ("invalid", "tie")]
    build = Build(
        tmp_path / "a",
        questions=[(f"c{number % 10}", "?") for number in range(100)],
        judge=lambda match, question, order: (
            kinds[(int(question[1:]) // 10 < int(question[1:]) % 10) + 2 * (int(question[1:]) == 99)][order == "ba"],
            "…",
        ),
        made_by={"endpoint": "stand-in", "model": "stand-in"},
        votes=[("yuki", "good-vs-thin", "q00", "tie", "")],
    )
    tab, _ = opened(browser, build, context.new_page())
    assert tab.evaluate(CONTRAST) == []
    tab.emulate_media(color_scheme="dark")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert tab.evaluate(CONTRAST) == []
    context.close()


def test_in_print_paper_is_white_all_parts_are_open_and_the_browser_is_left_out(browser: Browser, tmp_path: Path) -> None:
    """Also where the reader's screen is dark."""
    context = browser.new_context(color_scheme="dark")
    pairs = [("good", "thin"), ("poor", "thin"), ("good", "poor"), ("a", "b"), ("a", "good"), ("b", "good"), ("a", "thin")]
    build = Build(tmp_path / "a", models=("good", "thin", "poor", "a", "b"), matches=pairs)
    tab, _ = opened(browser, build, context.new_page())
    assert tab.locator("table.sortable tbody tr").count() >= len(pairs)  # more than six share one table
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(29, 33, 38)"
    assert tab.locator("#browser").is_hidden()
    assert tab.locator(".print-only").is_visible()
    context.close()


@pytest.mark.slow
def test_ten_models_in_all_pairs_stay_small(browser: Browser, tmp_path: Path) -> None:
    """10 models, 80 questions, 45 matches: 3,600 judged questions, with answers and reasons of a real judge's length."""
    models = [f"model-{number}" for number in range(10)]
    words = (ROOT / "seedbed/stand_in/repertoire/answers.ja.jsonl").read_text(encoding="utf-8")
    words = "".join(letter for letter in words if letter > "\u3000")

    def text(seed: str, least: int, most: int) -> str:
        chance = random.Random(seed)
        length, made = chance.randint(least, most), ""
        while len(made) < length:  # pieces of real text, in an order that never repeats
            start = chance.randrange(len(words) - 20)
            made += words[start : start + chance.randint(2, 20)]
        return made

    build = Build(
        tmp_path / "a",
        models=models,
        matches=list(combinations(models, 2)),
        questions=[(f"category-{number // 10}", text(f"q{number}", 40, 120)) for number in range(80)],
        answer=lambda model, question: text(f"{model} {question}", 200, 900),
        judge=lambda match, question, order: (
            random.Random(f"{match} {question} {order}").choice(["first", "second", "tie"]),
            text(f"{match} {question} {order} why", 150, 450),
        ),
    )
    tab, complaints = opened(browser, build)
    assert (build.folder / "benchmark.html").stat().st_size < 10_000_000
    assert tab.inner_text("#count") == "3,600 of 3,600 judged questions"
    tab.fill("#f-search", text("q0", 40, 120)[:20])
    counted(tab, "45")  # one question, in each match
    tab.fill("#f-search", "")
    tab.select_option("#f-model", "model-3")
    tab.select_option("#f-outcome", "win")
    counted(tab, "[1-9][0-9]{0,2}")  # of 720
    assert tab.locator(".item").count() <= 30
    assert complaints == []
    tab.close()
