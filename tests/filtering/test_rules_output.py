"""Rules on a candidate's output."""

import pytest

from tests.filtering.sample import GOOD, decided, kept_by


@pytest.mark.parametrize("output", ["", "  ", "\n", "\u200b\u2060\u00ad"])
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
        ("次のとおりです。\n```python\nprint(1", "a code block that is never closed"),
    ],
)
def test_an_output_cut_short(output: str, detail: str) -> None:
    assert decided(output=output) == ("truncated", detail)


def test_a_code_block_that_is_closed() -> None:
    assert kept_by("truncated", output="次のとおりです。\n```python\nprint(1)\n```\n")


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("python\ndef f(x):\n    return x + 1\n\nprint(f(1))  # 2", True),
        ("c\nint main(void) {\n    return 0;\n}", True),
        ("c\nint main(void) {\n    return", False),
        ("python\ndef f(x):\n    y = x + 1", False),  # a function may go on
        ("python\nimport csv\nrows =", False),
        ("python\nimport csv\nprin", False),
        ("python", False),
        ("", False),
    ],
)
def test_a_code_block_that_lacks_its_last_fence_may_be_whole(code: str, kept: bool) -> None:
    assert kept_by("truncated", output=f"次のとおりです。\n```{code}") == kept


CODE = "次のとおりです。\n```python\n" + "self.items.append(item)\n" * 9 + "```"
POEM = "雨ふり雨ふりどこへゆく\n小さな川へ水たまり\n雨ふり雨ふりどこへゆく\n大きな海へ遠い空"


@pytest.mark.parametrize("output", [CODE, POEM, "<ul>\n" + "<li>りんご</li>\n" * 9 + "</ul>", "| 値 |\n" * 9])
def test_code_tags_tables_and_refrains_are_no_repetition(output: str) -> None:
    assert kept_by("repetitive", output=output)


def test_a_phrase_that_comes_again_without_an_end() -> None:
    assert not kept_by("repetitive", output="夏祭りの屋台を楽しみながら" * 9)


@pytest.mark.parametrize(
    "output",
    [
        "原因は排気です。工場の煙が空に",
        "先生は「努力は必ず",
        "かき氷（いちご、メロン",
        "1. 目的を決めます。\n2. 議題を配ります。\n3. 時間を",
    ],
)
def test_a_sentence_quotation_bracket_or_item_that_is_left_open(output: str) -> None:
    assert not kept_by("truncated", output=output)


@pytest.mark.parametrize(
    "output", ["光が散乱するから", "彼女は振り向いて……", "行きます。楽しみ😊", "1) 桜\n2) 梅\n3) 桃", "よろしく :("]
)
def test_texts_that_end_without_a_full_stop(output: str) -> None:
    assert kept_by("truncated", output=output)


def test_a_word_without_an_end_is_a_loop_and_a_line_of_marks_is_none() -> None:
    assert not kept_by("repetitive", output="りんご、" * 19)
    assert kept_by("repetitive", output="わっしょい、" * 8 + "みこしが町を練り歩く。")
    assert kept_by("repetitive", output="=-" * 40 + "\n合計は三千円です。")


@pytest.mark.parametrize(("output", "kept"), [("まず洗います。次に切ります", True), ("まず洗います。次に根を切", False)])
def test_a_polite_ending_needs_no_full_stop(output: str, kept: bool) -> None:
    assert kept_by("truncated", output=output) == kept
