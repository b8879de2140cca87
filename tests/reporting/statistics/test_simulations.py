"""What the intervals and tests promise, held against simulated benchmarks whose truth is known.

Seeds are fixed: a figure is the same each time. 2,000 runs leave a standard error of half a percent on a coverage of .95.
"""

import numpy as np
import pytest

from seedbed.reporting.corrected_rates import Draw, correct
from seedbed.reporting.scores import Scores
from seedbed.reporting.statistics.bradley_terry import bradley_terry, levels, resampled_strengths
from seedbed.reporting.statistics.corrected import corrected, corrected_uniform
from seedbed.reporting.statistics.families import holm
from seedbed.reporting.statistics.informative import draw_probabilities
from seedbed.reporting.statistics.intervals import rate_interval
from seedbed.reporting.statistics.length import length_controlled
from seedbed.reporting.statistics.methods import compare_sets
from seedbed.reporting.statistics.paired import mean_interval
from seedbed.reporting.statistics.people import kappa_interval
from seedbed.reporting.statistics.resamples import Floats, resampled_counts
from seedbed.reporting.statistics.sign_flip import sign_flip
from seedbed.reporting.statistics.simultaneous import simultaneous_differences

pytestmark = pytest.mark.slow
RUNS = 2000
SCORES = np.array([1.0, 0.5, 0.0])


def drawn(generator: np.random.Generator, rate: float, ties: float, shape: tuple[int, ...]) -> Floats:
    """Return scores of questions whose mean is `rate`; ties as many as asked for, or as the rate leaves room for."""
    ties = min(ties, 2 * (1 - rate), 2 * rate)
    return generator.choice(SCORES, size=shape, p=[rate - ties / 2, ties, 1 - rate - ties / 2])


def covered(bounds: Floats, truth: Floats | float) -> float:
    return float(((bounds[..., 0] <= truth + 1e-12) & (truth - 1e-12 <= bounds[..., 1])).mean())


@pytest.mark.parametrize("n", [10, 80])
@pytest.mark.parametrize("rate", [0.5, 0.775, 0.9, 0.99, 1.0])
def test_the_interval_of_a_rate_covers(n: int, rate: float) -> None:
    bounds = rate_interval(drawn(np.random.default_rng(n), rate, 0.15 if rate == 0.775 else 0, (10 * RUNS, n)), 95)
    assert (bounds[:, 1] - bounds[:, 0]).min() > 0.01
    cover = covered(bounds, rate)
    assert cover >= 0.89
    if n == 80 and rate < 1:  # an interval that touches 1 always holds it
        assert 0.935 <= cover <= 0.975


def test_a_paired_test_rejects_a_mean_of_0_as_rarely_as_it_says() -> None:
    """+½ in 40% of the questions, -1 in 20%: the sign test rejects it in most runs, and the sign-flip test does not."""
    generator = np.random.default_rng(1)
    differences = generator.choice([0.5, -1.0, 0.0], size=(RUNS, 80), p=[0.4, 0.2, 0.4])
    assert np.mean([sign_flip(row) < 0.05 for row in differences]) <= 0.06
    assert np.mean([sign_flip(np.sign(row)) < 0.05 for row in differences]) > 0.5
    assert 0.93 <= covered(mean_interval(differences, 95), 0) <= 0.97


