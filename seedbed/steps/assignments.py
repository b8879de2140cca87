"""What a slot is to write: for each of its tasks a task type, a topic and conditions, drawn by hash from the project's lists.

    {"task_type":"email","means":"…","topic":"町内会の清掃","conditions":["…"]}

A draw depends on the run's seed, on the slot, on the task's place in it and on the names in the list alone, so a topic more
changes the tasks that it falls to, and no other.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from seedbed.project.generation_lists import Lists
from seedbed.steps.demonstrations import pick
from seedbed.util.canonical import on_one_line
from seedbed.util.rows import Row

Name = TypeVar("Name", str, str | None)

_MOST_PER_SLOT = 64
"""More than a request may ask for: numbers of draws do not meet."""
_ROUNDING = 1e-9
"""What shares that sum to 1 may leave over."""
_NONE = ""
"""Drawn where a task gets no condition of a kind."""


class Assignment(NamedTuple):
    """The type, topic and conditions of one task to generate.

    Attributes:
        task_type: one of `labels.task`.
        means: what that means, as the model reads it; empty where the lists say nothing.
        group: the group of its topic; None where there are no topics.
        topic: what it is about; None where there are no topics.
        conditions: sentences.
    """

    task_type: str
    means: str = ""
    group: str | None = None
    topic: str | None = None
    conditions: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The line that the model is shown, without what there is nothing of."""
        fields: Row = {
            "task_type": self.task_type,
            "means": self.means,
            "topic": self.topic,
            "conditions": list(self.conditions),
        }
        return on_one_line({name: value for name, value in fields.items() if value})


def assign(lists: Lists, slots: Sequence[int], per_slot: int, seed: int) -> list[list[Assignment]]:
    """Return the assignments of the `per_slot` tasks of each slot.

    Args:
        lists: what is drawn from.
        slots: numbers of slots, from 0.
        per_slot: tasks of a slot.
        seed: of the run.
    """
    numbers = [slot * _MOST_PER_SLOT + place for slot in slots for place in range(per_slot)]
    types = pick("type", lists.task_types, seed, numbers)
    groups = pick("group", lists.groups, seed, numbers) if lists.groups else [None] * len(numbers)
    topics: list[str | None] = [None] * len(numbers)
    for group, places in _places(groups).items():
        if group is not None:
            equal = dict.fromkeys(lists.topics[group], 1.0)
            for place, topic in zip(places, pick("topic", equal, seed, [numbers[place] for place in places]), strict=True):
                topics[place] = topic
    conditions: list[tuple[str, ...]] = [()] * len(numbers)
    for kind in lists.conditions:
        for task_type, places in _places(types).items():
            shares = _shares(lists, kind, task_type)
            drawn = pick(f"condition {kind}", shares, seed, [numbers[place] for place in places])
            for place, words in zip(places, drawn, strict=True):
                conditions[place] += (words,) if words else ()
    assignments = [
        Assignment(*fields)
        for fields in zip(types, (lists.means.get(name, "") for name in types), groups, topics, conditions, strict=True)
    ]
    return [assignments[start : start + per_slot] for start in range(0, len(assignments), per_slot)]


def shown(assignments: Sequence[Assignment]) -> str:
    """Return the block that a model is shown: one line of JSON a task."""
    return "\n".join(each.shown for each in assignments)


def _shares(lists: Lists, kind: str, task_type: str) -> dict[str, float]:
    """Return the conditions of a kind that a task type may get, with their shares; what they leave over gets none."""
    options = lists.conditions[kind]
    shares = {option.words: option.share for option in options if not option.only or task_type in option.only}
    rest = 1 - sum(shares.values())
    return shares | ({_NONE: rest} if rest > _ROUNDING else {})


def _places(names: Sequence[Name]) -> dict[Name, list[int]]:
    """Return where each name stands."""
    places: dict[Name, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    return places
