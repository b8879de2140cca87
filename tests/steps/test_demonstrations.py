"""Demonstrations: rendezvous hashing."""

import pytest

from seedbed.steps.demonstrations import draw


def test_editing_the_seeds_disturbs_few_slots() -> None:
    ids = [f"seed-{n}" for n in range(50)]
    before = [draw(ids, 3, 42, slot) for slot in range(400)]
    added = [draw([*ids, "new"], 3, 42, slot) for slot in range(400)]
    removed = [draw(ids[1:], 3, 42, slot) for slot in range(400)]
    changed = sum(one != other for one, other in zip(before, added, strict=True))
    assert changed == sum("new" in shown for shown in added)
    assert changed / 400 == pytest.approx(3 / 51, abs=0.04)
    assert all(one == other for one, other in zip(before, removed, strict=True) if "seed-0" not in one)
    assert draw(ids[:2], 3, 42, 0) == draw(reversed(ids[:2]), 3, 42, 0)
