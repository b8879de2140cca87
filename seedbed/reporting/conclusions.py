"""What win rates allow to conclude, in words: tested, corrected, and without saying more than few questions can.

A row as `with_tests` returns it has, beyond those of `queries/benchmark/win_rates.sql` and the interval:
`{"excludes": true, "side": "above", "p": 0.002, "p_holm": 0.016, "tests": 8, "sure": true, "visible": 45.1, …}`.
"""

from typing import Any

import numpy as np

from seedbed.reporting.statistics.families import holm
from seedbed.reporting.statistics.sign_flip import sign_flip
from seedbed.reporting.statistics.visible import SD_MATCH, visible_difference
from seedbed.util.rows import Row, Rows


def with_tests(rates: Rows, confidence: float) -> Rows:
    """Return the rows, each with its test, and with the smallest difference from 50 that so many questions show.

    The test is whether wins and losses are equally likely: the sign-flip test of the scores, which leaves ties out. The
    p-values of one match's categories are one family for Holm's correction, and those of the matches' totals another.

    Args:
        rates: as from `seedbed.reporting.win_rates.win_rate_rows`.
        confidence: of the intervals, in percent; a row is `sure` where its corrected p-value is below what it leaves.
    """
    rows = [
        row
        | {"is_all": row["category"] == "all", "p": _p_value(row) if _valid(row) else None}
        | {"excludes": False, "side": "", "p_holm": None, "tests": None, "sure": False, "visible": None}
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
            seen = visible_difference(_valid(row), _sd(row), confidence, len(family))
            # 50 is the furthest that a rate can be from 50.
            row["visible"] = round(100 * seen, 1) if seen is not None and seen <= 0.5 else None
    return rows


def _p_value(row: Row) -> float:
    return sign_flip(np.repeat([1.0, -1.0], [row["wins"], row["losses"]]))


def _sd(row: Row) -> float:
    """Return the standard deviation of the scores; where all are alike, or there are too few, what is usual."""
    n, mean = _valid(row), row["adjusted_win_rate"] / 100
    variance = (row["wins"] + 0.25 * row["ties"]) / n - mean**2
    return float(np.sqrt(variance * n / (n - 1))) if n > 1 and variance > 1e-9 else SD_MATCH


def conclude(rows: Rows, confidence: float) -> list[str]:
    """Return sentences on one match: on all its questions, then on its categories.

    Args:
        rows: of one match, as from `with_tests`; the total last.
        confidence: of the intervals, in percent.
    """
    total, categories = rows[-1], [row for row in rows[:-1] if _valid(row)]
    if not _valid(total):
        return [f"No question has a valid verdict: nothing can be concluded about {total['model']} and {total['baseline']}."]
    sentences = [_on_all(total), *_on_what_is_visible(total)]
    if len(rows) > 2:
        sentences.append(_on_categories(categories, confidence))
    return sentences


def _on_all(row: Row) -> str:
    model, baseline = row["model"], row["baseline"]
    better, worse = (model, baseline) if row["adjusted_win_rate"] > 50 else (baseline, model)
    interval = f"{row['ci_low']:.1f} to {row['ci_high']:.1f}"
    statement = (
        f"Over the {_count(_valid(row), 'valid question')} {model} has an adjusted win rate of {row['adjusted_win_rate']:.1f}%"
    )
    corrected = f" (p {_p(row['p_holm'])}" + (f", corrected for the {row['tests']} matches)" if row["tests"] > 1 else ")")
    if not row["excludes"]:
        return f"{statement}, and its interval, {interval}, holds 50: which of the two is better cannot be concluded."
    if row["sure"]:
        return f"{statement}, and its interval, {interval}, does not hold 50: the judge prefers {better} to {worse}{corrected}."
    return (
        f"{statement}. Its interval, {interval}, does not hold 50, but the test of wins against losses does not confirm it"
        f"{corrected}: which of the two is better cannot be concluded."
    )


def _on_what_is_visible(row: Row) -> list[str]:
    if row["sure"] and row["excludes"]:
        return []
    if row["visible"] is None:
        return ["So few questions can show no difference, however large."]
    return [f"So many questions show a rate that is {row['visible']:.0f} points or more from 50 in four benchmarks of five."]


def _on_categories(rows: Rows, confidence: float) -> str:
    if not rows:
        return "No category has a valid verdict."
    sizes = [_valid(row) for row in rows]
    few, many = min(sizes), max(sizes)
    questions = _count(many, "question") if few == many else f"{few} to {many} questions"
    usual = visible_difference(many, SD_MATCH, confidence, len(rows))
    with_correction = f" with the correction for {len(rows)} categories" if len(rows) > 1 else ""
    if usual is None or usual > 0.5:
        parts = [f"A category has {questions}: too few to show any difference{with_correction}, whatever the verdicts."]
    else:
        parts = [
            f"A category has {questions}:{with_correction} it shows a rate that is {100 * usual:.0f} points or more from 50 in "
            "four benchmarks of five, and smaller differences less often."
        ]
    sure = [row for row in rows if row["sure"] and row["excludes"]]
    marked = [row for row in rows if row["excludes"] and row not in sure]
    rest = [row for row in rows if row not in sure and row not in marked]
    for wins, words in ((True, "better"), (False, "worse")):
        if names := _names(row for row in sure if (row["wins"] > row["losses"]) == wins):
            parts.append(f"In {names} {rows[0]['model']} is {words}{', also' if with_correction else ''}{with_correction}.")
    if marked:
        parts.append(f"In {_names(marked)} the interval does not hold 50, but with the correction nothing can be concluded.")
    if rest:
        parts.append(f"In {_names(rest)} nothing can be concluded.")
    return " ".join(parts)


def _valid(row: Row) -> int:
    return int(row["wins"] + row["losses"] + row["ties"])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("s" if number != 1 else "")


def _names(rows: Any) -> str:
    names = [row["category"] for row in rows]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"
