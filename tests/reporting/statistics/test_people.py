"""Agreement beyond chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedbed.reporting.statistics.people import alpha, alpha_interval, coincidences, kappa, kappa_interval


def test_kappa_of_a_table_worked_by_hand() -> None:
    """50 cases, 20 yes of both, 15 no of both: observed 0.7, by chance 0.5."""
    assert kappa(np.array([[20.0, 5.0], [10.0, 15.0]])) == pytest.approx(0.4)
    assert np.isnan(kappa(np.zeros((3, 3))))
    assert np.isnan(kappa(np.diag([4.0, 0.0, 0.0])))


def test_alpha_of_krippendorffs_own_example() -> None:
    """Krippendorff 2011, section C: 4 observers, 12 units, 5 values, data missing; nominal alpha 0.743."""
    observers = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
    counts = np.zeros((12, 5))
    for said in observers:
        for unit, value in enumerate(said):
            if value != ".":
                counts[unit, int(value) - 1] += 1
    matrix = coincidences(counts).sum(axis=0)
    assert matrix.sum() == pytest.approx(40)
    assert matrix.sum(axis=1) == pytest.approx([9, 13, 10, 5, 3])
    assert float(alpha(matrix)) == pytest.approx(0.743, abs=5e-4)
    low, high = alpha_interval(coincidences(counts), 95)
    assert low < 0.743 < high


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["win", "loss", "tie", None]), min_size=3, max_size=3), min_size=2, max_size=12))
def test_kappa_and_alpha_are_those_of_nltk(said: list[list[str | None]]) -> None:
    from nltk.metrics.agreement import AnnotationTask  # type: ignore[import-untyped]

    names = ("win", "loss", "tie")
    counts = np.array([[unit.count(name) for name in names] for unit in said], dtype=np.float64)
    mine = float(alpha(coincidences(counts).sum(axis=0)))
    pairable = [unit for unit in said if sum(value is not None for value in unit) > 1]
    if len({value for unit in pairable for value in unit if value}) > 1:
        triples = [(rater, unit, value) for unit, row in enumerate(said) for rater, value in enumerate(row) if value]
        assert mine == pytest.approx(AnnotationTask(data=triples).alpha())
        low, high = alpha_interval(coincidences(counts), 95)
        assert low - 1e-9 <= mine <= high + 1e-9
        assert high - low > 0.01
    else:
        assert np.isnan(mine)
        assert np.isnan(alpha_interval(coincidences(counts), 95)).all()

    both = [(row[0] or "tie", row[1] or "tie") for row in said]
    tables = np.array([[[float((a, b) == pair) for b in names] for a in names] for pair in both])
    if len({value for pair in both for value in pair}) > 1:
        task = AnnotationTask(data=[(rater, unit, pair[rater]) for unit, pair in enumerate(both) for rater in (0, 1)])
        assert float(kappa(tables.sum(axis=0))) == pytest.approx(task.kappa())
        low, high = kappa_interval(tables, 95)
        assert low - 1e-9 <= task.kappa() <= high + 1e-9


def test_full_agreement_of_ten_items_is_no_certainty() -> None:
    tables = np.zeros((10, 3, 3))
    tables[range(10), [0, 1] * 5, [0, 1] * 5] = 1
    low, high = kappa_interval(tables, 95)
    assert high == pytest.approx(1)
    assert low < 0.5
