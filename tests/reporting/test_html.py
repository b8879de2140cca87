"""Both pages: nothing beside them, every number with its query, and the same bytes each time."""

import re
from pathlib import Path

import pytest

from seedbed.reporting.html import inline, integrity, number
from seedbed.util.tables import QUERIES
from tests.builds import Build
from tests.harness import ROOT
from tests.reporting.reader import Reader

VOTES = [("yuki", "good-vs-thin", "q00", "baseline", "")]
PAGES = {
    "benchmark": {"provenance", "win_rates", "judge_health", "agreement", "disagreements", "usage"},
    "dataset": {"provenance", "decisions", "nearest", "sets", "effort", "usage"},
}
"""The queries that each page must name."""


def page_of(build: Build, name: str) -> str:
    page: str = getattr(build, f"{name}_page")()
    return page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_nothing_beside_it(tmp_path: Path, name: str) -> None:
    page = page_of(Build(tmp_path / "a"), name)
    read = Reader(page)
    assert not re.search(r"url\(|@import|https?://|//cdn", page)
    (other,) = {"benchmark", "dataset"} - {name}
    for tag, attribute, value in read.attributes:
        assert not attribute.startswith("on"), (tag, attribute)
        assert attribute not in ("src", "srcset", "style", "action", "data"), (tag, attribute)
        assert attribute != "href" or value.startswith("#") or value.partition("#")[0] == f"{other}.html"
    (policy,) = (value for tag, attribute, value in read.attributes if tag == "meta" and "style-src" in value)
    scripts = [script for script in read.texts["script"] if script.startswith('"use strict"')]
    assert f"script-src {' '.join(repr(integrity(script)) for script in scripts)};" in policy
    assert len(scripts) == 2
    assert f"style-src '{integrity(read.texts['style'][0])}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert page == page_of(Build(tmp_path / "b"), name)


@pytest.mark.parametrize(("name", "queries"), PAGES.items())
def test_every_table_names_its_query_and_every_query_is_there(tmp_path: Path, name: str, queries: set[str]) -> None:
    page = page_of(Build(tmp_path / "a", votes=VOTES), name)
    named = set(re.findall(r"queries/([\w/]+)\.sql", page))
    for query in named:
        assert (ROOT / QUERIES / f"{query}.sql").is_file()
    for table in re.finditer(r"</table>", page):
        rest = page[table.end() :]
        end = re.search(r"<h[34]|</section>", rest)
        assert end
        assert 'class="source"' in rest[: end.start()] or "SHA-256 of its content" in page[table.start() - 3000 : table.start()]
    assert queries <= {Path(query).name for query in named}


FOLDERS = ("benchmark", "dataset", "human", "shared")
QUERY_FILES = sorted(path for folder in FOLDERS for path in (ROOT / QUERIES / folder).glob("*.sql"))


@pytest.mark.parametrize("path", QUERY_FILES, ids=lambda path: path.stem)
def test_every_query_says_its_grain_and_is_asked_for(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("-- One row: ")
    callers = [*(ROOT / "seedbed").rglob("*.py"), *(other for other in QUERY_FILES if other != path)]
    stem = path.stem.removeprefix("browser_")  # the page makes these names
    assert any(re.search(rf"\b{stem}\b", caller.read_text(encoding="utf-8")) for caller in callers)


@pytest.mark.parametrize(("value", "shown"), [(-0.3, "0"), (-0.6, "−1"), (0.5, "0"), (12.0, "12"), (None, "")])
def test_zero_has_no_sign(value: float | None, shown: str) -> None:
    assert number(value, 0) == shown


def test_code_and_emphasis_of_a_text_are_elements_and_the_rest_is_escaped() -> None:
    assert inline("set `a<b` *here*, 2 * 3 & `open") == "set <code>a&lt;b</code> <em>here</em>, 2 * 3 &amp; `open"
