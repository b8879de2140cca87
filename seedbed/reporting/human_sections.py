"""What the reports in Markdown say of people: whether they agree with the judge, and what their edits came to."""

from seedbed.project.votes import votes_notices
from seedbed.reporting.agreement import MEASURES
from seedbed.reporting.shared import capped, rest_in_words
from seedbed.reporting.statistics.alternative import LEAST_ANNOTATORS, LEAST_ITEMS, Alternative
from seedbed.util.markdown import table
from seedbed.util.rows import Row, Rows
from seedbed.util.tables import Tables

_MOST_DISAGREEMENTS = 20
_STATUSES = ("edited", "outdated", "approved", "stale", "unreviewed")
_RARE = ("original", "failed", "orphaned")
"""Statuses that are shown only where some row has them."""
_TIMES = ("timed", "minutes", "minutes_per_row")
_MEASURES = (
    "*s1* includes ties, an inconsistent judge's among them; *s2* takes only what is a tie on neither side (the two set-ups "
    "of MT-bench, Zheng et al. 2023); by guessing one would agree on 33 and on 50. A rate is the mean over questions. The "
    "majority is what more than half of the votes on an item say, and *split* are the items that have none; *both bad* counts "
    "as a tie. "
    "Kappa (Cohen's) holds the judge against the majority: 0 is chance, 1 full agreement."
)
_PEOPLE = (
    " Judge and one person, and two people, stand side by side: a judge can agree with people more than they do with each "
    "other. Alpha (Krippendorff's) is kappa's like for people against each other."
)
CORRECTED = (
    "The adjusted win rate as people would give it: the judge's, moved by what it is off on the questions that people voted "
    "on, with its {confidence}% interval (prediction-powered inference). *Draw* says how the questions voted on were drawn: "
    "*logged*, by the probabilities that `seedbed review --draw` wrote before, and then only votes within that draw are used; "
    "where none are logged it is taken to be *uniform*, without regard to answers and verdicts. Below the matches stand the "
    "differences of two models, in points."
)
LABELLED = (
    "The adjusted win rate as people would give it if the judge erred here as it does on the labels of another benchmark "
    "({labels} of them, `report.labels`; Rogan and Gladen 1978), with its {confidence}% interval by a bootstrap of both. Votes "
    "on this benchmark assume less."
)
_HTER = (
    "HTER is what was changed in the machine text over the length of the edited text, in percent (Snover et al. 2006, without "
    "block shifts): in characters, or in words where the language separates them by blanks."
)
_HTER_ORDER = (
    "In the order of editing: requests showed earlier edits (`translate.examples`), so that later machine texts should need "
    "fewer corrections. Rows differ in difficulty, and a person may review the easy ones first."
)
_HTER_NOW = (
    "Some machine texts are not those that the edits were made on. Held against the edits, both ways, this tells whether the "
    "new ones leave less to do, before anyone edits again (*compared*: both texts are known; *hter now all*: also where only "
    "the new one is). An edit stays near the text it was made on, so a new text that is just as good looks somewhat worse."
)


