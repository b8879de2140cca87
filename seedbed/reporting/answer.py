"""The result section of a report: leaderboard, conclusion in one sentence, and trust in the judge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypedDict

import numpy as np

from seedbed.project.params_types import Params
from seedbed.reporting.conclusions import RateWithTest, corrected_p, p_in_words
from seedbed.reporting.differences import DifferenceRow
from seedbed.reporting.equal_length import EqualLengthRow
from seedbed.reporting.health import HealthRow, last_rows
from seedbed.reporting.ranking import RankingRow
from seedbed.reporting.retest import RetestRow
from seedbed.reporting.scores import Scores
from seedbed.reporting.statistics.intervals import rate_interval
from seedbed.reporting.statistics.simultaneous import letters
from seedbed.reporting.texts import Words
from seedbed.reporting.win_rates import RateRow, rate_of
from seedbed.util.rows import Rows

BASELINE, PAIRS, MATCHES = "baseline", "pairs", "matches"
_MOST_MATCHES = 40
"""Matches that a picture shows where models cannot be put into one order."""


class Findings(Protocol):
    """What the answer is read from: attributes of `seedbed.reporting.benchmark.Benchmark`, where they are explained."""

    params: Params
    scores: Scores
    rates: list[RateWithTest]
    differences: list[DifferenceRow]
    equal_length: list[EqualLengthRow]
    ranking: list[RankingRow]
    health: list[HealthRow]
    retest: list[RetestRow]
    agreement: Rows


class LeaderboardRow(TypedDict):
    """A model, or a match, with its rate in percent.

    Attributes:
        rate: adjusted win rate; 50 for the baseline, which has no interval and no `n`.
        equal: the rate at equal length, where there is one.
        group: the letters that two rows share where they do not differ clearly; empty for matches.
        side: on which side of 50 the whole interval is; empty where it is on neither.
        n: valid questions.
    """

    name: str
    rate: float
    low: float | None
    high: float | None
    equal: float | None
    group: str
    side: Literal["above", "below", ""]
    n: int | None
    baseline: bool


@dataclass(frozen=True)
class Answer:
    """What a report begins with.

    Attributes:
        kind: what the rows are: `baseline` models against one baseline, `pairs` models of which each met each other one,
            `matches` single matches; `dataset`: there are none.
        rows: of the leaderboard, best first.
        left_out: how many rows are not shown.
        sentence: of a benchmark who wins against what, with which certainty; of a dataset what it has become.
        note: what to read with it: how far the judge can be trusted, or what of the dataset to look at.
    """

    kind: str
    rows: list[LeaderboardRow]
    left_out: int
    sentence: str
    note: str

    @property
    def ranks(self) -> list[int]:
        """The rank of each row, from 1; rows that follow each other with the same rate share one."""
        ranks: list[int] = []
        for place, row in enumerate(self.rows):
            same = place > 0 and row["rate"] == self.rows[place - 1]["rate"]
            ranks.append(ranks[-1] if same else place + 1)
        return ranks


def answer(benchmark: Findings, say: Words) -> Answer:
    """Return the answer of a benchmark in the words of one language."""
    totals = [row for row in benchmark.rates if row["is_all"] and row["adjusted_win_rate"] is not None]
    trust = _trust(benchmark, totals, say) if totals else ""
    if not totals:
        return Answer(MATCHES, [], 0, say("answer_no_rate" if benchmark.rates else "answer_none"), trust)
    baselines = {row["baseline"] for row in totals}
    if len(baselines) == 1 and len({row["model"] for row in totals}) == len(totals):
        rows = _against_baseline(benchmark, totals)
        return Answer(BASELINE, rows, 0, _on_baseline(benchmark, totals, rows, say), trust)
    if all_pairs(totals):
        rows = _of_pairs(benchmark, totals)
        return Answer(PAIRS, rows, 0, _on_leaders(rows, say, "", benchmark), trust)
    rows = sorted((_match_row(benchmark, row) for row in totals), key=lambda row: (-row["rate"], row["name"]))
    sure = [row for row in totals if row["sure"] and row["excludes"]]
    sentence = say("answer_matches", sure=len(sure), all=len(totals), rest=len(totals) - len(sure))
    return Answer(MATCHES, rows[:_MOST_MATCHES], max(0, len(rows) - _MOST_MATCHES), sentence, trust)


def all_pairs(rates: Iterable[RateRow]) -> bool:
    """Whether three or more models were compared, each with each other."""
    pairs = {frozenset((row["model"], row["baseline"])) for row in rates}
    models = frozenset().union(*pairs)
    return len(models) > 2 and len(pairs) == len(models) * (len(models) - 1) // 2


def _match_row(benchmark: Findings, total: RateWithTest) -> LeaderboardRow:
    equal = next((row["rate"] for row in benchmark.equal_length if row["match"] == total["match"]), None)
    return {
        "name": total["match"],
        "rate": rate_of(total),
        "low": total["ci_low"],
        "high": total["ci_high"],
        "equal": equal,
        "group": "",
        "side": total["side"],
        "n": total["wins"] + total["losses"] + total["ties"],
        "baseline": False,
    }


def _against_baseline(benchmark: Findings, totals: Sequence[RateWithTest]) -> list[LeaderboardRow]:
    """Return the models by their rate against the one baseline, which stands among them at 50."""
    baseline = totals[0]["baseline"]
    rows: list[LeaderboardRow] = [{**_match_row(benchmark, row), "name": row["model"]} for row in totals]
    rows.append(
        {
            "name": baseline,
            "rate": 50.0,
            "low": None,
            "high": None,
            "equal": None,
            "group": "",
            "side": "",
            "n": None,
            "baseline": True,
        }
    )
    rows.sort(key=lambda row: (-row["rate"], row["baseline"], row["name"]))
    place = {row["name"]: number for number, row in enumerate(rows)}
    apart = np.zeros((len(rows), len(rows)), dtype=np.bool_)
    told = [(row["model"], baseline) for row in totals if row["sure"] and row["excludes"]]
    told += [(row["model"], row["other"]) for row in benchmark.differences if row["sure"]]
    for one, other in told:
        if one in place and other in place:
            apart[place[one], place[other]] = apart[place[other], place[one]] = True
    for row, group in zip(rows, letters(list(range(len(rows))), apart), strict=True):
        row["group"] = group
    return rows


def _of_pairs(benchmark: Findings, totals: Sequence[RateWithTest]) -> list[LeaderboardRow]:
    """Return the models by their strength, each with the mean of its scores in all its matches.

    The unit is the question: a model's scores on one question in its matches are one observation, weighed by their number.
    """
    scores, groups = benchmark.scores, {row["model"]: row["group"] for row in benchmark.ranking}
    equal_rates = {row["match"]: row["rate"] for row in benchmark.equal_length}
    order = list(groups)
    rows: list[LeaderboardRow] = []
    for name in sorted({name for row in totals for name in _sides(row)}):
        sides = [
            (place, match, model == name)
            for place, (match, (model, other)) in enumerate(scores.matches.items())
            if name in (model, other)
        ]
        mine = np.stack([scores.scores[:, place] if ours else 1 - scores.scores[:, place] for place, _, ours in sides], axis=1)
        valid = ~np.isnan(mine)
        counts = valid.sum(axis=1)
        means = np.where(valid, mine, 0).sum(axis=1)[counts > 0] / counts[counts > 0]
        weights = counts[counts > 0].astype(np.float64)
        low, high = (round(100 * float(bound), 4) for bound in rate_interval(means, _confidence(benchmark), weights))
        each = [equal_rates.get(match) for _, match, _ in sides]
        at_equal = [rate if ours else 100 - rate for rate, (_, _, ours) in zip(each, sides, strict=True) if rate is not None]
        rows.append(
            {
                "name": name,
                "rate": round(100 * float((means * weights).sum() / weights.sum()), 4),
                "low": low,
                "high": high,
                "equal": round(sum(at_equal) / len(at_equal), 2) if at_equal and len(at_equal) == len(each) else None,
                "group": groups.get(name, ""),
                "side": "above" if low > 50 else "below" if high < 50 else "",
                "n": int(weights.sum()),
                "baseline": False,
            }
        )
    rows.sort(key=lambda row: (order.index(row["name"]) if order else 0, -row["rate"], row["name"]))
    return rows


def _confidence(benchmark: Findings) -> float:
    return benchmark.params["report"]["confidence"]


def _on_baseline(benchmark: Findings, totals: Sequence[RateWithTest], rows: Sequence[LeaderboardRow], say: Words) -> str:
    if len(totals) > 1:
        return _on_leaders(rows, say, totals[0]["baseline"], benchmark)
    (total,) = totals
    rate = rate_of(total)
    names = {"model": total["model"], "baseline": total["baseline"]}
    better, worse = (total["model"], total["baseline"]) if rate > 50 else (total["baseline"], total["model"])
    values = names | _figures(rate, total["ci_low"], total["ci_high"], benchmark) | {"p": p_in_words(corrected_p(total), say)}
    if total["sure"] and total["excludes"]:
        return say("answer_one_wins", better=better, worse=worse, **values)
    return say("answer_one_open" if not total["excludes"] else "answer_one_unsure", **values)


def _on_leaders(rows: Sequence[LeaderboardRow], say: Words, baseline: str, benchmark: Findings) -> str:
    """Return the sentence on three or more models: which leads, and which cannot be told from it."""
    first = rows[0]
    tied = [row["name"] for row in rows if set(row["group"]) & set(first["group"])] if first["group"] else []
    kind = "baseline" if baseline else "pairs"
    values = _figures(first["rate"], first["low"], first["high"], benchmark)
    leading = [row["name"] for row in rows if row["rate"] == first["rate"]]
    values |= {"models": f"{len(rows)}", "baseline": baseline, "first": first["name"]}
    if len(tied) == 1:
        key = "answer_baseline_best" if first["baseline"] else f"answer_best_{kind}"
        p = _largest_p(benchmark, first["name"], say) if baseline else ""
        return say(key, **values, second=_second(rows, say), others=len(rows) - 1, p=p)
    if len(tied) == len(rows):
        return say("answer_all_open" if len(leading) < len(rows) else "answer_all_equal", **values, leading=say.listed(leading))
    if tied:
        return say("answer_tied_at_baseline" if first["baseline"] else f"answer_tied_{kind}", tied=say.listed(tied), **values)
    return say("answer_unranked", **values)


def _second(rows: Sequence[LeaderboardRow], say: Words) -> str:
    """Return which model comes second, or that it cannot be concluded which of several does."""
    seconds = [row["name"] for row in rows[1:] if set(row["group"]) & set(rows[1]["group"])] or [rows[1]["name"]]
    if len(seconds) == 1:
        return say("answer_second", second=seconds[0])
    return say("answer_second_open", seconds=say.listed(seconds))


def _largest_p(benchmark: Findings, name: str, say: Words) -> str:
    """Return the largest corrected p-value of a model's comparisons, in its match with the baseline and with the others."""
    totals = [row for row in benchmark.rates if row["is_all"] and row["p"] is not None]
    values = [corrected_p(row) for row in totals if name in _sides(row)]
    values += [row["p_holm"] for row in benchmark.differences if name in (row["model"], row["other"])]
    return say("p_below") if max(values) < 0.001 else say("p_most", p=f"{max(values):.3f}")


