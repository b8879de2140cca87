"""How likely a row needs work: what is seen, what is not, and that it sorts the rows that people edited before the others."""

import statistics
from pathlib import Path
from typing import Any

import pytest

from seedbed.project.corpora import FIELDS
from seedbed.project.review_words import load_words
from seedbed.review.queue.corpus_statistics import CorpusStatistics, corpus_statistics
from seedbed.review.queue.reasons import WEIGHTS, Reason, reasons, score
from seedbed.review.texts import say_reason
from seedbed.stand_in.translation import translate
from seedbed.util.errors import UserError
from seedbed.util.numerals import numbers_in_digits, numbers_in_words
from seedbed.util.rows import read_rows
from tests.harness import ROOT

NOTHING = CorpusStatistics({}, {})
JAPANESE = load_words("ja", "en")


def row(source: str, text: str, id: str = "x") -> Any:
    return {"id": id, "source": {"text": source}, "translation": {"text": text}}


def codes(source: str, text: str, **given: Any) -> set[str]:
    return {reason.code for reason in found(source, text, **given)}


def found(source: str, text: str, words: Any = JAPANESE, corpus: CorpusStatistics = NOTHING) -> list[Reason]:
    return reasons(row(source, text), "question", words, corpus)


@pytest.mark.parametrize(
    ("code", "source", "text"),
    [
        ("left_over", "From Windsor Castle.", "Windsor城からです。"),
        ("left_over", "Mr. Mori came.", "Mr. 森が来ました。"),
        ("left_over", "Windsor.", "Ｗｉｎｄｓｏｒです。"),
        ("translationese", "What do you do?", "あなたは何をしますか。"),
        ("translationese", "He came.", "彼は来ました。"),
        ("numerals", "In 1998.", "1989年です。"),
        ("numerals", "It takes 30 minutes.", "時間がかかります。"),
        ("protected", "Dear {name}", "名前様"),
        ("protected", "Pay $amount by %s.", "$amountをお支払いください。"),
        ("protected", "Call `f(x)`.", "`g(x)`を呼びます。"),
        ("protected", "See https://example.org/a.", "https://example.org/bを見てください。"),
        ("protected", "Mail to a@example.org.", "b@example.orgまで。"),
        ("protected", "A <b>word</b>.", "<b>語<b>です。"),
        ("protected", "```\nx = 1\n```", "```\nx = 2\n```"),
        ("register", "Two.", "これは本です。それは古い。"),
        ("untranslated", "Please water the plants.", "【未訳】Please water the plants."),
        ("empty", "Please.", " "),
        ("empty", "", "どうぞ。"),
    ],
)
def test_what_needs_work_is_seen(code: str, source: str, text: str) -> None:
    assert code in codes(source, text)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("HTML, URL and a DVD", "HTMLとURLとDVD"),
        ("5 cm and 2 kg", "5 cmと2 kg"),
        ("Raise ValueError in Python", "PythonではValueErrorを発生させる"),
        ("Call `first_foul(words)`", "`first_foul(words)`を呼ぶ"),
        ('The motto "Festina lente"', "「Festina lente」という言葉"),
        ("Machine A and person B", "機械AとBさん"),
        ("12 cats, 3 dogs", "１２匹の猫、三匹の犬"),
        ("300,000 people", "30万人"),
        ("3 million yen", "300万円"),
        ("twenty-one days, half a year", "21日、1年の2分の1"),
        ("on May 5 at 17:00", "5月5日の17時に"),
        ("two square metres", "2 m²"),
        ("1998", "一九九八年"),
        ('```python\nprint("hello")  # greet\n```', '```python\nprint("こんにちは")  # 挨拶する\n```'),
        ("<p>hello</p>", "<p>こんにちは</p>"),
        ("if a<b and c>d", "もしa<bかつc>d"),
        ("He said it.", "祖父は「雨だ。」と言いました。"),
        ("Grandson: rain.\nGrandmother: oh.", "孫：雨だ。\n祖母：そうですね。"),
        ("日ごとに秋も深まり、皆様いかがお過ごしですか。", "日ごとに秋も深まり、皆様いかがお過ごしですか。"),
        ("", ""),
    ],
)
def test_what_is_natural_is_left_alone(source: str, text: str) -> None:
    assert codes(source, text) == set()


