"""The filter: every rule and the reason it gives, and decisions equal to a plain reference's."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import _score_lcs

from benchmarks.similarity import lcs, ours, texts
from seedbed.filtering import similarity
from seedbed.filtering.filter import Filter
from seedbed.filtering.language import load_language
from seedbed.filtering.similarity import Encoder, Neighbour, Pool, rouge_l
from seedbed.filtering.tokenisers import load_tokeniser
from seedbed.project.params import load_params
from seedbed.project.prompts import load_prompt
from seedbed.steps.demonstrations import draw
from seedbed.util.errors import UserError

ROOT = Path(__file__).parent.parent
SETTINGS = load_params(ROOT / "params.yaml")["filter"]
GOOD = {
    "id": "s00000-0",
    "instruction": "町内会の夏祭りで出す屋台の案を三つ考えてください。",
    "input": "",
    "output": "かき氷、輪投げ、焼きとうもろこしの三つです。",
}
SEED = {"id": "seed-1", "instruction": "冬の朝に窓が結露する理由を、小学生にもわかるように説明してください。"}
QUESTION = {"id": "q-1", "text": "もし月がなかったら、海の生き物の暮らしはどう変わっていたでしょうか。"}


def make(**changes: Any) -> Filter:
    language = load_language(ROOT / "data" / "languages" / "ja.yaml")
    return Filter(SETTINGS | changes, language, [SEED], [QUESTION], load_prompt("generate", ROOT / "prompts"))


def test_a_good_one_is_kept() -> None:
    assert make().decide(GOOD) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"instruction": " \n"}, "empty"),
        ({"instruction": "要約"}, "too_short"),
        ({"output": "長い文です。" * 400}, "too_long"),
        ({"input": "あ" * 100_000}, "too_long"),
        ({"instruction": "Please name three stalls for a festival."}, "wrong_language"),
        ({"instruction": "请介绍三个适合夏日祭典的摊位方案并说明理由"}, "wrong_language"),
        ({"output": "申し訳ありませんが、お答えできません。"}, "refusal"),
        ({"output": "AIアシスタントとして、意見は持ちません。"}, "refusal"),
        ({"output": "かき氷、輪投げ、"}, "truncated"),
        ({"output": "次のとおりです。\n```python\nprint(1)"}, "truncated"),
        ({"instruction": "夏祭りの屋台が並ぶ様子の画像を生成してください。"}, "not_text_task"),
        ({"instruction": "添付のファイルを要約してください。次のファイルを使います。"}, "not_text_task"),
        ({"instruction": "指示：夏祭りの屋台の案を三つ考えてください。"}, "template_leak"),
        ({"instruction": "文章だけで完結する課題に限りますので、祭りの屋台を考えてください。"}, "template_leak"),
        ({"output": "  "}, "output_missing"),
        ({"output": GOOD["instruction"]}, "output_missing"),
        ({"output": "とても楽しいお祭りです。" * 3}, "repetitive"),
        ({"instruction": "もし月がなかったら、海の生き物の暮らしはどう変わったでしょうか。"}, "benchmark_leak"),
        ({"instruction": "冬の朝に窓が結露する理由を、小学生でもわかるように説明してください。"}, "near_duplicate"),
    ],
)
def test_each_rule_gives_its_reason(changes: dict[str, str], reason: str) -> None:
    rejection = make().decide(GOOD | changes)
    assert rejection is not None
    assert rejection.reason == reason
    assert rejection.detail


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
    filter = Filter(SETTINGS | {"tokeniser": {"name": "space"}}, language, [], [], load_prompt("generate", ROOT / "prompts"))
    good = {"id": "a", "instruction": "Name three stalls for a summer fair.", "input": "", "output": "Lemonade, hoopla, books."}
    assert filter.decide(good | {"output": "I'm sorry, but I can't help with that."}).reason == "refusal"  # type: ignore[union-attr]
    assert filter.decide(good | {"instruction": "Draw a stall for a summer fair."}).reason == "not_text_task"  # type: ignore[union-attr]
    assert filter.decide(good) is None


# Similarity: exact.


def nearest(pool: list[list[str]], tokens: list[str], threshold: float, strict: bool) -> tuple[int, float] | None:
    """What rouge_score's `_score_lcs` and a loop over the whole pool say."""
    best: tuple[int, float] | None = None
    for place, other in enumerate(pool):
        score = 0.0
        if tokens and other:
            precision, recall = lcs(other, tokens) / len(tokens), lcs(other, tokens) / len(other)
            score = 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
        if (score > threshold if strict else score >= threshold) and (best is None or score > best[1]):
            best = (place, score)
    return best


def letters(step: int, size: int) -> list[str]:
    """Long texts that share many tokens with one another."""
    return [chr(97 + (step * n * n + n) % 23) for n in range(size)]


token_lists = (
    st.lists(st.sampled_from("abcde"), max_size=14)
    | st.lists(st.sampled_from("ab"), max_size=40)
    | st.builds(
        lambda seed, size: [chr(97 + (seed * n * n + n) % 23) for n in range(size)], st.integers(0, 3), st.integers(0, 600)
    )
)


