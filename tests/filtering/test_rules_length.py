"""Rules on how long a candidate is."""

import pytest

from tests.filtering.sample import decided, kept_by


def test_a_blank_instruction() -> None:
    assert decided(instruction="\u200b\u2060") == ("empty", "the instruction is empty")
    assert decided(instruction=" \n") == ("empty", "the instruction is empty")


def test_the_least_is_enough() -> None:
    assert decided(instruction="要約") == ("too_short", "2 characters, fewer than 6")
    assert kept_by("too_short", instruction="要約" * 3)
    assert kept_by("too_short", instruction="要約", input="昨日の会議の結論です。")
    assert not kept_by("too_short", instruction="要\u200b\u200b\u200b\u200b約")


@pytest.mark.parametrize("field", ["instruction", "input", "output"])
def test_the_most_is_allowed_in_each_field(field: str) -> None:
    assert decided(**{field: "長い文です。" * 400}) == ("too_long", f"{field}: 2400 characters, more than 2000")
    assert kept_by("too_long", **{field: "長" * 2000})


def test_the_longest_field_is_named() -> None:
    assert decided(input="あ" * 100_000, output="い" * 2001) == ("too_long", "input: 100000 characters, more than 2000")