def _sides(row: RateRow) -> tuple[str, str]:
    return row["model"], row["baseline"]


def _figures(rate: float, low: float | None, high: float | None, benchmark: Findings) -> dict[str, str]:
    """Return a rate and its interval as texts."""
    return {
        "rate": f"{rate:.1f}",
        "interval": "" if low is None else f"{low:.1f}–{high:.1f}",
        "confidence": f"{_confidence(benchmark):g}",
    }


def _trust(benchmark: Findings, totals: Sequence[RateWithTest], say: Words) -> str:
    """Return how far the judge can be trusted: order agreement, retest, agreement with people, smallest visible difference."""
    parts = []
    agreeing = [row["order_agreement"] for row in last_rows(benchmark.health)]
    if rates := [rate for rate in agreeing if rate is not None]:
        parts.append(say("trust_orders", rate=_each(rates)))
    retested = [row["rate"] for row in benchmark.retest if row["rate"] is not None]
    parts.append(say("trust_retest", rate=_each(retested)) if retested else say("trust_no_retest"))
    voted = next((row for row in reversed(benchmark.agreement) if row["match"] == row["category"] == "all"), None)
    if voted and voted["majority_s1"] is not None:
        parts.append(say("trust_people", rate=f"{voted['majority_s1']:.0f}", n=voted["majority_s1_n"]))
    else:
        parts.append(say("trust_no_people"))
    visible = [row["visible"] for row in totals if row["visible"] is not None]
    parts.append(say("trust_visible", points=_each(visible)) if visible else say("trust_no_visible"))
    return say("trust", parts=say("trust_joint").join(parts))


def _each(values: Sequence[float]) -> str:
    """Return a figure, or the least and the largest of several: `72` or `72–88`."""
    ends = [f"{end(values):.0f}" for end in (min, max)]
    return ends[0] if ends[0] == ends[1] else "–".join(ends)
