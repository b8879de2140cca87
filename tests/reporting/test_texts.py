"""The reports' own words are there in both languages, and a page speaks the one that it says it speaks."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import pytest

from seedbed.project.params_types import Params
from seedbed.reporting import texts as report_texts
from seedbed.reporting.benchmark import Benchmark
from seedbed.reporting.benchmark_page import SCRIPTS, benchmark_page
from seedbed.reporting.dataset import Dataset
from seedbed.reporting.dataset_page import dataset_page
from seedbed.reporting.html import TEMPLATES
from seedbed.reporting.texts import LANGUAGES, Words, report_language
from seedbed.util.canonical import content_hash
from seedbed.util.rows import read_rows, write_rows
from seedbed.util.yaml12 import load_yaml
from tests.builds import OTHER, STAND_IN, Build
from tests.reporting.reader import VOID, Reader

TEXTS = load_yaml(Path(report_texts.__file__).with_name("texts.yaml"))
BROWSER, ROWS = TEXTS.pop("browser"), TEXTS.pop("dataset_browser")
"""Sections of their own, which scripts of the pages read."""
COLUMNS = TEXTS.pop("columns")
SECTIONS = (TEXTS, BROWSER, ROWS, COLUMNS)
JAPANESE = {"report": {"bootstrap": 50, "confidence": 95, "seed": 0}}


@pytest.mark.parametrize("both", [both for section in SECTIONS for both in section.values()])
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


def _write_more(folder: Path, build: Build) -> None:
    """Add what `Build` does not write: edits by hand, labels, checks, ratings, and judgments asked for twice."""
    ids = [f"q{number:02}" for number in range(len(build.questions))]
    data = folder / "data"
    machine, source = {"text": "お願い"}, {"text": "q00"}
    edits: list[dict[str, Any]] = [
        {"id": "q00", "decision": "edited", "fields": {"text": "教えて"}, "machine": machine, "order": 1, "seconds": 9}
        | {"source_hash": content_hash(source), "machine_hash": content_hash(machine)},
        {"id": "q01", "decision": "edited", "fields": {"text": "どこ"}, "machine": machine, "editor": "yuki"}
        | {"source_hash": content_hash({"text": "q01"}), "machine_hash": content_hash(machine)},
    ]
    write_rows(data / "edits" / "questions.ja.jsonl", edits, None)
    labels = [{"judge": "win", "people": "win"}, {"judge": "loss", "people": "loss"}]
    write_rows(data / "votes" / "labels" / "other.jsonl", labels, None)
    questions = data / "build" / "edited" / "questions" / "questions.jsonl"
    checks = {"checks": [{"kind": "length", "unit": "lines", "most": 0}, {"kind": "python", "tests": "assert 1"}]}
    write_rows(questions, [row | checks for row in read_rows(questions)], None)
    for model in build.models[:2]:
        rated = [{"model": model, "question": id, "turn": 1, "judge": "judge", "rating": 7, "made_by": OTHER} for id in ids]
        write_rows(data / "build" / "scores" / f"{model}.jsonl", rated, None)
        write_rows(data / "build" / "responses" / "score" / f"{model}.jsonl", [], None)
    for path in (data / "build" / "judgments").glob("*.jsonl"):
        rows = [row | {"retest": {"verdict": "tie", "request": "0" * 64}} for row in read_rows(path, unique=None)]
        write_rows(path, rows, None)


def _everything(folder: Path, judges: tuple[str, ...], people: int) -> Build:
    """Return a Japanese build in which nearly each section of both reports has something to say."""
    sets = ("base", "native-0", "direct-0")
    bases: dict[str, Any] = {f"{base}-{name}": (base, name) for base in ("llama", "calm") for name in sets}
    models: dict[str, Any] = {"m": {"recorded": "m.jsonl"}}
    for id, (base, name) in bases.items():
        models[id] = {"recorded": "r.jsonl", "base": base} | ({} if name == "base" else {"set": name.removesuffix("-0")})
    models |= {f"s-{sample}": {"endpoint": "there", "model": "s", "sample": sample} for sample in range(2)}
    matches = [(id, "m") for id in (*bases, "s-0", "s-1")] + [
        (f"{base}-native-0", f"{base}-direct-0") for base in ("llama", "calm")
    ]

    def judge(match: str, question: str, order: str) -> tuple[str, str]:
        wins = match.startswith(("llama-native", "calm-native")) or int(question[1:]) % 3 == 0
        return ("first" if wins == (order == "ab") else "second"), "よい。"

    names = ("yuki", "ken", "aoi")[:people]
    said = ("model", "baseline", "tie")
    votes = [(name, "llama-native-0-vs-m", f"q{n:02}", said[(n + len(name)) % 3], "") for name in names for n in range(20)]
    votes += [(name, "calm-native-0-vs-m", f"q{n:02}", "model", "") for name in names for n in range(20)]
    report = {"bootstrap": 50, "confidence": 95, "seed": 0, "labels": "other", "slight": "tie", "strong_weight": 3}
    scores = {id: {"model": id} for id in [*models][:2]}
    build = Build(
        folder,
        models=[*models],
        matches=matches,
        questions=[("generic" if n % 2 else "fermi", f"質問 {n}。") for n in range(24)],
        judge=judge,
        judges=judges,
        votes=votes,
        rejected=("refusal", "near_duplicate"),
        made_by=dict(STAND_IN),
        changes={"models": models, "report": report, "scores": scores},
    )
    build.write()
    _write_more(folder, build)
    return build


ENGLISH = re.compile(r"[A-Za-z][A-Za-z’']+,? [A-Za-z’']{2,}")
"""Two words of English side by side."""
NAMES = re.compile(
    r"<code>.*?</code>|`[^`]*`|\]\([^)]*\)|(Snover|Zheng|Wang|Calderon) et al|Rogan and Gladen|ROUGE-L F|"
    r"seedbed review|max_tokens \d+, \w+|self-BLEU"
)
"""Names of authors and measures, code, addresses, parameters as a request has them."""


def _english(texts: Iterable[str]) -> list[str]:
    """Return the texts in which two words of English are side by side."""
    return [text for text in texts if ENGLISH.search(NAMES.sub("、", " ".join(text.split())))]


class Shown(Reader):
    """Collects what a page says in its own language: texts outside of code, and what a screen reader is given."""

    def __init__(self, page: str) -> None:
        self.languages: list[bool] = []
        self.said: list[str] = []
        super().__init__(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        self.said += [value or "" for name, value in attrs if name in ("aria-label", "title", "placeholder", "alt")]
        if tag not in VOID:
            foreign = tag in ("script", "style", "code") or dict(attrs).get("lang", "ja") != "ja"
            self.languages.append(foreign)

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        self.languages.pop()

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        if not any(self.languages):
            self.said.append(data)


def test_no_japanese_text_has_english_words() -> None:
    assert _english(both["ja"] for section in SECTIONS for both in section.values()) == []


@pytest.mark.parametrize(("judges", "people"), [((), 1), (("j1", "j2"), 3)], ids=["one judge", "jury"])
def test_nothing_is_left_in_english(tmp_path: Path, judges: tuple[str, ...], people: int) -> None:
    with _everything(tmp_path / "a", judges, people).written() as params:
        benchmark, dataset = Benchmark(params), Dataset(params)
        summaries = benchmark.summary(), dataset.summary()
        pages = benchmark_page(benchmark), dataset_page(dataset)
    assert all(
        (benchmark.methods, benchmark.retest, benchmark.ratings, benchmark.checks, benchmark.labelled, benchmark.corrected)
    )
    assert benchmark.varying
    assert bool(benchmark.jury) == bool(judges)
    for summary in summaries:
        assert _english(summary.splitlines()) == []
    for page in pages:
        assert _english(Shown(page).said) == []


def test_figures_and_file_formats_are_the_same_in_any_language(tmp_path: Path) -> None:
    labels = {"report": JAPANESE["report"] | {"labels": "other"}}
    build = Build(tmp_path / "a", changes=labels, votes=[("yuki", "good-vs-thin", "q00", "model", "")])
    build.write()
    write_rows(tmp_path / "a" / "data" / "votes" / "labels" / "other.jsonl", [{"judge": "win", "people": "win"}], None)
    files = []
    with build.written() as params:
        for language in LANGUAGES:
            said = cast(Params, {**params, "report": {**params["report"], "language": language}})
            benchmark, dataset = Benchmark(said), Dataset(said)
            files.append([benchmark.metrics(), dataset.metrics(), benchmark.win_rates_csv(), benchmark.health_csv()])
            files[-1] += [dataset.decisions_csv(), dataset.spread_csv(), dataset.coverage_csv()]
    assert files[0] == files[1]
    assert "no human label is a loss" in files[0][0]


def test_lists() -> None:
    say = Words("en")
    assert [say.listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert say.listed(list("abcdefgh"), most=2) == "a, b and 6 more"
    assert Words("ja").listed(["a", "b", "c"]) == "a、b、c"