def test_the_words_say_what_was_seen_and_where() -> None:
    source = {"instruction": "See {a}.", "input": "", "output": "1 and 2"}
    translation = {"instruction": "Foo Bar Fooを見て。", "input": "", "output": "1"}
    task: Any = {"id": "x", "source": source, "translation": translation}
    first, second, third = reasons(task, "task", JAPANESE, NOTHING)
    told = [(each.code, say_reason("en", each), each.weight, each.field) for each in (first, second, third)]
    assert told == [
        ("protected", "'{a}' is missing", 3.0, "instruction"),
        ("left_over", "'Foo' (2 times), 'Bar'", 2.6, "instruction"),
        ("numerals", "2 is missing", 2.0, "output"),
    ]
    assert [say_reason("ja", each) for each in (first, second)] == ["「{a}」 が訳文にない", "「Foo」（2回）、「Bar」"]
    assert score([first, second, third]) == 7.6
    assert score([]) == 0


def test_more_of_a_kind_weighs_more_but_less_than_in_proportion() -> None:
    (one,), (four,) = found("Ann", "Annです。"), found("Ann", "AnnとBobとCatとDogです。")
    assert one.weight == WEIGHTS["left_over"]
    assert four.weight == 2 * one.weight


def test_a_long_list_is_cut() -> None:
    (many,) = found("x", " ".join(f"Word{chr(97 + place)}x" for place in range(9)))
    assert say_reason("en", many).endswith("'Wordfx' and 3 more")


def test_a_length_is_odd_in_comparison_with_the_corpus() -> None:
    rows = [row("a" * 100, "あ" * (50 + place % 5), f"r{place}") for place in range(25)]
    corpus = corpus_statistics(rows)
    assert "length" not in codes("a" * 100, "あ" * 55, corpus=corpus)
    assert "length" in codes("a" * 100, "あ" * 20, corpus=corpus)
    (long,) = found("a" * 100, "あ" * 90, corpus=corpus)
    assert say_reason("en", long) == "longer than usual: 0.90 characters per source character; the median is 0.52"
    assert "length" not in codes("a" * 10, "あ" * 10, corpus=corpus), "too short to say anything"
    assert corpus_statistics(rows[:10]).ratios == {}, "too few rows to have a median worth the name"


def test_a_copied_source_is_one_reason_and_not_three() -> None:
    corpus = corpus_statistics([row("a" * 100, "あ" * (50 + place % 5), f"r{place}") for place in range(25)])
    text = "Please water the plants in the hall."
    assert [reason.code for reason in found(text, text, corpus=corpus)] == ["untranslated"]


def test_one_strange_row_does_not_move_the_median() -> None:
    rows = [row("a" * 100, "あ" * (50 + place % 5), f"r{place}") for place in range(25)]
    strange = [*rows[:-3], *(row("a" * 100, "あ" * 5000, f"s{place}") for place in range(3))]
    assert corpus_statistics(strange).ratios["text"][0] == pytest.approx(corpus_statistics(rows).ratios["text"][0], abs=0.03)


def test_a_term_that_is_translated_differently_elsewhere() -> None:
    corpus = corpus_statistics(
        [row("opinion", "意見", "a"), row("opinion", "主張。", "b"), row("fact", "事実", "c"), row("fact", "事実。", "d")]
    )
    assert list(corpus.terms) == ["opinion"], "a full stop is no difference"
    (differs,) = reasons(row("opinion", "意見", "a"), "question", JAPANESE, corpus)
    assert say_reason("en", differs) == "'opinion' is '意見' here and '主張' in b"
    assert (differs.code, differs.weight, differs.field) == ("terms", 1.0, "text")
    often = corpus_statistics([row("opinion", "意見", "a"), row("opinion", "意見", "b"), row("opinion", "主張", "c")])
    (differs,) = reasons(row("opinion", "意見", "a"), "question", JAPANESE, often)
    assert "'主張' in c" in say_reason("en", differs)
    labels = corpus_statistics([row("Subject: one", "件名：一", "a"), row("Subject: two", "題名：二", "b")])
    assert list(labels.terms) == ["Subject"]


