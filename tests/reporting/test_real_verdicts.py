"""GPT-4's real verdicts on three models against text-davinci-003: counts, rates, and what they allow to conclude."""

import json
from pathlib import Path
from typing import Any

import pytest

from seedbed.project.columns import ANSWERS, QUESTIONS
from seedbed.project.params_types import Report
from seedbed.reporting.conclusions import conclude, with_tests
from seedbed.reporting.differences import difference_rows
from seedbed.reporting.equal_length import equal_length_rows
from seedbed.reporting.health import health_rows, position_in_words
from seedbed.reporting.ranking import ranking_rows
from seedbed.reporting.scores import read_scores
from seedbed.reporting.win_rates import win_rate_rows
from seedbed.util.tables import Tables
from tests.reporting.judgments import fill_judgments

SETTINGS: Report = {"bootstrap": 1000, "confidence": 95, "seed": 0}
BASELINE = "openai--text-davinci-003"
SHORT = {"cyberagent": "calm", "llm-jp": "llm", "rinna": "rinna"}
HALF_WIDTHS = {"calm": 8.1, "llm": 9.6, "rinna": 7.8}
RATES = {"calm": 77.5, "llm": 33.75, "rinna": 19.375}


@pytest.fixture(scope="module")
def tables(reference: Path) -> Tables:
    """The judgments of the three models, each as the model against the baseline."""
    folder, made = reference / "ja-vicuna", Tables()
    judgments, questions, answers = [], {}, {}
    for path in sorted((folder / "judgments").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            sides = {"model_1": row["model_1"], "model_2": row["model_2"]}
            model = next(name for name in sides.values() if name != BASELINE)
            match, id = SHORT[model.split("--")[0]], str(row["question_id"])
            # The first verdict shows model_1's answer first, the second model_2's.
            for shown, said in (("model_1", row["g1_winner"]), ("model_2", row["g2_winner"])):
                order = "ab" if sides[shown] == model else "ba"
                verdict = "tie" if said == "tie" else "invalid" if said == "error" else "first" if said == shown else "second"
                judgments.append((match, match, "davinci", id, order, verdict))
            for side, name in sides.items():
                answers["davinci" if name == BASELINE else match, id] = row[f"answer_{side[-1]}"]
    for line in (folder / "question.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        questions[str(row["question_id"])] = row["category"]
    fill_judgments(made, judgments)
    made.fill("questions", QUESTIONS, [(id, category, "?", None) for id, category in questions.items()])
    made.fill("answers", ANSWERS, [(id, model, text, None, None) for (model, id), text in answers.items()])
    made.fill("categories", "name text, place int", [(n, i) for i, n in enumerate(dict.fromkeys(questions.values()))])
    return made


def rates(tables: Tables) -> list[Any]:
    return [*with_tests(win_rate_rows(tables, read_scores(tables), SETTINGS), 95)]


def test_counts_by_category_are_those_counted_elsewhere(tables: Tables, reference: Path) -> None:
    expected = json.loads((reference / "ja-vicuna" / "expected_vs_davinci003.json").read_text(encoding="utf-8"))
    found = {(row["match"], row["category"]): row for row in rates(tables)}
    for model, categories in expected.items():
        for category, counts in categories.items():
            row = found[SHORT[model.split("--")[0]], "all" if category == "ALL" else category]
            assert (row["wins"], row["losses"], row["ties"]) == (counts["win"], counts["lose"], counts["tie"])
            assert row["adjusted_win_rate"] == pytest.approx(counts["adj"], abs=1e-4)


def test_rates_with_their_intervals(tables: Tables) -> None:
    totals = {row["match"]: row for row in rates(tables) if row["is_all"]}
    for match, row in totals.items():
        assert row["adjusted_win_rate"] == RATES[match]
        assert 1.96 * row["standard_error"] == pytest.approx(HALF_WIDTHS[match], abs=0.05)
        assert (row["ci_high"] - row["ci_low"]) / 2 == pytest.approx(HALF_WIDTHS[match], abs=0.2)
        assert row["sure"]
    assert (totals["calm"]["ci_low"], totals["calm"]["ci_high"]) == pytest.approx((68.48, 84.52), abs=0.01)
    assert "the judge prefers davinci to llm (p = 0.003, corrected for the 3 matches)" in " ".join(
        conclude([row for row in rates(tables) if row["match"] == "llm"], 95)
    )


def test_pairs_that_contradict_favour_the_second_place(tables: Tables) -> None:
    *_, judge = health_rows(tables, 95)
    assert (judge["match"], judge["pairs"], judge["first_pairs"], judge["second_pairs"]) == ("all", 240, 3, 14)
    assert judge["position_p"] == pytest.approx(0.0127, abs=1e-4)
    assert position_in_words(judge, 95).endswith("the judge favours the second answer.")


def test_the_longer_answer_wins(tables: Tables) -> None:
    *_, judge = health_rows(tables, 95)
    assert judge["longer_answer_rate"] == pytest.approx(79, abs=0.5)
    assert judge["longer_low"] is not None
    assert judge["longer_low"] > 70


def test_models_compared_through_the_baseline(tables: Tables) -> None:
    found = {(row["model"], row["other"]): row for row in difference_rows(read_scores(tables), 95)}
    assert {pair: row["difference"] for pair, row in found.items()} == {
        **{("calm", "rinna"): 58.125, ("calm", "llm"): 43.75, ("llm", "rinna"): 14.375}
    }
    assert all(row["sure"] and row["low"] > 0 for row in found.values())


def test_at_equal_length_or_why_not(tables: Tables) -> None:
    found = {row["match"]: row for row in equal_length_rows(read_scores(tables), SETTINGS)}
    for match, row in found.items():
        assert bool(row["why"]) == (row["rate"] is None), match
    assert any(row["rate"] is not None for row in found.values())


def test_four_models_in_one_order(tables: Tables) -> None:
    rows = ranking_rows(tables, SETTINGS)
    assert [row["model"] for row in rows] == ["calm", "davinci", "llm", "rinna"]
    assert rows[0]["group"] == "a"
    assert "a" not in rows[1]["group"]
