"""The judgments of matches as a table, and the rule by which a verdict in five steps counts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seedbed.project import columns
from seedbed.util.tables import Tables


def load_judgments(tables: Tables, files: Sequence[Path], report: Mapping[str, Any]) -> None:
    """Make the tables `judgments` and `verdict_rule`, which `queries/benchmark/judge_outcomes.sql` reads.

    Args:
        tables: where to.
        files: of judgments, one a match.
        report: the block `report` of `params.yaml`.
    """
    tables.load("judgments", files, columns.JUDGMENTS)
    set_verdict_rule(tables, report)


def set_verdict_rule(tables: Tables, report: Mapping[str, Any]) -> None:
    """Make the table `verdict_rule`: what a slight preference counts as, and how much more a strong one counts."""
    rule = (report.get("slight", "win"), float(report.get("strong_weight", 1)))
    tables.fill("verdict_rule", "slight text, strong_weight double", [rule])


def rule_in_words(report: Mapping[str, Any]) -> list[str]:
    """Return how verdicts in five steps count, where `params.yaml` has them count otherwise than those in three."""
    slight, weight = report.get("slight", "win"), float(report.get("strong_weight", 1))
    sentences = ["A slight preference of a verdict in five steps counts as a tie."] if slight == "tie" else []
    if weight == 1:
        return sentences
    return [
        *sentences,
        f"A strong preference of a verdict in five steps weighs {weight:g}, another 1. A question that is won scores "
        f"0.5 + w / {2 * weight:g}, where w is the mean weight of the two orders, one that is lost 0.5 less that, a tie 0.5. "
        "The adjusted win rate is the mean of these scores, and its interval that of such a mean (Wilson's, on an effective "
        "number of questions).",
    ]
