"""The win rate at equal length: what it would be if neither answer were longer, by a regression (arXiv 2404.04475).

    E score = σ(θ + φ·tanh(Δ / sd))

Δ is the model's length less the baseline's, sd that of all Δ; θ belongs to the match, φ to the judge. Fractional (a tie is ½),
with Firth's penalty (Firth 1993), so that all is finite. Length is a mediator, since a better answer may have to be longer:
the rate is no causal effect.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seedbed.reporting.statistics.resamples import Floats, percentile_bounds, resampled_counts

LEAST_QUESTIONS = 30
LEAST_SIDE = 0.10
"""Share of the questions in which either side must be the longer one."""
MOST_SEPARATED = 0.05
"""Share of the resamples that may be separated: what is won and what is lost lie on two sides of a length."""
RESAMPLES = 1000
_CHUNK = 2**15
"""Scores worked on at a time, so that they stay in the processor's cache."""
_STEPS = 100


@dataclass(frozen=True)
class Controlled:
    """One match at equal length.

    Attributes:
        rate, low, high: the rate with its interval, from 0 to 1; None where it cannot be fitted.
        why: one of `questions`, `sides`, `one_outcome`, `separated` where it cannot be; empty where it can.
    """

    rate: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""


def length_controlled(
    scores: Floats, controls: Floats, confidence: float, seed: str, resamples: int = RESAMPLES
) -> tuple[list[Controlled], Floats | None]:
    """Return each match at equal length.

    Args:
        scores: shape (questions, matches), from 0 to 1; NaN where invalid.
        controls: shape (k, questions, matches), the model's length less the baseline's, and the same of whatever else is to
            be held equal (marks of Markdown, …); the first decides whether the match can be fitted.
        confidence: in percent.
        seed: draws the resamples of the questions.
        resamples: how many.

    Returns:
        By match; and φ, shape (k,), on the scale of tanh: log odds that the longer answer gains. None where no match can be
        fitted.
    """
    valid = ~np.isnan(scores)
    whys = [_unfit(scores[valid[:, match], match], controls[0, valid[:, match], match]) for match in range(scores.shape[1])]
    fitted = [match for match, why in enumerate(whys) if not why]
    results = [Controlled(why=why) for why in whys]
    if not fitted:
        return results, None
    valid, known = valid[:, fitted].T, np.nan_to_num(scores[:, fitted]).T
    design = _design(controls[:, :, fitted], valid)
    theta, phi, leverage = firth(known, design, valid)
    drawn = _Resamples(known, design, valid, theta, phi, leverage).draw(resampled_counts(len(scores), resamples, seed))
    for place, match in enumerate(fitted):
        if drawn.separated[place].mean() >= MOST_SEPARATED:
            results[match] = Controlled(why="separated")
        else:
            low, high = percentile_bounds(sigmoid(drawn.theta[place]), confidence)
            results[match] = Controlled(float(sigmoid(theta[place])), low, high)
    return results, phi


def _design(controls: Floats, valid: NDArray[np.bool_]) -> Floats:
    """Return tanh(Δ / sd) of each control that varies, shape (matches, questions, k), 0 where there is no score."""
    columns = []
    for control in controls:
        sd = control.T[valid].std()
        if sd > 0:
            columns.append(np.where(valid, np.tanh(control.T / sd), 0))
    return np.stack(columns, axis=-1)


def _unfit(scores: Floats, lengths: Floats) -> str:
    if len(scores) < LEAST_QUESTIONS:
        return "questions"
    if min((lengths > 0).mean(), (lengths < 0).mean()) < LEAST_SIDE:
        return "sides"
    return "one_outcome" if len(np.unique(scores)) == 1 and scores[0] != 0.5 else ""


