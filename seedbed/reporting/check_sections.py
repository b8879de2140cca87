"""What the reports say of the checks that code decides, and of the verdicts that they contradict."""

from collections.abc import Iterable, Sequence

from seedbed.reporting.checks.results import CheckRow, Contradiction
from seedbed.reporting.texts import ENGLISH_WORDS, Words

_MOST = 20
"""Contradictions that are listed in Markdown."""


def not_run_in_words(rows: Iterable[CheckRow], say: Words = ENGLISH_WORDS) -> str:
    """Return what is said of checks that run code, where they were not made; `rows` as from `check_rows`."""
    left = sum(row["not_run"] for row in rows if row["category"] == "all")
    return say("checks_not_run_one" if left == 1 else "checks_not_run", n=f"{left:,}") if left else ""


def contradictions_in_words(contradictions: Sequence[Contradiction], say: Words = ENGLISH_WORDS) -> str:
    """Return how many verdicts the checks contradict, in a sentence."""
    many = len(contradictions)
    return say("checks_contradict_none" if not many else "checks_contradict_one" if many == 1 else "checks_contradict", n=many)


def check_parts(
    rows: Sequence[CheckRow], contradictions: Sequence[Contradiction], confidence: float, say: Words = ENGLISH_WORDS
) -> list[str]:
    """Return the section of the Markdown report; none where no question has checks.

    Args:
        rows: as from `check_rows`.
        contradictions: the rows of `queries/benchmark/contradictions.sql`.
        confidence: of the intervals, in percent.
        say: the words of the report's language.
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
    failing = [row | {"failed checks": row["failed"]} for row in contradictions[:_MOST]]
    sentences = [contradictions_in_words(contradictions, say)]
    sentences += [say("first_shown", shown=_MOST)] if len(contradictions) > _MOST else []
    names = ["model", "questions", "passed", "percent", "interval", "checks", "not run"]
    return [
        f"## {say('checks_title')}",
        say("checks_words", confidence=f"{confidence:g}"),
        say.table(shown, names, right=["percent", "interval"]),
        *filter(None, [not_run_in_words(rows, say)]),
        say("sentence_joint").join(sentences),
        *([say.table(failing, ["match", "question", "winner", "loser", "failed checks"])] if contradictions else []),
    ]
