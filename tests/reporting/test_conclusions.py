"""What can be concluded from a match, in words."""

from typing import Any

import pytest

from seedbed.reporting.conclusions import conclude, corrected_p, with_tests


def rows(*counts: tuple[str, int, int, int], ci: dict[str, tuple[float, float]] | None = None, match: str = "m") -> list[Any]:
    """Return rows as `win_rate_rows` does: (category, wins, losses, ties)."""
    found = []
    for category, wins, losses, ties in counts:
        valid = wins + losses + ties
        rate = 100 * (wins + ties / 2) / valid if valid else None
        low, high = (ci or {}).get(category, (rate, rate))
        found.append(
            {
                **{"match": match, "model": "x", "baseline": "y", "category": category, "wins": wins, "losses": losses},
                **{"ties": ties, "adjusted_win_rate": rate, "ci_low": low, "ci_high": high},
            }
        )
    return found


def test_conclusions_of_a_match() -> None:
    found = with_tests(
        rows(("a", 10, 0, 0), ("b", 4, 0, 6), ("c", 3, 4, 3), ("all", 17, 4, 9), ci={"c": (20, 70), "all": (60, 85)}), 95
    )
    assert [(row["excludes"], row["side"], row["sure"]) for row in found] == [
        (True, "above", True),
        (True, "above", False),
        (False, "", False),
        (True, "above", True),
    ]
    assert found[0]["p"] == pytest.approx(2 / 2**10)
    assert found[0]["p_holm"] == pytest.approx(3 * 2 / 2**10)
    whole, categories = conclude(found, 95)
    assert "the judge prefers x to y (p = 0.007)" in whole
    assert "After the correction, x is significantly better in a." in categories
    assert "In b the interval excludes 50, but the difference is not significant after the correction." in categories
    assert "No significant difference in c." in categories
    assert "Each category has 10 questions, which detect a rate at least" in categories


@pytest.mark.parametrize(
    ("all_row", "interval", "words"),
    [
        (("all", 5, 5, 0), (20, 80), "no significant difference"),
        (("all", 1, 9, 0), (0, 30), "the judge prefers y to x"),
        (("all", 2, 0, 8), (51, 70), "no significant difference"),
        (("all", 0, 0, 0), (0, 0), "no question has a valid verdict"),
    ],
)
def test_conclusions_of_a_total(all_row: tuple[str, int, int, int], interval: tuple[float, float], words: str) -> None:
    found = rows(all_row, ci={"all": interval})
    if not sum(all_row[1:]):
        found[0]["ci_low"] = None
    assert words in conclude(with_tests(found, 95), 95)[0]


def test_too_few_questions_can_never_pass_the_correction() -> None:
    said = conclude(with_tests(rows(("a", 4, 0, 0), ("b", 4, 0, 0), ("all", 8, 0, 0)), 95), 95)
    assert said[-1] == "Each category has 4 questions: too few to detect any difference after the correction for 2 categories."


def test_totals_are_corrected_for_the_matches() -> None:
    one = with_tests(rows(("all", 6, 0, 0)), 95)
    two = with_tests([*rows(("all", 6, 0, 0)), *rows(("all", 3, 3, 0), match="n")], 95)
    assert corrected_p(two[0]) == 2 * corrected_p(one[0])
    assert "corrected for the 2 matches" in conclude([two[0]], 95)[0]


@pytest.mark.parametrize(("wins", "losses", "ties"), [(1, 0, 0), (2, 0, 8), (30, 22, 0), (5, 5, 0), (9, 1, 0), (80, 0, 0)])
def test_no_p_value_makes_anything_likely(wins: int, losses: int, ties: int) -> None:
    found = with_tests(rows(("all", wins, losses, ties), ci={"all": (51, 90)}), 95)
    said = " ".join(conclude(found, 95))
    assert "likely" not in said
    assert ("the judge prefers" in said) == found[0]["sure"]
    assert ("no significant difference" in said) == (not found[0]["sure"])


def test_what_so_many_questions_can_show() -> None:
    found = with_tests(rows(("all", 40, 40, 0)), 95)[0]
    assert found["visible"] == pytest.approx(15.8, abs=0.1)  # 2.80 · .503 / √80
    assert with_tests(rows(("all", 80, 0, 0)), 95)[0]["visible"] == pytest.approx(14.1, abs=0.1)  # no spread: the usual one
    assert with_tests(rows(("all", 3, 0, 0)), 95)[0]["visible"] is None
    assert "These questions are too few to detect any difference." in conclude(with_tests(rows(("all", 3, 0, 0)), 95), 95)
