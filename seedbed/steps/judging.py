"""judge: one judgment (match, question, order, judge), requested or imported.

{"baseline":"thin","explanation":"…","failure":null,"judge":"judge","made_by":{…},"match":"good-vs-thin","model":"good",
 "order":"ab","question":"fermi-01","request":"9f2c…","verdict":"first"}
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.result import Result
from seedbed.project.corpora import turns_of
from seedbed.project.model_settings import ModelSettings
from seedbed.project.params_types import DEFAULT_JUDGE, RECORDED_JUDGE, Match, Params
from seedbed.project.prompts import Prompt, as_shown, load_prompt, render
from seedbed.project.row_types import Answer, EditedQuestion, Failure, Judgment, Question
from seedbed.steps.answering import asked_as
from seedbed.steps.origin import Asked, Name, Origin
from seedbed.steps.verdicts import Verdict
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows
from seedbed.util.words import few

ORDERS: tuple[Literal["ab"], Literal["ba"]] = ("ab", "ba")
Answers = Mapping[str, Answer]
"""A model's answers by question id."""
Beside = Mapping[str, Mapping[str, str]]
"""By question id (of a later turn as from `asked_as`), what the judge is shown beside question and answers: `reference`,
`criteria`, `rubric`, where there are."""


def prompt_name(with_reference: bool, turn: int = 1) -> str:
    """Return the name of the prompt with which a turn of a question is judged, with a reference answer or without.

    The first turn is judged alone, as a question of one turn is; a later one with the conversation before it.
    """
    if turn > 1:
        return "judge_turn"
    return "judge_reference" if with_reference else "judge"


def load_prompts(form: str | None = None) -> dict[str, Prompt]:
    """Return the judge's prompts by name; `form` as for `load_prompt`."""
    return {name: load_prompt(name, form=form) for name in ("judge", "judge_reference", "judge_turn")}


def request_id(question: str, order: str, judge: str, turn: int = 1) -> str:
    """Return the id under which a judgment is asked for: `fermi-01.ab`, or of a jury's judge `fermi-01.ab.large`.

    Of a later turn the order has the turn's number: `fermi-01.ab2`.
    """
    name = f"{question}.{order_of_turn(order, turn)}"
    return name if judge == DEFAULT_JUDGE else f"{name}.{judge}"


def request_ids(question: EditedQuestion | Question, judge: str) -> list[str]:
    """Return the ids of all judgments of a question by one judge, turn by turn."""
    return [request_id(question["id"], order, judge, turn) for turn in turns(question) for order in ORDERS]


def turns(question: Mapping[str, Any]) -> range:
    """Return the numbers of a question's turns, from 1."""
    return range(1, len(turns_of(question)) + 1)


def order_of_turn(order: str, turn: int) -> str:
    """Return what an order of a turn is called: `ab`, of a later turn `ab2`."""
    return order if turn == 1 else f"{order}{turn}"


def judge_of(row: Mapping[str, Any]) -> str:
    """Return the id of the judge of a judgment; rows of older editions name none."""
    return str(row.get("judge", DEFAULT_JUDGE))


def beside(questions: Sequence[EditedQuestion], references: Path, params: Params) -> dict[str, dict[str, str]]:
    """Return what the judge is shown of each turn of each question beside it and the answers.

    Raises:
        UserError: a turn of a question of `judge.reference_categories` has no reference.
    """
    known = used_references(questions, references, params["judge"]["reference_categories"])
    by_id = {}
    for question in questions:
        for turn in turns(question):
            shown = {
                "reference": known.get(asked_as(question["id"], turn)),
                "criteria": params["criteria"].get(question["category"]),
                "rubric": "\n".join(f"- {point}" for point in question.get("rubric", [])),
            }
            by_id[asked_as(question["id"], turn)] = {name: text for name, text in shown.items() if text}
    return by_id


