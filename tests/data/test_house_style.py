"""The points of house style that data/README.md lists, each held by a test: edited and approved rows, and references."""

import re

from tests.data.bundled import CODE, DATA, Text, edits, final_texts, report, rows_of

LITERARY = {"fiction", "translation"}
"""Types in which numbers may be written as literature and proverbs write them."""
SPEECH = re.compile(r"「[^「」]*」|『[^『』]*』")
COUNTERS = (
    "時間|週間|か月|世紀|年生|周年|人|年|月|時|分|秒|歳|枚|文|行|段階|回|個|匹|台|件|種類|世帯|階|着|桁|倍|杯|ポイント|頭|羽"
)
KANJI_NUMBER = re.compile(
    rf"(?<![一二三四五六七八九十百千万数何第両])(?!二人|十分|三人称)([二三四五六七八九十百]+)(?:{COUNTERS})"
)
KANJI_ONE = re.compile(r"(?<![一二三四五六七八九十百千万数何第両])一(?:時間|分|週間|か月|世紀|年(?!中)|階|着|周)")


def held() -> list[Text]:
    """Return the texts that keep house style, without their code."""
    reviewed = {(name, id) for name in ("seed_tasks", "questions") for id in edits(name)}
    texts = [at for at in final_texts("seed_tasks", "questions") if (at.place, at.row["id"]) in reviewed]
    texts += [Text("references", row, "reference", row["reference"]) for row in rows_of(DATA / "references.ja.jsonl")]
    return [at._replace(text=CODE.sub("◇", at.text)) for at in texts]


def found(pattern: str | re.Pattern[str], texts: list[Text], words: str) -> list[str]:
    """Return a problem for each place where a pattern is found."""
    return [
        f"{at}: {words}: {at.text[max(0, match.start() - 12) : match.end() + 8]!r}"
        for at in texts
        for match in re.finditer(pattern, at.text)
    ]


def without_speech(texts: list[Text]) -> list[Text]:
    """Return the texts with what stands in 「」 and 『』 blanked."""
    return [at._replace(text=SPEECH.sub("◇", at.text)) for at in texts]


def test_a_polite_question_ends_in_a_full_stop() -> None:
    """か。, not か？; the mark is for speech and for casual questions that end in something else."""
    report(found("か？", without_speech(held()), "write か。"))


def test_counted_numbers_are_numerals() -> None:
    """一つ to 九つ, 一人, 二人 and 一 in the sense of "a single" (一文, 一本) stay in kanji, as does literature."""
    texts = [
        at for at in held() if at.row.get("task_type") not in LITERARY and not at.row.get("id", "").startswith("knowledge-06")
    ]
    report(found(KANJI_NUMBER, texts, "write a numeral") + found(KANJI_ONE, texts, "write a numeral"))


def test_units_stand_next_to_their_number_and_percent_is_a_sign() -> None:
    report(
        found(r"\d (?:cm|mm|km|m|kg|mg|g|ml|L)(?![A-Za-z])", held(), "write no space before a unit")
        + found(r"\dパーセント", held(), "write %")
    )


def test_money_has_its_commas_and_round_sums_their_man() -> None:
    """1,250円, 12,000円; but 10万円, 30万人. In a sum, numbers stay as they are calculated."""
    texts = held()
    problems = found(r"(?<![\d,.])\d{4,}円", texts, "write a comma")
    problems += found(r"(?<![\d,.])\d{1,3}(?:,\d{3})*0,000[円人](?! *[=＝])", texts, "write 万")
    report(problems)


def test_quotations_have_no_full_stop_inside_and_waves_are_wave_dashes() -> None:
    report(found("。」", held(), "write no 。 before 」") + found("～", held(), "write 〜"))
