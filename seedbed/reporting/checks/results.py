"""What the checks say of every answer, as rows of the report."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypedDict, cast

from seedbed.project.corpora import read_questions
from seedbed.project.params_types import Report
from seedbed.project.row_types import Check, EditedQuestion
from seedbed.reporting.checks.confined import run_all
from seedbed.reporting.checks.kinds import passes
from seedbed.reporting.statistics.intervals import wilson
from seedbed.util.tables import Tables

Result = tuple[str, str, str, str, bool | None]
"""Model, question, category, kind of check, whether the answer passes it; None where its code is not to be run."""


def check_results(questions: Sequence[EditedQuestion], answers: Mapping[tuple[str, str], str], run_code: bool) -> list[Result]:
    """Return what each check says of each answer.

    Args:
        questions: rows of the edited questions; those without `checks` are passed over.
        answers: text by model and question; those that failed are not among them.
        run_code: whether the code of answers is run.

    Raises:
        UserError: code is to be run, and this machine cannot confine it.
    """
    asked = {question["id"]: question for question in questions if "checks" in question}
    work: list[tuple[str, EditedQuestion, Check, str]] = [
        (model, asked[id], check, text)
        for (model, id), text in sorted(answers.items())
        if id in asked
        for check in asked[id]["checks"]
    ]
    of_code = [(text, check["tests"]) for _, _, check, text in work if check["kind"] == "python"]
    ran: Iterator[bool | None] = iter(run_all(of_code) if run_code else [None] * len(of_code))
    return [
        (model, question["id"], question["category"], check["kind"], passed)
        for model, question, check, text in work
        for passed in [next(ran) if check["kind"] == "python" else passes(check, text)]
    ]


def load_checks(tables: Tables, settings: Report) -> None:
    """Make the table `check_results`; `answers` and `categories` are there.

    Raises:
        UserError: as of `check_results`.
    """
    questions = read_questions()
    answers = {
        (row["model"], row["id"]): row["text"]
        for row in (tables.select("select model, id, text from answers where text is not null"))
        if any("checks" in question for question in questions)
    }
    results = check_results(questions, answers, settings.get("run_code", False))
    tables.fill("check_results", "model text, question text, category text, kind text, passed boolean", results)


class CheckRow(TypedDict):
    """A row of `queries/benchmark/checks.sql` with the rate of questions passed and its interval, in percent.

    `rate` and its interval are None where no check was made.
    """

    model: str
    category: str
    questions: int
    passed: int
    checks: int
    checks_passed: int
    not_run: int
    rate: float | None
    low: float | None
    high: float | None


class Contradiction(TypedDict):
    """A row of `queries/benchmark/contradictions.sql`: the answer that won fails a check, the other one none."""

    match: str
    question: str
    category: str
    outcome: Literal["win", "loss"]
    winner: str
    loser: str
    failed: str


def contradictions(tables: Tables) -> list[Contradiction]:
    """Return the verdicts that the checks contradict, by match and question."""
    return cast(list[Contradiction], tables.query("benchmark/contradictions"))


def check_rows(tables: Tables, settings: Report) -> list[CheckRow]:
    """Return the rows of `queries/benchmark/checks.sql` with the rate of questions passed, and its interval, in percent."""
    rows = tables.query("benchmark/checks")
    for row in rows:
        row["rate"] = row["low"] = row["high"] = None
        if row["questions"]:
            share = row["passed"] / row["questions"]
            bounds = wilson(share, row["questions"], settings["confidence"])
            row["rate"], row["low"], row["high"] = (round(100 * float(value), 2) for value in (share, *bounds))
    return cast(list[CheckRow], rows)
