"""Both pages in a browser: the way about them, tables that sort, what shuts nobody out, and marks that can be seen."""

import re
from itertools import combinations
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from seedbed.reporting.html import TEMPLATES
from tests.builds import STAND_IN, Build

QUESTIONS = [("generic", "なぜ"), ("generic", "いつ"), ("fermi", "いくつ")]
MODELS = ("good", "thin", "poor", "fair", "new")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both reports in both languages, of matches so many that they share one table."""
    made = tmp_path_factory.mktemp("pages")
    votes = [("yuki", "good-vs-thin", f"q0{number}", "tie", "") for number in range(3)]
    kinds = (("first", "second"), ("second", "first"), ("tie", "tie"), ("first", "first"), ("invalid", "tie"))
    for language in ("en", "ja"):
        build = Build(
            made / language / "build",
            models=MODELS,
            matches=list(combinations(MODELS, 2)),
            questions=QUESTIONS,
            judge=lambda match, question, order: (
                kinds[(len(match) + ord(match[0]) + int(question[1:])) % 5][order == "ba"],
                "…",
            ),
            votes=votes,
            made_by=dict(STAND_IN),
            changes={"report": {"bootstrap": 50, "confidence": 95, "seed": 0, "language": language}},
        )
        (made / language / "benchmark.html").write_text(build.benchmark_page(), encoding="utf-8")
    (made / "ja" / "dataset.html").write_text(build.dataset_page(), encoding="utf-8")
    return made


def opened(browser: Browser, path: Path, width: int = 1280) -> Page:
    """Return a page in a window of so many pixels."""
    tab = browser.new_page(viewport={"width": width, "height": 700}, reduced_motion="reduce")
    tab.goto(path.as_uri())
    return tab


@pytest.mark.slow
@pytest.mark.parametrize("name", ["benchmark", "dataset"])
def test_axe_finds_nothing(browser: Browser, folder: Path, name: str) -> None:
    """WCAG 2.2 AA and axe-core's best practices, on light and on dark."""
    tab = opened(browser, folder / "ja" / f"{name}.html")
    assert tab.evaluate("document.documentElement.lang") == "ja"
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        found = Axe().run(tab).response["violations"]
        assert [(rule["id"], [node["html"][:200] for node in rule["nodes"][:3]]) for rule in found] == []
    tab.close()


def test_the_first_key_leads_past_the_navigation(browser: Browser, folder: Path) -> None:
    tab = opened(browser, folder / "en" / "benchmark.html")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert tab.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "content"
    tab.close()


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_the_navigation_stays_in_view_and_marks_what_is_read(browser: Browser, folder: Path, width: int) -> None:
    tab = opened(browser, folder / "en" / "benchmark.html", width)
    for name in ("#answer", "#win-rates", "#judge", "#provenance"):
        tab.evaluate("name => document.querySelector(`#sections a[href='${name}']`).click()", name)
        expect(tab.locator("#sections [aria-current]")).to_have_attribute("href", name)
        box, heading = (tab.locator(where).bounding_box() for where in ("#sections", f"{name} h2"))
        assert box
        assert heading
        assert 0 <= box["y"] + box["height"] <= (700 if name == "#answer" else 60)
        assert heading["y"] >= box["y"] + box["height"] - 1
    tab.close()


def test_a_click_on_a_heading_sorts(browser: Browser, folder: Path) -> None:
    tab = opened(browser, folder / "en" / "benchmark.html")
    table = tab.locator("table.rates.sortable")
    column = "all => all.map((row) => row.cells[{}].textContent.trim())"
    for words, place in (("adjusted, %", 4), ("losses", 11)):
        heading = table.locator("thead tr > *").nth(place)
        for state in ("descending", "ascending"):
            heading.get_by_role("button", name=words).click()
            assert heading.get_attribute("aria-sort") == state
            cells = table.locator("tbody tr").evaluate_all(column.format(place))
            values = [float(cell) for cell in cells if cell]
            assert values == sorted(values, reverse=state == "descending")
            assert cells[: len(values)] == [cell for cell in cells if cell]  # those without a figure stay last
    table.get_by_role("button", name="baseline").press("Enter")
    names = table.locator("tbody tr").evaluate_all(column.format(1))
    assert names == sorted(names, reverse=True)
    tab.close()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_width_makes_a_page_scroll_sideways(browser: Browser, folder: Path, language: str) -> None:
    tab = opened(browser, folder / language / "benchmark.html")
    for width in (360, 768, 1440):
        tab.set_viewport_size({"width": width, "height": 700})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    right = tab.locator(".leaderboard").bounding_box()
    assert right
    assert right["x"] + right["width"] > 1440 * 0.9  # the picture uses the right third of a wide screen
    tab.close()


def luminance(colour: str) -> float:
    """Return WCAG's relative luminance of `#rrggbb` or `#rgb`."""
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return WCAG's contrast of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def palette(dark: bool) -> dict[str, str]:
    """Return the colours of both style sheets on light or on dark."""
    colours: dict[str, str] = {}
    for name in ("style.css", "methods.css"):
        blocks = re.findall(r":root \{(.*?)\}", (TEMPLATES / name).read_text(encoding="utf-8"), re.DOTALL)
        for block in blocks[: 1 + dark]:
            colours |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", block))
    return colours


MARKS = (
    *("win", "loss", "tie", "invalid", "instructions", "seeds", "baseline", "neutral", "approved", "whisker", "half", "ink"),
    *(f"set{number}" for number in range(6)),
)
NEIGHBOURS = (("win", "tie"), ("tie", "loss"), ("loss", "invalid"))


@pytest.mark.parametrize("dark", [False, True])
def test_every_mark_stands_out_from_what_is_beside_it(dark: bool) -> None:
    """WCAG 2.2, 1.4.11: 3 to 1. A dot and a bar have paper around them; parts of a bar also differ from the next one."""
    colours = palette(dark)
    faint = {mark: contrast(colours[mark], colours["paper"]) for mark in MARKS}
    assert {mark: ratio for mark, ratio in faint.items() if ratio < 3} == {}
    beside = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in NEIGHBOURS}
    assert {pair: ratio for pair, ratio in beside.items() if ratio < 3} == {}
    shades = ("low3", "low2", "low1", "mid", "high1", "high2", "high3")
    assert min(contrast(colours[shade], colours["cell-ink"]) for shade in shades) >= 4.5
