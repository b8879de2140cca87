"""Sets compared as methods."""

import numpy as np
import pytest
from scipy.stats import linregress  # type: ignore[import-untyped]

from seedbed.reporting.statistics.methods import compare_sets, direct_sides, gated, size_trend
from seedbed.reporting.statistics.paired import paired_difference
from seedbed.reporting.statistics.resamples import Floats


def scores(rate: float, seed: int, seeds: int = 1, n: int = 80) -> Floats:
    return np.random.default_rng(seed).choice([1.0, 0.5, 0.0], size=(seeds, n), p=[rate - 0.05, 0.1, 0.95 - rate])


def test_one_base_is_a_paired_difference() -> None:
    new, old = scores(0.7, 1), scores(0.5, 2)
    new[0, 3] = np.nan
    found, expected = compare_sets({"llama": (new, old)}, 95), paired_difference(new[0], old[0], 95)
    assert found
    assert expected
    assert (found.overall.mean, found.overall.low, found.overall.high) == pytest.approx(
        (expected.mean, expected.low, expected.high)
    )
    assert (found.overall.n, found.overall.seeds) == (79, 1)


def test_the_mean_over_bases_draws_a_question_once() -> None:
    """Three bases that say the same of each question are no more evidence than one."""
    pair = (scores(0.7, 1), scores(0.5, 2))
    one, three = compare_sets({"a": pair}, 95), compare_sets(dict.fromkeys("abc", pair), 95)
    assert one
    assert three
    assert three.overall == one.overall


def test_bases_are_tested_only_where_their_mean_is_not_0() -> None:
    nothing = compare_sets({name: (scores(0.5, place), scores(0.5, 10 + place)) for place, name in enumerate("abc")}, 95)
    assert nothing
    assert nothing.overall.p > 0.05
    assert gated([nothing], 95) == [(nothing.overall.p, [None, None, None])]
    much = compare_sets({name: (scores(0.9, place), scores(0.5, 10 + place)) for place, name in enumerate("abc")}, 95)
    assert much
    ((mean, bases),) = gated([much], 95)
    assert mean == much.overall.p
    corrected = zip(much.by_base.values(), bases, strict=True)
    assert all(p is not None and effect.p <= p < 0.05 for effect, p in corrected)


def test_the_bases_of_several_pairs_are_one_family() -> None:
    much = compare_sets({"a": (scores(0.9, 1), scores(0.5, 2)), "b": (scores(0.9, 3), scores(0.5, 4))}, 95)
    nothing = compare_sets({"a": (scores(0.5, 1), scores(0.5, 1))}, 95)
    assert much
    assert nothing
    first, second, third = gated([much, nothing, much], 95)
    assert first[0] == pytest.approx(3 * much.overall.p)
    assert second[1] == [None]
    assert first == third
    assert min(p for p in first[1] if p is not None) == pytest.approx(4 * min(e.p for e in much.by_base.values()))


def test_direct_matches_of_trainings_one_with_one() -> None:
    """The variance of the trainings is that of the differences: both sides of a match vary together."""
    rows = np.stack([scores(rate, place)[0] for place, rate in enumerate((0.4, 0.6, 0.8))])
    new, old = direct_sides({(f"n{place}", f"o{place}"): row for place, row in enumerate(rows)})
    assert np.array_equal(new, 2 * rows - 1)
    assert old.shape == new.shape
    assert not old.any()
    found = compare_sets({"a": (new, old)}, 95)
    assert found
    assert found.overall.mean == pytest.approx(2 * rows.mean() - 1)
    assert found.overall.seeds == 3


def test_direct_matches_of_each_training_with_each() -> None:
    rows = {(f"n{one}", f"o{other}"): scores(0.6, 3 * one + other)[0] for one in range(3) for other in range(3)}
    new, old = direct_sides(rows)
    assert old.mean(axis=0) == pytest.approx(np.zeros(80))
    found = compare_sets({"a": (new, old)}, 95)
    assert found
    assert found.overall.mean == pytest.approx(2 * np.mean(list(rows.values())) - 1)
    one_old = compare_sets({"a": direct_sides({pair: row for pair, row in rows.items() if pair[1] == "o0"})}, 95)
    assert one_old
    assert one_old.overall.seeds == 1


def test_trainings_that_differ_widen_the_interval() -> None:
    alike, unlike = np.tile(scores(0.6, 1), (3, 1)), np.tile(scores(0.6, 1), (3, 1))
    unlike[0, :20], unlike[1, -20:] = 0, 1
    old = np.tile(scores(0.5, 2), (3, 1))
    narrow, wide = compare_sets({"a": (alike, old)}, 95), compare_sets({"a": (unlike, old)}, 95)
    assert narrow
    assert wide
    assert wide.overall.high - wide.overall.low > 1.5 * (narrow.overall.high - narrow.overall.low)
    assert (narrow.overall.seeds, wide.overall.seeds) == (3, 3)


def test_nothing_valid_on_both_sides() -> None:
    assert compare_sets({"a": (np.full((1, 4), np.nan), scores(0.5, 1, n=4))}, 95) is None


def test_the_trend_over_sizes_is_the_mean_slope() -> None:
    sizes, found = [1000, 2000, 8000], np.stack([scores(0.4, 1)[0], scores(0.5, 2)[0], scores(0.6, 3)[0]])
    trend = size_trend(found, sizes, 95)
    assert trend
    assert trend.mean == pytest.approx(linregress(np.log2(sizes), found.mean(axis=1)).slope)
    assert trend.low < trend.mean < trend.high
