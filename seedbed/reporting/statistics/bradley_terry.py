"""Strengths of models from who beat whom, by the model of Bradley and Terry (1952)."""

import numpy as np
from numpy.typing import NDArray

from seedbed.reporting.statistics.resamples import Floats

PRIOR = 0.1
"""Ties (a tenth of one) that each model is taken to have with one that is as strong as the middle. It keeps resamples finite
in which a model never loses, or never wins; where that is so of all questions, no bound is given (`levels`)."""

_CHUNK = 2**15
"""Pairs worked on at a time, so that they stay in the processor's cache."""


def bradley_terry(wins: Floats, prior: float = PRIOR, start: Floats | None = None) -> Floats:
    """Return the strengths that make the outcomes most likely, where a beats b with probability 1 / (1 + exp(b - a)).

    Newton's method on the logarithms of the strengths, in which the likelihood is concave (Hunter 2004, section 2); a
    step is at most 1, so that it cannot run away from a far start.

    Args:
        wins: shape (…, models, models), how often the row's model beat the column's; a tie is half a win of each.
        prior: ties of each model with one of strength 0, > 0.
        start: shape (models,), strengths to begin with.

    Returns:
        Shape (…, models), their mean 0.
    """
    count = wins.shape[-1]
    games = wins + np.swapaxes(wins, -1, -2)
    won = wins.sum(axis=-1) + prior / 2
    strengths = np.zeros(wins.shape[:-1]) + (0 if start is None else start)
    diagonal = np.arange(count)
    for _ in range(200):
        chance = 1 / (1 + np.exp(strengths[..., None, :] - strengths[..., :, None]))
        alone = 1 / (1 + np.exp(-strengths))
        slope = won - (games * chance).sum(axis=-1) - prior * alone
        curve = -games * chance * (1 - chance)
        curve[..., diagonal, diagonal] = 0
        curve[..., diagonal, diagonal] = prior * alone * (1 - alone) - curve.sum(axis=-1)
        step = np.linalg.solve(curve, slope[..., None])[..., 0]
        step /= np.maximum(1, np.abs(step).max(axis=-1, keepdims=True))
        strengths = strengths + step
        if np.abs(step).max() < 1e-5:  # quadratic: the next one would be below 1e-9
            break
    centred: Floats = strengths - strengths.mean(axis=-1, keepdims=True)
    return centred


def resampled_strengths(by_question: Floats, counts: Floats, strengths: Floats) -> Floats:
    """Return the strengths of resamples of the questions, shape (resamples, models).

    Args:
        by_question: shape (questions, models, models), each question's own wins.
        counts: shape (resamples, questions), how often each question was drawn.
        strengths: shape (models,), those of all questions, to begin with.
    """
    models = len(strengths)
    drawn = (counts @ by_question.reshape(len(by_question), -1)).reshape(-1, models, models)
    size = max(1, _CHUNK // models**2)
    return np.concatenate([bradley_terry(drawn[at : at + size], start=strengths) for at in range(0, len(drawn), size)])


def levels(wins: Floats) -> NDArray[np.int64]:
    """Return the level of each model, 0 the highest: two models are of one level where each beat the other, if only by way
    of further models. Between two levels the outcomes bound no difference from above: the lower one never won.

    Args:
        wins: shape (models, models).

    Returns:
        Shape (models,).

    Raises:
        ValueError: the models fall into groups that no comparison connects, so that they have no one order.
    """
    reach = (wins > 0) | np.eye(len(wins), dtype=bool)
    for _ in range(len(wins).bit_length()):
        reach = reach @ reach
    if not (reach | reach.T).all():
        raise ValueError("no chain of wins leads from one of two models to the other")
    below = reach.sum(axis=1)  # those of one level reach the same models, and a higher level reaches more
    return np.array([int((np.unique(below) > mine).sum()) for mine in below])
