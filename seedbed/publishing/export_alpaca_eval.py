"""`seedbed export alpaca-eval FOLDER`: answers and verdicts of the build in AlpacaEval's files.

    <model>/model_outputs.json           [{"instruction": "…", "output": "…", "generator": "good", "dataset": "fermi"}]
    <model>/<match>/annotations.json     [{"instruction": …, "output_1": …, "generator_1": "thin", "output_2": …,
                                           "generator_2": "good", "annotator": "judge", "annotator_model": "gpt-4.1",
                                           "preference": 2.0}]

The baseline is AlpacaEval's `output_1`. `preference` is 1 plus the score of the question in the report: 1 for a loss of
the model, 1.5 for a tie, 2 for a win, null where it is invalid. AlpacaEval's `win_rate` is then the report's adjusted win rate.
`annotator_model` is ours: AlpacaEval makes the name of a folder of `annotator`, which a model's name may not be fit for.
AlpacaEval knows one instruction and its answer, so conversations are left out.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from seedbed.project import paths
from seedbed.project.corpora import read_questions
from seedbed.project.model_settings import answering_models
from seedbed.project.params import load_params
from seedbed.project.params_types import Params
from seedbed.project.row_types import Answer, EditedQuestion, MadeBy
from seedbed.publishing.new_folder import new_folder
from seedbed.publishing.rehearsed import warn_of_stand_in
from seedbed.reporting.judgments import load_judgments
from seedbed.util.errors import UserError
from seedbed.util.rows import Rows, read_rows, write_text
from seedbed.util.tables import Tables
from seedbed.util.words import count


def export_alpaca_eval(folder: Path) -> str:
    """Write what the last build left into a folder, and return what was written, in one line.

    What the stand-in made of it is said on stderr.

    Args:
        folder: made where it is not there.

    Raises:
        UserError: the folder has files in it, or nothing is built yet.
    """
    params, questions = load_params(), read_questions()
    asked: dict[str, EditedQuestion] = {row["id"]: row for row in questions if not row.get("follow_ups")}
    models = [model for model in answering_models(params) if paths.answers(model).is_file()]
    if not models:
        raise UserError("this build has no answers of any model; `seedbed repro` builds them")
    answers: dict[str, dict[str, Answer]] = {
        model: {row["id"]: row for row in read_rows(paths.answers(model), "answer") if row["id"] in asked} for model in models
    }
    files: dict[str, Rows] = {}
    for model, given in answers.items():
        files[f"{model}/model_outputs.json"] = [
            {"instruction": asked[id]["text"], "output": row["text"] or "", "generator": model}
            | {"dataset": asked[id]["category"]}
            for id, row in given.items()
        ]
    matches = {
        match: paths.judgments(match)
        for match, entry in params["matches"].items()
        if paths.judgments(match).is_file() and entry["model"] in answers and entry["baseline"] in answers
    }
    for row in _outcomes(matches, asked, params):
        sides = {"output_1": row["baseline"], "output_2": row["model"]}
        files.setdefault(f"{row['model']}/{row['match']}/annotations.json", []).append(
            {"instruction": asked[row["question"]]["text"]}
            | {name: _text(answers[model].get(row["question"])) for name, model in sides.items()}
            | {name.replace("output", "generator"): model for name, model in sides.items()}
            | {"dataset": row["category"], "annotator": row["annotator"], "annotator_model": row["annotator_model"]}
            | {"preference": None if row["score"] is None else 1 + row["score"]}
        )
    with new_folder(folder):
        for name, rows in files.items():
            write_text(folder / name, json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    verdicts = (row for path in matches.values() for row in read_rows(path, "judgment", unique=None))
    makers: dict[str, list[MadeBy | None]] = {
        "questions": [row["made_by"] for row in asked.values()],
        "answers": [row["made_by"] for given in answers.values() for row in given.values()],
        "judgments": [row["made_by"] for row in verdicts if row["question"] in asked],
    }
    warn_of_stand_in(makers, "stand_in_unjudged")
    left_out = len(questions) - len(asked)
    summary = f"{folder}: {count(len(files), 'file')}, {count(len(asked), 'question')}, {count(len(models), 'model')}"
    return f"{summary}; {count(left_out, 'conversation')} left out" if left_out else summary


def _text(row: Answer | None) -> str:
    return (row["text"] if row else None) or ""


def _outcomes(matches: Mapping[str, Path], asked: Mapping[str, EditedQuestion], params: Params) -> Rows:
    """Return a row a question of each match, as the report counts it, with its judges' names, and their models'."""
    if not matches:
        return []
    tables = Tables()
    load_judgments(tables, [*matches.values()], params["report"])
    tables.fill("questions", "id text, category text", ((id, row["category"]) for id, row in asked.items()))
    tables.keep("benchmark/outcomes")
    rows = tables.select(
        "with each as (select match, judge, max(made_by->>'model') as model from judgments group by all), "
        "judges as (select match, string_agg(judge, ',' order by judge) as annotator, "
        "string_agg(model, ',' order by judge) as annotator_model from each group by all) "
        "select outcomes.*, annotator, annotator_model from outcomes join judges on judges.match = outcomes.match"
    )
    places = {id: place for place, id in enumerate(asked)}
    return sorted(rows, key=lambda row: places[row["question"]])
