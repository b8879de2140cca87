"""`seedbed export alpaca-eval FOLDER`: answers and verdicts of the build in AlpacaEval's files.

    <model>/model_outputs.json           [{"instruction": "…", "output": "…", "generator": "good", "dataset": "fermi"}]
    <model>/<match>/annotations.json     [{"instruction": …, "output_1": …, "generator_1": "thin", "output_2": …,
                                           "generator_2": "good", "annotator": "judge", "preference": 2.0}]

The baseline is AlpacaEval's `output_1`. `preference` goes from 1 (the baseline) to 2 (the model) and is the mean of both
orders: one win and one tie is 1.75. AlpacaEval knows one instruction and its answer, so conversations are left out.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from seedbed.project import paths
from seedbed.project.corpora import read_questions
from seedbed.project.model_settings import answering_models
from seedbed.project.params import load_params
from seedbed.project.row_types import EditedQuestion, Judgment
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, Rows, expect_empty, read_rows, write_text
from seedbed.util.words import count

_PREFERENCE = {("ab", "first"): 2.0, ("ab", "second"): 1.0, ("ba", "first"): 1.0, ("ba", "second"): 2.0}
"""Of one order; a tie is 1.5."""
_TIE = 1.5


def export_alpaca_eval(folder: Path) -> str:
    """Write what the last build left into a folder, and return what was written, in one line.

    Args:
        folder: made where it is not there.

    Raises:
        UserError: the folder has files in it, or nothing is built yet.
    """
    expect_empty(folder)
    params, questions = load_params(), read_questions()
    asked: dict[str, EditedQuestion] = {row["id"]: row for row in questions if not row.get("follow_ups")}
    models = [model for model in answering_models(params) if paths.answers(model).is_file()]
    if not models:
        raise UserError("this build has no answers of any model; `seedbed repro` builds them")
    answers: dict[str, dict[str, str | None]] = {
        model: {row["id"]: row["text"] for row in read_rows(paths.answers(model), "answer") if row["id"] in asked}
        for model in models
    }
    files: dict[str, Rows] = {}
    for model, texts in answers.items():
        about = ({"generator": model, "dataset": asked[id]["category"]} for id in texts)
        files[f"{model}/model_outputs.json"] = [
            {"instruction": asked[id]["text"], "output": text or ""} | each
            for (id, text), each in zip(texts.items(), about, strict=True)
        ]
    for match, entry in params["matches"].items():
        if paths.judgments(match).is_file() and entry["model"] in answers and entry["baseline"] in answers:
            rows = list(_annotations(match, asked, answers))
            files[f"{entry['model']}/{match}/annotations.json"] = rows
    for name, rows in files.items():
        write_text(folder / name, json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    left_out = len(questions) - len(asked)
    said = f"{folder}: {count(len(files), 'file')}, {count(len(asked), 'question')}, {count(len(models), 'model')}"
    return f"{said}; {count(left_out, 'conversation')} left out" if left_out else said


def _annotations(match: str, asked: dict[str, EditedQuestion], answers: dict[str, dict[str, str | None]]) -> Iterator[Row]:
    """Yield an annotation for each question and judge that has a verdict in some order."""
    orders: dict[tuple[str, str], list[Judgment]] = {}
    for row in read_rows(paths.judgments(match), "judgment", unique=None):
        if row["question"] in asked and row["verdict"] != "invalid":
            orders.setdefault((row["question"], row["judge"]), []).append(row)
    for (id, judge), rows in orders.items():
        one = rows[0]
        scores = [_PREFERENCE.get((row["order"], row["verdict"]), _TIE) for row in rows]
        sides = {"output_1": one["baseline"], "output_2": one["model"]}
        yield {
            "instruction": asked[id]["text"],
            **{name: answers[model].get(id) or "" for name, model in sides.items()},
            **{name.replace("output", "generator"): model for name, model in sides.items()},
            "dataset": asked[id]["category"],
            "annotator": judge,
            "preference": sum(scores) / len(scores),
        }
