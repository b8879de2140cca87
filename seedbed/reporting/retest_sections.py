"""What the reports say of a judge that was asked twice, and of what scores vary by."""

from collections.abc import Sequence

from seedbed.project.params_types import DEFAULT_JUDGE
from seedbed.reporting.retest import ComponentRow, RetestRow
from seedbed.reporting.statistics.components import LEAST_RETEST
from seedbed.util.markdown import table

COMPONENTS = (
    "What a question's score varies by, as standard deviations in points: from question to question, between the answers that "
    "one model gave to the same question, and between two judgments of the same answers. By analysis of variance."
)


def retest_in_words(row: RetestRow, confidence: float) -> str:
    """Return the result of asking a judge twice, in a sentence."""
    who = {"all": "The judges together", DEFAULT_JUDGE: "The judge"}.get(row["judge"], f"The judge {row['judge']}")
    invalid = f" {row['invalid']} had no verdict one of the times." if row["invalid"] else ""
    if row["rate"] is None:
        return (
            f"{who} was asked for {row['items']} judgments twice: too few to say how often it agrees with itself, which takes "
            f"{LEAST_RETEST} over all matches (judge.retest).{invalid}".replace("together was", "together were")
        )
    return (
        f"{who} said the same in {row['agreed']} of {row['items']} judgments asked for twice, in one order and with the same "
        f"words: {row['rate']:.1f}% ({confidence:g}% interval {row['low']:.1f} to {row['high']:.1f}); {row['reversed']} times "
        f"it named the other answer.{invalid}"
    )


def negative_in_words(rows: Sequence[ComponentRow]) -> str:
    """Return which components were estimated below 0, in a sentence; nothing where none was."""
    names = dict.fromkeys(name for row in rows for name in row["negative"])
    return f"Estimated below 0, and given as 0: {', '.join(names)}." if names else ""


def retest_parts(rows: Sequence[RetestRow], varying: Sequence[ComponentRow], confidence: float) -> list[str]:
    """Return the section of the Markdown report; none where nothing was asked for twice.

    Args:
        rows: as from `retest_rows`.
        varying: as from `component_rows`.
        confidence: of the intervals, in percent.
    """
    if not rows:
        return []
    parts = ["### Asked twice", *(retest_in_words(row, confidence) for row in rows)]
    if varying:
        shown = [
            {
                "models": ", ".join(row["models"]),
                "against": row["baseline"],
                "judge": row["judge"],
                "questions": row["questions"],
            }
            | {"question": f"{row['by_question']:.1f}", "answer": f"{row['by_answer']:.1f}"}
            | {"judgment": f"{row['by_judge']:.1f}"}
            for row in varying
        ]
        numbers = ["question", "answer", "judgment"]
        parts += [COMPONENTS, table(shown, ["models", "against", "judge", "questions", *numbers], right=numbers)]
        parts += filter(None, [negative_in_words(varying)])
    return parts
