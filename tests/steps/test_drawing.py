"""Which rows a set takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedbed.steps.drawing import drawn, shares
from seedbed.util.errors import UserError

ROWS = [{"id": f"s{number:05}-1"} for number in range(50)]


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_larger_set_holds_the_smaller_one(one: int, other: int) -> None:
    small, large = sorted((one, other))
    few, many = drawn(ROWS, "native", small), drawn(ROWS, "native", large)
    assert len(few) == min(small, 50)
    assert all(row in many for row in few)
    assert many == sorted(many, key=lambda row: row["id"])


def test_a_row_more_changes_no_other_rows_place() -> None:
    more = [*ROWS, {"id": "s99999-1"}]
    before, after = drawn(ROWS, "native", 20), drawn(more, "native", 20)
    assert sum(row not in after for row in before) <= 1
    assert drawn(ROWS, "native", 20) != drawn(ROWS, "unedited", 20)


def test_a_mixture_keeps_its_weights() -> None:
    assert shares({"a": 100, "b": 100}, {"a": 3, "b": 1}, None) == {"a": 100, "b": 33}
    assert shares({"a": 100, "b": 100}, {"a": 3, "b": 1}, 40) == {"a": 30, "b": 10}
    assert shares({"a": 10, "b": 100}, {"a": 1, "b": 1}, None) == {"a": 10, "b": 10}
    assert sum(shares({"a": 9, "b": 9, "c": 9}, {"a": 1, "b": 1, "c": 1}, 10).values()) == 10


def test_a_mixture_that_cannot_be_had() -> None:
    with pytest.raises(UserError, match="want 30 of a, which has 10; lower first to 13"):
        shares({"a": 10, "b": 100}, {"a": 3, "b": 1}, 40)
