"""What the benchmark report in Markdown says of the judge's verdicts: rates, differences, equal length, health."""

from collections.abc import Iterable, Sequence
from typing import Literal, TypedDict

from seedbed.project.judges import Notice
from seedbed.reporting.answer import PAIRS, Answer
from seedbed.reporting.conclusions import RateWithTest
from seedbed.reporting.differences import DifferenceRow
from seedbed.reporting.equal_length import EqualLengthRow
from seedbed.reporting.health import HealthRow, last_rows, position_in_words
from seedbed.reporting.jury import JudgePair, Jury, judge_in_words, jury_sentences
from seedbed.reporting.shared import MOST_ROWS, capped, rest_in_words
from seedbed.reporting.texts import ENGLISH_WORDS, Words
from seedbed.util.markdown import table

_MOST_DIFFERENCES = 40
_MOST_IN_MATRIX = 30
MOST_APART = 6
"""Matches that have a table of their own; more are one table."""


def rate_parts(
    rates: Sequence[RateWithTest],
    confidence: float,
    unjudged: Sequence[str] = (),
    answer: Answer | None = None,
    say: Words = ENGLISH_WORDS,
) -> list[str]:
    """Return the paragraphs and tables of the win rates: a table a match, or of many matches a matrix and one table of all.

    Args:
        rates: as from `with_tests`.
        confidence: in percent.
        unjudged: sentences on matches of which there is nothing to rate.
        answer: whose models, in their order, the matrix has.
        say: the words of the report's language.
    """
    if not rates:
        return [*unjudged] or [say("rates_no_match_brief")]
    parts = [say("rates_brief", confidence=f"{confidence:g}")]
    names = list(dict.fromkeys(row["match"] for row in rates))
    if len(names) > MOST_APART:
        return [*parts, *_many_matches([row for row in rates if row["category"] == "all"], answer, say), *unjudged]
    for match in names:
        rows = [row for row in rates if row["match"] == match]
        parts += [
            f"### {say('against', model=rows[0]['model'], baseline=rows[0]['baseline'])}",
            _rates_table(rows, "category", say),
            *ties_in_words(rows[-1], say),
        ]
    return [*parts, *unjudged]


def _rates_table(rows: Sequence[RateWithTest], first: Literal["category", "match"], say: Words) -> str:
    """Return a table of rates; `first` is its first column."""
    shown = [
        {say(f"head_{first}"): row[first], say("md_n"): row["n"]}
        | {say("head_wins"): row["wins"], say("head_losses"): row["losses"], say("head_ties"): row["ties"]}
        | {say("md_inconsistent"): row["inconsistent"], say("head_invalid"): row["invalid"]}
        | {say("md_win_rate"): _percent(row["win_rate"]), say("md_adjusted"): _percent(row["adjusted_win_rate"])}
        | {say("head_interval"): _interval(row["ci_low"], row["ci_high"]), say("md_p"): p_value(row["p_holm"])}
        | {say("head_visible"): _percent(row["visible"])}
        for row in rows
    ]
    names = list(shown[0])
    return table(shown, names, right=names[-5:])


def _many_matches(totals: Sequence[RateWithTest], answer: Answer | None, say: Words) -> list[str]:
    """Return the matrix, where each model met each other one, and the first matches of one table."""
    parts = []
    if answer and answer.kind == PAIRS and len(answer.rows) <= _MOST_IN_MATRIX:
        names = [row["name"] for row in answer.rows]
        shown = [
            {say("head_model"): name} | {other: _cell(cell) for other, cell in zip(names, line, strict=True)}
            for name, line in zip(names, matrix(totals, names), strict=True)
        ]
        parts += [f"### {say('matrix_title')}", say("matrix_brief"), table(shown, [say("head_model"), *names], right=names)]
    # The widest differences first: those that a reader looks for.
    order = sorted(totals, key=lambda row: (-abs((row["adjusted_win_rate"] or 50) - 50), row["match"]))
    parts += [f"### {say('matches_title')}"]
    if len(order) > MOST_ROWS:
        parts += [say("matches_first", shown=MOST_ROWS, n=len(order))]
    return [*parts, _rates_table(capped(order), "match", say)]


class Cell(TypedDict):
    """One model's adjusted win rate against another one, in percent, with its interval, its test and its match."""

    match: str
    sure: bool
    p: float | None
    rate: float
    low: float
    high: float


