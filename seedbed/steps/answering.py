"""answer: one model's answer to one question, requested or imported.

{"failure":null,"id":"fermi-01","made_by":{…},"model":"good","request":"9f2c…","text":"大阪市の面積は…"}
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from seedbed.exchange.replies import text_of, was_cut
from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.result import Read, Result
from seedbed.project.corpora import DIVIDER, turns_of
from seedbed.project.model_settings import ModelSettings
from seedbed.project.prompts import Messages, Prompt, render
from seedbed.project.row_types import Answer, EditedQuestion, MadeBy
from seedbed.recorded.fastchat_files import answers_to
from seedbed.steps.origin import Asked, Name, Origin

PROMPT = "answer"


def build(
    questions: Sequence[EditedQuestion], to: ModelSettings, prompt: Prompt, again: Mapping[str, int] = {}
) -> list[Request]:
    """Return one request a question, its first turn; the question is put as it is.

    Args:
        questions: the questions, in order.
        to: the model to ask.
        prompt: the prompt.
        again: how often a row (a question, or `question.turn` of a later turn) is to be asked once more.
    """
    requests = []
    for question in questions:
        messages = render(prompt, to.structured, {}, {"question": question["text"]})
        requests.append(build_request(question["id"], to, prompt, messages, again=again.get(question["id"], 0)))
    return requests


def following(
    questions: Sequence[EditedQuestion], to: ModelSettings, prompt: Prompt, again: Mapping[str, int] = {}
) -> Callable[[Sequence[Result[str]]], list[Request]]:
    """Return what gives the next turns of conversations, from the result of a turn; for `ask_all`.

    The model is shown what was asked and what it answered itself. Where a turn failed, no further one is asked. Arguments as of
    `build`.
    """
    turns = {question["id"]: turns_of(question) for question in questions}

    def next_turns(results: Sequence[Result[str]]) -> list[Request]:
        requests = []
        for result in results:
            question, turn = question_and_turn(result.request.id)
            if result.value is None or turn == len(turns[question]):
                continue
            before: Messages = (result.request.first or result.request.content)["messages"]
            asked = render(prompt, to.structured, {}, {"question": turns[question][turn]})[-1]
            id = asked_as(question, turn + 1)
            messages = [*before, {"role": "assistant", "content": result.value}, asked]
            requests.append(build_request(id, to, prompt, messages, again=again.get(id, 0)))
        return requests

    return next_turns


def asked_as(question: str, turn: int) -> str:
    """Return the id under which a turn of a question, from 1, is asked: `fermi-01`, `fermi-01.2`."""
    return question if turn == 1 else f"{question}.{turn}"


def question_and_turn(id: str) -> tuple[str, int]:
    """Return the question and the turn, from 1, that an id of `asked_as` says; no question's own id has a dot."""
    question, _, turn = id.partition(".")
    return question, int(turn or 1)


def reader(cut: str) -> Read[str]:
    """Return what reads an answer; `cut` says what is done with one that was cut at its length limit: `judge` or `fail`."""
    return lambda request, response: text_of(response, cut=cut == "judge")


def answered(model: str, to: ModelSettings, results: Sequence[Result[str]]) -> list[Answer]:
    """Return the output rows of a model, one a question.

    Args:
        model: its id.
        to: the model that was asked.
        results: those of `build` in the order of the questions, then those of each further turn.
    """
    by_question: dict[str, list[Result[str]]] = {}
    for result in results:
        by_question.setdefault(question_and_turn(result.request.id)[0], []).append(result)
    return [_answered(question, model, to, turns) for question, turns in by_question.items()]


def _answered(question: str, model: str, to: ModelSettings, turns: Sequence[Result[str]]) -> Answer:
    """Return the answer that the turns of one conversation come to; a turn that failed is the last one."""
    last, texts = turns[-1], [result.value for result in turns if result.value is not None]
    row = _row(question, model, DIVIDER.join(texts) if last.value is not None else None, to.made_by)
    row["failure"], row["request"] = last.failure, last.request.key
    if last.failure and len(turns) > 1:
        row["failed_turn"] = len(turns)
    if last.value is not None and len(texts) > 1:
        row["turns"] = texts
    if last.value is not None and any(result.exchanges and was_cut(result.exchanges[-1][1]) for result in turns):
        row["cut"] = True
    return row


def _row(id: str, model: str, text: str | None, made_by: MadeBy) -> Answer:
    return {"id": id, "model": model, "text": text, "failure": None, "request": None, "made_by": made_by}


def recorded(questions: Sequence[EditedQuestion], model: str, path: Path) -> list[Answer]:
    """Return the answers of a file; one that was recorded as an error has failed.

    Raises:
        UserError: a question without an answer, an answer for an unknown question, or one with fewer turns than its question.
    """
    return [_recorded(id, model, turns, path) for id, turns in answers_to(path, questions).items()]


def _recorded(id: str, model: str, turns: Sequence[str | None], path: Path) -> Answer:
    texts = [text for text in turns if text is not None]
    row = _row(id, model, DIVIDER.join(texts) if len(texts) == len(turns) else None, {"recorded": str(path)})
    if row["text"] is None:
        row["failure"] = {"reason": "recorded", "detail": "recorded as an error", "text": None}
        if (failed := turns.index(None)) > 0:
            row["failed_turn"] = failed + 1
    elif len(texts) > 1:
        row["turns"] = texts
    return row


def origin(row: Answer, stage: str) -> Origin:
    """Return the origin of an answer: its question, and a request of its stage unless it was recorded.

    Of a conversation it is the request of the last turn, which holds the turns before it.
    """
    question = (Name("question", row["id"]),)
    if row["request"] is None:
        return Origin(question)
    turn = row.get("failed_turn", len(row.get("turns", [""])))
    return Origin(question, Asked(stage, asked_as(row["id"], turn)), PROMPT)