def firth(scores: Floats, design: Floats, valid: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Return the regression by Firth's modified score: (θ by match, φ by control, leverage by match and question).

    An item's leverage h pulls its score towards ½: the same as h more items, half of them won.

    Args:
        scores: shape (matches, questions).
        design: shape (matches, questions, k), the controls, from -1 to 1.
        valid: shape (matches, questions), which scores count.
    """
    theta, phi = np.zeros(len(scores)), np.zeros(design.shape[2])
    for _ in range(_STEPS):
        chance = sigmoid(theta[:, None] + design @ phi)
        weight = valid * chance * (1 - chance)
        a, b, inverse = _arrow(weight.sum(axis=1), np.einsum("mq,mqk->mk", weight, design), _squares(weight, design))
        away = design - b[:, None, :]
        leverage = weight * (1 / a[:, None] + np.einsum("mqi,ij,mqj->mq", away, inverse, away))
        rest = valid * (scores - chance) + leverage * (0.5 - chance)
        step = inverse @ np.einsum("mq,mqk->k", rest, away)
        step_theta = rest.sum(axis=1) / a - b @ step
        largest = max(np.abs(step_theta).max(), np.abs(step).max())
        theta += step_theta / max(1, largest / 2)
        phi += step / max(1, largest / 2)
        if largest < 1e-9:
            break
    return theta, phi, leverage


def _squares(weight: Floats, design: Floats) -> Floats:
    product: Floats = np.einsum("mq,mqi,mqj->ij", weight, design, design)
    return product


def _arrow(sums: Floats, borders: Floats, corner: Floats) -> tuple[Floats, Floats, Floats]:
    """Return what the inverse of the information is made of: it is an arrow, one θ a match and a few φ that all share.

    Args:
        sums: shape (matches, …), of the weights.
        borders: shape (matches, …, k), of weight times control.
        corner: shape (…, k, k), of weight times control times control.
    """
    a = np.maximum(sums, 1e-9)
    b = borders / a[..., None]
    outer = np.einsum("m...i,m...j->...ij", borders, b)
    return a, b, np.linalg.inv(corner - outer + 1e-9 * np.eye(corner.shape[-1]))


@dataclass(frozen=True)
class _Drawn:
    """Shape (matches, resamples): θ, and whether the resample is separated there."""

    theta: Floats
    separated: NDArray[np.bool_]


class _Resamples:
    """Refits resamples, each item with its leverage in the whole, from the whole's regression on."""

    def __init__(
        self, scores: Floats, design: Floats, valid: NDArray[np.bool_], theta: Floats, phi: Floats, leverage: Floats
    ) -> None:
        k = len(phi)
        worth = valid + leverage
        self.valid, self.scores, self.theta, self.phi, self.k = valid, scores, theta, phi, k
        self.line = design @ phi
        # Single precision, twice as fast, is some thousand times finer than what is shown.
        self.controls = np.ascontiguousarray(np.moveaxis(design, 2, 0), dtype=np.float32)
        columns = np.concatenate([np.ones((*scores.shape, 1)), design], axis=2)
        pairs = [design[:, :, i] * design[:, :, j] for i in range(k) for j in range(k)]
        self.observed = (valid * scores + leverage / 2)[:, :, None] * columns
        self.moments = (worth[:, :, None] * np.concatenate([columns, np.stack(pairs, axis=2)], axis=2)).astype(np.float32)

    def draw(self, counts: Floats) -> _Drawn:
        size = max(1, _CHUNK // self.scores.size)
        thetas, separated = [], []
        for place in range(0, len(counts), size):
            part = counts[place : place + size]
            thetas.append(self._refit(part))
            separated.append(self._separated(part > 0))
        return _Drawn(np.concatenate(thetas, axis=1), np.concatenate(separated, axis=1))

    def _refit(self, counts: Floats) -> Floats:
        """Return θ of resamples, shape (matches, resamples), by Newton's method."""
        k, narrow = self.k, counts.astype(np.float32)
        observed = counts @ self.observed  # (m, r, 1 + k)
        theta = np.repeat(self.theta[:, None], len(counts), axis=1)
        phi = np.repeat(self.phi[None, :], len(counts), axis=0)
        for _ in range(_STEPS):
            chance = theta.astype(np.float32)[:, :, None] + sum(
                phi[None, :, i, None].astype(np.float32) * self.controls[i][:, None, :] for i in range(k)
            )
            np.negative(chance, out=chance)
            np.exp(chance, out=chance)
            chance += 1
            np.reciprocal(chance, out=chance)
            weight = narrow * chance
            expected = (weight @ self.moments[:, :, : 1 + k]).astype(np.float64)
            weight *= 1 - chance
            sums = (weight @ self.moments).astype(np.float64)
            corner = sums[:, :, 1 + k :].sum(axis=0).reshape(-1, k, k)
            a, b, inverse = _arrow(sums[:, :, 0], sums[:, :, 1 : 1 + k], corner)
            slope = observed - expected
            rest = slope[:, :, 1:].sum(axis=0) - np.einsum("mrk,mr->rk", b, slope[:, :, 0])
            step = np.einsum("rij,rj->ri", inverse, rest)
            step_theta = slope[:, :, 0] / a - np.einsum("mrk,rk->mr", b, step)
            largest = np.maximum(np.abs(step_theta).max(axis=0), np.abs(step).max(axis=1))
            shrink = 1 / np.maximum(1, largest / 2)
            theta += shrink * step_theta
            phi += shrink[:, None] * step
            if largest.max() < 0.01:  # quadratic: the next step would be below 0.0001
                break
        return theta

    def _separated(self, drawn: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return in which resamples a match has one outcome only, or the controls part all that is won from all that is lost.

        Shape (matches, resamples).
        """
        lost, won = self.valid & (self.scores < 1), self.valid & (self.scores > 0)
        one_outcome = ~((drawn @ lost.T) & (drawn @ won.T)).T
        parted = np.zeros(len(drawn), dtype=bool)
        for below, above in ((lost, won), (won, lost)):
            may = np.ones(len(drawn), dtype=bool)
            for match in range(len(self.scores)):
                line, inside = self.line[match], drawn[may]
                top = np.where(inside & below[match], line, -np.inf).max(axis=1)
                may[may] = top <= np.where(inside & above[match], line, np.inf).min(axis=1)
                if not may.any():
                    break
            parted |= may
        separated: NDArray[np.bool_] = one_outcome | parted
        return separated


def sigmoid(value: Floats) -> Floats:
    """Return 1 / (1 + exp(-value))."""
    probability: Floats = 1 / (1 + np.exp(-value))
    return probability
