"""References pass their tests, and so do the good answers; poor ones do not."""

import ast
import math
import operator
from collections.abc import Callable

from seedbed.reporting.checks.confined import passes_tests
from seedbed.reporting.checks.kinds import passes
from seedbed.stand_in.models import LEVELS
from seedbed.util.rows import Row
from tests.data.bundled import (
    DATA,
    PARAMS,
    answers_by_id,
    corpus,
    report,
    rows_of,
    values,
)


def of_the_benchmark() -> list[Row]:
    """Return the references of the 80 questions; those of conversations are looked at in test_two_turns.py."""
    return [row for row in rows_of(DATA / "references.ja.jsonl") if not row["id"].startswith("turns-")]


_ONLY_TOO_LONG = ("writing-03",)
"""Questions whose checks ask for a length alone, which a poor answer keeps to."""
OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


def calculate(node: ast.AST) -> float:
    """Return the value of an expression of numbers, and of nothing else."""
    match node:
        case ast.Expression(body=body):
            return calculate(body)
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATIONS[type(op)](calculate(left), calculate(right))
    raise ValueError(f"not a number: {ast.dump(node)}")


def test_references_are_for_the_categories_that_are_judged_with_one() -> None:
    asked = [*corpus("questions"), *corpus("two_turns")]
    wanted = [row["id"] for row in asked if row["category"] in PARAMS["judge"]["reference_categories"]]
    rows = rows_of(DATA / "references.ja.jsonl")
    assert [row["id"] for row in rows] == wanted
    checks = {row["id"]: {check["kind"] for check in row.get("checks", [])} for row in asked}
    problems = [row["id"] for row in rows if ("python" in checks[row["id"]]) == ("check" in row)]
    report([f"references {id}: needs a sum, or its question tests for code, one of them" for id in problems])


def outcome(check: Row, answer: str) -> bool:
    """Whether an answer passes a check, its code run where that is what the check is."""
    return passes_tests(answer, check["tests"]) if check["kind"] == "python" else passes(check, answer)


def test_references_and_good_answers_pass_the_checks_and_poor_ones_fail() -> None:
    """Thin answers pass too where they show code; poor ones must fail one: they are there to lose."""
    references = {row["id"]: row["reference"] for row in rows_of(DATA / "references.ja.jsonl")}
    problems, checked = [], []
    for row in corpus("questions"):
        if "checks" not in row:
            continue
        checked.append(row["id"])
        answer = answers_by_id()[row["id"]]
        for name, text in {"reference": references.get(row["id"]), "good": answer["good"]}.items():
            failed = [check["kind"] for check in row["checks"] if text is not None and not outcome(check, text)]
            problems += [f"{name} {row['id']}: fails {failed}"] if failed else []
        if row["id"] not in _ONLY_TOO_LONG and all(outcome(check, answer["poor"]) for check in row["checks"]):
            problems.append(f"poor {row['id']}: passes, and should not")
    assert {row["id"] for row in corpus("questions") if row["category"] == "coding-math"} <= {*checked}
    report(problems)


def test_references_state_what_they_work_out() -> None:
    """And so do the good and the thin answers, but not the poor ones."""
    problems = []
    for row in of_the_benchmark():
        if "check" not in row or "range" in row:
            continue
        value = calculate(ast.parse(row["check"], mode="eval"))
        answer = answers_by_id().get(row["id"], {})
        for name, text in {"reference": row["reference"], **{level: answer.get(level, "") for level in LEVELS}}.items():
            stated = any(math.isclose(value, number) for number in values(text))
            if stated == (name == "poor"):
                problems.append(
                    f"references {row['id']} {name}: {row['check']} is {value:g}: {'stated' if stated else 'not stated'}"
                )
    report(problems)


def test_estimates_lie_in_the_range_that_counts_as_right() -> None:
    """The reference says its result, within 5 %, and both ends of the range; the good answer states a number between them."""
    problems = []
    rows = [row for row in of_the_benchmark() if row["id"].startswith("fermi-")]
    assert len(rows) == 10
    for row in rows:
        value, (least, most) = calculate(ast.parse(row["check"], mode="eval")), row["range"]
        if not least < value < most:
            problems.append(f"references {row['id']}: {value:g} is not between {least:g} and {most:g}")
        stated = values(row["reference"])
        if not any(math.isclose(value, number, rel_tol=0.05) for number in stated):
            problems.append(f"references {row['id']}: {value:g} is not stated")
        problems += [
            f"references {row['id']}: does not say {end:g}"
            for end in (least, most)
            if not any(math.isclose(end, number) for number in stated)
        ]
        if not any(least <= number <= most for number in values(answers_by_id()[row["id"]]["good"])):
            problems.append(f"answers {row['id']} good: states nothing between {least:g} and {most:g}")
    report(problems)


def test_estimates_knowledge_and_writing_have_grading_points() -> None:
    problems = []
    for row in corpus("questions"):
        wanted = row["category"] in ("fermi", "knowledge", "writing")
        if wanted != ("rubric" in row):
            problems.append(f"questions {row['id']}: {'no rubric' if wanted else 'a rubric'}")
        elif wanted and len(set(row["rubric"])) != len(row["rubric"]):
            problems.append(f"questions {row['id']} rubric: a point stands twice")
    report(problems)
