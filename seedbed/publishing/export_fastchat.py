"""`seedbed export fastchat FOLDER`: questions, answers, references, verdicts and ratings of the build in FastChat's files.

    question.jsonl                      {"question_id": "fermi-01", "category": "fermi", "turns": ["…"]}
    model_answer/<model>.jsonl          {"question_id": …, "model_id": "good", "choices": [{"index": 0, "turns": ["…"]}]}
    reference_answer/reference.jsonl    the same, of the references
    model_judgment/<judge>_pair.jsonl   {"question_id": …, "model_1": "good", "model_2": "thin", "judge": ["gpt-4", "pair"], …}
    model_judgment/<judge>_single.jsonl {"question_id": …, "model": "good", "score": 8, "turn": 1, …}

`judge` has the judge's model and its prompt, as FastChat writes it. `seedbed import fastchat` reads the files back.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from seedbed.project import paths
from seedbed.project.corpora import read_questions, turns_of
from seedbed.project.model_settings import answering_models
from seedbed.project.params import load_params
from seedbed.project.row_types import Answer, EditedQuestion, Judgment, MadeBy, Reference, Score
from seedbed.publishing.new_folder import new_folder
from seedbed.publishing.rehearsed import warn_of_stand_in
from seedbed.recorded.fastchat import recorded_turns
from seedbed.recorded.fastchat_files import ERROR
from seedbed.util.rows import Row, read_rows, write_rows
from seedbed.util.words import count


def export_fastchat(folder: Path) -> str:
    """Write what the last build left into a folder, and return what was written, in one line.

    What the stand-in made of it is said on stderr.

    Args:
        folder: made where it is not there.

    Raises:
        UserError: the folder has files in it, or nothing is built yet.
    """
    params = load_params()
    questions: dict[str, EditedQuestion] = {row["id"]: row for row in read_questions()}
    models = [model for model in answering_models(params) if paths.answers(model).is_file()]
    answers: dict[str, list[Answer]] = {model: list(read_rows(paths.answers(model), "answer")) for model in models}
    references = paths.references(params["language"])
    kept: Iterable[Reference] = read_rows(references, "reference") if references.is_file() else ()
    known = [row for row in kept if row["id"] in questions]
    judgments: list[Judgment] = [row for match in params["matches"] for row in _rows(paths.judgments(match), "judgment")]
    scores: list[Score] = [row for model in params["scores"] for row in _rows(paths.scores(model), "score")]

    files: dict[str, list[Row]] = {"question.jsonl": [_question(row) for row in questions.values()]}
    for model, given in answers.items():
        turns_by_id = (
            (row["id"], recorded_turns(row, len(turns_of(questions[row["id"]])))) for row in given if row["id"] in questions
        )
        files[f"model_answer/{model}.jsonl"] = [_answer(id, model, turns) for id, turns in turns_by_id]
    if known:
        texts = ((row["id"], [row["reference"], *row.get("follow_ups", ())]) for row in known)
        files["reference_answer/reference.jsonl"] = [_answer(id, "reference", turns) for id, turns in texts]
    for judge in dict.fromkeys(row["judge"] for row in judgments):
        files[f"model_judgment/{judge}_pair.jsonl"] = list(_verdicts(row for row in judgments if row["judge"] == judge))
    for judge in dict.fromkeys(row["judge"] for row in scores):
        files[f"model_judgment/{judge}_single.jsonl"] = [_rating(row) for row in scores if row["judge"] == judge]
    with new_folder(folder):
        for name, rows in files.items():
            write_rows(folder / name, rows, None)
    makers: dict[str, list[MadeBy | None]] = {
        "questions": [row["made_by"] for row in questions.values()],
        "answers": [row["made_by"] for given in answers.values() for row in given],
        "judgments": [row["made_by"] for row in judgments],
        "ratings": [row["made_by"] for row in scores],
    }
    warn_of_stand_in(makers, "stand_in_unjudged")
    return f"{folder}: {count(len(files), 'file')}, {count(len(questions), 'question')}, {count(len(models), 'model')}"


def _rows(path: Path, kind: str) -> Iterator[Any]:
    return read_rows(path, kind, unique=None) if path.is_file() else iter(())


def _question(row: EditedQuestion) -> Row:
    return {"question_id": row["id"], "category": row["category"], "turns": turns_of(row)}


def _answer(id: str, model: str, turns: Sequence[str | None]) -> Row:
    texts = [ERROR if text is None else text for text in turns]
    return {"question_id": id, "model_id": model, "choices": [{"index": 0, "turns": texts}]}


def _verdicts(judgments: Iterable[Judgment]) -> Iterator[Row]:
    """Yield a row a turn of each question of each match, from its two orders: `g1` shows the model first, `g2` the baseline."""
    pairs: dict[tuple[str, str, int], dict[str, Judgment]] = {}
    for row in judgments:
        pairs.setdefault((row["match"], row["question"], row.get("turn", 1)), {})[row["order"]] = row
    for (_, question, turn), orders in pairs.items():
        one = next(iter(orders.values()))
        verdict: Row = {"question_id": question, "turn": turn, "judge": _judge(one, "pair", turn)}
        verdict |= {"model_1": one["model"], "model_2": one["baseline"]}
        for game, order, first, second in (("g1", "ab", "model_1", "model_2"), ("g2", "ba", "model_2", "model_1")):
            winners = {"first": first, "second": second, "tie": "tie"}
            judgment = orders.get(order)
            verdict[f"{game}_winner"] = winners.get(judgment["verdict"], "error") if judgment else "error"
            verdict[f"{game}_judgment"] = judgment["explanation"] if judgment else None
        yield verdict


def _rating(row: Score) -> Row:
    score = -1 if row["rating"] is None else row["rating"]
    turn = row.get("turn", 1)
    rating = {"model": row["model"], "judge": _judge(row, "single", turn), "turn": turn}
    return {"question_id": row["question"], "score": score, "judgment": row["explanation"]} | rating


def _judge(row: Judgment | Score, kind: str, turn: int) -> list[str]:
    """Return a judge as FastChat names it, by model and prompt; its viewer tells turns apart by that alone."""
    return [row["made_by"].get("model", row["judge"]), kind if turn == 1 else f"{kind}-multi-turn"]
