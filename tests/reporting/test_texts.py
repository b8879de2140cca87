"""The reports' own words are there in both languages, and a page speaks the one that it says it speaks."""

import re
from pathlib import Path

import pytest

from seedbed.reporting import texts as report_texts
from seedbed.reporting.benchmark import Benchmark
from seedbed.reporting.benchmark_page import SCRIPTS, benchmark_page
from seedbed.reporting.html import TEMPLATES
from seedbed.reporting.texts import LANGUAGES, Words, report_language
from seedbed.util.yaml12 import load_yaml
from tests.builds import STAND_IN, Build
from tests.reporting.reader import Reader

TEXTS = load_yaml(Path(report_texts.__file__).with_name("texts.yaml"))
BROWSER, ROWS = TEXTS.pop("browser"), TEXTS.pop("dataset_browser")
"""Sections of their own, which scripts of the pages read."""
JAPANESE = {"report": {"bootstrap": 50, "confidence": 95, "seed": 0}}


@pytest.mark.parametrize("both", [*TEXTS.values(), *BROWSER.values(), *ROWS.values()], ids=[*TEXTS, *BROWSER, *ROWS])
def test_all_words_are_there_in_both_languages(both: dict[str, str]) -> None:
    assert tuple(both) == LANGUAGES
    fields = [set(re.findall(r"\{(\w+)\}", text)) for text in both.values()]
    tags = [sorted(re.findall(r"</?\w+>", text)) for text in both.values()]
    assert fields[0] == fields[1]
    assert tags[0] == tags[1]


def test_every_key_that_a_page_names_is_there() -> None:
    sources = [*TEMPLATES.glob("*.j2"), *TEMPLATES.parent.glob("*.py")]
    key = re.compile(r"say(?:\.markup)?\(\s*[\"'](\w+)[\"'][,)]")
    named = {found for path in sources for found in key.findall(path.read_text("utf-8"))}
    assert len(named) > 100
    assert named <= TEXTS.keys()


def test_every_key_that_the_browser_of_questions_names_is_there() -> None:
    script = "".join((TEMPLATES / name).read_text("utf-8") for name in SCRIPTS)
    named = set(re.findall(r"say\(\"(\w+)\"[,)]", script))
    assert len(named) > 40
    assert named <= BROWSER.keys()


def test_the_language_is_the_projects_where_there_are_words_in_it(tmp_path: Path) -> None:
    params = Build(tmp_path / "a", changes=JAPANESE).params()
    assert report_language(params) == "ja"
    assert report_language({**params, "language": "ko"}) == "en"
    assert report_language({**params, "report": {**params["report"], "language": "en"}}) == "en"


def test_a_japanese_project_reads_its_reports_in_japanese(tmp_path: Path) -> None:
    build = Build(tmp_path / "a", changes=JAPANESE, made_by=dict(STAND_IN))
    with build.written() as params:
        report = Benchmark(params)
        read = Reader(benchmark_page(report))
    assert ("html", "lang", "ja") in read.attributes
    for words in (
        "代役モデルによる結果です。",
        "どちらが優れているかは結論できません",
        "設問が少なく、どれほど大きな差でも示せません",
    ):
        assert words in read.shown
    assert report.summary().startswith("# ベンチマーク\n\n> **代役モデルによる結果です。**")


def test_lists() -> None:
    say = Words("en")
    assert [say.listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert say.listed(list("abcdefgh"), most=2) == "a, b and 6 more"
    assert Words("ja").listed(["a", "b", "c"]) == "a、b、c"
