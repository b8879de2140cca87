"""Two answers compared, in both orders."""

from pathlib import Path

from seedbed.exchange.requests import Request, build_request
from seedbed.project.params import Speaker
from seedbed.project.prompts import Prompt, render
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, read_rows

ORDERS = ("ab", "ba")
Answers = dict[str, Row]
"""A model's answers by question id."""


def build(
    questions: list[Row],
    model: Answers,
    baseline: Answers,
    references: dict[str, str],
    prompts: dict[bool, Prompt],
    to: Speaker,
) -> list[Request]:
    """Return two requests a question, `ab` and `ba`; none where one of the answers failed.

    Args:
        questions: the questions, in order.
        model: the answers of the model.
        baseline: the answers of the baseline.
        references: the references, by question id, of the questions that are judged with one.
        prompts: the prompt without (False) and with (True) a reference.
        to: the judge.
    """
    requests = []
    for question in questions:
        id = question["id"]
        texts = [model[id]["text"], baseline[id]["text"]]
        if None in texts:
            continue
        for order in ORDERS:
            first, second = texts if order == "ab" else texts[::-1]
            data = {"question": question["text"], "answer_a": first, "answer_b": second}
            data |= {"reference": references[id]} if id in references else {}
            prompt = prompts[id in references]
            requests.append(build_request(f"{id}.{order}", to, prompt, render(prompt, to.structured, data)))
    return requests


def used_references(questions: list[Row], path: Path, categories: list[str]) -> dict[str, str]:
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
