"""What is seen in a text that a person types: what became of the machine text's findings, and where things are."""

from typing import Any

import pytest

from seedbed.project.review_words import load_words
from seedbed.review.queue.checks import left_over, names, numerals, protected
from seedbed.review.queue.corpus_statistics import CorpusStatistics
from seedbed.review.queue.reasons import Checker, Seen, compare
from seedbed.review.texts import say_reason

JAPANESE = load_words("ja", "en")
TERM = {"term": "fair", "translation": "お祭り", "note": ""}


def seen(source: str, machine: str, typed: str) -> list[Seen]:
    row: Any = {"id": "x", "source": {"text": source}, "translation": {"text": machine}}
    checker = Checker("question", {"en": JAPANESE}, CorpusStatistics({}, {}))
    before, after = (checker.reasons(row, "en", [TERM], {"text": text}) for text in (machine, typed))
    return compare(before, after)


def words(source: str, machine: str, typed: str) -> list[tuple[str, str, str]]:
    return [(each.state, each.reason.code, say_reason("en", each.reason)) for each in seen(source, machine, typed)]


def test_what_is_new_what_is_still_there_and_what_was_fixed() -> None:
    assert words("Meet Ann at 13:20.", "13:20にAnnとあなたは会う。", "99:99にAnnと会う。") == [
        ("new", "numerals", "13 is missing, 20 is missing, 99 is not in the source"),
        ("same", "left_over", "'Ann'"),
        ("fixed", "translationese", "'あなたは'"),
    ]
    assert words("Two.", "二つです。", "二つです。") == []


def test_each_of_two_equal_findings_counts() -> None:
    assert words("Ann and Ann.", "AnnとAnnです。", "Annです。") == [
        ("same", "left_over", "'Ann'"),
        ("fixed", "left_over", "'Ann'"),
    ]


def test_a_mixed_register_stays_the_same_finding_while_its_sentences_change() -> None:
    found = words("Two.", "本です。古い。", "良い本です。とても古い。")
    assert [(state, code) for state, code, _ in found] == [("same", "register")]


def test_terms_of_the_glossary_and_names_that_were_kept() -> None:
    assert words("The fair in NHK Hall.", "NHKのお祭り", "祭り") == [
        ("new", "glossary", "'fair' should be 'お祭り'"),
        ("new", "names", "'NHK' is missing"),
    ]
    assert words("The fair.", "市", "お祭り") == [("fixed", "glossary", "'fair' should be 'お祭り'")]


@pytest.mark.parametrize(
    ("source", "machine", "text"),
    [
        ("In Berlin it rains.", "ベルリンは雨です。", "雨です。"),  # the machine text had translated it
        ("Computers. In the end.", "In the end.", "おわりに。"),  # any word at the beginning has a capital
        ("Say `NHK`.", "`NHK`と言う。", "言う。"),  # code is another check
    ],
)
def test_a_name_is_missed_where_the_machine_text_kept_it(source: str, machine: str, text: str) -> None:
    assert names(source, machine, text) == []


def test_findings_say_where_they_are() -> None:
    source, text = "`a` and {x}: 3 million at 13:20.", "`b`と３００万と９９:20とＡnn"
    found = [*protected(source, text), *numerals(source, text, JAPANESE), *left_over(source, text, JAPANESE)]
    sides = {"source": source, "text": text}
    places = [(each.key, [sides[span.side][span.start : span.end] for span in each.spans]) for each in found]
    assert places == [
        ("finding_missing", ["`a`"]),
        ("finding_missing", ["{x}"]),
        ("finding_added", ["`b`"]),
        ("finding_missing", ["13"]),
        ("finding_added", ["９９"]),
        ("finding_this", ["Ａnn"]),
    ]
    (missing,) = numerals("3 million yen", "円", JAPANESE)
    assert [(span.side, span.start, span.end) for span in missing.spans] == [("source", 0, 9)]
