"""Rules against what is there already."""

from seedbed.filtering.similarity import Neighbour
from tests.filtering.sample import GOOD, QUESTION, SEED, decided, make


def test_a_word_of_the_prompts_own() -> None:
    assert decided(instruction="指示：夏祭りの屋台の案を三つ考えてください。") == ("template_leak", "'指示：'")


def test_a_sentence_of_the_prompts_own() -> None:
    found = decided(instruction="文章だけで完結する課題に限りますので、祭りの屋台を考えてください。")
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
