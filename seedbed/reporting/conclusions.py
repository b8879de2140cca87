"""Conclusions from win rates in words: tested, corrected for multiple tests, and no stronger than the data allow."""

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from seedbed.reporting.statistics.families import holm
from seedbed.reporting.statistics.sign_flip import sign_flip
from seedbed.reporting.statistics.visible import SD_MATCH, visible_difference
from seedbed.reporting.texts import ENGLISH_WORDS, Words
from seedbed.reporting.win_rates import RateRow, rate_of


class RateWithTest(RateRow):
    """A rate with its test.

    Attributes:
        is_all: whether it is over all categories.
        excludes: whether the interval leaves 50 out, and `side` on which side of 50 it is; empty where it does not.
        p: None where nothing is valid, and so `p_holm` and `tests`.
        tests: rows that `p_holm` is corrected for.
        sure: whether `p_holm` is below what the confidence leaves.
        visible: the smallest difference from 50 that so many questions show, in points; None where none would do.
    """

    is_all: bool
    excludes: bool
    side: Literal["above", "below", ""]
    p: float | None
    p_holm: float | None
    tests: int | None
    sure: bool
    visible: float | None


def with_tests(rates: Iterable[RateRow], confidence: float) -> list[RateWithTest]:
    """Return the rows, each with its test, and with the smallest difference from 50 that so many questions show.

    The test is whether wins and losses are equally likely: the sign-flip test of the scores, which leaves ties out. The
    p-values of one match's categories are one family for Holm's correction, and those of the matches' totals another.

    Args:
        rates: as from `seedbed.reporting.win_rates.win_rate_rows`.
        confidence: of the intervals, in percent; a row is `sure` where its corrected p-value is below what it leaves.
    """
    rows: list[RateWithTest] = [
        {
            **row,
            "is_all": row["category"] == "all",
            "p": _p_value(row) if _valid(row) else None,
            "excludes": False,
            "side": "",
            "p_holm": None,
            "tests": None,
            "sure": False,
            "visible": None,
        }
        for row in rates
    ]
    families: dict[str, list[tuple[RateWithTest, float]]] = {}
    for row in rows:
        if row["ci_low"] is not None and row["ci_high"] is not None:
            row["side"] = "above" if row["ci_low"] > 50 else "below" if row["ci_high"] < 50 else ""
            row["excludes"] = bool(row["side"])
        if row["p"] is not None:
            families.setdefault("" if row["is_all"] else row["match"], []).append((row, row["p"]))
    for family in families.values():
        for (row, _), corrected in zip(family, holm([p for _, p in family]), strict=True):
            row |= {"p_holm": corrected, "tests": len(family), "sure": corrected < 1 - confidence / 100}
            seen = visible_difference(_valid(row), _sd(row), confidence, len(family))
            # 50 is the furthest that a rate can be from 50.
            row["visible"] = round(100 * seen, 1) if seen is not None and seen <= 0.5 else None
    return rows


def corrected_p(row: RateWithTest) -> float:
    """Return the corrected p-value of a row with valid judgments."""
    p = row["p_holm"]
    assert p is not None, f"{row['match']}, {row['category']}: nothing is tested"
    return p


def _p_value(row: RateRow) -> float:
    return sign_flip(np.repeat([1.0, -1.0], [row["wins"], row["losses"]]))


def _sd(row: RateRow) -> float:
    """Return the standard deviation of the scores; where all are alike, or there are too few, what is usual."""
    n, mean = _valid(row), rate_of(row) / 100
    variance = (row["wins"] + 0.25 * row["ties"]) / n - mean**2
    return float(np.sqrt(variance * n / (n - 1))) if n > 1 and variance > 1e-9 else SD_MATCH


def conclude(rows: Sequence[RateWithTest], confidence: float, say: Words = ENGLISH_WORDS) -> list[str]:
    """Return sentences on one match: on all its questions, then on its categories.

    Args:
        rows: of one match, as from `with_tests`; the total last.
        confidence: of the intervals, in percent.
        say: the words of the report's language.
    """
    total, categories = rows[-1], [row for row in rows[:-1] if _valid(row)]
    if not _valid(total):
        return [say("conclude_none", model=total["model"], baseline=total["baseline"])]
    sentences = [_on_all(total, say), *_on_what_is_visible(total, say)]
    if len(rows) > 2:
        sentences.append(_on_categories(categories, confidence, say))
    return sentences


def p_in_words(value: float, say: Words) -> str:
    """Return a p-value with its sign: `p = 0.016`."""
    return say("p_below") if value < 0.001 else say("p_equal", p=f"{value:.3f}")


def _on_all(row: RateWithTest, say: Words) -> str:
    model, baseline, n = row["model"], row["baseline"], _valid(row)
    better, worse = (model, baseline) if rate_of(row) > 50 else (baseline, model)
    rate = f"{rate_of(row):.1f}"
    over = say("conclude_over_one" if n == 1 else "conclude_over", n=n, model=model, rate=rate)
    key = "open" if not row["excludes"] else "sure" if row["sure"] else "unsure"
    p = p_in_words(corrected_p(row), say)
    p = say("conclude_p_corrected" if (row["tests"] or 0) > 1 else "conclude_p", p=p, tests=row["tests"])
    low, high = f"{row['ci_low']:.1f}", f"{row['ci_high']:.1f}"
    return say(f"conclude_{key}", over=over, low=low, high=high, better=better, worse=worse, p=p)


def _on_what_is_visible(row: RateWithTest, say: Words) -> list[str]:
    if row["sure"] and row["excludes"]:
        return []
    if row["visible"] is None:
        return [say("visible_none")]
    return [say("visible_points", points=f"{row['visible']:.0f}")]


def _on_categories(rows: Sequence[RateWithTest], confidence: float, say: Words) -> str:
    if not rows:
        return say("categories_none")
    sizes = [_valid(row) for row in rows]
    few, many = min(sizes), max(sizes)
    usual = visible_difference(many, SD_MATCH, confidence, len(rows))
    corrected = len(rows) > 1
    shown = usual is not None and usual <= 0.5
    parts = [
        say(
            "categories_visible" if shown else "categories_few",
            questions=say.count(many, "questions") if few == many else say("categories_from_to", few=few, many=many),
            correction=say("categories_correction", n=len(rows)) if corrected else "",
            points=f"{100 * (usual or 0):.0f}",
        )
    ]
    if not shown:
        return parts[0]
    sure = [row for row in rows if row["sure"] and row["excludes"]]
    marked = [row for row in rows if row["excludes"] and row not in sure]
    rest = [row for row in rows if row not in sure and row not in marked]
    for wins, words in ((True, "better"), (False, "worse")):
        if names := _names([row for row in sure if (row["wins"] > row["losses"]) == wins], say):
            key = f"categories_{words}" + ("_corrected" if corrected else "")
            parts.append(say(key, names=names, model=rows[0]["model"], n=len(rows)))
    if marked:
        parts.append(say("categories_marked", names=_names(marked, say)))
    if rest:
        parts.append(say("categories_rest", names=_names(rest, say)))
    return say("sentence_joint").join(parts)


def _valid(row: RateRow) -> int:
    return row["wins"] + row["losses"] + row["ties"]


def _names(rows: Sequence[RateWithTest], say: Words) -> str:
    return say.listed([row["category"] for row in rows], most=len(rows))
