"""A tiny project to review: rows as the stages would have written them, without running any."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from seedbed.project.edits import make_edit
from seedbed.util.rows import write_rows
from tests.harness import ROOT, without_conversations

Row = dict[str, Any]
MADE_BY = {"endpoint": "stand-in", "model": "stand-in"}
TEXTS = {
    "fermi-01": ("How many bus stops are there in Osaka?", "あなたは大阪にいくつバス停があると思いますか？"),
    "fermi-02": ("How long is a train?", "電車はどのくらいの長さですか？"),
    "generic-01": ("How do I write minutes?", "議事録はどう書けばよいですか？"),
    "generic-02": ("Where is the nearest post office?", "一番近い郵便局はどこですか？"),
}
HOSTILE = '<script>document.title="owned"</script></textarea><img src=x onerror="document.title=\'owned\'">\u202eあべこべ\u202c'


def question(id: str, source: str, translation: str | None) -> Any:
    """Return a row of translate@questions."""
    failure = None if translation is not None else {"reason": "not_json", "detail": "no JSON", "text": "?"}
    return {
        "id": id,
        "category": id.rsplit("-", 1)[0],
        "source": {"text": source},
        "translation": None if translation is None else {"text": translation},
        "failure": failure,
        "made_by": MADE_BY,
    }


def write_questions(texts: Mapping[str, tuple[str, str | None]]) -> None:
    """Write what translate@questions would have written, and post_edit behind it."""
    rows = [question(id, *pair) for id, pair in texts.items()]
    write_rows(Path("data/build/translated/questions.jsonl"), rows, "translated_question")
    edited = [
        {"id": r["id"], "category": r["category"], "text": r["translation"]["text"], "status": "unreviewed", "made_by": MADE_BY}
        for r in rows
        if r["translation"]
    ]
    write_rows(Path("data/build/edited/questions/questions.jsonl"), edited, "edited_question")


def write_answers(model: str, texts: dict[str, str]) -> None:
    """Write what answer@model would have written."""
    rows = [
        {"id": id, "model": model, "text": text, "failure": None, "request": None, "made_by": MADE_BY}
        for id, text in texts.items()
    ]
    write_rows(Path(f"data/build/answers/{model}.jsonl"), rows, "answer")


def write_edit(id: str, text: str, made_on: tuple[str, str] | None = None, editor: str = "aki") -> Any:
    """Add an edit to the file, made on the present texts or on those given; return it."""
    path = Path("data/edits/questions.ja.jsonl")
    edit = make_edit(question(id, *(made_on or TEXTS[id])), "question", {"text": text}, editor, 10.0)
    with path.open("a", encoding="utf-8") as file:
        from seedbed.util.canonical import canonical

        file.write(canonical(edit) + "\n")
    return edit


def make_review_project(root: Path) -> None:
    """Fill an empty folder, the current one, with four questions, a seed task, and the answers of three models."""
    for name in ("params.yaml", "data/review"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name)
        else:
            shutil.copy(source, root / name)
    for folder in ("data/edits", "data/votes", ".dvc"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    params = YAML().load(without_conversations((root / "params.yaml").read_text(encoding="utf-8")))
    params["labels"]["question"] = ["generic", "fermi"]
    params["criteria"] = {}
    params["judge"]["reference_categories"] = []
    YAML().dump(params, root / "params.yaml")
    write_questions(dict(TEXTS))
    task = {
        "id": "advice-01",
        "task_type": "advice",
        "is_classification": False,
        "source": {"instruction": "Give advice.", "input": "", "output": "Sleep."},
        "translation": {"instruction": "助言をください。", "input": "", "output": "眠ってください。"},
        "failure": None,
        "made_by": MADE_BY,
    }
    write_rows(Path("data/build/translated/seed_tasks.jsonl"), [task], "translated_task")
    for model, words in (("good", "くわしい答えです。"), ("thin", "短い。"), ("poor", "まちがい。")):
        write_answers(model, {id: f"{id}への{words}" for id in TEXTS})
