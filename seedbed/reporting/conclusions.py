"""What win rates allow to conclude, in words: tested, corrected, and without saying more than few questions can.

A row as `with_tests` returns it has, beyond those of `queries/win_rates.sql` and the interval:
`{"excludes": true, "side": "above", "p": 0.002, "p_holm": 0.016, "sure": true, …}`.
"""

from typing import Any

from seedbed.reporting.bootstrap import holm, sign_test
from seedbed.util.rows import Rows


def with_tests(rates: Rows, confidence: float) -> Rows:
    """Return the rows, each with its test: wins against losses, ties left out.

    The p-values of one match's categories are corrected together, and those of the matches' totals.

    Args:
        rates: as from `seedbed.reporting.report.win_rate_rows`.
        confidence: of the intervals, in percent; a row is `sure` where its corrected p-value is below what it leaves.
    """
    rows = [
        row
        | {"is_all": row["category"] == "all", "p": sign_test(row["wins"], row["losses"]) if _valid(row) else None}
        | {"excludes": False, "side": "", "p_holm": None, "sure": False}
        for row in rates
    ]
    families: dict[str, Rows] = {}
    for row in rows:
        if row["ci_low"] is not None:
            row["side"] = "above" if row["ci_low"] > 50 else "below" if row["ci_high"] < 50 else ""
            row["excludes"] = bool(row["side"])
        if row["p"] is not None:
            families.setdefault("" if row["is_all"] else row["match"], []).append(row)
    for family in families.values():
        for row, corrected in zip(family, holm([row["p"] for row in family]), strict=True):
            row |= {"p_holm": corrected, "tests": len(family), "sure": corrected < 1 - confidence / 100}
    return rows


def conclude(rows: Rows, confidence: float) -> list[str]:
    """Return sentences on one match: on all its questions, then on its categories.

    Args:
        rows: of one match, as from `with_tests`; the total last.
        confidence: of the intervals, in percent.
    """
    total, categories = rows[-1], [row for row in rows[:-1] if _valid(row)]
    if not _valid(total):
        return [f"No question has a valid verdict: nothing can be concluded about {total['model']} and {total['baseline']}."]
    alpha = 1 - confidence / 100
    sentences = [_on_all(total)]
    if len(rows) > 2:
        sentences.append(_on_categories(categories, alpha))
    return sentences


def _on_all(row: dict[str, Any]) -> str:
    model, baseline = row["model"], row["baseline"]
    better, worse = (model, baseline) if row["adjusted_win_rate"] > 50 else (baseline, model)
    interval = f"{row['ci_low']:.1f} to {row['ci_high']:.1f}"
    said = (
        f"Over the {_count(_valid(row), 'valid question')} {model} has an adjusted win rate of {row['adjusted_win_rate']:.1f}%"
    )
    corrected = f" (p {_p(row['p_holm'])}" + (f", corrected for the {row['tests']} matches)" if row["tests"] > 1 else ")")
    if not row["excludes"]:
        return f"{said}, and its interval, {interval}, holds 50: which of the two is better cannot be concluded."
    if row["sure"]:
        return f"{said}, and its interval, {interval}, does not hold 50: the judge prefers {better} to {worse}{corrected}."
    return (
        f"{said}. Its interval, {interval}, does not hold 50, but the test of wins against losses does not confirm it"
        f"{corrected}: that {better} is better is likely, not shown."
    )


def _on_categories(rows: Rows, alpha: float) -> str:
    if not rows:
        return "No category has a valid verdict."
    sizes, widths = [_valid(row) for row in rows], [row["ci_high"] - row["ci_low"] for row in rows]
    few, many = min(sizes), max(sizes)
    questions = _count(many, "question") if few == many else f"{few} to {many} questions"
    least, most = f"{min(widths):.0f}", f"{max(widths):.0f}"
    wide = least if least == most else f"{least} to {most}"
    parts = [f"A category has {questions}, and its interval is {wide} points wide: only large differences can show."]
    sure = [row for row in rows if row["sure"]]
    marked = [row for row in rows if row["excludes"] and row not in sure]
    rest = [row for row in rows if row not in sure and row not in marked]
    for wins, words in ((True, "better"), (False, "worse")):
        if names := _names(row for row in sure if (row["wins"] > row["losses"]) == wins):
            parts.append(f"In {names} {rows[0]['model']} is {words}, also with the correction for {len(rows)} categories.")
    if marked:
        parts.append(f"In {_names(marked)} the interval does not hold 50, but with the correction it may be chance.")
    if rest:
        parts.append(f"In {_names(rest)} nothing can be concluded.")
    if not sure and len(rows) * 2 / 2**many >= alpha:
        parts.append("With so few questions no category could pass the correction, whatever the verdicts.")
    if any(width == 0 for width in widths):
        parts.append(
            "Where every question went the same way the interval has no width, since there is nothing else to draw: that is no "
            "certainty, and the test is the better guide."
        )
    return " ".join(parts)


def _valid(row: dict[str, Any]) -> int:
    return int(row["wins"] + row["losses"] + row["ties"])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("s" if number != 1 else "")


def _names(rows: Any) -> str:
    names = [row["category"] for row in rows]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"
