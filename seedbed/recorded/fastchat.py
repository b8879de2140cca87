"""Judgments and ratings of a build from recorded files in FastChat's formats; see `fastchat_files`."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from seedbed.project.corpora import turns_of
from seedbed.project.params_types import RECORDED_JUDGE, Params
from seedbed.project.row_types import Answer, EditedQuestion, Failure, Judgment, Score
from seedbed.recorded.fastchat_files import check_quoted, read_scores, read_verdicts
from seedbed.util.errors import UserError
from seedbed.util.rows import Row

Order = Literal["ab", "ba"]
Verdict = Literal["first", "second", "tie", "invalid"]
_ORDERS: tuple[Order, Order] = ("ab", "ba")


def recorded_judgments(
    match: str, params: Params, questions: Sequence[EditedQuestion], answers: tuple[dict[str, Answer], dict[str, Answer]]
) -> Iterator[Judgment]:
    """Yield the judgments of a match's verdicts file.

    A turn of a question that the file leaves out, and one that a model has no answer to, is `invalid` in both orders.

    Args:
        match: id of the match.
        params: the whole of `params.yaml`.
        questions: the edited questions.
        answers: the model's and the baseline's answers, by question id.

    Raises:
        UserError: a verdict on other models, on an unknown question, or on another answer than the one there is.
    """
    model, baseline = params["matches"][match]["model"], params["matches"][match]["baseline"]
    path = Path(params["matches"][match]["recorded"])
    names = (params["models"].get(model, {}).get("name", model), params["models"].get(baseline, {}).get("name", baseline))
    turns = {question["id"]: len(turns_of(question)) for question in questions}
    texts = {
        name: {id: recorded_turns(row, turns[id]) for id, row in side.items()}
        for name, side in zip(names, answers, strict=True)
    }

    def judgment(
        id: str, turn: int, order: Order, verdict: Verdict, explanation: str | None, failure: Failure | None
    ) -> Judgment:
        row: Judgment = {
            "match": match,
            "model": model,
            "baseline": baseline,
            "question": id,
            "order": order,
            "judge": RECORDED_JUDGE,
            "verdict": verdict,
            "explanation": explanation,
            "failure": failure,
            "request": None,
            "made_by": {"recorded": str(path)},
        }
        if turns[id] > 1:  # a question of one turn does without
            row["turn"] = turn
        return row

    def invalid(id: str, turn: int, reason: str, detail: str) -> Iterator[Judgment]:
        for order in _ORDERS:
            yield judgment(id, turn, order, "invalid", None, {"reason": reason, "detail": detail, "text": None})

    judged = set()
    for line in read_verdicts(path):
        where, id, row = line
        if {row["model_1"], row["model_2"]} != set(names):
            raise UserError(
                f"{where}: the verdict compares {row['model_1']!r} and {row['model_2']!r}, but the match compares "
                f"{names[0]!r} and {names[1]!r}; use a separate file for each match"
            )
        if id not in answers[0]:
            raise UserError(
                f"{where}: question {row['question_id']!r}: no such question; import the questions with the verdicts"
            )
        if line.turn > turns[id]:
            continue
        sides = zip(names, answers, strict=True)  # of a conversation that failed later, the turns before are not kept
        check_quoted(line, {name: texts[name] if line.turn >= side[id].get("failed_turn", 1) else {} for name, side in sides})
        judged.add((id, line.turn))
        if any(None in texts[name][id][: line.turn] for name in names):
            yield from invalid(id, line.turn, "no_answer", "one of the two answers failed")
            continue
        for order, game in zip(_ORDERS, ("g1", "g2") if row["model_1"] == names[0] else ("g2", "g1"), strict=True):
            verdict, explanation = _verdict(game, row[f"{game}_winner"]), row.get(f"{game}_judgment")
            failure: Failure = {"reason": "recorded", "detail": "recorded as error", "text": explanation}
            judged_row = judgment(id, line.turn, order, verdict, explanation, failure if verdict == "invalid" else None)
            if row.get("one_order"):
                judged_row["one_order"] = True
            yield judged_row
    for id in answers[0]:
        for turn in range(1, turns[id] + 1):
            if (id, turn) not in judged:
                yield from invalid(id, turn, "not_judged", "the recorded file has no verdict on this question")


def _verdict(game: str, winner: str) -> Verdict:
    """Return the verdict of a game: `g1` showed model_1 first, `g2` model_2."""
    if winner in ("tie", "error"):
        return "tie" if winner == "tie" else "invalid"
    return "first" if winner == {"g1": "model_1", "g2": "model_2"}[game] else "second"


def recorded_scores(
    model: str, path: Path, params: Params, questions: Sequence[EditedQuestion], answers: Mapping[str, Answer]
) -> Iterator[Score]:
    """Yield the ratings of a model in a file; a turn that it leaves out has none.

    Args:
        model: its id.
        path: the file; rows of other models are passed over.
        params: the whole of `params.yaml`.
        questions: the edited questions.
        answers: the model's answers, by question id.

    Raises:
        UserError: a row breaks the format, rates an unknown question, or no row is of this model.
    """
    name = params["models"].get(model, {}).get("name", model)
    turns = {question["id"]: len(turns_of(question)) for question in questions}
    lines = [line for line in read_scores(path) if line.row["model"] == name]
    if not lines:
        raise UserError(f"{path}: no rating of {name!r}; set the file for this model in scores.{model}.recorded")
    given: dict[tuple[str, int], Row] = {}
    for line in lines:
        if line.id not in turns:
            raise UserError(
                f"{line.where}: question {line.row['question_id']!r}: no such question; import the questions with it"
            )
        given[line.id, line.turn] = line.row
    for id, number in turns.items():
        for turn in range(1, number + 1):
            row = given.get((id, turn), {})
            score = row.get("score")
            rating = None if score in (None, -1) or answers[id]["text"] is None else _as_given(score)
            reason = "no_answer" if answers[id]["text"] is None else "recorded" if row else "not_rated"
            failure: Failure = {"reason": reason, "detail": "the recorded file has no rating", "text": row.get("judgment")}
            rated: Score = {
                "model": model,
                "question": id,
                "judge": RECORDED_JUDGE,
                "rating": rating,
                "explanation": row.get("judgment"),
                "failure": None if rating else failure,
                "request": None,
                "made_by": {"recorded": str(path)},
            }
            if number > 1:
                rated["turn"] = turn
            yield rated


def _as_given(score: float) -> float:
    """Return a score as a whole number where it is one, so that 9.0 is written as 9."""
    return int(score) if score == int(score) else score


def recorded_turns(row: Answer, turns: int) -> list[str | None]:
    """Return the text of each turn of an answer row; None in every turn of one that failed."""
    text = row["text"]
    return [None] * turns if text is None else [*row.get("turns", [text])]
