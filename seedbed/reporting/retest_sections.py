"""What the reports say of a judge that was asked twice, and of what scores vary by."""

from collections.abc import Sequence

from seedbed.project.params_types import DEFAULT_JUDGE
from seedbed.reporting.retest import ComponentRow, RetestRow
from seedbed.reporting.statistics.components import LEAST_RETEST
from seedbed.reporting.texts import ENGLISH_WORDS, Words


def retest_in_words(row: RetestRow, confidence: float, say: Words = ENGLISH_WORDS) -> str:
    """Return the result of asking a judge twice, in a sentence."""
    key = {"all": "retest_all", DEFAULT_JUDGE: "retest_judge"}.get(row["judge"], "retest_named")
    values: dict[str, object] = {"who": say(key, judge=row["judge"]), "items": row["items"]}
    values["invalid"] = say("retest_invalid", invalid=row["invalid"]) if row["invalid"] else ""
    if row["rate"] is None:
        return say("retest_few_all" if row["judge"] == "all" else "retest_few", least=LEAST_RETEST, **values)
    values |= {name: f"{row[name]:.1f}" for name in ("rate", "low", "high")}
    return say("retest_same", agreed=row["agreed"], reversed=row["reversed"], confidence=f"{confidence:g}", **values)


def negative_in_words(rows: Sequence[ComponentRow], say: Words = ENGLISH_WORDS) -> str:
    """Return which components were estimated below 0, in a sentence; nothing where none was."""
    names = dict.fromkeys(say.column(f"by_{name}") for row in rows for name in row["negative"])
    return say("retest_negative", names=say("list_comma").join(names)) if names else ""


def retest_parts(
    rows: Sequence[RetestRow], varying: Sequence[ComponentRow], confidence: float, say: Words = ENGLISH_WORDS
) -> list[str]:
    """Return the section of the Markdown report; none where nothing was asked for twice.

    Args:
        rows: as from `retest_rows`.
        varying: as from `component_rows`.
        confidence: of the intervals, in percent.
        say: the words of the report's language.
    """
    if not rows:
        return []
    parts = [f"### {say('retest_title')}", *(retest_in_words(row, confidence, say) for row in rows)]
    if varying:
        shown = [
            {"models": ", ".join(row["models"]), "against": row["baseline"], "judge": row["judge"]}
            | {"questions": row["questions"], "by_question": f"{row['by_question']:.1f}"}
            | {"by_answer": f"{row['by_answer']:.1f}", "by_judge": f"{row['by_judge']:.1f}"}
            for row in varying
        ]
        numbers = ["by_question", "by_answer", "by_judge"]
        names = ["models", "against", "judge", "questions", *numbers]
        parts += [say("retest_components"), say.table(shown, names, right=numbers)]
        parts += filter(None, [negative_in_words(varying, say)])
    return parts
