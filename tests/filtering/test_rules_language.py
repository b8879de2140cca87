"""Rules that know words and letters of the target language."""

import pytest

from tests.filtering.sample import decided, kept_by


@pytest.mark.parametrize(
    ("instruction", "detail"),
    [
        ("Please name three stalls for a festival.", "0% of the letters are [ぁ-ゖァ-ヺー々一-鿿], fewer than 40%"),
        ("请介绍三个适合夏日祭典的摊位方案并说明理由", "0% of the letters are [ぁ-ゖ], fewer than 10%"),
        ("12345 67890", "0% of the letters are [ぁ-ゖァ-ヺー々一-鿿], fewer than 40%"),
    ],
)
def test_another_language(instruction: str, detail: str) -> None:
    assert decided(instruction=instruction) == ("wrong_language", detail)


def test_some_letters_of_another_script_are_fine() -> None:
    assert kept_by("wrong_language", instruction="PDFとHTMLの違いを、具体的な例を挙げて説明してください。")


@pytest.mark.parametrize(
    ("output", "seen"),
    [
        ("申し訳ありませんが、お答えできません。", "申し訳ありませんが"),
        ("AIアシスタントとして、意見は持ちません。", "AIアシスタントとして"),
    ],
)
def test_a_refusal(output: str, seen: str) -> None:
    assert decided(output=output) == ("refusal", repr(seen))


def test_an_apology_that_the_task_asks_for() -> None:
    assert kept_by("refusal", output="お詫びの文例です。このたびは申し訳ありませんでした。")


@pytest.mark.parametrize(
    ("instruction", "seen"),
    [
        ("夏祭りの屋台が並ぶ様子の画像を生成してください。", "画像を生成"),
        ("添付のファイルを要約してください。次のファイルを使います。", "添付のファイル"),
    ],
)
def test_what_no_text_can_do(instruction: str, seen: str) -> None:
    assert decided(instruction=instruction) == ("not_text_task", repr(seen))
