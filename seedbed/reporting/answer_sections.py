"""What a report in Markdown begins with: the answer on one screen."""

from seedbed.reporting.answer import MATCHES, Answer
from seedbed.reporting.texts import Words
from seedbed.util.markdown import escaped, table


def answer_parts(answer: Answer, confidence: float, say: Words) -> list[str]:
    """Return the sentence, the leaderboard where there is one, and what to read with it.

    Args:
        answer: of the benchmark, or the dataset.
        confidence: of the intervals, in percent.
        say: the words of the report's language.
    """
    parts = [f"**{escaped(answer.sentence)}**"]
    if answer.rows:
        grouped, equal = any(row["group"] for row in answer.rows), any(row["equal"] for row in answer.rows)
        shown = [
            {"#": rank, say("head_match" if answer.kind == MATCHES else "head_model"): row["name"]}
            | {say("md_adjusted"): f"{row['rate']:.1f}"}
            | {say("head_interval"): say("baseline_row") if row["baseline"] else f"{row['low']:.1f} – {row['high']:.1f}"}
            | ({say("head_equal"): "" if row["equal"] is None else f"{row['equal']:.1f}"} if equal else {})
            | ({say("head_group"): row["group"]} if grouped else {})
            for rank, row in zip(answer.ranks, answer.rows, strict=True)
        ]
        names = list(shown[0])
        notes = [escaped(leaderboard_in_words(answer, confidence, say))]
        notes += [say("leaderboard_groups")] if grouped else []
        notes += [say("leaderboard_more", n=answer.left_out)] if answer.left_out else []
        parts += [table(shown, names, right=names[2 : 4 + equal]), say("sentence_joint").join(notes)]
    return [*parts, *filter(None, [answer.note])]


def leaderboard_in_words(answer: Answer, confidence: float, say: Words) -> str:
    """Return what the leaderboard's rates are."""
    baseline = next((row["name"] for row in answer.rows if row["baseline"]), "")
    return say(f"leaderboard_{answer.kind}", baseline=baseline, confidence=f"{confidence:g}")
