"""What the reports say of the checks that code decides, and of the verdicts that they contradict."""

from seedbed.util.markdown import table
from seedbed.util.rows import Rows
from seedbed.util.words import count

_MOST = 20
"""Contradictions that are listed in Markdown."""
CHECKS = (
    "What code can decide of an answer (`checks` of a question), without a model: the percent of the questions of which the "
    "answer passes every check, with its {confidence}% interval. An answer that failed is not counted."
)
_NOT_RUN = (
    "Code of answers was not run ({checks}): `report.run_code: true` runs it in processes without network, files or other "
    "processes."
)


def not_run_in_words(rows: Rows) -> str:
    """Return what is said of checks that run code, where they were not made; `rows` as from `check_rows`."""
    left = sum(row["not_run"] for row in rows if row["category"] == "all")
    return _NOT_RUN.format(checks=count(left, "check")) if left else ""


def contradictions_in_words(contradictions: Rows) -> str:
    """Return how many verdicts the checks contradict, in a sentence."""
    if not contradictions:
        return "No verdict contradicts the checks: no answer won that fails a check where the one that lost passes all."
    verdicts = "verdict contradicts" if len(contradictions) == 1 else "verdicts contradict"
    return f"{len(contradictions)} {verdicts} the checks: the answer that won fails one, and the one that lost passes all."


def check_parts(rows: Rows, contradictions: Rows, confidence: float) -> list[str]:
    """Return the section of the Markdown report; none where no question has checks.

    Args:
        rows: as from `check_rows`.
        contradictions: the rows of `queries/benchmark/contradictions.sql`.
        confidence: of the intervals, in percent.
    """
    if not rows:
        return []
    shown = [
        {"model": row["model"], "category": row["category"], "questions": row["questions"], "passed": row["passed"]}
        | {"percent": "" if row["rate"] is None else f"{row['rate']:.1f}"}
        | {"interval": "" if row["rate"] is None else f"{row['low']:.1f} – {row['high']:.1f}"}
        | {"checks": row["checks"], "not run": row["not_run"]}
        for row in rows
        if row["category"] == "all"
    ]
    names = ["model", "questions", "passed", "percent", "interval", "checks", "not run"]
    more = f" The first {_MOST}:" if len(contradictions) > _MOST else ""
    return [
        "## Checks that code decides",
        CHECKS.format(confidence=f"{confidence:g}"),
        table(shown, names, right=["percent", "interval"]),
        *filter(None, [not_run_in_words(rows)]),
        contradictions_in_words(contradictions) + more,
        *([table(contradictions[:_MOST], ["match", "question", "winner", "loser", "failed"])] if contradictions else []),
    ]