def _cell(cell: Cell | None) -> str:
    return "" if cell is None else f"{cell['rate']:.0f}" + "!" * cell["sure"]


def matrix(totals: Iterable[RateWithTest], names: Sequence[str]) -> list[list[Cell | None]]:
    """Return each model's adjusted win rate against each other one, by row and column.

    Args:
        totals: the matches' rows over all categories, as from `with_tests`.
        names: of the models, in the order of rows and columns.

    Returns:
        A cell for each pair; None where there is no valid verdict.
    """
    cells: dict[tuple[str, str], Cell] = {}
    for row in totals:
        rate, low, high = row["adjusted_win_rate"], row["ci_low"], row["ci_high"]
        if rate is not None and low is not None and high is not None:
            sure = row["sure"] and row["excludes"]
            cell: Cell = {"match": row["match"], "sure": sure, "p": row["p_holm"], "rate": rate, "low": low, "high": high}
            cells[row["model"], row["baseline"]] = cell
            cells[row["baseline"], row["model"]] = {**cell, "rate": 100 - rate, "low": 100 - high, "high": 100 - low}
    return [[cells.get((name, other)) for other in names] for name in names]


def match_sentences(matches: Iterable[str], rates: Sequence[RateWithTest], say: Words = ENGLISH_WORDS) -> list[str]:
    """Return a sentence on each match without a win rate: it has no judgment, or no valid one."""
    sentences = []
    totals = {row["match"]: row for row in rates if row["category"] == "all"}
    for match in matches:
        total = totals.get(match)
        if total is None:
            sentences.append(say("unjudged_nothing", match=match))
        elif total["invalid"] == total["n"]:
            key = "unjudged_invalid_one" if total["n"] == 1 else "unjudged_invalid"
            sentences.append(say(key, match=match, n=f"{total['n']:,}"))
    return sentences


def ties_in_words(total: RateWithTest, say: Words = ENGLISH_WORDS) -> list[str]:
    """Return what the ties of a match are, and how many answers were cut; none where there are neither."""
    if not total["ties"] and not total["cut"]:
        return []
    if total["judges"] > 1:
        ties = say("ties_jury", judges=total["judges"], agreed=total["ties_agreed"], splits=total["splits"])
    else:
        ties = say("ties_orders", both=total["ties_both"], one=total["ties_one"], contradictory=total["contradictory"])
    return [say("sentence_joint").join([ties, *([say("cut_answers", cut=total["cut"])] if total["cut"] else [])])]


def difference_parts(rows: Sequence[DifferenceRow], confidence: float, say: Words = ENGLISH_WORDS) -> list[str]:
    """Return the section on models without a match of their own; none where there are none."""
    if not rows:
        return []
    shown = [
        {"models": say("less", model=row["model"], other=row["other"])}
        | {"against": row["baseline"], "n": row["n"], "dropped": row["dropped"]}
        | {"difference": f"{row['difference']:+.1f}".replace("-", "−"), "interval": _interval(row["low"], row["high"])}
        | {"p": p_value(row["p_holm"])}
        for row in rows
    ]
    words = [say("differences_words", confidence=f"{confidence:g}", rows=say.count(len(rows), "rows"))]
    words += [say("first_of", shown=_MOST_DIFFERENCES, n=len(rows))] if len(rows) > _MOST_DIFFERENCES else []
    names = ["models", "against", "n", "dropped", "difference", "interval", "p"]
    return [
        f"## {say('differences_title')}",
        say("sentence_joint").join(words),
        say.table(shown[:_MOST_DIFFERENCES], names, right=names[-3:]),
    ]


def equal_length_parts(rows: Sequence[EqualLengthRow], rates: Iterable[RateWithTest], say: Words = ENGLISH_WORDS) -> list[str]:
    """Return the section on equal length; none where nothing was judged."""
    if not rows:
        return []
    raw = {row["match"]: row["adjusted_win_rate"] for row in rates if row["category"] == "all"}
    shown = [
        {"match": row["match"], "adjusted": _percent(raw[row["match"]]), "at equal length": _percent(row["rate"])}
        | {"interval": _interval(row["low"], row["high"])}
        | {"length and Markdown": _percent(row["both_rate"]), "its interval": _interval(row["both_low"], row["both_high"])}
        | {"not given, since": row["why"]}
        for row in capped(rows)
    ]
    estimates = ["at equal length", "interval", "length and Markdown", "its interval"]
    names = ["match", "adjusted", *(estimates if any(row["rate"] is not None for row in rows) else [])]
    return [
        f"## {say('equal_title')}",
        say("equal_words"),
        say.table(shown, [*names, *(["not given, since"] if any(row["why"] for row in rows) else [])], right=names[1:]),
        *rest_in_words(rows, "win_rates.csv", say),
    ]


