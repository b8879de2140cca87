"""What the benchmark report in Markdown says of the judge's verdicts: rates, differences, equal length, health."""

from collections.abc import Iterable, Sequence

from seedbed.reporting.differences import DifferenceRow
from seedbed.reporting.health import HealthRow, last_rows, position_in_words
from seedbed.reporting.jury import Jury, jury_sentences
from seedbed.util.markdown import table
from seedbed.util.rows import Row, Rows
from seedbed.util.words import count

_MOST_DIFFERENCES = 40
_MOST_RATES = 40


def rate_parts(rates: Rows, confidence: float, unjudged: Sequence[str] = ()) -> list[str]:
    """Return the paragraphs and tables of the win rates.

    Args:
        rates: as from `with_tests`.
        confidence: in percent.
        unjudged: sentences on matches of which there is nothing to rate.
    """
    if not rates:
        return [*unjudged] or ["No match is listed in params.yaml."]
    parts = [
        f"Adjusted win rate: (wins + ½ ties) / valid, in percent, with its {confidence:g}% interval over questions. Two "
        "orders that disagree are a tie, counted as inconsistent. *p* is that of the test of wins against losses, corrected "
        "(Holm) for the categories of the match, and in the last line for the matches; *visible* is how far from 50 a rate "
        "must be for so many questions to show it in four benchmarks of five. Where the interval holds 50, nothing can be "
        "concluded."
    ]
    counts = ["category", "n", "wins", "losses", "ties", "inconsistent", "invalid"]
    names = [*counts, "win rate", "adjusted", "interval", "p (Holm)", "visible"]
    for match in dict.fromkeys(row["match"] for row in rates):
        rows = [row for row in rates if row["match"] == match]
        shown = [
            row
            | {"win rate": _percent(row["win_rate"]), "adjusted": _percent(row["adjusted_win_rate"])}
            | {"interval": _interval(row["ci_low"], row["ci_high"]), "p (Holm)": p_value(row["p_holm"])}
            | {"visible": _percent(row["visible"])}
            for row in rows
        ]
        parts += [f"### {rows[0]['model']} against {rows[0]['baseline']}", table(shown, names, right=names[-5:])]
        parts += [_of_ties(rows[-1])] if rows[-1]["ties"] or rows[-1]["cut"] else []
    return [*parts, *unjudged]


def match_sentences(matches: Iterable[str], rates: Rows) -> list[str]:
    """Return what cannot be said of matches: those without a judgment, or a valid one, and categories of one question."""
    sentences = []
    totals = {row["match"]: row for row in rates if row["category"] == "all"}
    for match in matches:
        total = totals.get(match)
        if total is None:
            sentences.append(f"{match}: nothing was judged, since no judge, or no question, is there; it has no rate.")
        elif total["invalid"] == total["n"]:
            sentences.append(f"{match}: not one of its {count(total['n'], 'question')} has a valid verdict; it has no rate.")
    alone = dict.fromkeys(row["category"] for row in rates if row["n"] == 1 and row["category"] != "all")
    if alone:
        sentences.append(f"Of one question, so that no verdict shows a difference there: {', '.join(alone)}.")
    return sentences


def _of_ties(total: Row) -> str:
    ties = f"Ties: {total['ties_both']} in both orders, {total['ties_one']} in one, {total['contradictory']} contradictory."
    if total["judges"] > 1:
        ties = f"Ties of {total['judges']} judges: {total['ties_agreed']} on which most agree, {total['splits']} splits."
    return ties + (f" Answers cut at their limit: in {total['cut']} questions." if total["cut"] else "")


def difference_parts(rows: Sequence[DifferenceRow], confidence: float) -> list[str]:
    """Return the section on models without a match of their own; none where there are none."""
    if not rows:
        return []
    shown = [
        {"models": f"{row['model']} less {row['other']}", "against": row["baseline"], "n": row["n"], "dropped": row["dropped"]}
        | {"difference": f"{row['difference']:+.1f}".replace("-", "−"), "interval": _interval(row["low"], row["high"])}
        | {"p": p_value(row["p_holm"])}
        for row in rows
    ]
    more = f" The first {_MOST_DIFFERENCES} of {len(rows)}." if len(rows) > _MOST_DIFFERENCES else ""
    return [
        "## Models compared through a baseline",
        f"Points of adjusted win rate against one baseline, compared question by question, with the {confidence:g}% interval "
        f"of the paired difference and the p-value of the sign-flip test, corrected (Holm) for {count(len(rows), 'row')}. "
        "*Dropped* questions are valid on one side only. Two models that have a match of their own are not listed: it sees "
        "more." + more,
        table(
            shown[:_MOST_DIFFERENCES],
            ["models", "against", "n", "dropped", "difference", "interval", "p"],
            right=["difference", "interval", "p"],
        ),
    ]


