"""The filter: rules in their order, and a pool that grows with what is kept."""

import random

import pytest

from seedbed.filtering.filter import Filter
from seedbed.filtering.language import load_language
from seedbed.filtering.similarity import Neighbour
from seedbed.project.prompts import load_prompt
from tests.filtering.sample import GOOD, SETTINGS, make
from tests.harness import ROOT


def test_a_good_one_is_kept() -> None:
    assert make().decide(GOOD) is None


@pytest.mark.parametrize(
    ("instruction", "decided"),
    [
        ("。！？…、「」（）。！？…、「」（）", "wrong_language"),  # nothing that is a token
        ("夏祭りの\x00屋台の\x1b[31m案を\x07三つ考えてください。\u202e", None),
        ("夏祭り" * 40_000, "too_long"),
        ("\U0001f468\u200d\U0001f469 家族の絵文字の意味を、三つ考えて説明してください。", None),
    ],
)
def test_odd_characters_are_decided_like_any_other(instruction: str, decided: str | None) -> None:
    rejection = make().decide(GOOD | {"instruction": instruction})
    assert (rejection and rejection.reason) == decided


@pytest.mark.parametrize(
    "tokeniser", [SETTINGS["tokeniser"], {"name": "character"}, {"name": "space"}], ids=lambda t: t["name"]
)
def test_candidates_of_no_token_and_of_a_hundred_thousand(tokeniser: dict[str, str]) -> None:
    filter = make(rules=["benchmark_leak", "near_duplicate"], tokeniser=tokeniser)
    long = "猫 が 鳴 く 。" * 25_000
    decisions = [
        filter.decide(GOOD | {"id": f"s00000-{number}", "instruction": text})
        for number, text in enumerate(["", "…！", "", long, long + "猫", "…！"])
    ]
    assert [decision and decision.reason for decision in decisions] == [None, None, None, None, "near_duplicate", None]
    assert decisions[4].neighbour.id == "s00000-3"  # type: ignore[union-attr]


def test_decided_together_as_one_by_one() -> None:
    """Tokenised ahead in pieces by a second thread, in order, whatever the number."""
    chance = random.Random(3)
    candidates = [
        GOOD | {"id": f"s{number:05}-0", "instruction": "".join(chance.choices("祭り屋台夏町会", k=chance.randrange(12)))}
        for number in range(700)
    ]
    one, all = make(rules=["empty", "near_duplicate"]), make(rules=["empty", "near_duplicate"])
    expected = [(candidate, one.decide(candidate)) for candidate in candidates]
    assert list(all.decide_all(iter(candidates))) == expected
    assert {rejection and rejection.reason for _, rejection in expected} == {None, "empty", "near_duplicate"}
    assert not list(all.decide_all([]))


def test_what_was_kept_counts_and_what_was_rejected_does_not() -> None:
    filter = make()
    assert filter.decide(GOOD | {"output": " "}) is not None
    assert filter.decide(GOOD) is None
    again = filter.decide(GOOD | {"id": "s00001-0"})
    assert again is not None
    assert again.neighbour == Neighbour("s00000-0", 1.0)


def test_rules_follow_their_order() -> None:
    both = GOOD | {"instruction": "要約", "output": ""}
    assert make(rules=["too_short", "output_missing"]).decide(both).reason == "too_short"  # type: ignore[union-attr]
    assert make(rules=["output_missing", "too_short"]).decide(both).reason == "output_missing"  # type: ignore[union-attr]
    assert make(rules=[]).decide(both) is None


def test_a_language_without_a_file_gets_the_generic_rules(capsys: pytest.CaptureFixture[str]) -> None:
    language = load_language(ROOT / "data" / "languages" / "xx.yaml")
    assert "xx.yaml: no such file" in capsys.readouterr().err
    filter = Filter(SETTINGS, language, [], [], load_prompt("generate", ROOT / "prompts"))
    assert filter.decide(GOOD | {"output": "申し訳ありませんが"}) is None
    assert filter.decide(GOOD | {"output": ""}) is not None


def test_english_has_its_words() -> None:
    language = load_language(ROOT / "data" / "languages" / "en.yaml")
    filter = Filter({**SETTINGS, "tokeniser": {"name": "space"}}, language, [], [], load_prompt("generate", ROOT / "prompts"))
    good = {"id": "a", "instruction": "Name three stalls for a summer fair.", "input": "", "output": "Lemonade, hoopla, books."}
    assert filter.decide(good | {"output": "I'm sorry, but I can't help with that."}).reason == "refusal"  # type: ignore[union-attr]
    assert filter.decide(good | {"instruction": "Draw a stall for a summer fair."}).reason == "not_text_task"  # type: ignore[union-attr]
    assert filter.decide(good) is None