def health_parts(rows: Sequence[HealthRow], confidence: float, say: Words = ENGLISH_WORDS) -> list[str]:
    """Return the paragraphs and the table of the judge's health; `confidence` in percent."""
    if not rows:
        return [say("judge_nothing")]
    judges = last_rows(rows)
    shown = [
        {"judge": row["judge"], "match": row["match"], "judgments": row["judgments"], "pairs": row["pairs"]}
        | {"order_agreement": _percent(row["order_agreement"]), "one_tie": _percent(row["one_tie"])}
        | {"first_biased": _percent(row["first_biased"]), "second_biased": _percent(row["second_biased"])}
        | {"invalid_rate": _percent(row["invalid_rate"]), "cut_answers": row["cut_answers"]}
        | {"p": p_value(row["position_p"]), "longer": _percent(row["longer_answer_rate"])}
        | {"its interval": _interval(row["longer_low"], row["longer_high"])}
        for row in capped(rows, last=1)
    ]
    several = ["judge"] if len(judges) > 1 else []
    right = ["order_agreement", "first_biased", "second_biased", "one_tie", "p", "longer", "its interval", "invalid_rate"]
    names = [*several, "match", "judgments", "pairs", *right, "cut_answers"]
    return [
        say("judge_brief"),
        say.table(shown, names, right=right),
        *rest_in_words(rows, "judge_health.csv", say),
        *(f"{row['judge']}: " * len(several) + position_in_words(row, confidence, say) for row in judges),
    ]


def notice_in_words(notice: Notice, say: Words) -> str:
    """Return a notice about the judges as a sentence."""
    key, values = notice
    words = say(key, **values)
    return f"{words[:1].upper()}{words[1:]}{say('sentence_end')}"


def jury_parts(jury: Jury | None, notices: Sequence[str], say: Words = ENGLISH_WORDS) -> list[str]:
    """Return the section on the jury, or the notices about the single judge; `notices` are sentences."""
    if jury is None:
        return [*notices]
    rates = [
        {"match": row["match"], "judge": judge_in_words(row["judge"], say)}
        | {name: row[name] for name in ("n", "wins", "losses", "ties", "invalid")}
        | {"adjusted": _percent(row["adjusted_win_rate"]), "interval": _interval(row["ci_low"], row["ci_high"])}
        | {"as the jury": _percent(row["with_jury"])}
        for row in capped(jury.rates)
    ]
    pairs = [
        {"judges": f"{row['one']}, {row['other']}", "items": row["items"], "agree": _percent(row["agreement"])}
        | {"kappa": "" if row["kappa"] is None else f"{row['kappa']:.2f}", "interval": _bounds(row)}
        | {"errors": "" if row["correlation"] is None else f"{row['correlation']:.2f}".replace("-", "−")}
        for row in jury.pairs
    ]
    names = ["judges", "items", "agree", "kappa", "interval", "errors"]
    return [
        f"## {say('jury_title')}",
        *notices,
        *jury_sentences(jury, say),
        say("jury_pairs"),
        say.table(pairs, names, right=names[2:]),
        say("jury_rates"),
        say.table(rates, list(rates[0]), right=["adjusted", "interval", "as the jury"]),
        *rest_in_words(jury.rates, "benchmark.html", say),
    ]


def _bounds(row: JudgePair) -> str:
    low, high = row["kappa_low"], row["kappa_high"]
    return "" if low is None or high is None else f"{low:.2f} – {high:.2f}".replace("-", "−")


def p_value(value: float | None) -> str:
    """Return a p-value; nothing for None."""
    return "" if value is None else "< 0.001" if value < 0.001 else f"{value:.3f}"


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None else f"{low:.1f} – {high:.1f}".replace("-", "−")


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