def equal_length_parts(rows: Rows, rates: Rows) -> list[str]:
    """Return the section on equal length; none where nothing was judged."""
    if not rows:
        return []
    raw = {row["match"]: row["adjusted_win_rate"] for row in rates if row["category"] == "all"}
    shown = [
        {"match": row["match"], "adjusted": _percent(raw[row["match"]]), "at equal length": _percent(row["rate"])}
        | {"interval": _interval(row["low"], row["high"])}
        | {"length and Markdown": _percent(row["both_rate"]), "its interval": _interval(row["both_low"], row["both_high"])}
        | {"not given, since": row["why"]}
        for row in rows
    ]
    names = ["match", "adjusted", "at equal length", "interval", "length and Markdown", "its interval"]
    return [
        "## At equal length",
        "What the adjusted win rate would be if neither answer were longer than the other, by a regression, and if neither had "
        "more marks of Markdown either. A good answer may have to be longer: this is no causal effect.",
        table(shown, [*names, *(["not given, since"] if any(row["why"] for row in rows) else [])], right=names[1:]),
    ]


def health_parts(rows: Sequence[HealthRow], confidence: float) -> list[str]:
    """Return the paragraphs and the table of the judge's health; `confidence` in percent."""
    if not rows:
        return ["Nothing was judged."]
    shown = [
        row
        | {"p": p_value(row["position_p"]), "longer": row["longer_answer_rate"]}
        | {"its interval": _interval(row["longer_low"], row["longer_high"])}
        for row in rows
    ]
    judges = last_rows(rows)
    several = ["judge"] if len(judges) > 1 else []
    names = [
        *several,
        "match",
        "judgments",
        "pairs",
        "order_agreement",
        "first_biased",
        "second_biased",
        "one_tie",
        "p",
        "longer",
    ]
    return [
        "Percent of the *pairs*, questions whose two orders are both valid: both orders say the same, both name the answer "
        "that stood first, or second, one says tie. *p* is that of first against second. *Longer* is the percent of the "
        "decided questions that the longer answer won, with its interval.",
        table(shown, [*names, "its interval", "invalid_rate", "cut_answers"], right=["p", "its interval"]),
        *(f"{row['judge']}: " * len(several) + position_in_words(row, confidence) for row in judges),
    ]


def jury_parts(jury: Jury | None, notices: Sequence[str]) -> list[str]:
    """Return the section on the jury, or what is to be known of the one judge; `notices` are of `judge_notices`."""
    sentences = [f"{notice[:1].upper()}{notice[1:]}." for notice in notices]
    if jury is None:
        return sentences
    percent = {"n": "n", "wins": "wins", "losses": "losses", "ties": "ties", "invalid": "invalid"}
    rates = [
        {"match": row["match"], "judge": row["judge"]}
        | {title: row[name] for name, title in percent.items()}
        | {"adjusted": _percent(row["adjusted_win_rate"]), "interval": _interval(row["ci_low"], row["ci_high"])}
        | {"as the jury": _percent(row["with_jury"])}
        for row in jury.rates[:_MOST_RATES]
    ]
    more = [f"The first {_MOST_RATES} of {len(jury.rates)} rows."] if len(jury.rates) > _MOST_RATES else []
    pairs = [
        {"judges": f"{row['one']}, {row['other']}", "items": row["items"], "agree": _percent(row["agreement"])}
        | {"kappa": "" if row["kappa"] is None else f"{row['kappa']:.2f}", "interval": _bounds(row)}
        | {"errors": "" if row["correlation"] is None else f"{row['correlation']:.2f}".replace("-", "−")}
        for row in jury.pairs
    ]
    return [
        "## The jury",
        *sentences,
        *jury_sentences(jury),
        "Each two judges: percent of the items valid for both on which they say the same, Cohen's kappa with its interval over "
        "questions, and the correlation of their errors.",
        table(
            pairs, ["judges", "items", "agree", "kappa", "interval", "errors"], right=["agree", "kappa", "interval", "errors"]
        ),
        "Each judge's rates beside the jury's, and on what percent of the questions the judge says what the jury says.",
        table(rates, list(rates[0]), right=["adjusted", "interval", "as the jury"]),
        *more,
    ]


def _bounds(row: Row) -> str:
    low, high = row["kappa_low"], row["kappa_high"]
    return "" if low is None or high is None else f"{low:.2f} – {high:.2f}".replace("-", "−")


def p_value(value: float | None) -> str:
    """Return a p-value; nothing for None."""
    return "" if value is None else "< 0.001" if value < 0.001 else f"{value:.3f}"


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None else f"{low:.1f} – {high:.1f}".replace("-", "−")


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
