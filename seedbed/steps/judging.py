"""judge: one judgment: match, question, order; asked for, or recorded.

{"baseline":"thin","explanation":"…","failure":null,"made_by":{…},"match":"good-vs-thin","model":"good","order":"ab",
 "question":"fermi-01","request":"9f2c…","verdict":"first"}
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.result import Result
from seedbed.project.model_settings import ModelSettings
from seedbed.project.params_types import Match
from seedbed.project.prompts import Prompt, load_prompt, render
from seedbed.project.row_types import Answer, EditedQuestion, Failure, Judgment, Question
from seedbed.steps.origin import Asked, Name, Origin
from seedbed.steps.verdicts import Verdict
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows

ORDERS: tuple[Literal["ab"], Literal["ba"]] = ("ab", "ba")
Answers = Mapping[str, Answer]
"""A model's answers by question id."""


def prompt_name(with_reference: bool) -> str:
    """Return the name of the prompt with which a question is judged, with a reference answer or without."""
    return "judge_reference" if with_reference else "judge"


def load_prompts() -> dict[bool, Prompt]:
    """Return the judge's two prompts: without (False) and with (True) a reference."""
    return {with_reference: load_prompt(prompt_name(with_reference)) for with_reference in (False, True)}


def build(
    questions: Sequence[EditedQuestion],
    answers: tuple[Answers, Answers],
    references: dict[str, str],
    prompts: dict[bool, Prompt],
    to: ModelSettings,
    again: Mapping[str, int] = {},
) -> list[Request]:
    """Return two requests a question, `ab` and `ba`; none where one of the answers failed.

    Args:
        questions: the questions, in order.
        answers: those of the model, and those of the baseline.
        references: the references, by question id, of the questions that are judged with one.
        prompts: as from `load_prompts`.
        to: the judge.
        again: how often a judgment (`question.order`) is to be asked once more.
    """
    model, baseline = answers
    requests = []
    for question in questions:
        id = question["id"]
        ours, theirs = model[id]["text"], baseline[id]["text"]
        if ours is None or theirs is None:
            continue
        for order in ORDERS:
            first, second = (ours, theirs) if order == "ab" else (theirs, ours)
            data = {"question": question["text"], "answer_a": first, "answer_b": second}
            data |= {"reference": references[id]} if id in references else {}
            prompt = prompts[id in references]
            name, messages = f"{id}.{order}", render(prompt, to.structured, data)
            requests.append(build_request(name, to, prompt, messages, again=again.get(name, 0)))
    return requests


def judged(
    match: str, sides: Match, questions: Sequence[EditedQuestion], to: ModelSettings, results: Sequence[Result[Verdict]]
) -> Iterator[Judgment]:
    """Yield two judgments a question, `invalid` where a reply or an answer could not be used.

    Args:
        match: id of the match.
        sides: its model and its baseline.
        questions: the questions, in order.
        to: the judge.
        results: what became of the requests of `build`.
    """
    by_id = {result.request.id: result for result in results}
    no_answer: Failure = {"reason": "no_answer", "detail": "one of the two answers failed", "text": None}
    for question in questions:
        for order in ORDERS:
            result = by_id.get(f"{question['id']}.{order}")
            failure = result.failure if result else no_answer
            value = result.value if result else None
            yield {
                "match": match,
                "model": sides["model"],
                "baseline": sides["baseline"],
                "made_by": to.made_by,
                "question": question["id"],
                "order": order,
                "verdict": value["verdict"] if value else "invalid",
                "explanation": value["explanation"] if value else failure["text"] if failure else None,
                "failure": failure,
                "request": result.request.key if result else None,
            }


def used_references(questions: Sequence[EditedQuestion | Question], path: Path, categories: list[str]) -> dict[str, str]:
    """Return the references of the questions in `categories`, by question id.

    Raises:
        UserError: one of them has none.
    """
    known = {row["id"]: row["reference"] for row in read_rows(path, "reference")}
    wanted = [question["id"] for question in questions if question["category"] in categories]
    if missing := [id for id in wanted if id not in known]:
        raise UserError(
            f"{path}: no reference for question {missing[0]!r} ({len(missing)} missing), whose category is in "
            "judge.reference_categories; write it, or take the category off that list"
        )
    return {id: known[id] for id in wanted}


def origin(row: Judgment, with_reference: bool) -> Origin:
    """Return what one order of a judgment came of.

    Args:
        row: a row of `judge`.
        with_reference: whether its question is judged beside a reference.

    Returns:
        The two answers in the order in which they were shown, the reference, the question; and the request, unless it was
        recorded or an answer failed.
    """
    id, models = row["question"], [row["model"], row["baseline"]]
    shown = models if row["order"] == "ab" else models[::-1]
    references = [Name("reference", id)] if with_reference else []
    parents = (*(Name("answer", f"{model}/{id}") for model in shown), *references, Name("question", id))
    if row["request"] is None:
        return Origin(parents)
    return Origin(parents, Asked(f"judge@{row['match']}", f"{id}.{row['order']}"), prompt_name(with_reference))
