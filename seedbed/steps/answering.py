"""answer: one model's answer to one question; asked for, or recorded.

{"failure":null,"id":"fermi-01","made_by":{…},"model":"good","request":"9f2c…","text":"大阪市の面積は…"}
"""

from collections.abc import Mapping
from pathlib import Path

from seedbed.exchange.replies import text_of, was_cut
from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.result import Read, Result
from seedbed.project.params import ModelSettings
from seedbed.project.prompts import Prompt, render
from seedbed.recorded.fastchat import read_answers
from seedbed.steps.origin import Asked, Name, Origin
from seedbed.util.errors import UserError
from seedbed.util.rows import Row

PROMPT = "answer"


def build(questions: list[Row], to: ModelSettings, prompt: Prompt, again: Mapping[str, int] = {}) -> list[Request]:
    """Return one request a question; the question is put as it is. `again`: how often one is to be asked once more."""
    requests = []
    for question in questions:
        messages = render(prompt, to.structured, {}, {"question": question["text"]})
        requests.append(build_request(question["id"], to, prompt, messages, again=again.get(question["id"], 0)))
    return requests


def reader(cut: str) -> Read[str]:
    """Return what reads an answer; `cut` says what becomes of one that was cut at its length limit: `judge` or `fail`."""
    return lambda request, response: text_of(response, cut=cut == "judge")


def answered(model: str, to: ModelSettings, result: Result[str]) -> Row:
    """Return the output row of one question."""
    row = {"id": result.request.id, "text": result.value, "failure": result.failure, "request": result.request.key}
    cut = {"cut": True} if result.value is not None and was_cut(result.exchanges[-1][1]) else {}
    return row | {"model": model, "made_by": to.made_by} | cut


def recorded(questions: list[Row], model: str, path: Path) -> list[Row]:
    """Return the answers of a file; one that was recorded as an error has failed.

    Raises:
        UserError: a question without an answer, or an answer for an unknown question.
    """
    answers, ids = read_answers(path), [question["id"] for question in questions]
    if missing := [id for id in ids if id not in answers]:
        raise UserError(f"{path}: no answer to question {missing[0]!r} ({len(missing)} missing); add it, or drop the question")
    if unknown := sorted(answers.keys() - set(ids)):
        raise UserError(f"{path}: an answer to {unknown[0]!r}, which is no question of data/; import the questions with it")
    common = {"model": model, "request": None, "made_by": {"recorded": str(path)}}
    failure = {"reason": "recorded", "detail": "recorded as an error", "text": None}
    return [{"id": id, "text": answers[id], "failure": failure if answers[id] is None else None} | common for id in ids]


def origin(row: Row) -> Origin:
    """Return what an answer came of: its question, and a request unless it was recorded."""
    question = (Name("question", row["id"]),)
    if row["request"] is None:
        return Origin(question)
    return Origin(question, Asked(f"answer@{row['model']}", row["id"]), PROMPT)
