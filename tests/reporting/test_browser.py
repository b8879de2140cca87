"""The page in a real browser: nothing but our own script runs, nothing is cut or too faint, and 20 models stay small."""

import random
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from seedbed.util.rows import read_rows
from tests.builds import Build
from tests.harness import ROOT


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


def test_nothing_but_our_own_script_may_run(browser: Browser, tmp_path: Path) -> None:
    build = Build(tmp_path / "a")
    tab, complaints = opened(browser, build)
    tab.evaluate("document.body.insertAdjacentHTML('beforeend', `<img src=x onerror='window.bad = 1'>`)")
    tab.evaluate("document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.bad = 1' }))")
    tab.wait_for_timeout(200)
    assert tab.evaluate("window.bad") is None
    assert any("Content Security Policy" in words for words in complaints)
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


@pytest.mark.parametrize("width", [390, 1000, 1280])
def test_long_names_overlap_nothing(browser: Browser, tmp_path: Path, width: int) -> None:
    models = [f"{letter}-llama-instruct-beta-2026-70b-long-context" for letter in "abcd"]
    build = Build(tmp_path / "a", models=models, matches=[(model, models[0]) for model in models[1:]])
    tab, _ = opened(browser, build)
    tab.set_viewport_size({"width": width, "height": 800})
    assert tab.locator("th.two-names").count() == 3
    assert (
        tab.evaluate("[...document.querySelectorAll('main th')].filter((th) => th.scrollWidth > th.clientWidth + 1).length")
        == 0
    )
    tab.close()


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
    tab.keyboard.press("n")
    tab.wait_for_selector(".answer")
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
    assert tab.locator("#filters").is_hidden()
    assert tab.locator(".print-only").is_visible()
    context.close()


@pytest.mark.slow
def test_twenty_models_in_all_pairs_stay_small(browser: Browser, tmp_path: Path) -> None:
    """20 models, 80 questions, 190 matches: 15,200 judged questions, with texts of a real judge's length."""
    models = [f"model-{number:02}" for number in range(20)]
    sentences = [
        piece + "。"
        for row in read_rows(ROOT / "seedbed/stand_in/repertoire/answers.ja.jsonl", unique=None)
        for text in row.values()
        if isinstance(text, str)
        for piece in text.split("。")
        if 10 < len(piece) < 60
    ]

    def text(seed: str, least: int, most: int, pool: Sequence[str] = sentences) -> str:
        chance, made = random.Random(seed), ""
        length = chance.randint(least, most)
        while len(made) < length:
            made += chance.choice(pool)
        return made[:length]

    def words(match: str, question: str, order: str) -> str:
        """Return what a judge says: of one question it says much the same in all matches."""
        pool = random.Random(question).sample(sentences, 60)
        first, second = (text(f"{match} {question} {order} {side}", 70, 220, pool) for side in "AB")
        return f"回答Aは{first}回答Bは{second}"

    build = Build(
        tmp_path / "a",
        models=models,
        matches=list(combinations(models, 2)),
        questions=[(f"category-{number // 10}", text(f"q{number}", 40, 120)) for number in range(80)],
        answer=lambda model, question: text(f"{model} {question}", 200, 900),
        judge=lambda match, question, order: (
            random.Random(f"{match} {question} {order}").choice(["first", "second", "tie"]),
            words(match, question, order),
        ),
    )
    tab, complaints = opened(browser, build)
    assert (build.folder / "benchmark.html").stat().st_size < 10_000_000
    expect(tab.locator("#count")).to_have_text("80 of 80 questions")
    tab.fill("#f-search", text("q0", 40, 120))
    expect(tab.locator("#count")).to_have_text(
        "1 of 80 questions", timeout=60_000
    )  # all texts are unpacked for the first search
    tab.click("#list a")
    expect(tab.locator(".answer")).to_have_count(20)
    expect(tab.locator("#one tbody tr")).to_have_count(210)  # 20 models, 190 matches
    assert complaints == []
    tab.close()
