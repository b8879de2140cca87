"""judge: one judgment: match, question, order, judge; asked for, or recorded.

{"baseline":"thin","explanation":"…","failure":null,"judge":"judge","made_by":{…},"match":"good-vs-thin","model":"good",
 "order":"ab","question":"fermi-01","request":"9f2c…","verdict":"first"}
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.result import Result
from seedbed.project.model_settings import ModelSettings
from seedbed.project.params_types import DEFAULT_JUDGE, RECORDED_JUDGE, Match, Params
from seedbed.project.prompts import Prompt, load_prompt, render
from seedbed.project.row_types import Answer, EditedQuestion, Failure, Judgment, Question
from seedbed.steps.origin import Asked, Name, Origin
from seedbed.steps.verdicts import Verdict
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows

ORDERS: tuple[Literal["ab"], Literal["ba"]] = ("ab", "ba")
Answers = Mapping[str, Answer]
"""A model's answers by question id."""
Beside = Mapping[str, Mapping[str, str]]
"""By question id, what the judge is shown beside question and answers: `reference`, `criteria`, `rubric`, where there are."""


def prompt_name(with_reference: bool) -> str:
    """Return the name of the prompt with which a question is judged, with a reference answer or without."""
    return "judge_reference" if with_reference else "judge"


def load_prompts(form: str | None = None) -> dict[bool, Prompt]:
    """Return the judge's two prompts, without (False) and with (True) a reference; `form` as for `load_prompt`."""
    return {with_reference: load_prompt(prompt_name(with_reference), form=form) for with_reference in (False, True)}


def request_id(question: str, order: str, judge: str) -> str:
    """Return the id under which a judgment is asked for: `fermi-01.ab`, or of a jury's judge `fermi-01.ab.large`."""
    return f"{question}.{order}" if judge == DEFAULT_JUDGE else f"{question}.{order}.{judge}"


def judge_of(row: Mapping[str, Any]) -> str:
    """Return the id of the judge of a judgment; rows of older editions name none."""
    return str(row.get("judge", DEFAULT_JUDGE))


def beside(questions: Sequence[EditedQuestion], references: Path, params: Params) -> dict[str, dict[str, str]]:
    """Return what the judge is shown of each question beside it and the answers.

    Raises:
        UserError: a question of `judge.reference_categories` has no reference.
    """
    known = used_references(questions, references, params["judge"]["reference_categories"])
    found = {}
    for question in questions:
        shown = {
            "reference": known.get(question["id"]),
            "criteria": params["criteria"].get(question["category"]),
            "rubric": "\n".join(f"- {point}" for point in question.get("rubric", [])),
        }
        found[question["id"]] = {name: text for name, text in shown.items() if text}
    return found


def build(
    questions: Sequence[EditedQuestion],
    answers: tuple[Answers, Answers],
    beside: Beside,
    prompts: dict[bool, Prompt],
    to: ModelSettings,
    again: Mapping[str, int] = {},
    judge: str = DEFAULT_JUDGE,
) -> list[Request]:
    """Return two requests a question, `ab` and `ba`; none where one of the answers failed.

    Args:
        questions: the questions, in order.
        answers: those of the model, and those of the baseline.
        beside: as from the function `beside`.
        prompts: as from `load_prompts`.
        to: how the judge is asked.
        again: how often a judgment is to be asked once more: `question.order` of every judge, or `question.order.judge`.
        judge: the judge's id.
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
            data = {"question": question["text"], "answer_a": first, "answer_b": second} | dict(beside.get(id, {}))
            prompt = prompts["reference" in data]
            name, messages = request_id(id, order, judge), render(prompt, to.structured, data)
            times = sum(again.get(asked, 0) for asked in {name, f"{id}.{order}"})
            requests.append(build_request(name, to, prompt, messages, again=times))
    return requests


def judged(
    match: str,
    sides: Match,
    questions: Sequence[EditedQuestion],
    to: ModelSettings,
    results: Sequence[Result[Verdict]],
    judge: str = DEFAULT_JUDGE,
) -> Iterator[Judgment]:
    """Yield a judge's two judgments a question, `invalid` where a reply or an answer could not be used.

    Args:
        match: id of the match.
        sides: its model and its baseline.
        questions: the questions, in order.
        to: how the judge was asked.
        results: what became of the requests of `build`.
        judge: the judge's id.
    """
    by_id = {result.request.id: result for result in results}
    no_answer: Failure = {"reason": "no_answer", "detail": "one of the two answers failed", "text": None}
    for question in questions:
        for order in ORDERS:
            result = by_id.get(request_id(question["id"], order, judge))
            failure = result.failure if result else no_answer
            value = result.value if result else None
            row: Judgment = {
                "match": match,
                "model": sides["model"],
                "baseline": sides["baseline"],
                "made_by": to.made_by,
                "question": question["id"],
                "order": order,
                "judge": judge,
                "verdict": value["verdict"] if value else "invalid",
                "explanation": value["explanation"] if value else failure["text"] if failure else None,
                "failure": failure,
                "request": result.request.key if result else None,
            }
            if value and "strength" in value:
                row["strength"] = value["strength"]
            yield row


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


def order_name(match: str, row: Mapping[str, Any], kind: str = "order") -> Name:
    """Return what `seedbed explain` calls one judge's word on one order: `MATCH/QUESTION/ORDER`, of a jury with `/JUDGE`."""
    judge = judge_of(row)
    behind = f"/{judge}" if judge not in (DEFAULT_JUDGE, RECORDED_JUDGE) else ""
    return Name(kind, f"{match}/{row['question']}/{row['order']}{behind}")


def origin(row: Judgment, with_reference: bool) -> Origin:
    """Return what one judge's word on one order came of.

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
    asked = Asked(f"judge@{row['match']}", request_id(id, row["order"], judge_of(row)))
    return Origin(parents, asked, prompt_name(with_reference))