@settings(max_examples=300, deadline=None)
@given(st.lists(token_lists, max_size=12), token_lists, st.sampled_from([0.3, 0.5, 0.6, 0.7, 0.75, 0.9, 1.0]), st.booleans())
def test_pool_decides_as_the_reference(pool: list[list[str]], tokens: list[str], threshold: float, strict: bool) -> None:
    made, encode = Pool(threshold, strict), Encoder()
    for place, other in enumerate(pool):
        made.add(str(place), encode(other))
    expected = nearest(pool, tokens, threshold, strict)
    found = made.nearest(encode(tokens))
    assert (found and (int(found.id), found.score)) == expected


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=8), min_size=2, max_size=20), st.data())
def test_a_decision_flips_only_where_something_similar_changed(tokens: list[list[str]], data: st.DataObject) -> None:
    """One candidate becomes another: each other one whose decision flips is too similar to it, or to one that flipped."""
    place = data.draw(st.integers(0, len(tokens) - 1))
    other = list(tokens)
    other[place] = data.draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=8))
    before, after = ours(tokens, 0.7), ours(other, 0.7)
    flipped = {n for n in range(len(tokens)) if (before[n] is None) != (after[n] is None)} - {place}
    moved = [*({n: tokens[n] for n in flipped}.items()), (place, tokens[place]), (place, other[place])]
    for n in flipped:
        assert any(nearest([text], tokens[n], 0.7, strict=False) for m, text in moved if m != n)


@pytest.mark.slow
def test_three_thousand_rows_are_decided_as_by_rouge_score() -> None:
    """Instructions of the stand-in's grammar, shortened, in Sudachi's tokens; two fifths repeat an earlier one."""
    tokenise = load_tokeniser(SETTINGS["tokeniser"])
    tokens = [tokenise(text)[:12] for text in texts(3000, duplicates=0.4, seed=7)]
    kept: list[int] = []
    expected: list[Neighbour | None] = []
    for number, candidate in enumerate(tokens):
        scored = ((_score_lcs(tokens[other], candidate).fmeasure, other) for other in kept)
        score, other = max(scored, key=lambda pair: (pair[0], -pair[1]), default=(0.0, 0))  # the first of equals
        expected.append(Neighbour(str(other), score) if score >= 0.7 else None)
        if score < 0.7:
            kept.append(number)
    assert ours(tokens, 0.7) == expected
    assert 500 < len(kept) < 2500


def test_texts_together_as_one_by_one() -> None:
    tokens = [["a", "b", "a"], [], ["b"], ["a"] * 70]
    one, all = Encoder(), Encoder()
    for text, other in zip(map(one, tokens), all.all(tokens), strict=True):
        assert (text.length, text.codes, text.bitmap.tolist()) == (other.length, other.codes, other.bitmap.tolist())
    assert all.all([]) == []


def test_texts_beyond_the_code_points_are_compared_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool that has seen more tokens than there are code points falls back to plain numbers."""
    monkeypatch.setattr(similarity, "_CODE_POINTS", 6)
    made, encode = Pool(0.7, strict=False), Encoder()
    made.add("low", encode("abcde"))
    made.add("high", encode("uvwxyz"))
    assert made.nearest(encode("abcdz")) == Neighbour("low", rouge_l(4, 5, 5))
    assert made.nearest(encode("uvwxya")) == Neighbour("high", rouge_l(5, 6, 6))


def test_scores_at_the_threshold() -> None:
    """Of the pairs of lengths whose F is exactly 7/10, floats land on both sides: ours must land as the reference's."""
    for m in range(1, 60):
        for n in range(1, 60):
            common, rest = divmod(7 * (m + n), 20)
            if rest or common > min(m, n):
                continue
            one = ["x"] * common + ["a"] * (m - common)
            other = ["x"] * common + ["b"] * (n - common)
            for strict in (False, True):
                made, encode = Pool(0.7, strict), Encoder()
                made.add("0", encode(other))
                expected = rouge_l(common, m, n) > 0.7 if strict else rouge_l(common, m, n) >= 0.7
                assert (made.nearest(encode(one)) is not None) == expected, (m, n, strict)


def test_tokenisers() -> None:
    text = "ＡＩは、関西国際空港(1958)を見た。"
    assert load_tokeniser(SETTINGS["tokeniser"])(text) == ["ai", "は", "関西国際空港", "1958", "を", "見", "た"]
    assert load_tokeniser({"name": "character"})("がぎ a1。") == ["が", "ぎ", "a", "1"]
    assert load_tokeniser({"name": "space"})("L'été, naïve: 3!") == ["l", "été", "naïve", "3"]


def test_a_text_too_long_for_sudachi_is_cut_up() -> None:
    assert len(load_tokeniser(SETTINGS["tokeniser"])("猫が鳴く。" * 20_000)) == 3 * 20_000


def test_another_dictionary_is_refused() -> None:
    with pytest.raises(UserError, match="'20200101' is named"):
        load_tokeniser({"name": "sudachi", "dictionary": "20200101"})


# Demonstrations: rendezvous hashing.


def test_editing_the_seeds_disturbs_few_slots() -> None:
    ids = [f"seed-{n}" for n in range(50)]
    before = [draw(ids, 3, 42, slot) for slot in range(400)]
    added = [draw([*ids, "new"], 3, 42, slot) for slot in range(400)]
    removed = [draw(ids[1:], 3, 42, slot) for slot in range(400)]
    changed = sum(one != other for one, other in zip(before, added, strict=True))
    assert changed == sum("new" in shown for shown in added)
    assert changed / 400 == pytest.approx(3 / 51, abs=0.04)
    assert all(one == other for one, other in zip(before, removed, strict=True) if "seed-0" not in one)
    assert draw(ids[:2], 3, 42, 0) == draw(reversed(ids[:2]), 3, 42, 0)
