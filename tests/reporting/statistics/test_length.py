"""The rate at equal length: the regression, and where it is refused."""

import numpy as np
import pytest
from scipy.optimize import minimize  # type: ignore[import-untyped]

from seedbed.reporting.statistics.length import _design, _Resamples, firth, length_controlled, sigmoid
from seedbed.reporting.statistics.resamples import Floats


def simulated(theta: float, n: int = 80, phi: float = 1.5, seed: int = 0) -> tuple[Floats, Floats]:
    """Return scores and lengths of one match, shapes (n, 1) and (1, n, 1)."""
    generator = np.random.default_rng(seed)
    delta = generator.normal(100, 300, n)
    score = (generator.random(n) < sigmoid(theta + phi * np.tanh(delta / 300))).astype(float)
    score[generator.random(n) < 0.15] = 0.5
    return score[:, None], delta[None, :, None]


def test_firth_is_the_maximum_of_the_penalised_likelihood() -> None:
    """Against scipy's general optimiser, of two matches with a φ in common, ties and an invalid verdict among them."""
    parts = [simulated(0.3, seed=1), simulated(-0.8, seed=2)]
    scores = np.concatenate([part[0] for part in parts], axis=1)
    scores[5, 1] = np.nan
    there = ~np.isnan(scores).T
    design = _design(np.concatenate([part[1] for part in parts], axis=2), there)
    theta, phi, _ = firth(np.nan_to_num(scores).T, design, there)

    def unlikely(values: Floats) -> float:
        chance = sigmoid(values[:2, None] + values[2] * design[:, :, 0])
        score, weight = np.nan_to_num(scores).T, there * chance * (1 - chance)
        columns = np.zeros((3, *there.shape))
        columns[0, 0], columns[1, 1], columns[2] = 1, 1, design[:, :, 0]
        information = np.einsum("imq,mq,jmq->ij", columns, weight, columns)
        likelihood = (there * (score * np.log(chance) + (1 - score) * np.log(1 - chance))).sum()
        return float(-likelihood - 0.5 * np.linalg.slogdet(information)[1])

    best = minimize(unlikely, np.zeros(3), method="BFGS", options={"gtol": 1e-9}).x
    assert [*theta, *phi] == pytest.approx(best, abs=1e-4)


def test_a_resample_that_is_the_whole_gives_the_whole() -> None:
    scores, lengths = simulated(0.7)
    there = ~np.isnan(scores).T
    design = _design(lengths, there)
    whole = firth(scores.T, design, there)
    again = _Resamples(scores.T, design, there, *whole).draw(np.ones((3, 80)))
    assert again.theta == pytest.approx(np.repeat(whole[0][:, None], 3, axis=1), abs=1e-4)
    assert not again.separated.any()


def test_a_judge_that_goes_by_length_alone_is_even_at_equal_length() -> None:
    generator = np.random.default_rng(4)
    delta = generator.normal(200, 300, 400)
    score = (generator.random(400) < sigmoid(4 * np.tanh(delta / 300))).astype(float)
    ((found,), phi) = length_controlled(score[:, None], delta[None, :, None], 95, "x")
    assert score.mean() > 0.6
    assert found.rate == pytest.approx(0.5, abs=0.08)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.5 < found.high
    assert phi is not None
    assert phi[0] > 2


@pytest.mark.parametrize(
    ("scores", "lengths", "why"),
    [
        (np.tile([1.0, 0.0], 5), np.tile([1.0, -1.0, 2.0, -2.0, 3.0], 2), "questions"),
        (np.ones(80), np.tile([5.0, -5.0], 40), "one_outcome"),
        (np.tile([1.0, 0.0], 40), np.r_[np.full(75, 5.0), np.full(5, -5.0)], "sides"),
        (np.repeat([1.0, 0.0], 40), np.r_[np.arange(1.0, 41), -np.arange(1.0, 41)], "separated"),
        (np.r_[np.ones(79), 0.0], np.tile([5.0, -4.0], 40), "separated"),  # a third of the resamples lack the one loss
    ],
)
def test_where_it_cannot_be_fitted_it_is_refused(scores: Floats, lengths: Floats, why: str) -> None:
    ((found,), _) = length_controlled(scores[:, None], lengths[None, :, None], 95, "x")
    assert (found.rate, found.why) == (None, why)


def test_a_match_that_cannot_be_fitted_changes_no_other() -> None:
    scores, lengths = simulated(0.4)
    alone, phi = length_controlled(scores, lengths, 95, "x")
    both, again = length_controlled(
        np.concatenate([scores, np.ones((80, 1))], axis=1), np.concatenate([lengths, lengths], axis=2), 95, "x"
    )
    assert both[0] == alone[0]
    assert both[1].why == "one_outcome"
    assert phi is not None
    assert again is not None
    assert phi.tolist() == again.tolist()


def test_a_second_control_takes_its_own_share() -> None:
    """The judge goes by marks of Markdown, of which longer answers have more: length alone would be blamed."""
    generator = np.random.default_rng(5)
    marks = generator.normal(0, 3, 600)
    lengths = 100 * marks + generator.normal(0, 300, 600)
    score = (generator.random(600) < sigmoid(2 * np.tanh(marks / 3))).astype(float)
    _, alone = length_controlled(score[:, None], lengths[None, :, None], 95, "x")
    _, both = length_controlled(score[:, None], np.stack([lengths, marks])[:, :, None], 95, "x")
    assert alone is not None
    assert both is not None
    assert alone[0] > 0.7
    assert abs(both[0]) < 0.5
    assert both[1] > 1.4
