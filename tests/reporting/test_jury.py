"""Several judges of one match: the jury's outcome by hand, its agreement, and a jury that is simulated."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from seedbed.project.columns import ANSWERS, QUESTIONS
from seedbed.project.params_types import Report
from seedbed.reporting.health import health_rows
from seedbed.reporting.judge_sections import match_sentences
from seedbed.reporting.judgments import rule_in_words
from seedbed.reporting.jury import Jury, jury, jury_sentences
from seedbed.reporting.scores import read_scores
from seedbed.reporting.win_rates import win_rate_rows
from seedbed.util.tables import Tables
from tests.reporting.judgments import fill_jury, jury_outcome

SETTINGS: Report = {"bootstrap": 1000, "confidence": 95, "seed": 0}
BOTH = {
    "win": ("first", "second"),
    "loss": ("second", "first"),
    "tie": ("tie", "tie"),
    "inconsistent": ("first", "first"),
    "invalid": ("invalid", "first"),
    "strong": ("first strong", "second strong"),
    "slight": ("first slight", "second slight"),
    "half": ("first strong", "second slight"),
    "lost": ("second strong", "first strong"),
}
Said = dict[str, dict[str, str]]
"""By judge and question."""


def made(said: Said, votes: Sequence[tuple[str, str, str]] = (), **report: Any) -> Tables:
    """Return the tables of one match; `votes` are (annotator, question, verdict)."""
    tables = Tables()
    rows = [
        (judge, ("m", "x", "y", question, order, verdict))
        for judge, outcomes in said.items()
        for question, outcome in outcomes.items()
        for order, verdict in zip(("ab", "ba"), BOTH[outcome], strict=True)
    ]
    fill_jury(tables, rows, **report)
    questions = dict.fromkeys(question for outcomes in said.values() for question in outcomes)
    tables.fill("questions", QUESTIONS, [(question, "c", "?", None) for question in questions])
    tables.fill("answers", ANSWERS, [(q, model, "text", None, None) for q in questions for model in "xy"])
    tables.fill("categories", "name text, place int", [("c", 0)])
    tables.fill(
        "votes",
        "annotator text, match text, question text, verdict text, status text",
        [(name, "m", question, verdict, "counted") for name, question, verdict in votes],
    )
    return tables


def found(said: Said, votes: Sequence[tuple[str, str, str]] = ()) -> Jury:
    tables = made(said, votes)
    result = jury(tables, SETTINGS)
    assert result
    return result


def test_a_table_worked_by_hand() -> None:
    said = {
        "a": {"q1": "win", "q2": "win", "q3": "win", "q4": "invalid", "q5": "inconsistent", "q6": "win", "q7": "invalid"},
        "b": {"q1": "win", "q2": "loss", "q3": "tie", "q4": "loss", "q5": "tie", "q6": "loss", "q7": "invalid"},
        "c": {"q1": "loss", "q2": "loss", "q3": "loss", "q4": "loss", "q5": "win", "q6": "invalid", "q7": "win"},
    }
    tables = made(said)
    outcomes = {row["question"]: (row["outcome"], row["tie"], row["score"]) for row in tables.query("benchmark/outcomes")}
    assert outcomes == {
        "q1": ("win", None, 1.0),
        "q2": ("loss", None, 0.0),
        "q3": ("tie", "split", 0.5),
        "q4": ("loss", None, 0.0),
        "q5": ("tie", "agreed", 0.5),
        "q6": ("tie", "split", 0.5),
        "q7": ("invalid", None, None),
    }
    total = win_rate_rows(tables, read_scores(tables), SETTINGS)[-1]
    assert (total["n"], total["wins"], total["losses"], total["ties"], total["invalid"]) == (7, 1, 2, 3, 1)
    assert (total["ties_agreed"], total["splits"], total["ties_both"], total["inconsistent"]) == (1, 2, 0, 0)
    assert total["adjusted_win_rate"] == round(100 * 2.5 / 6, 4)
    assert total["judges"] == 3


def test_the_query_decides_as_the_rule_says() -> None:
    """Every panel of three, and of two."""
    words = ("win", "loss", "tie", "invalid")
    for judges in ("abc", "ab"):
        panels = list(product(words, repeat=len(judges)))
        said = {judge: {f"q{n}": panel[place] for n, panel in enumerate(panels)} for place, judge in enumerate(judges)}
        outcomes = {row["question"]: row["outcome"] for row in made(said).query("benchmark/outcomes")}
        assert outcomes == {f"q{n}": jury_outcome(panel) for n, panel in enumerate(panels)}


def test_one_judge_is_no_jury() -> None:
    tables = made({"a": {"q1": "win", "q2": "invalid", "q3": "inconsistent"}})
    assert [row["outcome"] for row in tables.query("benchmark/outcomes")] == ["win", "invalid", "tie"]
    assert [row["tie"] for row in tables.query("benchmark/outcomes")] == [None, None, "contradictory"]
    assert jury(tables, SETTINGS) is None


def test_health_is_each_judges_own() -> None:
    rows = health_rows(made({"a": {"q1": "inconsistent", "q2": "win"}, "b": {"q1": "win", "q2": "win"}}), 95)
    assert [(row["judge"], row["match"], row["order_agreement"], row["first_biased"]) for row in rows] == [
        ("a", "m", 50.0, 50.0),
        ("b", "m", 100.0, 0.0),
    ]


def draws(seed: int, items: int, alike: float) -> dict[str, list[str]]:
    """Return what three judges say of items; two of them copy one another's errors with the chance `alike`."""
    random = np.random.default_rng(seed)
    words = np.array(["win", "loss", "tie"])
    truth = random.choice(3, items, p=[0.5, 0.35, 0.15])
    one = np.where(random.random(items) < 0.7, truth, random.choice(3, items))
    copies = random.random(items) < alike
    other = np.where(copies, one, np.where(random.random(items) < 0.7, truth, random.choice(3, items)))
    third = np.where(random.random(items) < 0.7, truth, random.choice(3, items))
    return {name: words[codes].tolist() for name, codes in {"one": one, "other": other, "third": third, "truth": truth}.items()}


