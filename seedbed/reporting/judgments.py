"""The judgments of matches as a table, and the rule by which a verdict in five steps counts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seedbed.project import columns
from seedbed.reporting.texts import ENGLISH_WORDS, Words
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


def rule_in_words(report: Mapping[str, Any], say: Words = ENGLISH_WORDS) -> list[str]:
    """Return how verdicts in five steps count, where `params.yaml` has them count otherwise than those in three."""
    slight, weight = report.get("slight", "win"), float(report.get("strong_weight", 1))
    sentences = [say("rule_slight_tie")] if slight == "tie" else []
    if weight == 1:
        return sentences
    return [*sentences, say("rule_strong", weight=f"{weight:g}", twice=f"{2 * weight:g}")]