def test_all_differences_of_a_ranking_are_covered_together() -> None:
    """8 models, all pairs, 80 questions; strengths vary by question with a standard deviation of ½, 15% ties."""
    generator, models, questions = np.random.default_rng(2), 8, 80
    strengths = np.linspace(-0.8, 0.8, models)
    apart = generator.normal(0, 0.5 * 2**0.5, 200_000)
    wins = np.zeros((models, models))
    for one in range(models):
        for other in range(models):
            if one != other:
                wins[one, other] = 0.075 + 0.85 * (1 / (1 + np.exp(-(strengths[one] - strengths[other] + apart)))).mean()
    truth = bradley_terry(1e6 * wins)
    upper = np.triu_indices(models, 1)
    held = 0
    for run in range(RUNS // 4):
        own = strengths + generator.normal(0, 0.5, (questions, models))
        chance = 1 / (1 + np.exp(own[:, None, :] - own[:, :, None]))
        luck, tie = generator.random((questions, models, models)), generator.random((questions, models, models)) < 0.15
        score = np.where(tie, 0.5, luck < chance)
        by_question = np.zeros((questions, models, models))
        by_question[:, upper[0], upper[1]] = score[:, upper[0], upper[1]]
        by_question[:, upper[1], upper[0]] = 1 - score[:, upper[0], upper[1]]
        found = bradley_terry(by_question.sum(axis=0))
        resampled = resampled_strengths(by_question, resampled_counts(questions, 1000, f"ranking {run}"), found)
        low, high = simultaneous_differences(found, resampled, questions, 95)
        difference = truth[:, None] - truth[None, :]
        held += bool(((low <= difference) & (difference <= high))[upper].all())
    assert 0.93 <= held / (RUNS // 4) <= 0.97


def test_a_model_that_never_loses_is_of_a_level_of_its_own() -> None:
    wins = np.array([[0.0, 80.0, 80.0], [0.0, 0.0, 41.0], [0.0, 39.0, 0.0]])
    assert levels(wins).tolist() == [0, 1, 1]


def votes(generator: np.random.Generator, n: int, agreement: float, effect: float = 0.0) -> tuple[Floats, Floats]:
    """Return people's scores of n items, and those of a judge that errs for the model: it calls lost items won."""
    people = generator.choice(SCORES, size=n, p=[0.35, 0.15, 0.5])
    errs = generator.random(n) < np.clip(2 * (1 - agreement) + effect, 0, 1)
    judge = np.where((people == 0) & errs, 1.0, people)
    return judge, people


@pytest.mark.parametrize(("n", "voted"), [(80, 30), (500, 30), (500, 100)])
@pytest.mark.parametrize("agreement", [0.7, 0.95])
@pytest.mark.parametrize("active", [False, True])
def test_rates_corrected_by_votes_cover(n: int, voted: int, agreement: float, active: bool) -> None:
    """People give 42.5; the judge calls lost items won, so that its own rate is 30 or 5 points too high."""
    generator = np.random.default_rng([3, n, voted, int(100 * agreement), active])
    truth, bounds, raw = 0.425, [], []
    for _ in range(RUNS):
        judge, people = votes(generator, n, agreement)
        raw.append(rate_interval(judge, 95))
        if active:
            # Where the judge sees a win it is wrong more often: people are asked there more.
            doubt = np.where(judge == 1, 3.0, 1.0)
            probability = draw_probabilities(doubt, voted)
            seen = np.where(generator.random(n) < probability, people, np.nan)
            found = corrected(judge, seen, probability, np.arange(n), 95)
        else:
            seen = np.full(n, np.nan)
            chosen = generator.permutation(n)[:voted]
            seen[chosen] = people[chosen]
            found = corrected_uniform(judge, seen, 95)
        assert found
        bounds.append([found.low, found.high])
    assert 0.93 <= covered(np.array(bounds), truth) <= 0.99
    if agreement == 0.7:
        assert covered(np.array(raw), truth) < 0.5


def test_rates_corrected_by_votes_cover_where_questions_are_shared() -> None:
    """6 matches of 80 questions each, some questions harder to judge than others in all of them; 100 of 480 are drawn."""
    generator, bounds = np.random.default_rng(4), []
    for _ in range(RUNS):
        effects = np.tile(generator.normal(0, 0.2, 80), 6)
        people = generator.choice(SCORES, size=480, p=[0.35, 0.15, 0.5])
        errs = generator.random(480) < np.clip(0.5 + effects, 0, 1)
        judge = np.where((people == 0) & errs, 1.0, people)
        probability = np.full(480, 100 / 480)
        seen = np.where(generator.random(480) < probability, people, np.nan)
        found = corrected(judge, seen, probability, np.tile(np.arange(80), 6), 95)
        assert found
        bounds.append([found.low, found.high])
    assert 0.93 <= covered(np.array(bounds), 0.425) <= 0.99


@pytest.mark.parametrize("kind", ["uniform", "logged", "logged, half of it voted on"])
def test_the_reports_own_corrected_rates_and_differences_cover(kind: str) -> None:
    """Two models against one baseline on 80 questions. The judge gives the one 12 points too many and the other 30.

    People would give 42.5 and 35. About 40 questions of each are drawn for votes; where a draw is logged, those likelier that
    the judge calls ties or wins.
    """
    generator = np.random.default_rng([8, len(kind)])
    truth = {"m": 42.5, "n": 35.0, "x less z": 7.5}
    bounds: dict[str, list[list[float]]] = {name: [] for name in truth}
    raw, half = [], kind.endswith("voted on")
    for _ in range(RUNS):
        effects = generator.normal(0, 0.1, 80)  # a question that is hard to judge is so in both matches
        people = np.stack([generator.choice(SCORES, size=80, p=p) for p in ([0.35, 0.15, 0.5], [0.3, 0.1, 0.6])], axis=1)
        errs = generator.random((80, 2)) < np.clip(np.array([0.24, 0.5]) + effects[:, None], 0, 1)
        judge = np.where((people == 0) & errs, 1.0, people)
        sides = {"m": ("x", "y"), "n": ("z", "y")}
        scores = Scores(sides, [f"q{n}" for n in range(80)], ["c"] * 80, judge, judge, judge)
        if kind == "uniform":
            draw = Draw(np.full((1, 80, 2), np.nan), np.full((80, 2), np.nan))
            chosen = np.repeat(generator.permutation(80)[:, None] < 40, 2, axis=1)
        else:
            doubt = np.where(judge == 1, 2.0, 1.0)
            probability = np.stack([draw_probabilities(weights, 40) for weights in doubt.T], axis=1)
            draw = Draw(probability[None], generator.random((80, 2)))
            chosen = (draw.chance < probability) & (generator.random((80, 2)) < (0.5 if half else 1))
        rows = {row["name"]: row for row in correct(scores, np.where(chosen, people, np.nan), draw, 95)}
        for name, row in rows.items():
            bounds[name].append([row["low"], row["high"]])
        raw.append(100 * rate_interval(judge[:, 1], 95))
    for name, found in bounds.items():
        assert len(found) > RUNS / 2
        assert 0.93 <= covered(np.array(found), truth[name]) <= 0.99, name
    assert covered(np.array(raw), truth["n"]) < 0.01


@pytest.mark.parametrize("strength", [0.0, 2.0])
def test_the_rate_at_equal_length_covers(strength: float) -> None:
    """80 questions, 15% ties, a judge that prefers the longer answer; the model's are longer by half a deviation."""
    generator, bounds, refused = np.random.default_rng([5, int(strength)]), [], 0
    lengths = generator.normal(150, 300, (RUNS // 4, 80))
    for run, delta in enumerate(lengths):
        chance = 1 / (1 + np.exp(-(strength + 1.0 * np.tanh(delta / 300))))
        # As many ties as either side can spare: the mean score stays what the model says.
        tie = np.minimum(0.15, 2 * np.minimum(chance, 1 - chance))
        luck = generator.random(80)
        score = np.where(luck < chance - tie / 2, 1.0, np.where(luck < chance + tie / 2, 0.5, 0.0))
        ((found,), _) = length_controlled(score[:, None], delta[None, :, None], 95, f"{run}", 1000)
        if found.rate is None:
            refused += 1
        else:
            bounds.append([found.low, found.high])
    assert refused <= 0.02 * len(lengths)
    truth = 1 / (1 + np.exp(-strength))
    assert 0.92 <= covered(np.array(bounds), truth) <= 0.97


@pytest.mark.parametrize(("sd", "seeds"), [(0.0, 3), (0.03, 3), (0.06, 3), (0.0, 5), (0.03, 5), (0.06, 5)])
def test_a_difference_of_sets_covers_what_other_seeds_would_give(sd: float, seeds: int) -> None:
    generator, hits, without = np.random.default_rng([6, seeds, int(100 * sd)]), 0, 0
    for _ in range(RUNS // 2):
        sides = []
        for rate in (0.6, 0.5):
            hard = generator.normal(0, 0.15, 80)
            trained = rate + generator.normal(0, sd, (seeds, 1)) + hard - hard.mean()
            sides.append(np.clip((generator.random((seeds, 80)) < np.clip(trained, 0, 1)).astype(float), 0, 1))
        found = compare_sets({"base": (sides[0], sides[1])}, 95)
        one = compare_sets({"base": (sides[0][:1], sides[1][:1])}, 95)
        assert found
        assert one
        hits += found.overall.low <= 0.1 <= found.overall.high
        without += one.overall.low <= 0.1 <= one.overall.high
    assert hits / (RUNS // 2) >= 0.93
    if sd == 0.06:
        assert without / (RUNS // 2) < 0.9


def test_eight_categories_without_a_difference_give_a_false_alarm_in_one_of_twenty_at_most() -> None:
    scores = drawn(np.random.default_rng(7), 0.5, 0.15, (RUNS, 8, 10)) - 0.5
    alarms = [min(holm([sign_flip(category) for category in run])) < 0.05 for run in scores]
    assert np.mean(alarms) <= 0.05


@pytest.mark.parametrize("n", [10, 80])
def test_the_interval_of_kappa_does_not_collapse(n: int) -> None:
    """Two raters of three classes who agree on 80% of the items: kappa is .7."""
    generator, bounds = np.random.default_rng([8, n]), []
    truth = (0.8 - 1 / 3) / (1 - 1 / 3)
    for _ in range(RUNS):
        one = generator.integers(0, 3, n)
        other = np.where(generator.random(n) < 0.8, one, (one + generator.integers(1, 3, n)) % 3)
        tables = np.zeros((n, 3, 3))
        tables[np.arange(n), one, other] = 1
        bounds.append(kappa_interval(tables, 95))
    assert 0.89 <= covered(np.array(bounds), truth) <= 0.99
