"""The alternative-annotator test."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp  # type: ignore[import-untyped]

from seedbed.reporting.statistics.alternative import _against, alternative_annotator
from seedbed.reporting.statistics.resamples import Floats


def raters(n: int, right: list[float], judge: float, seed: int = 0) -> tuple[Floats, Floats]:
    """Return the judge's outcomes and people's, each right with its own chance, else one of the two others."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 3, n).astype(float)

    def rated(share: float) -> Floats:
        return np.where(generator.random(n) < share, truth, (truth + generator.integers(1, 3, n)) % 3)

    return rated(judge), np.stack([rated(share) for share in right])


def test_one_item_a_question_gives_the_papers_own_t_test() -> None:
    judge, people = raters(120, [0.8, 0.7, 0.75], 0.75)
    others = people[1:]
    with_judge, with_person = (others == judge).mean(axis=0), (others == people[0]).mean(axis=0)
    lead = (with_person >= with_judge).astype(float) - (with_judge >= with_person)
    expected = ttest_1samp(lead, 0.1, alternative="less").pvalue
    found = _against(0, judge, people, np.arange(120.0), np.ones(120, dtype=bool), 0.1)
    assert found
    assert found[0] == pytest.approx(expected, rel=1e-9)
    assert found[1] == pytest.approx((with_judge >= with_person).mean())


def test_a_good_judge_passes_and_a_bad_one_does_not() -> None:
    good = alternative_annotator(*raters(300, [0.7, 0.7, 0.7], 0.9), np.arange(300.0), 95)
    assert (good.annotators, good.items, good.passed) == (3, 300, True)
    bad = alternative_annotator(*raters(300, [0.9, 0.9, 0.9], 0.5), np.arange(300.0), 95)
    assert (bad.winning_rate, bad.passed) == (0.0, False)
    assert bad.advantage is not None
    assert good.advantage is not None
    assert bad.advantage < good.advantage


def test_items_of_one_question_are_one_piece_of_evidence() -> None:
    judge, people = raters(60, [0.75, 0.75, 0.75], 0.75, seed=3)
    usable = np.ones(240, dtype=bool)
    four = (np.tile(judge, 4), np.tile(people, (1, 4)))
    alone = _against(0, *four, np.arange(240.0), usable, 0.1)
    shared = _against(0, *four, np.tile(np.arange(60.0), 4), usable, 0.1)
    once = _against(0, judge, people, np.arange(60.0), np.ones(60, dtype=bool), 0.1)
    assert alone
    assert shared
    assert once
    assert shared[0] == pytest.approx(once[0])
    assert alone[0] < shared[0]


@pytest.mark.parametrize(("annotators", "items"), [(2, 100), (3, 40)])
def test_too_few_people_or_items(annotators: int, items: int) -> None:
    found = alternative_annotator(*raters(items, [0.8] * annotators, 0.8), np.arange(float(items)), 95)
    assert (found.winning_rate, found.passed) == (None, None)


def test_a_person_who_shares_too_few_items_is_left_out() -> None:
    judge, people = raters(200, [0.8, 0.8, 0.8, 0.8], 0.8)
    people[3, 30:] = np.nan
    assert alternative_annotator(judge, people, np.arange(200.0), 95).annotators == 3
