"""What scores vary by: the question, the answer that was drawn, the judgment that was drawn; and a judge asked twice."""

from dataclasses import dataclass

from seedbed.reporting.statistics.intervals import wilson
from seedbed.reporting.statistics.resamples import Floats

LEAST_RETEST = 200
"""Items, pooled over matches: 8 of 8 that agree would say 63 to 100%."""


@dataclass(frozen=True)
class Components:
    """Variances, by analysis of variance (Searle, Casella and McCulloch 1992, chapter 3).

    Attributes:
        question, answer, judge: in the scores' unit squared, not negative.
        negative: names of those whose estimate was below 0 and is given as 0.
    """

    question: float
    answer: float
    judge: float
    negative: tuple[str, ...]


def components(scores: Floats) -> Components:
    """Return the parts of the variance of a balanced design: answers within questions, judgments within answers.

    Args:
        scores: shape (questions, answers, judgments), each at least 2.
    """
    questions, answers, judgments = scores.shape
    by_answer, by_question = scores.mean(axis=2), scores.mean(axis=(1, 2))
    within = ((scores - by_answer[:, :, None]) ** 2).sum() / (questions * answers * (judgments - 1))
    answered = judgments * ((by_answer - by_question[:, None]) ** 2).sum() / (questions * (answers - 1))
    asked = answers * judgments * ((by_question - scores.mean()) ** 2).sum() / (questions - 1)
    variances = {
        "question": float((asked - answered) / (answers * judgments)),
        "answer": float((answered - within) / judgments),
        "judge": float(within),
    }
    return Components(
        **{name: max(0.0, value) for name, value in variances.items()},
        negative=tuple(name for name, value in variances.items() if value < 0),
    )


def retest(agreed: int, items: int, confidence: float) -> tuple[float, float, float]:
    """Return the share of items, judged twice in the same order, whose verdicts agree, and its interval, from 0 to 1."""
    low, high = wilson(agreed / items, items, confidence)
    return agreed / items, float(low), float(high)
