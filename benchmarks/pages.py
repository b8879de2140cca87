"""`python -m benchmarks.pages`: how what people wait for grows: the report page's search, saved edits, the queue's hints.

Prints one JSON line. Each figure is the time of a large case over that of one a tenth of its size, in the same run: 10 is
linear growth, 100 is quadratic. Needs Chromium for the page.
"""

import json
import random
import shutil
import time
from collections.abc import Callable
from contextlib import chdir
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import sync_playwright

from seedbed.project import paths
from seedbed.project.edits import Change, make_edit, save_edits
from seedbed.project.review_words import load_words
from seedbed.review.queue.corpus_statistics import corpus_statistics
from seedbed.review.queue.reasons import reasons
from tests.builds import Build
from tests.harness import ROOT

HOSTILE = ("a", "<a ", "「", "`", "'", "a.", "1,", "((", "一", "a:\n", "もし", " ", "# ")
"""Pieces of which a text is made that a careless pattern would try over and over."""
SEARCH = """async () => {
  const started = performance.now();
  const search = document.querySelector("#f-search");
  const seen = document.querySelector("#count").textContent;
  search.value = "q1";
  search.dispatchEvent(new Event("input", { bubbles: true }));
  const isBusy = () => document.querySelector("#found").ariaBusy === "true";
  const isWaiting = () => isBusy() || document.querySelector("#count").textContent === seen;
  while (isWaiting()) await new Promise((done) => setTimeout(done, 5));
  return performance.now() - started;
}"""


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def question(id: str, source: str, machine: str) -> Any:
    """Return a translated question."""
    return {"id": id, "category": "c", "source": {"text": source}, "translation": {"text": machine}, "made_by": {}}


def search_ms(folder: Path, models: int) -> float:
    """Return the milliseconds from a key to the answer on a page with 80 questions and all pairs of so many models.

    150 of them are spent waiting for the next key; the first search unpacks all texts.
    """
    names = [f"model-{number}" for number in range(models)]
    words = (ROOT / "seedbed/stand_in/repertoire/answers.ja.jsonl").read_text(encoding="utf-8")
    words = "".join(letter for letter in words if letter > "\u3000")

    def text(seed: str, least: int, most: int) -> str:
        chance = random.Random(seed)
        start = chance.randrange(len(words) - most)
        return words[start : start + chance.randint(least, most)]

    build = Build(
        folder,
        models=names,
        matches=list(combinations(names, 2)),
        questions=[(f"category-{number // 10}", text(f"q{number}", 40, 120)) for number in range(80)],
        answer=lambda model, question: text(f"{model} {question}", 200, 900),
        judge=lambda match, question, order: (
            random.Random(f"{match} {question} {order}").choice(["first", "second", "tie"]),
            text(f"{match} {question} {order} why", 150, 450),
        ),
    )
    page = build.benchmark_page()
    path = folder / "benchmark.html"
    path.write_text(page, encoding="utf-8")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.goto(path.as_uri())
        tab.wait_for_selector("#count:not(:empty)", state="attached")
        took: float = tab.evaluate(SEARCH)
        browser.close()
    return took


def save_s(folder: Path, rows: int) -> float:
    """Return the seconds of saving so many edits in one write."""
    ids = [f"a-{number:05}" for number in range(rows)]
    edits = [Change(id, make_edit(question(id, "s", "m"), "question", {"text": "t"}, "yuki", 5), None) for id in ids]
    folder.mkdir()
    (folder / "schemas").symlink_to(ROOT / "schemas")
    with chdir(folder):
        return seconds(lambda: save_edits(paths.edits("questions", "ja"), "question", edits, ids))


def hints_s(piece: str, characters: int) -> float:
    """Return the seconds of the queue's hints on a text that is one piece over and over."""
    words, text = load_words("ja", "en"), piece * (characters // len(piece))

    def work() -> None:
        corpus = corpus_statistics([question("y", text, text + "x")])
        reasons(question("x", text, text + "。"), "question", words, corpus)
        reasons(question("x", "x", text), "question", words, corpus)

    return seconds(work)


def main() -> None:
    """Print one JSON line."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        small, large = (search_ms(folder / f"page-{models}", models) for models in (4, 10))
        few, many = (save_s(folder / f"edits-{rows}", rows) for rows in (500, 5000))
        with chdir(ROOT):
            grown = {piece: hints_s(piece, 100_000) / hints_s(piece, 10_000) for piece in HOSTILE}
    worst = max(grown, key=lambda piece: grown[piece])
    figures = {
        "search_ms_of_480_and_3600": [round(small), round(large)],
        "edits_saved_5000_over_500": round(many / few, 1),
        "hints_100000_over_10000_characters": round(grown[worst], 1),
        "slowest_piece": worst,
    }
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
