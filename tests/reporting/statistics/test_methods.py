"""Sets compared as methods."""

import numpy as np
import pytest
from scipy.stats import linregress  # type: ignore[import-untyped]

from seedbed.reporting.statistics.methods import compare_sets, size_trend
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
    assert [corrected for _, corrected in nothing.by_base.values()] == [None, None, None]
    much = compare_sets({name: (scores(0.9, place), scores(0.5, 10 + place)) for place, name in enumerate("abc")}, 95)
    assert much
    assert all(corrected is not None and effect.p <= corrected < 0.05 for effect, corrected in much.by_base.values())


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
