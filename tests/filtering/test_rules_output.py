"""Rules on a candidate's output."""

import pytest

from tests.filtering.sample import GOOD, decided, kept_by


@pytest.mark.parametrize("output", ["", "  ", "\n"])
def test_no_output(output: str) -> None:
    assert decided(output=output) == ("output_missing", "the output is empty")


def test_the_instruction_again_in_whatever_width() -> None:
    assert decided(output=GOOD["instruction"]) == ("output_missing", "the output repeats the instruction")
    assert not kept_by("output_missing", instruction="Ａｂｃ", output="abc")


def test_one_sentence_three_times() -> None:
    assert decided(output="とても楽しいお祭りです。" * 3) == ("repetitive", "'とても楽しいお祭りです' stands 3 times")
    assert kept_by("repetitive", output="とても楽しいお祭りです。" * 2 + "晴れるといいですね。")
    assert kept_by("repetitive", output="はい。" * 9)


@pytest.mark.parametrize(
    ("output", "detail"),
    [
        ("かき氷、輪投げ、", "'、'"),
        ("次のとおりです。\n```python\nprint(1)", "a code block that is never closed"),
    ],
)
def test_an_output_cut_short(output: str, detail: str) -> None:
    assert decided(output=output) == ("truncated", detail)


def test_a_code_block_that_is_closed() -> None:
    assert kept_by("truncated", output="次のとおりです。\n```python\nprint(1)\n```\n")
