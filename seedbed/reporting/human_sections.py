"""What the reports in Markdown say of people: whether they agree with the judge, and what their edits came to."""

from collections.abc import Sequence

from seedbed.project.votes import votes_notices
from seedbed.reporting.agreement import MEASURES
from seedbed.reporting.corrected_rates import CorrectedRow
from seedbed.reporting.effort import effort_rows
from seedbed.reporting.labelled_rates import LabelledRow, why_in_words
from seedbed.reporting.shared import capped, rest_in_words
from seedbed.reporting.statistics.alternative import LEAST_ANNOTATORS, LEAST_ITEMS, Alternative
from seedbed.reporting.texts import ENGLISH_WORDS, Words
from seedbed.util.markdown import table
from seedbed.util.rows import Row, Rows
from seedbed.util.tables import Tables

_MOST_DISAGREEMENTS = 20
_STATUSES = ("edited", "outdated", "approved", "stale", "unreviewed")
_RARE = ("rejected", "confirmed", "original", "failed", "orphaned")
"""Statuses, and a second person's word, that are shown only where some row has them."""
_TIMES = ("timed", "minutes", "minutes_per_row")
UNKNOWN_EDITOR = "(not recorded)"
"""What `queries/human/editors.sql` calls whoever edited without a name; no id has brackets."""


def agreement_parts(
    tables: Tables, agreement: Rows, test: Alternative | None, confidence: float, say: Words = ENGLISH_WORDS
) -> list[str]:
    """Return the section's paragraphs and tables.

    Args:
        tables: the build's rows.
        agreement: as from `agreement_rows`.
        test: the alternative-annotator test; None where no vote counts.
        confidence: of the intervals, in percent.
        say: the words of the report's language.
    """
    votes = tables.query("human/annotators")
    if not votes:
        return [say("votes_none_brief")]
    parts = [say("votes_counts", **{name: sum(row[name] for row in votes) for name in ("counted", "stale", "orphaned")})]
    parts += vote_sentences(tables, say)
    if agreement:
        preferences = [row | {"who": say(f"who_{row['who']}")} for row in tables.query("human/preferences")]
        parts += [
            say("votes_measures", confidence=f"{confidence:g}")
            + (say("votes_people") if any(row["people_s1_n"] for row in agreement) else ""),
            *(part for by in ("match", "category") for part in _agreement_table(agreement, by, say)),
            say("votes_preferences"),
            say.table(
                capped(preferences),
                ["match", "who", "verdicts", "decided_rate", "first_position_rate", "longer_answer_rate"],
            ),
            *rest_in_words(preferences, "benchmark.html", say),
            *_disagreements(tables.query("human/disagreements"), say),
            *([alternative_in_words(test, say)] if test else []),
        ]
    parts += [
        say.table(votes, [name for name in votes[0] if name not in ("timed", "minutes") or any(row["timed"] for row in votes)])
    ]
    return parts


def vote_sentences(tables: Tables, say: Words = ENGLISH_WORDS) -> list[str]:
    """Return what the counted votes cannot say, a sentence each."""
    votes = tables.select("select annotator, verdict from votes where status = 'counted'")
    return [say(key, **values) + say("sentence_end") for key, values in votes_notices(votes)]


def _agreement_table(agreement: Rows, by: str, say: Words) -> list[str]:
    """Return the table of the matches, all categories together, or of the categories, all matches together."""
    other = "category" if by == "match" else "match"
    columns = {f"judge, majority {s}": f"majority_{s}" for s in ("s1", "s2")} | {"kappa": "kappa"}
    if any(row["people_s1_n"] for row in agreement):
        columns |= {f"judge, one person {s}": f"single_{s}" for s in ("s1", "s2")}
        columns |= {f"two people {s}": f"people_{s}" for s in ("s1", "s2")} | {"alpha": "alpha"}
    shown = []
    for row in agreement:
        if row[other] == "all":
            cells = {title: _measured(row, name, say) for title, name in columns.items()}
            shown.append({by: row[by], "items": row["items"], "split": row["split"], "both bad": row["both_bad"], **cells})
    names = [by, "items", "split", "both bad", *columns]
    return [say.table(capped(shown, last=1), names, right=list(columns)), *rest_in_words(shown, "benchmark.html", say)]


def _measured(row: Row, name: str, say: Words) -> str:
    if row[name] is None:
        return ""
    places = 1 if name in MEASURES else 2
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    interval = "" if low is None else f" ({low:.{places}f} – {high:.{places}f})"
    return f"{row[name]:.{places}f}{interval}" + (say("measured_of", n=row[f"{name}_n"]) if name in MEASURES else "")


def alternative_in_words(test: Alternative, say: Words = ENGLISH_WORDS) -> str:
    """Return what the alternative-annotator test says, in a sentence."""
    if test.winning_rate is None:
        return say("alternative_unknown", people=LEAST_ANNOTATORS, items=LEAST_ITEMS, have=test.annotators)
    return say(
        "alternative_may" if test.passed else "alternative_may_not",
        won=round(test.winning_rate * test.annotators),
        people=test.annotators,
        agrees=f"{100 * (test.advantage or 0):.0f}",
    )


def corrected_name(row: CorrectedRow, say: Words) -> str:
    """Return the match that a row of `corrected_rows` is of, or the two models whose difference it is."""
    model, _, other = row["name"].partition(" less ")
    return say("less", model=model, other=other) if other else row["name"]


