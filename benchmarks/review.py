"""`python -m benchmarks.review [ROWS]`: how long people wait at the review page of a large corpus, 20,000 rows by default.

Prints one JSON line, CPU seconds of one process: the start, the pages, and the saves, each on files that the save before it
has changed. Half of the rows have an edit. Nothing is sent over a network: the requests go to the app itself.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from starlette.testclient import TestClient

from seedbed.project import paths
from seedbed.project.edits import make_edit
from seedbed.review.web.app import create_app
from seedbed.review.web.state import Settings
from seedbed.util.rows import write_rows
from tests.harness import ROOT
from tests.review.project import make_review_project, question
from tests.review.web.person import BASE, fields_of

URL = "/edits/questions"


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds of a processor `work` takes; no other process makes them more."""
    began = time.process_time()
    work()
    return round(time.process_time() - began, 3)


def rows(count: int) -> list[Any]:
    """Return translated questions of 100 to 300 characters; every other one has a mark of a literal translation."""
    chance = random.Random(1)
    words = (ROOT / "seedbed/stand_in/repertoire/answers.ja.jsonl").read_text(encoding="utf-8")
    words = "".join(letter for letter in words if letter > "\u3000")
    made = []
    for number in range(count):
        start = chance.randrange(len(words) - 400)
        text = words[start : start + chance.randint(50, 150)] + ("あなたは" if number % 2 else "") + f"{number}番です。"
        source = f"Question number {number}: how would you describe it in your own words? " * chance.randint(1, 3)
        made.append(question(f"{('fermi', 'generic')[number % 2]}-{number:05}", source, text))
    return made


def measure(count: int) -> dict[str, float]:
    """Return the seconds of each step in a project of so many questions; the current folder is filled with it."""
    make_review_project(Path())
    made = rows(count)
    write_rows(Path("data/build/translated/questions.jsonl"), made, "translated_question")
    edits = [make_edit(row, "question", {"text": row["translation"]["text"] + "直した。"}, "aki", 5) for row in made[::2]]
    write_rows(paths.edits("questions", "ja"), edits, "edit")

    app = create_app(Settings(editor="yuki"))
    person = TestClient(app, base_url=BASE, headers={"origin": BASE}, follow_redirects=False)
    figures = {"rows": float(count)}
    figures["start"] = timed(lambda: [app.state.review.worklist.corpus(name) for name in app.state.review.worklist.names])

    def get(url: str) -> str:
        response = person.get(url)
        assert response.status_code == 200, response.text
        return response.text

    def approve_all() -> None:
        form = fields_of(get(f"{URL}?label=generic")) | {"scope": "all", "sure": "1", "go": "approve"}
        response = person.post(f"{URL}?label=generic", data=form)
        assert "said=bulk_approve" in response.headers["location"], response.text

    def take_back() -> None:
        response = person.post(URL, data=fields_of(get(URL)) | {"go": "undo"})
        assert "said=bulk_undone" in response.headers["location"], response.text

    def save(id: str, verb: str, text: str | None = None) -> None:
        form = pages[id] | {"go": verb} | ({"field.text": text} if text else {})
        response = person.post(f"{URL}/{id}", data=form)
        assert response.status_code == 303, response.text
        assert "said=saved" in response.headers["location"]

    one, other = made[1]["id"], made[count // 2 + 1]["id"]
    pages = {id: fields_of(get(f"{URL}/{id}")) for id in (one, other)}
    figures["list"] = timed(lambda: get(URL))
    figures["list_of_all"] = timed(lambda: get(f"{URL}?show=all"))
    figures["filtered"] = timed(lambda: get(f"{URL}?show=all&reason=translationese&editor=aki&page=2"))
    figures["text_search"] = timed(lambda: get(f"{URL}?show=all&q=99番"))
    figures["row"] = timed(lambda: get(f"{URL}/{one}"))
    form = pages[one] | {"field.text": "書きかけ"}
    figures["draft"] = timed(lambda: person.post(f"{URL}/{one}/draft", data=form))
    figures["save"] = timed(lambda: save(one, "save", made[1]["translation"]["text"] + "直した。"))
    figures["row_after_save"] = timed(lambda: get(f"{URL}/{other}"))
    figures["approve"] = timed(lambda: save(other, "approve"))
    figures["list_after_save"] = timed(lambda: get(URL))
    figures[f"approve_{count // 2}"] = timed(approve_all)
    figures[f"take_back_{count // 2}"] = timed(take_back)
    return figures


def main() -> None:
    """Print one JSON line."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with TemporaryDirectory() as folder, chdir(folder):
        os.environ["SEEDBED_STORE"] = str(Path(folder, "store", "store.sqlite"))
        print(json.dumps(measure(count)))


if __name__ == "__main__":
    main()
