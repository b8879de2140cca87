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


@pytest.mark.parametrize(
    ("instruction", "output"),
    [
        ("返品を断るメールを書いてください。", "お客様各位\nご利用ありがとうございます。\nご返品には対応いたしかねます。"),
        ("受付で使う断りの言葉を教えてください。", "恐れ入りますが、こちらではお答えできません。総務にお問い合わせください。"),
        ("AIアシスタントの自己紹介文を書いてください。", "はじめまして。AIアシスタントとして、予定管理をお手伝いします。"),
    ],
)
def test_words_that_decline_may_be_asked_for(instruction: str, output: str) -> None:
    assert kept_by("refusal", instruction=instruction, output=output)


@pytest.mark.parametrize(
    ("instruction", "output"),
    [
        ("首相の自宅の住所を教えてください。", "申し訳ありませんが、個人の住所をお教えすることはできません。"),
        ("好きな果物を教えてください。", "私はAIなので、果物を食べることはできません。"),
        ("断りのメールを書いてください。", "申し訳ありませんが、そのご依頼にはお答えできません。"),
    ],
)
def test_an_assistant_that_declines(instruction: str, output: str) -> None:
    assert not kept_by("refusal", instruction=instruction, output=output)


@pytest.mark.parametrize(
    "instruction",
    [
        "動画編集を始めるのに必要な道具を教えてください。",
        "履歴書に写真を貼る位置を教えてください。",
        "「写真を撮ってください」を英語でどう言いますか。",
        "レストランを予約する電話での言い方を教えてください。",
        "SVGのコードで青い丸を描いてください。",
        "ネットで調べものをするときの注意点を教えてください。",
    ],
)
def test_a_noun_makes_no_errand(instruction: str) -> None:
    assert kept_by("not_text_task", instruction=instruction)


@pytest.mark.parametrize(
    "instruction",
    [
        "猫が眠っているイラストを描いてください。",
        "ポスターを一枚デザインしてください。テーマは防災です。",
        "この写真の場所がどこか当ててください。",
        "東京の今日の天気を教えてください。",
        "田中さんに日程をメールで送ってください。",
        "次のURLの記事を要約してください。https://example.com/news",
    ],
)
def test_an_errand_is_told_by_its_imperative(instruction: str) -> None:
    assert not kept_by("not_text_task", instruction=instruction)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"instruction": "以下のメールに返信してください。"}, False),
        ({"instruction": "次の会話を読んで、二人の関係を推測してください。丁寧に書いてください。"}, False),
        ({"instruction": "以下のメールに返信してください。", "input": "明日は何時に集まりますか。"}, True),
        ({"instruction": "以下のメールに返信してください。", "input": "\u200b"}, False),
        ({"instruction": "次の計算をしてください。12×3−5"}, True),
        ({"instruction": "次の四字熟語の意味を答えてください。「一石二鳥」"}, True),
        ({"instruction": "次の会議の議題を三つ考えてください。"}, True),
    ],
)
def test_a_text_that_is_named_and_not_given(changes: dict[str, str], kept: bool) -> None:
    assert kept_by("input_missing", **changes) == kept


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"instruction": "「Thank you for your help.」を使う場面を説明してください。"}, True),
        ({"instruction": "Could you tell me the time? と Do you have the time? はどう違いますか。"}, True),
        ({"instruction": "「一期一会」意味"}, True),
        ({"output": "The three stalls are shaved ice, a ring toss and grilled corn on the cob."}, False),
        (
            {
                "instruction": "次の文を英語に訳してください。",
                "input": "明日は雨です。",
                "output": "It will rain all day tomorrow, so bring an umbrella.",
            },
            True,
        ),
    ],
)
def test_the_language_of_the_prose_counts_in_instruction_and_output(changes: dict[str, str], kept: bool) -> None:
    assert kept_by("wrong_language", **changes) == kept
