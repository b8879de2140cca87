"""Cosines over a growing pool: exact, in pieces as one by one."""

import numpy as np
import pytest

from seedbed.filtering.meanings import Meanings, Vector
from seedbed.filtering.similarity import Neighbour
from seedbed.util.errors import UserError


def vector(*numbers: float) -> Vector:
    return np.array(numbers, dtype=np.float32)


def added(pool: Meanings, vectors: list[Vector | None]) -> list[Neighbour | None]:
    """Hold a piece against the pool; what resembles nothing joins it."""
    found = []
    for meaning in pool.look(vectors):
        found.append(pool.nearest(meaning))
        if found[-1] is None:
            pool.add(f"t{len(pool._ids)}", meaning)
    return found


def test_the_nearest_is_found_whether_it_stood_before_or_came_in_the_same_piece() -> None:
    pool = Meanings(0.8, strict=False)
    assert added(pool, [vector(1, 0), vector(0, 2), vector(3, 0.1)])[:2] == [None, None]
    assert added(pool, [vector(0.1, 5), None, vector(0, 0)]) == [Neighbour("t1", 0.9998), None, None]
    assert added(pool, [vector(1, 1)]) == [None]  # 0.707 to either
    assert added(pool, [vector(5, 0)]) == [Neighbour("t0", 1.0)]


@pytest.mark.parametrize(("strict", "rejected"), [(False, True), (True, False)])
def test_a_score_at_the_threshold(strict: bool, rejected: bool) -> None:
    pool = Meanings(0.6, strict)
    added(pool, [vector(1, 0)])
    assert (added(pool, [vector(3, 4)]) == [Neighbour("t0", 0.6)]) == rejected


def test_pieces_decide_as_one_by_one_and_as_a_plain_loop() -> None:
    chance = np.random.default_rng(1)
    vectors: list[Vector | None] = list(chance.normal(size=(300, 6)).astype(np.float32))
    whole, single = Meanings(0.9, strict=False), Meanings(0.9, strict=False)
    found = added(whole, vectors)
    assert found == [near for v in vectors for near in added(single, [v])]
    kept: list[Vector] = []
    for near, v in zip(found, vectors, strict=True):
        assert v is not None
        scores = [float(v @ other / np.linalg.norm(v) / np.linalg.norm(other)) for other in kept]
        best = max(scores, default=0.0)
        assert (near is not None) == (best >= 0.9)
        if near is None:
            kept.append(v)
        else:
            assert near.id == f"t{scores.index(best)}"
            assert near.score == pytest.approx(best, abs=1e-6)
    assert len(kept) > 64


def test_vectors_of_two_lengths_are_refused() -> None:
    pool = Meanings(0.9, strict=False)
    added(pool, [vector(1, 0)])
    with pytest.raises(UserError, match="vectors of different lengths"):
        pool.look([vector(1, 0, 0)])
