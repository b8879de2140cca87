"""Which text of a pool means the same? Cosine of embeddings, exact, by numpy: what the words of a paraphrase do not show.

The whole pool is held against a piece of texts at once, in single precision; what comes near the threshold is decided in double
precision and rounded to six places, so that another machine's library decides the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seedbed.filtering.similarity import Neighbour
from seedbed.util.errors import UserError

Vector = NDArray[np.float32]
Embed = Callable[[Sequence[tuple[str, str]]], list[Vector | None]]
"""Returns a vector a text, of (id, text); None for a text of which there is none."""
_NEAR = 1e-4
"""Beyond what single precision may be off."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A text that the pool was held against.

    Attributes:
        unit: its vector, at unit length.
        scores: its cosines with what the pool held then, in single precision, in the pool's order.
    """

    unit: Vector
    scores: Vector


class Meanings:
    """Embeddings, in the order in which they came; a text without one resembles nothing and is passed over.

    Args:
        threshold: cosine from which two texts mean the same, -1 to 1.
        strict: whether a score *at* the threshold is not yet the same.
    """

    def __init__(self, threshold: float, strict: bool) -> None:
        self._threshold, self._strict = threshold, strict
        self._ids: list[str] = []
        self._matrix = np.zeros((64, 0), dtype=np.float32)

    def look(self, vectors: Sequence[Vector | None]) -> list[Meaning | None]:
        """Hold the pool against a piece of texts, for `nearest` and `add`; None of a text without a vector, or a vector of 0.

        Raises:
            UserError: the vectors are not all of one length.
        """
        units = [_unit(vector) for vector in vectors]
        known = [unit for unit in units if unit is not None]
        if not known:
            return [None] * len(units)
        if not self._ids:
            self._matrix = np.zeros((64, len(known[0])), dtype=np.float32)
        if {len(unit) for unit in known} != {self._matrix.shape[1]}:
            raise UserError(
                "filter.semantic: the endpoint gave vectors of different lengths for one model; name one model and one number "
                "of dimensions"
            )
        scores = iter(np.array(known) @ self._matrix[: len(self._ids)].T)
        return [None if unit is None else Meaning(unit, next(scores)) for unit in units]

    def add(self, id: str, meaning: Meaning | None) -> None:
        """Add a text."""
        if meaning is None:
            return
        if len(self._ids) == len(self._matrix):
            self._matrix = np.concatenate([self._matrix, np.zeros_like(self._matrix)])
        self._matrix[len(self._ids)] = meaning.unit
        self._ids.append(id)

    def nearest(self, meaning: Meaning | None) -> Neighbour | None:
        """Return the text whose meaning is the same and nearest, the first added of equals; None where none is."""
        if meaning is None:
            return None
        unit, later = (
            meaning.unit,
            self._matrix[len(meaning.scores) : len(self._ids)],
        )  # added since
        scores = np.concatenate([meaning.scores, later @ unit])
        best: Neighbour | None = None
        for place in (scores >= self._threshold - _NEAR).nonzero()[0].tolist():
            score = round(float(self._matrix[place].astype(np.float64) @ unit.astype(np.float64)), 6)
            same = score > self._threshold if self._strict else score >= self._threshold
            if same and (best is None or score > best.score):
                best = Neighbour(self._ids[place], score)
        return best


def _unit(vector: Vector | None) -> Vector | None:
    if vector is None:
        return None
    length = float(np.linalg.norm(vector.astype(np.float64)))
    return (vector.astype(np.float64) / length).astype(np.float32) if length else None
