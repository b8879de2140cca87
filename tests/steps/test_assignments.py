"""What slots are to write: drawn with the shares that the lists say, and disturbed by a change no more than its share."""

from collections import Counter
from collections.abc import Mapping

import pytest

from seedbed.project.generation_lists import Condition, Lists
from seedbed.steps.assignments import Assignment, assign
from seedbed.steps.demonstrations import pick

SLOTS = range(800)
ONLY = Condition(0.5, "with material", frozenset({"email"}))
CONDITIONS = {
    "input": [ONLY],
    "register": [Condition(0.3, "casual", frozenset()), Condition(0.2, "formal", frozenset())],
}


def lists(types: Mapping[str, float], **groups: list[str]) -> Lists:
    return Lists(dict(types), {"email": "a letter"}, dict.fromkeys(groups, 1.0), groups, CONDITIONS)


def drawn(found: Lists) -> list[Assignment]:
    """Return what 800 slots of two tasks each are to write."""
    return [each for slot in assign(found, SLOTS, 2, 7) for each in slot]


def test_shares_are_those_of_the_weights() -> None:
    rows = drawn(lists({"email": 3, "logic": 1}, food=["tea", "rice"], home=["roof"]))
    types, groups = Counter(row.task_type for row in rows), Counter(row.group for row in rows)
    assert types["email"] / len(rows) == pytest.approx(0.75, abs=0.03)
    assert groups["food"] / len(rows) == pytest.approx(0.5, abs=0.04)
    assert Counter(row.topic for row in rows)["tea"] / groups["food"] == pytest.approx(0.5, abs=0.05)
    words = Counter(words for row in rows for words in row.conditions)
    assert words["casual"] / len(rows) == pytest.approx(0.3, abs=0.04)
    assert words["formal"] / len(rows) == pytest.approx(0.2, abs=0.04)
    assert words["with material"] / types["email"] == pytest.approx(0.5, abs=0.04)
    assert not any("with material" in row.conditions for row in rows if row.task_type == "logic")
    assert not any({"casual", "formal"} <= {*row.conditions} for row in rows)


def test_a_topic_more_takes_its_share_and_moves_nothing_else() -> None:
    before = drawn(lists({"email": 1, "logic": 1}, food=["tea", "rice", "bread"], home=["roof"]))
    after = drawn(lists({"email": 1, "logic": 1}, food=["tea", "rice", "bread", "fish"], home=["roof"]))
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert {row.topic for row in changed} == {"fish"}
    assert len(changed) / len(after) == pytest.approx(0.5 / 4, abs=0.03)


def test_a_type_more_takes_its_share_of_the_types_alone() -> None:
    before, after = drawn(lists({"email": 1, "logic": 1}, food=["tea"])), drawn(lists({"email": 1, "logic": 1, "plan": 1}))
    moved = [new for old, new in zip(before, after, strict=True) if old.task_type != new.task_type]
    assert {row.task_type for row in moved} == {"plan"}
    assert len(moved) / len(after) == pytest.approx(1 / 3, abs=0.04)
    assert {row.topic for row in after} == {None}


def test_a_slot_alone_is_drawn_as_among_others_and_the_order_of_a_list_is_nothing() -> None:
    found = lists({"email": 1, "logic": 2}, food=["tea", "rice"])
    assert assign(found, [17], 2, 7)[0] == assign(found, SLOTS, 2, 7)[17]
    assert pick("x", {"a": 1.0, "b": 2.0}, 0, [*SLOTS]) == pick("x", {"b": 2.0, "a": 1.0}, 0, [*SLOTS])
    assert pick("x", {"a": 1.0, "b": 2.0}, 0, [*SLOTS]) != pick("y", {"a": 1.0, "b": 2.0}, 0, [*SLOTS])


def test_a_line_says_what_there_is_to_say() -> None:
    assert Assignment("logic").shown == '{"task_type":"logic"}'
    whole = Assignment("email", "手紙", "暮らし", "回覧板", ("短く",))
    assert whole.shown == '{"task_type":"email","means":"手紙","topic":"回覧板","conditions":["短く"]}'
