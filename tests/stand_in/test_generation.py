"""Instructions in other languages than Japanese: whole, various, and flawed in the way that the filter finds."""

import math
import random
import re
from collections import Counter

import pytest

from seedbed.project.generation_lists import load_lists
from seedbed.project.params import load_params
from seedbed.stand_in import english, flaws, japanese
from seedbed.stand_in.generation import SHARES, write
from seedbed.stand_in.localise import OPEN, unlocalise
from seedbed.steps.assignments import Assignment, assign
from seedbed.util.rows import Row
from tests.harness import ROOT
from tests.stand_in.filters import LANGUAGES, NOTHING, WORDING, filter_of

GENERIC = set(SHARES) - {"wrong_language", "refusal", "not_text_task", "truncated"}
"""Flaws that are found without any words or letters of a language."""


def spoilt(flaw: str, code: str, chance: random.Random) -> Row:
    """Return an instruction with a flaw."""
    return flaws.FLAWS[flaw](english.compose(chance), flaws.Target(code, WORDING), chance) | {"id": "spoilt"}


def test_flaws_are_those_that_have_a_share() -> None:
    assert set(flaws.FLAWS) == set(SHARES)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("flaw", sorted(set(SHARES) - {"near_duplicate"}))
def test_a_flaw_is_found_by_its_rule(code: str, flaw: str) -> None:
    filter = filter_of(code, LANGUAGES[code])
    for seed in range(12):
        found = filter.decide(spoilt(flaw, code, random.Random(seed)))
        assert found
        assert found.reason == flaw, found


@pytest.mark.parametrize("flaw", sorted(GENERIC - {"near_duplicate"}))
@pytest.mark.parametrize("code", ["fi", "ka"])
def test_a_flaw_that_needs_no_words_is_found_in_any_language(code: str, flaw: str) -> None:
    filter = filter_of(code, NOTHING)
    for seed in range(6):
        found = filter.decide(spoilt(flaw, code, random.Random(seed)))
        assert found
        assert found.reason == flaw, found


def test_every_second_cut_is_seen_in_any_language() -> None:
    """The one in a code block; what a comma means at the end, only a language file says."""
    filter = filter_of("ka", NOTHING)
    reasons = [filter.decide(spoilt("truncated", "ka", random.Random(seed)) | {"id": str(seed)}) for seed in range(30)]
    assert 8 <= sum(found is not None and found.reason == "truncated" for found in reasons) <= 22


@pytest.mark.parametrize("code", ["en", "ko"])
def test_much_used_instructions_come_again(code: str) -> None:
    filter, chance = filter_of(code, LANGUAGES[code]), random.Random(1)
    found = [filter.decide(spoilt("near_duplicate", code, chance) | {"id": str(number)}) for number in range(120)]
    assert {rejection.reason for rejection in found if rejection} == {"near_duplicate"}
    assert sum(rejection is None for rejection in found) <= 40


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_has_no_flaw_is_rejected_for_its_likeness_alone(code: str) -> None:
    filter, chance, target = filter_of(code, LANGUAGES[code]), random.Random(3), flaws.Target(code, "")
    found = [filter.decide(target.localise(english.compose(chance)) | {"id": str(number)}) for number in range(200)]
    assert {rejection.reason for rejection in found if rejection} <= {"near_duplicate"}


@pytest.mark.parametrize(("code", "tokeniser"), [("en", "space"), ("en", "character"), ("ko", "space"), ("zh", "character")])
def test_most_of_three_hundred_are_kept(code: str, tokeniser: str) -> None:
    """In slots of five, as `generate` asks for them: a build that wants a few hundred must come to an end."""
    filter = filter_of(code, LANGUAGES.get(code, NOTHING), tokeniser)
    rows = [row for slot in range(60) for row in write(5, random.Random(f"slot {slot}"), code, WORDING)]
    rejections = [filter.decide(row | {"id": str(number)}) for number, row in enumerate(rows)]
    counts = Counter(rejection.reason if rejection else "kept" for rejection in rejections)
    assert counts["kept"] >= 0.7 * len(rows), counts


def test_flaws_have_the_shares_that_are_stated() -> None:
    """Within three standard deviations; near duplicates are more, since a grammar of this size repeats itself unasked.

    It has no contexts that do not belong, so that of a thousand about one in eight is like another one by chance.
    """
    filter, size = filter_of("ko", LANGUAGES["ko"]), 1_000
    rows = write(size, random.Random(7), "ko", WORDING)
    rejections = [filter.decide(row | {"id": str(number)}) for number, row in enumerate(rows)]
    counts = Counter(rejection.reason for rejection in rejections if rejection)
    assert set(counts) <= set(SHARES)
    for reason, share in SHARES.items():
        spread = 3 * math.sqrt(share * (1 - share) / size)
        most = share + spread + (0.13 if reason == "near_duplicate" else 0)
        assert share - spread <= counts[reason] / size <= most, (reason, counts[reason])


@pytest.mark.parametrize("code", ["ko", "de", "th"])
def test_what_has_no_flaw_can_be_read_back_as_english(code: str) -> None:
    target = flaws.Target(code, "")
    for seed in range(40):
        row = english.compose(random.Random(seed))
        found = target.localise(row)
        assert {field: unlocalise(found[field], code) for field in english.FIELDS} == {
            field: row[field] for field in english.FIELDS
        }
        assert all(found[field].startswith(OPEN) for field in english.FIELDS if row[field])
        assert found["task_type"] == row["task_type"]


def assignments(path: str) -> list[Assignment]:
    """Return what the first 120 slots are to write."""
    types = load_params(ROOT / "params.yaml")["labels"]["task"]
    return [each for slot in assign(load_lists(ROOT / path, types), range(120), 5, 43) for each in slot]


def test_japanese_rows_are_of_the_type_and_on_the_topic_that_were_drawn() -> None:
    """A letter to be translated speaks of no topic."""
    for number, asked in enumerate(assignments("data/generation/ja.yaml")):
        row = japanese.compose(random.Random(number), asked.task_type, asked.topic)
        assert row["task_type"] == asked.task_type
        if asked.task_type != "translation":
            assert str(asked.topic) in row["instruction"] + row["input"] + row["output"]


def test_english_rows_are_on_the_topic_that_was_drawn_where_the_repertoire_knows_it() -> None:
    for number, asked in enumerate(assignments("seedbed/kits/en/generation.yaml")):
        row = english.compose(random.Random(number), asked.task_type, asked.topic)
        topic = english._by_name().get(str(asked.topic))
        types = {frame["task_type"] for frame in english._frames_for(topic["kind"])} if topic else set()
        if topic and asked.task_type in types:
            assert row["task_type"] == asked.task_type
            words = row["instruction"] + row["input"] + row["output"]
            assert english._bare(topic["name"]).lower() in words.lower()


def test_no_lead_quotes_what_the_answer_says() -> None:
    for seed in range(300):
        row = english.compose(random.Random(seed))
        quoted = [text for text in re.findall("“([^”]+)”", row["instruction"]) if text.endswith(".")]
        assert not any(text in row["output"] for text in quoted), row


def test_what_is_written_twice_for_want_of_an_idea_is_a_near_duplicate() -> None:
    wanted = [{"task_type": "advice", "topic": "だし"}, {"task_type": "logic", "topic": "豆腐"}] * 10
    repeated = 0
    for seed in range(20):
        rows = write(20, random.Random(seed), wanted=wanted)
        repeated += len(rows) - len({(row["instruction"], row["input"]) for row in rows})
    assert 0.05 <= repeated / 400 <= 0.4
