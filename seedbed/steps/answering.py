"""answer: one model's answer to one question; asked for, or recorded.

{"failure":null,"id":"fermi-01","made_by":{…},"model":"good","request":"9f2c…","text":"大阪市の面積は…"}
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from seedbed.exchange.replies import text_of, was_cut
from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.result import Read, Result
from seedbed.project.model_settings import ModelSettings
from seedbed.project.prompts import Prompt, render
from seedbed.project.row_types import Answer, EditedQuestion, MadeBy
from seedbed.recorded.fastchat import read_answers
from seedbed.steps.origin import Asked, Name, Origin
from seedbed.util.errors import UserError

PROMPT = "answer"


def build(
    questions: Sequence[EditedQuestion], to: ModelSettings, prompt: Prompt, again: Mapping[str, int] = {}
) -> list[Request]:
    """Return one request a question; the question is put as it is. `again`: how often one is to be asked once more."""
    requests = []
    for question in questions:
        messages = render(prompt, to.structured, {}, {"question": question["text"]})
        requests.append(build_request(question["id"], to, prompt, messages, again=again.get(question["id"], 0)))
    return requests


def reader(cut: str) -> Read[str]:
    """Return what reads an answer; `cut` says what becomes of one that was cut at its length limit: `judge` or `fail`."""
    return lambda request, response: text_of(response, cut=cut == "judge")


def answered(model: str, to: ModelSettings, result: Result[str]) -> Answer:
    """Return the output row of one question."""
    row = _row(result.request.id, model, result.value, to.made_by)
    row["failure"], row["request"] = result.failure, result.request.key
    if result.value is not None and was_cut(result.exchanges[-1][1]):
        row["cut"] = True
    return row


def _row(id: str, model: str, text: str | None, made_by: MadeBy) -> Answer:
    return {"id": id, "model": model, "text": text, "failure": None, "request": None, "made_by": made_by}


def recorded(questions: Sequence[EditedQuestion], model: str, path: Path) -> list[Answer]:
    """Return the answers of a file; one that was recorded as an error has failed.

    Raises:
        UserError: a question without an answer, or an answer for an unknown question.
    """
    answers, ids = read_answers(path), [question["id"] for question in questions]
    if missing := [id for id in ids if id not in answers]:
        raise UserError(f"{path}: no answer to question {missing[0]!r} ({len(missing)} missing); add it, or drop the question")
    if unknown := sorted(answers.keys() - set(ids)):
        raise UserError(f"{path}: an answer to {unknown[0]!r}, which is no question of data/; import the questions with it")
    rows = [_row(id, model, answers[id], {"recorded": str(path)}) for id in ids]
    for row in rows:
        if row["text"] is None:
            row["failure"] = {"reason": "recorded", "detail": "recorded as an error", "text": None}
    return rows


def origin(row: Answer, stage: str) -> Origin:
    """Return what an answer came of: its question, and a request of its stage unless it was recorded."""
    question = (Name("question", row["id"]),)
    if row["request"] is None:
        return Origin(question)
    return Origin(question, Asked(stage, row["id"]), PROMPT)