def test_a_row_without_a_translation_has_no_reasons() -> None:
    failed: Any = {"id": "x", "source": {"text": "a"}, "translation": None}
    assert reasons(failed, "question", JAPANESE, corpus_statistics([failed])) == []


def test_the_numbers_in_a_text() -> None:
    assert numbers_in_digits("9:30, 17:00, 1,200, 42.195, 30万, ３", {}) == {9, 30, 17, 1200, 42.195, 300_000, 3}
    assert numbers_in_digits("3 million", {"million": 1_000_000}) == {3_000_000}
    assert numbers_in_digits("1億2000万円、3万 5000人、5 100", {}) == {120_000_000, 35_000, 5, 100}
    assert numbers_in_digits("1.200, 3,5, 9.30, 1.5.2024, 1,2,3", {}, decimal=",") == {1200, 3.5, 9, 30, 1, 5, 2024, 2, 3}
    assert {20_240_000, 21, 2024, 10, 112} <= numbers_in_words("二千二十四万、二十一、二〇二四、十、百十二", {})
    assert numbers_in_words("twenty-one", {"twenty": 20, "one": 1}) == {20, 1, 21}
    assert numbers_in_words("two hundred", {"two": 2, "hundred": 100}) == {2, 100, 200}
    assert numbers_in_words("zwanzigste", {"zwanzig-": 20}) == {20}
    assert numbers_in_words("zwanzigste", {"zwanzig": 20}) == set()


def test_a_language_without_a_file_gets_the_generic_reasons_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    words = load_words("tlh", "en")
    assert capsys.readouterr().err == (
        "data/review/tlh.yaml: no such file; rows are sorted without the words and patterns of this language\n"
    )
    assert codes("In 1998 {x} see", "In 1989 wej", words=words) == {"numerals", "protected"}
    assert codes("twelve Windsor", "12 Windsor", words=words) == set(), "the source's numerals are known"
    assert codes("We want one whole sentence.", "We want one whole sentence.", words=words) == {"untranslated"}


def test_english_is_held_against_its_own_file() -> None:
    words = load_words("en", "ja")
    assert codes("雨です。", "It is 雨 today.", words=words) == {"left_over"}
    assert codes("三日間です。", "It took 3 days.", words=words) == set()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("known:", "knwon:", r"data/review/ja.yaml:\d+: knwon: unknown key \(did you mean 'known'\?\)"),
        ("それら\n", '"["\n', r"data/review/ja.yaml:\d+: translationese.4: not a regular expression: unterminated"),
        ("name: 日本語", "name: 3", r"data/review/ja.yaml:3: name: expected string, found 3"),
    ],
)
def test_a_faulty_language_file_is_named(
    old: str, new: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "data" / "review" / "ja.yaml").read_text(encoding="utf-8")
    assert old in text
    Path("data/review").mkdir(parents=True)
    Path("data/review/ja.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UserError, match=message):
        load_words("ja", "en")


def bundled() -> list[tuple[str, float]]:
    """Return decision and score of every row of the bundled data that a person has decided about."""
    pairs = []
    for name, kind in (("seed_tasks", "task"), ("questions", "question")):
        rows = []
        for source in read_rows(ROOT / "data" / f"{name}.en.jsonl", kind):
            fields = {field: source[field] for field in FIELDS[kind]}
            rows.append(source | {"source": fields, "translation": translate(fields)})
        edits = {edit["id"]: edit["decision"] for edit in read_rows(ROOT / "data" / "edits" / f"{name}.ja.jsonl", "edit")}
        corpus = corpus_statistics(rows)
        pairs += [(edits[r["id"]], score(reasons(r, kind, JAPANESE, corpus))) for r in rows if r["id"] in edits]
    return pairs


def test_the_rows_that_people_edited_come_before_those_they_approved() -> None:
    """A quarter of the edits are of style and subject, which nothing in the machine's text tells."""
    pairs = bundled()
    edited = [score for decision, score in pairs if decision == "edited"]
    approved = [score for decision, score in pairs if decision == "approved"]
    assert statistics.mean(edited) > 5 * statistics.mean(approved)
    before = sum((one > other) + (one == other) / 2 for one in edited for other in approved)
    assert before / len(edited) / len(approved) > 0.8
    assert sum(value > 0 for value in approved) < 0.2 * len(approved), "few false alarms"