def build(
    questions: Sequence[EditedQuestion],
    answers: tuple[Answers, Answers],
    beside: Beside,
    prompts: Mapping[str, Prompt],
    to: ModelSettings,
    again: Mapping[str, int] = {},
    judge: str = DEFAULT_JUDGE,
) -> list[Request]:
    """Return two requests a turn of each question, `ab` and `ba`; none where one of the answers failed.

    Args:
        questions: the questions, in order.
        answers: those of the model, and those of the baseline.
        beside: as from the function `beside`.
        prompts: as from `load_prompts`.
        to: how the judge is asked.
        again: how often a judgment is to be asked once more: `question.order` of every judge, or `question.order.judge`; of a
            later turn `question.order2`.
        judge: the judge's id.
    """
    model, baseline = answers
    requests = []
    for question in questions:
        id = question["id"]
        ours, theirs = turn_texts(model[id]), turn_texts(baseline[id])
        if not ours or not theirs:
            continue
        for turn in turns(question):
            for order in ORDERS:
                first, second = (ours, theirs) if order == "ab" else (theirs, ours)
                data = _shown(question, turn, first, second) | dict(beside.get(asked_as(id, turn), {}))
                prompt = prompts[prompt_name("reference" in data, turn)]
                name, messages = request_id(id, order, judge, turn), render(prompt, to.structured, data)
                times = sum(again.get(asked, 0) for asked in {name, request_id(id, order, DEFAULT_JUDGE, turn)})
                requests.append(build_request(name, to, prompt, messages, again=times))
    return requests


def turn_texts(answer: Answer) -> list[str]:
    """Return what an answer says in each turn; nothing where it failed."""
    return answer.get("turns", [answer["text"]]) if answer["text"] is not None else []


def _shown(question: EditedQuestion, turn: int, first: Sequence[str], second: Sequence[str]) -> dict[str, str]:
    """Return what the judge is shown of a turn: question and answers, and of a later turn each conversation before it."""
    asked = turns_of(question)
    data = {"question": asked[turn - 1], "answer_a": first[turn - 1], "answer_b": second[turn - 1]}
    if turn > 1:
        before = {"before_a": first, "before_b": second}
        data |= {name: conversation(asked[: turn - 1], texts) for name, texts in before.items()}
    return data


def conversation(questions: Sequence[str], answers: Sequence[str]) -> str:
    """Return the turns of a conversation, a line of JSON each: no text can end its own turn or begin another."""
    turns = ({"question": question, "answer": answer} for question, answer in zip(questions, answers, strict=False))
    return "\n".join(as_shown(turn, ("question", "answer")) for turn in turns)


def judged(
    match: str,
    sides: Match,
    questions: Sequence[EditedQuestion],
    to: ModelSettings,
    results: Sequence[Result[Verdict]],
    judge: str = DEFAULT_JUDGE,
) -> Iterator[Judgment]:
    """Yield a judge's two judgments a turn of each question, `invalid` where a reply or an answer could not be used.

    Args:
        match: id of the match.
        sides: its model and its baseline.
        questions: the questions, in order.
        to: how the judge was asked.
        results: of the requests of `build`.
        judge: the judge's id.
    """
    by_id = {result.request.id: result for result in results}
    no_answer: Failure = {"reason": "no_answer", "detail": "one of the two answers failed", "text": None}
    for question in questions:
        for turn, order in ((turn, order) for turn in turns(question) for order in ORDERS):
            result = by_id.get(request_id(question["id"], order, judge, turn))
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
            if len(turns(question)) > 1:
                row["turn"] = turn
            yield row


def used_references(questions: Sequence[EditedQuestion | Question], path: Path, categories: list[str]) -> dict[str, str]:
    """Return the references of the questions in `categories`, by question id, of a later turn as from `asked_as`.

    Raises:
        UserError: a turn of one of them has none.
    """
    known = {
        asked_as(row["id"], turn): text
        for row in read_rows(path, "reference")
        for turn, text in enumerate([row["reference"], *row.get("follow_ups", ())], start=1)
    }
    needed = [
        asked_as(question["id"], turn)
        for question in questions
        if question["category"] in categories
        for turn in turns(question)
    ]
    if missing := [id for id in needed if id not in known]:
        raise UserError(
            f"{path}: no reference for question {few(list(map(repr, missing)), 5)}, of a category in "
            "judge.reference_categories; write it, or remove the category from that list"
        )
    return {id: known[id] for id in needed}


def order_name(match: str, row: Mapping[str, Any], kind: str = "order") -> Name:
    """Return what `seedbed explain` calls one judge's word on one order: `MATCH/QUESTION/ORDER`, of a jury with `/JUDGE`."""
    judge = judge_of(row)
    behind = f"/{judge}" if judge not in (DEFAULT_JUDGE, RECORDED_JUDGE) else ""
    order = order_of_turn(row["order"], row.get("turn", 1))
    return Name(kind, f"{match}/{row['question']}/{order}{behind}")


def origin(row: Judgment, with_reference: bool) -> Origin:
    """Return the origin of one judge's verdict on one order.

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
    turn = row.get("turn", 1)
    asked = Asked(f"judge@{row['match']}", request_id(id, row["order"], judge_of(row), turn))
    return Origin(parents, asked, prompt_name(with_reference, turn))
