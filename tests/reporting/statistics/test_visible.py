"""How small a difference can be seen, and how many questions it wants."""

import pytest
from scipy.stats import binom  # type: ignore[import-untyped]

from seedbed.reporting.statistics.visible import SD_DIFFERENCE, SD_MATCH, questions_needed, visible_difference


def points(n: int, sd: float = SD_MATCH, tests: int = 1) -> float:
    found = visible_difference(n, sd, 95, tests)
    assert found is not None
    return 100 * found


def test_eighty_questions_show_fourteen_points() -> None:
    assert points(80) == pytest.approx(14.1, abs=0.05)
    assert points(80, tests=8) == pytest.approx(18, abs=0.1)
    assert points(80, SD_DIFFERENCE) == pytest.approx(15.7, abs=0.05)


def test_questions_needed() -> None:
    assert questions_needed(0.05, SD_MATCH, 95) == 636  # 635.8
    assert questions_needed(0.02, SD_MATCH, 95) == 3974
    assert questions_needed(0.141, SD_MATCH, 95) == pytest.approx(80, abs=1)
    assert questions_needed(0.9, SD_MATCH, 95) == 20


@pytest.mark.parametrize(("n", "tests"), [(6, 1), (10, 1), (10, 8), (19, 1)])
def test_few_questions_have_the_exact_power_of_the_sign_test(n: int, tests: int) -> None:
    win = 0.5 + points(n, tests=tests) / 100
    most = max(k for k in range(n // 2 + 1) if 2 * binom.cdf(k, n, 0.5) < 0.05 / tests)
    assert binom.cdf(most, n, 1 - win) == pytest.approx(0.8, abs=1e-6)


def test_so_few_that_nothing_can_be_shown() -> None:
    assert visible_difference(5, SD_MATCH, 95) is None  # five wins of five: p = .0625
    assert visible_difference(7, SD_MATCH, 95, tests=8) is None
