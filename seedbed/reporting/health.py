"""Judge health: consistency across both orders, position bias and length bias."""

from collections.abc import Sequence
from typing import TypedDict, cast

from seedbed.reporting.statistics.intervals import wilson
from seedbed.reporting.statistics.position import position_bias
from seedbed.reporting.texts import ENGLISH_WORDS, Words
from seedbed.util.tables import Tables

HEALTH_COLUMNS = [
    *("match", "judge", "judgments", "pairs", "order_agreement", "first_biased", "second_biased", "one_tie"),
    *("first_share", "first_low", "first_high", "position_p"),
    *("decided", "longer_answer_rate", "longer_low", "longer_high", "invalid_rate", "cut_answers"),
]


class HealthRow(TypedDict):
    """A row of `queries/benchmark/judge_health.sql` with intervals and the test of the position; rates are in percent.

    None are rates of nothing, and their intervals.
    """

    match: str
    judge: str
    judgments: int
    pairs: int
    order_agreement: float | None
    first_biased: float | None
    second_biased: float | None
    one_tie: float | None
    first_pairs: int
    second_pairs: int
    first_share: float | None
    first_low: float | None
    first_high: float | None
    position_p: float | None
    decided: int
    longer: int
    longer_answer_rate: float | None
    longer_low: float | None
    longer_high: float | None
    invalid_rate: float | None
    cut_answers: int


def health_rows(tables: Tables, confidence: float) -> list[HealthRow]:
    """Return the rows, in percent, judge by judge; a row `all` where one judged several matches.

    Args:
        tables: the build's rows.
        confidence: of the intervals, in percent.
    """
    rows = tables.query("benchmark/judge_health")
    for row in rows:
        bias = position_bias(int(row["first_pairs"]), int(row["second_pairs"]), confidence)
        shares = {"first_share": bias.first_share, "first_low": bias.low, "first_high": bias.high}
        row |= {name: None if share is None else round(100 * share, 2) for name, share in shares.items()}
        row["position_p"] = None if bias.p is None else float(f"{bias.p:.4g}")
        row["longer_low"] = row["longer_high"] = None
        if row["decided"]:
            bounds = 100 * wilson(row["longer"] / row["decided"], row["decided"], confidence)
            row["longer_low"], row["longer_high"] = (round(float(bound), 2) for bound in bounds)
    return cast(list[HealthRow], rows)


def last_rows(rows: Sequence[HealthRow]) -> list[HealthRow]:
    """Return of each judge the row of all its matches."""
    return list({row["judge"]: row for row in rows}.values())


def position_in_words(row: HealthRow, confidence: float, say: Words = ENGLISH_WORDS) -> str:
    """Return what the pairs that contradict say about the judge's leaning, in one sentence.

    Args:
        row: the judge's.
        confidence: of its interval and of the test, in percent.
        say: the words of the report's language.
    """
    first, second, p = int(row["first_pairs"]), int(row["second_pairs"]), row["position_p"]
    if p is None:
        return say("position_none" if row["pairs"] else "position_no_pairs")
    counts = say(
        "position_counts",
        first=first,
        second=second,
        share=f"{row['first_share']:.0f}",
        low=f"{row['first_low']:.0f}",
        high=f"{row['first_high']:.0f}",
        p=say("p_below") if p < 0.001 else say("p_equal", p=f"{p:.3f}"),
    )
    if p >= 1 - confidence / 100:
        return say("position_open", counts=counts)
    return say("position_first" if first > second else "position_second", counts=counts)
