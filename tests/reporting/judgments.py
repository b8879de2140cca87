"""Tables of judgments, made up."""

from collections.abc import Iterable, Sequence
from typing import Any

from seedbed.project.columns import JUDGMENTS
from seedbed.reporting.judgments import set_verdict_rule
from seedbed.util.tables import Tables

Verdict = tuple[str, str, str, str, str, str]
"""Match, model, baseline, question, order, verdict."""


def fill_judgments(tables: Tables, rows: Iterable[Verdict], judge: str = "judge", **report: Any) -> None:
    """Make the tables of judgments of one judge; `report` is the block of `params.yaml` as far as it is not at its defaults."""
    fill_jury(tables, [(judge, row) for row in rows], **report)


def fill_jury(tables: Tables, rows: Iterable[tuple[str, Verdict]], **report: Any) -> None:
    """Make the tables of judgments of several judges; a verdict may be `first strong`."""

    def values(judge: str, row: Verdict) -> tuple[Any, ...]:
        verdict, _, strength = row[5].partition(" ")
        return *row[:5], verdict, None, judge, strength or None, None, None

    columns = JUDGMENTS.replace("order text", '"order" text')
    tables.fill("judgments", columns, [values(judge, row) for judge, row in rows])
    set_verdict_rule(tables, report)


def jury_outcome(outcomes: Sequence[str]) -> str:
    """Return what `queries/benchmark/jury_verdicts.sql` must say of a question that several judges judged, each in both orders.

    A strict majority of the valid outcomes decides for win or loss; anything else is a tie. Fewer than two valid ones are
    invalid.
    """
    valid = [outcome for outcome in outcomes if outcome != "invalid"]
    if len(valid) < 2:
        return "invalid"
    return next((side for side in ("win", "loss") if 2 * valid.count(side) > len(valid)), "tie")