def textbook_kappa(one: list[str], other: list[str]) -> float:
    """Cohen's kappa from its definition."""
    n = len(one)
    observed = sum(a == b for a, b in zip(one, other, strict=True)) / n
    chance = sum(Counter(one)[word] * Counter(other)[word] for word in {*one, *other}) / n**2
    return (observed - chance) / (1 - chance)


def textbook_alpha(said: list[list[str]]) -> float:
    """Krippendorff's alpha of nominal data without gaps, from pairs of values: within an item, and any two of all."""
    items = list(zip(*said, strict=True))
    within = [a != b for item in items for a, b in combinations(item, 2)]
    every = Counter(value for item in items for value in item)
    n = every.total()
    return 1 - float(np.mean(within)) / (1 - sum(count * (count - 1) for count in every.values()) / (n * (n - 1)))


def test_a_simulated_jury_agrees_as_the_definitions_say() -> None:
    drawn = draws(1, 300, 0.5)
    judges = ["one", "other", "third"]
    result = found({judge: {f"q{n:03}": word for n, word in enumerate(drawn[judge])} for judge in judges})
    row: Any
    for row in result.pairs:
        assert row["kappa"] == pytest.approx(textbook_kappa(drawn[row["one"]], drawn[row["other"]]), abs=0.001)
        assert row["agreement"] == pytest.approx(100 * np.mean(np.array(drawn[row["one"]]) == drawn[row["other"]]), abs=0.01)
        assert row["kappa_low"] < row["kappa"] < row["kappa_high"]
    assert result.alpha
    assert result.alpha[0] == pytest.approx(textbook_alpha([drawn[judge] for judge in judges]), abs=0.001)


