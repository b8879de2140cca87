"""What became of each question of each match, as every section of the report reads it."""

from typing import Literal, TypedDict, cast

from seedbed.util.tables import Tables

Outcome = Literal["win", "loss", "tie", "invalid"]
"""Of the model of a match."""


class OutcomeRow(TypedDict):
    """A row of `queries/benchmark/outcomes.sql`, whose header says what the fields are; `score` is None where it is invalid."""

    match: str
    model: str
    baseline: str
    question: str
    category: str
    outcome: Outcome
    tie: Literal["both", "one", "contradictory", "agreed", "split"] | None
    inconsistent: bool
    position: Literal["first", "second"] | None
    score: float | None
    judges: int
    valid: int


def outcome_rows(tables: Tables) -> list[OutcomeRow]:
    """Return the outcomes, by match and question.

    Args:
        tables: the judgments with their rule, and the questions.

    Raises:
        UserError: a question was judged twice in one order.
    """
    return cast(list[OutcomeRow], tables.query("benchmark/outcomes"))
