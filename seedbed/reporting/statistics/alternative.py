"""The alternative-annotator test of arXiv 2501.10970: whether a judge may do a person's work.

Each annotator is set against the judge: which of the two agrees better with the other annotators? The judge wins against one
who is not better than it by more than ε, by a one-sided test, corrected for the number of annotators (Benjamini and Yekutieli
2001); it passes where it wins against half of them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seedbed.reporting.statistics.distributions import t_tails
from seedbed.reporting.statistics.resamples import Floats

LEAST_ANNOTATORS = 3
LEAST_ITEMS = 50
"""Items that an annotator must share with others."""
EPSILON = 0.1
"""What a person's work is worth more, since it costs more."""


@dataclass(frozen=True)
class Alternative:
    """The result of the test.

    Attributes:
        annotators: those with enough shared items.
        items: that the judge and two people at least have an outcome of.
        winning_rate: share of the annotators against whom the judge wins; None where the test cannot be done.
        advantage: mean share of the items on which the judge agrees with the others at least as well as a person does.
    """

    annotators: int
    items: int
    winning_rate: float | None
    advantage: float | None

    @property
    def passed(self) -> bool | None:
        """Whether the judge may replace a person; None where the test cannot be done."""
        return None if self.winning_rate is None else self.winning_rate >= 0.5


def alternative_annotator(
    judge: Floats, people: Floats, questions: NDArray[Any], confidence: float, epsilon: float = EPSILON
) -> Alternative:
    """Return the result of the test.

    Args:
        judge: shape (items,), any codes of outcomes; NaN where invalid.
        people: shape (annotators, items), the same codes; NaN where the person did not vote.
        questions: shape (items,), codes of the questions that the items are of: what is drawn together.
        confidence: of the test, in percent.
        epsilon: how much better a person may be.
    """
    voted = ~np.isnan(people)
    usable = ~np.isnan(judge) & (voted.sum(axis=0) > 1)
    tests = [_against(place, judge, people, questions, usable, epsilon) for place in range(len(people))]
    done = [test for test in tests if test is not None]
    if len(done) < LEAST_ANNOTATORS:
        return Alternative(len(done), int(usable.sum()), None, None)
    harmonic = sum(1 / rank for rank in range(1, len(done) + 1))
    ordered = sorted(p for p, _ in done)
    level = (1 - confidence / 100) / harmonic / len(done)
    rejected = max((rank for rank, p in enumerate(ordered, 1) if p <= rank * level), default=0)
    return Alternative(len(done), int(usable.sum()), rejected / len(done), float(np.mean([share for _, share in done])))


def _against(
    place: int, judge: Floats, people: Floats, questions: NDArray[Any], usable: NDArray[np.bool_], epsilon: float
) -> tuple[float, float] | None:
    """Return the p-value against one annotator, and how often the judge agrees at least as well; None with too few items."""
    mine = people[place]
    shared = usable & ~np.isnan(mine)
    if shared.sum() < LEAST_ITEMS:
        return None
    others = np.delete(people, place, axis=0)[:, shared]
    valid = ~np.isnan(others)
    with_judge = (valid & (others == judge[shared])).sum(axis=0) / valid.sum(axis=0)
    with_person = (valid & (others == mine[shared])).sum(axis=0) / valid.sum(axis=0)
    lead = (with_person >= with_judge).astype(float) - (with_judge >= with_person)  # 1, 0 or -1: who agrees better
    _, group = np.unique(questions[shared], return_inverse=True)
    n, clusters = len(lead), int(group.max()) + 1
    if clusters < 2:
        return None
    sums = np.bincount(group, lead - lead.mean(), clusters)
    error = np.sqrt(clusters / (clusters - 1) * (sums**2).sum()) / n
    advantage = float((with_judge >= with_person).mean())
    if error == 0:
        return (0.0 if lead.mean() < epsilon else 1.0), advantage
    t = (lead.mean() - epsilon) / error
    tail = t_tails(float(t), clusters - 1) / 2
    return (tail if t < 0 else 1 - tail), advantage