def agreement_parts(tables: Tables, agreement: Rows, test: Alternative | None, confidence: float) -> list[str]:
    """Return the section's paragraphs and tables.

    Args:
        tables: the build's rows.
        agreement: as from `agreement_rows`.
        test: the alternative-annotator test; None where no vote counts.
        confidence: of the intervals, in percent.
    """
    votes = tables.query("human/annotators")
    if not votes:
        return ["Nobody has voted yet: `seedbed review` shows two answers side by side, unnamed, and keeps the verdicts."]
    counted, stale, orphaned = (sum(row[name] for row in votes) for name in ("counted", "stale", "orphaned"))
    parts = [
        f"Votes that count: {counted}. Stale, an answer being another one now: {stale}. Orphaned, the match or an answer being "
        f"gone: {orphaned}."
    ]
    parts += vote_sentences(tables)
    preferences = tables.query("human/preferences") if agreement else []
    if agreement:
        parts += [
            f"In percent, with the {confidence:g}% interval over questions and the number of comparisons. "
            + _MEASURES
            + (_PEOPLE if any(row["people_s1_n"] for row in agreement) else ""),
            *(part for by in ("match", "category") for part in _agreement_table(agreement, by)),
            "What people lean to, beside the judge on the same questions: percent of verdicts for either answer, and of those, "
            "for the answer that stood first (on the left) and for the longer one.",
            table(
                capped(preferences),
                ["match", "who", "verdicts", "decided_rate", "first_position_rate", "longer_answer_rate"],
            ),
            *rest_in_words(preferences, "benchmark.html"),
            *_disagreements(tables.query("human/disagreements")),
            *([alternative_in_words(test)] if test else []),
        ]
    parts += [
        table(votes, [name for name in votes[0] if name not in ("timed", "minutes") or any(row["timed"] for row in votes)])
    ]
    return parts


def vote_sentences(tables: Tables) -> list[str]:
    """Return what the counted votes cannot say, a sentence each."""
    votes = tables.select("select annotator, verdict from votes where status = 'counted'")
    return [f"{notice}." for notice in votes_notices(votes)]


def _agreement_table(agreement: Rows, by: str) -> list[str]:
    """Return the table of the matches, all categories together, or of the categories, all matches together."""
    other = "category" if by == "match" else "match"
    columns = {f"judge, majority {s}": f"majority_{s}" for s in ("s1", "s2")} | {"kappa": "kappa"}
    if any(row["people_s1_n"] for row in agreement):
        columns |= {f"judge, one person {s}": f"single_{s}" for s in ("s1", "s2")}
        columns |= {f"two people {s}": f"people_{s}" for s in ("s1", "s2")} | {"alpha": "alpha"}
    shown = []
    for row in agreement:
        if row[other] == "all":
            cells = {title: _measured(row, name) for title, name in columns.items()}
            shown.append({by: row[by], "items": row["items"], "split": row["split"], "both bad": row["both_bad"], **cells})
    names = [by, "items", "split", "both bad", *columns]
    return [table(capped(shown, last=1), names, right=list(columns)), *rest_in_words(shown, "benchmark.html")]


def _measured(row: Row, name: str) -> str:
    if row[name] is None:
        return ""
    places = 1 if name in MEASURES else 2
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    interval = "" if low is None else f" ({low:.{places}f} – {high:.{places}f})"
    return f"{row[name]:.{places}f}{interval}" + (f" of {row[f'{name}_n']}" if name in MEASURES else "")


def alternative_in_words(test: Alternative) -> str:
    """Return what the alternative-annotator test says, in a sentence."""
    if test.winning_rate is None:
        return (
            f"Whether the judge may do a person's work (the alternative-annotator test) cannot be said: it takes "
            f"{LEAST_ANNOTATORS} people with {LEAST_ITEMS} items each that others voted on too, and {test.annotators} have "
            "them."
        )
    word = "may" if test.passed else "may not"
    people = f"{round(test.winning_rate * test.annotators)} of the {test.annotators} people"
    agrees = f"{100 * (test.advantage or 0):.0f}% of the items"
    return (
        f"By the alternative-annotator test (Calderon et al. 2025) the judge {word} do a person's work: it holds its own "
        f"against {people}, and agrees with the others at least as well as one of them on {agrees}."
    )


def correction_parts(rows: Rows, confidence: float) -> list[str]:
    """Return the section on the rates that votes correct; none where too few people voted."""
    if not rows:
        return []
    shown = [
        {"rate": row["name"], "questions": row["items"], "voted on": row["voted"], "judge": f"{row['judge']:.1f}"}
        | {"corrected": f"{row['corrected']:.1f}", "interval": f"{row['low']:.1f} – {row['high']:.1f}"}
        | {"draw": row["draw"], "votes to halve it": "no number" if row["more"] is None else str(row["more"])}
        for row in capped(rows)
    ]
    names = ["rate", "questions", "voted on", "judge", "corrected", "interval", "draw", "votes to halve it"]
    return [
        "### Rates corrected by the votes",
        CORRECTED.format(confidence=f"{confidence:g}"),
        table(shown, names, right=names[3:]),
        *rest_in_words(rows, "benchmark.html"),
    ]