def correction_parts(rows: Sequence[CorrectedRow], confidence: float, say: Words = ENGLISH_WORDS) -> list[str]:
    """Return the section on the rates that votes correct; none where too few people voted."""
    if not rows:
        return []
    shown = [
        {"rate": corrected_name(row, say), "questions": row["items"], "voted on": row["voted"], "judge": f"{row['judge']:.1f}"}
        | {"corrected": f"{row['corrected']:.1f}", "interval": f"{row['low']:.1f} – {row['high']:.1f}"}
        | {"draw": say(f"draw_{row['draw']}")}
        | {"votes to halve it": say("no_number") if row["more"] is None else str(row["more"])}
        for row in capped(rows)
    ]
    names = ["rate", "questions", "voted on", "judge", "corrected", "interval", "draw", "votes to halve it"]
    return [
        f"### {say('corrected_title')}",
        say("corrected_words", confidence=f"{confidence:g}"),
        say.table(shown, names, right=names[3:]),
        *rest_in_words(rows, "benchmark.html", say),
    ]


def labelled_in_words(rows: Sequence[LabelledRow], confidence: float, say: Words = ENGLISH_WORDS) -> str:
    """Return what the rates corrected by labels are; nothing where there are none."""
    return say("labelled_words", labels=rows[0]["labels"], confidence=f"{confidence:g}") if rows else ""


def labelled_parts(rows: Sequence[LabelledRow], confidence: float, say: Words = ENGLISH_WORDS) -> list[str]:
    """Return the section on the rates that labels of another benchmark correct; none where no file of them is named."""
    if not rows:
        return []
    shown = [
        {"match": row["match"], "judge": "" if row["judge"] is None else f"{row['judge']:.1f}"}
        | {"corrected": "" if row["rate"] is None else f"{row['rate']:.1f}"}
        | {"interval": "" if row["rate"] is None else f"{row['low']:.1f} – {row['high']:.1f}"}
        | {"not given, since": why_in_words(row, say) or ""}
        for row in capped(rows)
    ]
    names = ["match", "judge", "corrected", "interval"]
    return [
        f"### {say('labelled_title')}",
        labelled_in_words(rows, confidence, say),
        say.table(shown, [*names, *(["not given, since"] if any(row["why"] for row in rows) else [])], right=names[1:]),
        *rest_in_words(rows, "benchmark.html", say),
    ]


def _disagreements(rows: Rows, say: Words) -> list[str]:
    if not rows:
        return [say("votes_same")]
    more = say("votes_differ_first", n=_MOST_DISAGREEMENTS) if len(rows) > _MOST_DISAGREEMENTS else ""
    votes = [
        row
        | {name: say(f"outcome_{row[name]}") for name in ("judge", "majority")}
        | {"for": row["for_model"], "votes_against": row["for_baseline"], "neither": row["for_neither"]}
        for row in rows[:_MOST_DISAGREEMENTS]
    ]
    columns = ["match", "question", "category", "judge", "majority", "for", "votes_against", "neither"]
    return [say("votes_differ", n=len(rows), more=more), say.table(votes, columns)]


def edits_in_words(row: Row, say: Words = ENGLISH_WORDS) -> str:
    """Return which edits a row of `queries/human/effort_order.sql` is about."""
    return say("effort_before") if row["part"] == 0 else say("range_to", low=row["first"], high=row["last"])


def editor_in_words(editor: str, say: Words) -> str:
    """Return who a row of `queries/human/editors.sql` is about; `editor` as it has it."""
    return say("editor_unknown") if editor == UNKNOWN_EDITOR else editor


def effort_parts(tables: Tables, say: Words = ENGLISH_WORDS) -> list[str]:
    """Return the section's paragraphs and tables."""
    rows, editors, corrections = effort_rows(tables), tables.query("human/editors"), tables.query("human/corrections")
    present = {name for name, number in rows[-1].items() if number}
    statuses = [*_STATUSES, *(name for name in _RARE if name in present)]
    parts = [say.table(rows, ["corpus", "rows", *statuses])]
    if not editors:
        return [*parts, say("effort_none")]
    total = rows[-1]
    parts += [
        say("effort_hter", known=total["known"], edits=total["edits"], timed=total["timed"]),
        say.table(rows, ["corpus", "edits", "characters_changed", "hter", *(_TIMES if total["timed"] else ())]),
    ]
    if total["machine_changed"]:
        names = ["corpus", "machine_changed", "compared", "hter_then", "hter_now", "hter_now_all"]
        parts += [say("effort_now"), say.table(rows, names)]
    if order := tables.query("human/effort_order"):
        shown = [{"edits made": edits_in_words(row, say), "edits": row["edits"], "hter": row["hter"]} for row in order]
        parts += [say("effort_order"), say.table(shown, list(shown[0]))]
    signed = [name for name in ("confirmed", "rejected") if not any(row[name] for row in editors)]
    people = [row | {"editor": editor_in_words(row["editor"], say)} for row in editors]
    parts += [say.table(people, [name for name in editors[0] if name not in signed])]
    if corrections:
        heads = [say.column("machine"), say("head_edited_text"), say.column("rows"), say.column("times")]
        parts += [say("effort_corrections"), table(corrections, ["machine", "edited", "rows", "times"], heads=heads)]
    return parts
