"""Rules against what is there already."""

import pytest

from seedbed.filtering.similarity import Neighbour
from tests.filtering.sample import GOOD, QUESTION, SEED, decided, kept_by, make


def test_a_word_of_the_prompts_own() -> None:
    assert decided(instruction="指示：夏祭りの屋台の案を三つ考えてください。") == ("template_leak", "'指示：'")


def test_a_sentence_of_the_prompts_own() -> None:
    found = decided(instruction="文章だけで完結する課題にしますので、祭りの屋台を考えてください。")
    assert found
    assert found[0] == "template_leak"
    assert found[1].startswith("the prompt's own words: '文章だけで完結する課題")


def test_a_question_of_the_benchmark() -> None:
    rejection = make().decide(GOOD | {"instruction": QUESTION["text"]})
    assert rejection
    assert (rejection.reason, rejection.detail) == ("benchmark_leak", "too close to a question of the benchmark")
    assert rejection.neighbour == Neighbour(QUESTION["id"], 1.0)
    assert decided(instruction="もし月がなかったら、海の生き物の暮らしはどう変わったでしょうか。") == (
        "benchmark_leak",
        "too close to a question of the benchmark",
    )


def test_a_seed_with_one_letter_changed() -> None:
    rejection = make().decide(GOOD | {"instruction": SEED["instruction"].replace("小学生にも", "小学生でも")})
    assert rejection
    assert (rejection.reason, rejection.detail) == ("near_duplicate", "too close to a seed or to an instruction kept before")
    assert rejection.neighbour
    assert rejection.neighbour.id == SEED["id"]
    assert 0.7 <= rejection.neighbour.score < 1


def test_a_generic_instruction_may_stand_with_different_inputs() -> None:
    filter, generic = make(rules=["near_duplicate"]), GOOD | {"instruction": "次の文を要約してください。"}
    first = "昨日の会議では来期の予算について話し合い、結論は次回に持ち越しました。"
    assert filter.decide(generic | {"input": first}) is None
    assert filter.decide(generic | {"id": "b", "input": "燕は春に南から戻り、軒先に泥と藁で巣を作って雛を育てます。"}) is None
    assert filter.decide(generic | {"id": "c", "input": first}) is not None


def test_a_question_of_the_benchmark_with_an_input() -> None:
    assert not kept_by("benchmark_leak", instruction=QUESTION["text"], input="潮の満ち引きは月の引力で起こります。" * 5)


def test_characters_that_nobody_sees_hide_no_duplicate() -> None:
    filter = make(rules=["near_duplicate"])
    assert filter.decide(GOOD | {"instruction": "\u200b".join(SEED["instruction"])}) is not None


@pytest.mark.parametrize(
    "changes", [{"output": "### 費用\n月に千円です。"}, {"output": "仕様書\n入力：表\n出力：図"}, {"input": "### 指示:"}]
)
def test_headings_and_labels_of_an_answer_are_no_leak(changes: dict[str, str]) -> None:
    assert kept_by("template_leak", **changes)


def test_the_marks_of_a_template_at_a_lines_start() -> None:
    assert not kept_by("template_leak", output="かき氷です。\n### 指示:\n次の課題を書いてください。")
