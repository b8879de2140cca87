"""Figures that are shown beside each other add up."""

import random

import pytest

from seedbed.diff.figures import apportioned, shown, shown_signed


@pytest.mark.parametrize(
    ("old", "new", "figures"),
    [
        (80.0, 70.0, ("80.0", "70.0", "−10.0")),
        (42.45, 43.14, ("42.45", "43.14", "+0.69")),
        (100 / 3, 200 / 3, ("33.3333", "66.6667", "+33.3334")),
        (50.04, 50.0, ("50.0", "50.0", "+0.0")),
    ],
)
def test_a_change_is_the_difference_of_what_is_shown(old: float, new: float, figures: tuple[str, str, str]) -> None:
    assert shown(old, new) == figures
    before, after, change = (float(text.replace("−", "-")) for text in shown(old, new))
    assert after - before == pytest.approx(change, abs=1e-9)


def test_differences_have_a_sign_each() -> None:
    assert shown_signed(-1.25, 2.5) == ("−1.25", "+2.50", "+3.75")


def test_dollars_add_up_to_the_rounded_sum() -> None:
    assert apportioned([], 4) == []
    assert apportioned([0.00004] * 5 + [1.0], 4) == [0.0001, 0.0001, 0.0, 0.0, 0.0, 1.0]
    drawn = random.Random(7)
    for _ in range(200):
        values = [drawn.random() for _ in range(drawn.randrange(1, 12))]
        rounded = apportioned(values, 2)
        assert sum(rounded) == pytest.approx(round(sum(values), 2))
        assert all(abs(one - value) < 0.01 for one, value in zip(rounded, values, strict=True))