def labelled_in_words(rows: Rows, confidence: float) -> str:
    """Return what the rates corrected by labels are; nothing where there are none."""
    return LABELLED.format(labels=rows[0]["labels"], confidence=f"{confidence:g}") if rows else ""


def labelled_parts(rows: Rows, confidence: float) -> list[str]:
    """Return the section on the rates that labels of another benchmark correct; none where no file of them is named."""
    if not rows:
        return []
    shown = [
        {"match": row["match"], "judge": "" if row["judge"] is None else f"{row['judge']:.1f}"}
        | {"corrected": "" if row["rate"] is None else f"{row['rate']:.1f}"}
        | {"interval": "" if row["rate"] is None else f"{row['low']:.1f} – {row['high']:.1f}", "not given, since": row["why"]}
        for row in capped(rows)
    ]
    names = ["match", "judge", "corrected", "interval"]
    return [
        "### Rates corrected by labels of another benchmark",
        labelled_in_words(rows, confidence),
        table(shown, [*names, *(["not given, since"] if any(row["why"] for row in rows) else [])], right=names[1:]),
        *rest_in_words(rows, "benchmark.html"),
    ]


def _disagreements(rows: Rows) -> list[str]:
    if not rows:
        return ["Judge and majority say the same wherever both say something."]
    more = f"; the first {_MOST_DISAGREEMENTS} of them" if len(rows) > _MOST_DISAGREEMENTS else ""
    votes = [row | {"for": row["for_model"], "against": row["for_baseline"], "neither": row["for_neither"]} for row in rows]
    columns = ["match", "question", "category", "judge", "majority", "for", "against", "neither"]
    return [
        f"The judge and the majority differ on {len(rows)} questions{more}, with the votes for the model, against it, and for "
        "neither:",
        table(votes[:_MOST_DISAGREEMENTS], columns),
    ]


def edits_in_words(row: Row) -> str:
    """Return which edits a row of `queries/human/effort_order.sql` is about."""
    return "before any was shown" if row["part"] == 0 else f"{row['first']} to {row['last']}"


def effort_parts(tables: Tables) -> list[str]:
    """Return the section's paragraphs and tables."""
    rows, editors, corrections = tables.query("human/effort"), tables.query("human/editors"), tables.query("human/corrections")
    statuses = [*_STATUSES, *(name for name in _RARE if rows[-1][name])]
    parts = [table(rows, ["corpus", "rows", *statuses])]
    if not editors:
        return [*parts, "Nobody has edited a row yet: `seedbed review` shows source and machine text side by side."]
    total = rows[-1]
    parts += [
        f"{_HTER} Edits of which the machine text is known: {total['known']} of {total['edits']}; of which the time is known: "
        f"{total['timed']}.",
        table(rows, ["corpus", "edits", "characters_changed", "hter", *(_TIMES if total["timed"] else ())]),
    ]
    if total["machine_changed"]:
        parts += [_HTER_NOW, table(rows, ["corpus", "machine_changed", "compared", "hter_then", "hter_now", "hter_now_all"])]
    if order := tables.query("human/effort_order"):
        shown = [{"edits made": edits_in_words(row), "edits": row["edits"], "hter": row["hter"]} for row in order]
        parts += [_HTER_ORDER, table(shown, list(shown[0]))]
    parts += [table(editors, list(editors[0]))]
    if corrections:
        parts += [
            "The corrections made in most rows, case and width folded: they tell what to ask for in the translation prompt.",
            table(corrections, ["machine", "edited", "rows", "times"]),
        ]
    return parts
