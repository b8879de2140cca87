"""Answers and verdicts in FastChat's formats, recorded elsewhere and read as they are.

An answer: `{"question_id": 1, "model_id": "m", "choices": [{"index": 0, "turns": ["…"]}]}`. A verdict, of both orders:
`{"question_id": 1, "model_1": "m", "model_2": "b", "g1_winner": "model_1", "g2_winner": "tie", "g1_judgment": "…", …}`,
where `g1` showed model_1 first and `g2` showed model_2 first; a winner is `model_1`, `model_2`, `tie` or `error`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seedbed.project.params import Params
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, read_rows

_WINNERS = {"model_1", "model_2", "tie", "error"}


def slug(name: object) -> str:
    """Return the id made from a name: lower case, everything but letters, digits, `-` and `_` a dash.

    Raises:
        UserError: nothing is left of the name.
    """
    made = re.sub(r"[^a-z0-9_-]", "-", str(name).lower()).strip("-_")
    if not made:
        raise UserError(f"the name {str(name)!r} has no letter or digit (a to z, 0 to 9) to make an id from; give it another")
    return made


def _field(row: Row, path: Path, *steps: str | int) -> Any:
    value: Any = row
    for step in steps:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            name = ".".join(map(str, steps))
            raise UserError(
                f"{path}: row {row.get('question_id')!r}: the field {name!r} is missing (FastChat's format)"
            ) from None
    return value


def read_questions(path: Path) -> list[Row]:
    """Return `{"id", "category", "text"}` for each question of a FastChat file.

    Raises:
        UserError: a field is missing, or two ids give the same slug.
    """
    rows = []
    for row in read_rows(path, unique="question_id"):
        text, category = _field(row, path, "turns", 0), _field(row, path, "category")
        rows.append({"id": slug(_field(row, path, "question_id")), "category": category, "text": text})
    refuse_equal_slugs([row["id"] for row in rows], f"{path}: two question ids")
    return rows


def read_answers(path: Path) -> dict[str, str]:
    """Return the answers of a FastChat file by question id (a slug)."""
    return {
        slug(_field(row, path, "question_id")): str(_field(row, path, "choices", 0, "turns", 0))
        for row in read_rows(path, unique="question_id")
    }


def read_references(path: Path) -> list[Row]:
    """Return `{"id", "reference"}` for each reference answer of a FastChat file."""
    return [{"id": id, "reference": text} for id, text in read_answers(path).items() if text.strip()]


def read_verdicts(path: Path) -> list[Row]:
    """Return the rows of a verdicts file of the first turn, checked for the fields that are used.

    Raises:
        UserError: a field is missing, a winner is none of the four words, or a pair is judged twice.
    """
    seen: set[tuple[str, ...]] = set()
    rows = []
    for row in read_rows(path, unique=None):
        if row.get("turn", 1) != 1:
            continue
        for name in ("g1_winner", "g2_winner"):
            if _field(row, path, name) not in _WINNERS:
                raise UserError(
                    f"{path}: row {row.get('question_id')!r}: {name}: expected one of {', '.join(sorted(_WINNERS))}, "
                    f"found {row[name]!r}"
                )
        pair = sorted([str(_field(row, path, "model_1")), str(_field(row, path, "model_2"))])
        triple = (slug(_field(row, path, "question_id")), *pair)
        if triple in seen:
            raise UserError(f"{path}: question {triple[0]!r} is judged twice for {triple[1]!r} and {triple[2]!r}; keep one row")
        seen.add(triple)
        rows.append(row)
    return rows


def check_quoted(row: Row, path: Path, answers: dict[str, dict[str, str]]) -> None:
    """Hold the answers that a verdict row quotes against the answers there are, by model name and question id.

    Raises:
        UserError: they differ: the verdict was given on another answer.
    """
    id = slug(row["question_id"])
    for side in ("1", "2"):
        quoted, name = row.get(f"answer_{side}"), row[f"model_{side}"]
        if quoted is not None and quoted.strip() != answers[name][id].strip():
            raise UserError(
                f"{path}: row {row['question_id']!r}: answer_{side} is not the answer of {name!r} to this question; "
                "the verdict was given on another answer: judge again, or restore the answers file"
            )


def judgments_of(row: Row, model: str, baseline: str, names: tuple[str, str]) -> list[Row]:
    """Return the two judgments (order `ab`: the model first; `ba`: the baseline first) of a verdict row.

    Args:
        row: a row of `read_verdicts`.
        model: id of the model.
        baseline: id of the baseline.
        names: their names in the row.
    """
    model_is_first = row["model_1"] == names[0]
    judgments = []
    for order, game in (("ab", "g1" if model_is_first else "g2"), ("ba", "g2" if model_is_first else "g1")):
        winner = row[f"{game}_winner"]
        shown_first = "model_1" if game == "g1" else "model_2"
        verdict = {"tie": "tie", "error": "invalid", shown_first: "first"}.get(winner, "second")
        explanation = row.get(f"{game}_judgment")
        failure = {"reason": "recorded", "detail": "recorded as error", "text": explanation} if winner == "error" else None
        judgments.append(
            {
                "model": model,
                "baseline": baseline,
                "question": slug(row["question_id"]),
                "order": order,
                "verdict": verdict,
                "explanation": explanation,
                "failure": failure,
            }
        )
    return judgments


def recorded_judgments(match: str, params: Params, answers: tuple[dict[str, Any], dict[str, Any]]) -> Iterator[Any]:
    """Yield the judgments (each a `Judgment`) of a match's verdicts file.

    A question that the file leaves out is `invalid` in both orders.

    Args:
        match: id of the match.
        params: the whole of `params.yaml`.
        answers: the model's and the baseline's answers, by question id.

    Raises:
        UserError: a verdict on other models, on an unknown question, or on another answer than the one there is.
    """
    model, baseline = params["matches"][match]["model"], params["matches"][match]["baseline"]
    path = Path(params["matches"][match]["recorded"])
    names = (params["models"][model].get("name", model), params["models"][baseline].get("name", baseline))
    texts = {name: {id: row["text"] or "" for id, row in side.items()} for name, side in zip(names, answers, strict=True)}
    common = {"match": match, "request": None, "made_by": {"recorded": str(path)}}
    judged = set()
    for row in read_verdicts(path):
        where = f"{path}: row {row['question_id']!r}"
        if {row["model_1"], row["model_2"]} != set(names):
            raise UserError(
                f"{where}: the verdict is on {row['model_1']!r} and {row['model_2']!r}, the match is of {names[0]!r} and "
                f"{names[1]!r}; give the match its own file"
            )
        id = slug(row["question_id"])
        if id not in answers[0]:
            raise UserError(f"{where}: no such question; import the questions with the verdicts")
        check_quoted(row, path, texts)
        judged.add(id)
        for judgment in judgments_of(row, model, baseline, names):
            yield judgment | common
    failure = {"reason": "not_judged", "detail": "the recorded file has no verdict on this question", "text": None}
    for id in (id for id in answers[0] if id not in judged):
        for order in ("ab", "ba"):
            row = {"model": model, "baseline": baseline, "question": id, "order": order, "verdict": "invalid"}
            yield row | {"explanation": None, "failure": failure} | common


def refuse_equal_slugs(slugs: list[str], what: str) -> None:
    """Raise `UserError` where a slug stands twice."""
    for made in slugs:
        if slugs.count(made) > 1:
            raise UserError(f"{what} give the same id {made!r}; rename one of them")
