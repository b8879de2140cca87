"""Similarity: exact, and decided as by a plain reference."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import _score_lcs

from benchmarks.similarity import lcs, ours, texts
from seedbed.filtering import segments, similarity
from seedbed.filtering.engines import Blocks, Engine, Local
from seedbed.filtering.similarity import Encoder, Neighbour, Pool, rouge_l
from seedbed.filtering.tokenisers import load_tokeniser
from seedbed.util.errors import UserError
from tests.filtering.sample import SETTINGS


def nearest(pool: list[list[str]], tokens: list[str], threshold: float, strict: bool) -> tuple[int, float] | None:
    """What rouge_score's `_score_lcs` and a loop over the whole pool say."""
    best: tuple[int, float] | None = None
    for place, other in enumerate(pool):
        score = 0.0
        if tokens and other:
            common = lcs(other, tokens)
            precision, recall = common / len(tokens), common / len(other)
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


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abcde"), max_size=9), min_size=1, max_size=20),
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["kept", "all", "none", "stranger"])), min_size=1, max_size=12),
    st.sampled_from([0.3, 0.6, 0.7, 0.9, 1.0]),
    st.booleans(),
    st.integers(1, 5),
    st.booleans(),
)
def test_texts_that_are_expected_are_decided_as_one_by_one(
    texts: list[list[str]], pieces: list[tuple[int, str]], threshold: float, strict: bool, few: int, blocks: bool
) -> None:
    """Texts come in pieces of any size, to segments of any size, and are added or not, whatever else is added meanwhile."""
    engine: Engine = Local()
    engine.few = few
    if blocks:
        engine = Blocks(
            lambda function, *arguments: function(*arguments), lambda value: value, list, few=few, largest=9, block=2
        )
    made, encode, added = Pool(threshold, strict, engine), Encoder(), list[list[str]]()
    sizes = iter(pieces)
    while texts:
        size, adding = next(sizes, (3, "kept"))
        piece, texts = texts[:size], texts[size:]
        encoded = encode.all(piece)
        made.expect(encoded)
        for tokens, text in zip(piece, encoded, strict=True):
            expected = nearest(added, tokens, threshold, strict)
            found = made.nearest(text)
            assert (found and (int(found.id), found.score)) == expected
            if adding == "stranger":
                made.add(str(len(added)), encode(tokens[::-1]))
                added.append(tokens[::-1])
            if adding == "all" or (adding == "kept" and expected is None):
                made.add(str(len(added)), text)
                added.append(tokens)
                assert made.nearest(text) == made.nearest(encode(tokens))


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


def test_long_texts_that_share_the_most_frequent_token_alone() -> None:
    engine: Engine = Local()
    engine.few = 1
    made, encode = Pool(0.0001, False, engine), Encoder()
    for number in range(4):
        made.add(str(number), encode(["x", *(f"{number}-{place}" for place in range(4999 - number))]))
    assert made.nearest(encode(["x", *map(str, range(4999))])) == Neighbour("3", rouge_l(1, 5000, 4997))


@pytest.mark.parametrize("few", [1, 2])
def test_more_tokens_than_the_index_holds_are_refused(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "_RANKS", 7)
    engine: Engine = Local()
    engine.few = few
    made, encode = Pool(0.7, False, engine), Encoder()
    made.add("one", encode(["a", "b", "a", "c"]))
    with pytest.raises(UserError, match=r"engine\.filter: local holds up to 6 different tokens.*set it to ray"):
        made.add("two", encode(["e", "d", "f", "g"]))


def test_texts_together_as_one_by_one() -> None:
    tokens = [["a", "b", "a"], [], ["b"], ["a"] * 70]
    one, all = Encoder(), Encoder()
    for text, other in zip(map(one, tokens), all.all(tokens), strict=True):
        assert (text.codes.tolist(), text.bitmap.tolist()) == (other.codes.tolist(), other.bitmap.tolist())
    assert all.all([]) == []


def test_texts_beyond_the_code_points_are_compared_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool that has seen more tokens than there are code points falls back to plain numbers."""
    monkeypatch.setattr(similarity, "_SURROGATES", range(6, 0x110000))  # so that there are six
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