def test_judges_that_copy_each_other_are_told_by_their_errors() -> None:
    """Held against people's votes: the pair that copies errs together, the others do not."""
    drawn = draws(2, 400, 0.8)
    said = {judge: {f"q{n:03}": word for n, word in enumerate(drawn[judge])} for judge in ("one", "other", "third")}
    verdicts = {"win": "model", "loss": "baseline", "tie": "tie"}
    votes = [("ann", f"q{n:03}", verdicts[word]) for n, word in enumerate(drawn["truth"])]
    result = found(said, votes)
    assert (result.against, result.voted) == ("votes", 400)
    correlations: dict[tuple[str, str], Any] = {(row["one"], row["other"]): row["correlation"] for row in result.pairs}
    assert correlations["one", "other"] > 0.6
    assert abs(correlations["one", "third"]) < 0.15
    assert found(said).against == "jury"
    # The jury is nearer to people than its single judges are.
    truth = np.array(drawn["truth"])
    rule = np.array([jury_outcome([drawn[judge][n] for judge in said]) for n in range(400)])
    assert np.mean(rule == truth) > max(np.mean(np.array(drawn[judge]) == truth) for judge in said) - 0.02


def test_what_is_said_of_a_jury_of_two() -> None:
    words = " ".join(jury_sentences(found({"a": {"q1": "win", "q2": "win"}, "b": {"q1": "win", "q2": "loss"}})))
    assert "With two judges, every question on which they differ is a split" in words
    assert "Of 2 questions 1 are ties (1 of them splits" in words
    same = {"a": {"q1": "win"}, "b": {"q1": "win"}}
    assert "cannot be computed: there is nothing to compare" in " ".join(jury_sentences(found(same)))


def test_a_verdict_in_five_steps_counts_as_one_in_three() -> None:
    said = {"a": {"q1": "strong", "q2": "slight", "q3": "half", "q4": "tie", "q5": "lost"}}
    outcomes = made(said).query("benchmark/outcomes")
    assert [(row["outcome"], row["score"]) for row in outcomes] == [
        *(("win", 1.0), ("win", 1.0), ("win", 1.0), ("tie", 0.5), ("loss", 0.0)),
    ]


def test_strong_verdicts_weigh_more_where_params_say_so() -> None:
    """With weight 3 a slight win is worth 1/2 + 1/6, one of each order 1/2 + 2/6, a strong one 1."""
    said = {"a": {"q1": "strong", "q2": "slight", "q3": "half", "q4": "tie", "q5": "lost"}}
    tables = made(said, strong_weight=3)
    scores = [row["score"] for row in tables.query("benchmark/outcomes")]
    assert scores == pytest.approx([1, 2 / 3, 5 / 6, 1 / 2, 0])
    total: Any = win_rate_rows(tables, read_scores(tables), SETTINGS)[-1]
    assert (total["wins"], total["losses"], total["ties"]) == (3, 1, 1)
    assert total["adjusted_win_rate"] == pytest.approx(100 * 3 / 5, abs=1e-3)
    assert total["ci_low"] < total["adjusted_win_rate"] < total["ci_high"]


def test_slight_preferences_may_count_as_ties() -> None:
    tables = made({"a": {"q1": "slight", "q2": "strong", "q3": "half"}}, slight="tie")
    assert [(row["outcome"], row["tie"]) for row in tables.query("benchmark/outcomes")] == [
        *(("tie", "both"), ("win", None), ("tie", "one")),
    ]


def test_verdicts_in_three_steps_know_no_slight_ones() -> None:
    assert made({"a": {"q1": "win"}}, slight="tie").query("benchmark/outcomes")[0]["outcome"] == "win"


def test_how_strong_verdicts_count_is_said() -> None:
    assert rule_in_words({}) == []
    (words,) = rule_in_words({"strong_weight": 3})
    assert "scores 0.5 + w / 6, where w is the mean weight of the two orders" in words
    assert rule_in_words({"slight": "tie"}) == ["With five-step verdicts, a slight preference counts as a tie."]


def test_what_has_no_rate_is_said() -> None:
    rate = {"category": "all", "n": 2, "invalid": 0}
    rows: list[Any] = [
        rate | {"match": "m"},
        rate | {"match": "n", "invalid": 2},
        rate | {"match": "m", "category": "fermi", "n": 1},
    ]
    assert match_sentences(["m", "n", "o"], rows) == [
        "n: no win rate, since none of its 2 questions has a valid verdict.",
        "o: no win rate, since there is no judge or no question.",
    ]
