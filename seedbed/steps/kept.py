"""The instructions that passed so far, to be found by what was asked of them: `generate.avoid` shows the nearest."""

from collections.abc import Hashable, Mapping, Sequence

from seedbed.project.row_types import Candidate
from seedbed.steps.assignments import Assignment
from seedbed.steps.demonstrations import draw


class Kept:
    """The kept instructions of earlier waves, to be found by what was asked of them.

    Args:
        accepted: the instructions, by id.
    """

    def __init__(self, accepted: Mapping[str, Candidate]) -> None:
        self._accepted = accepted
        self._ids: dict[tuple[Hashable, ...], list[str]] = {}
        for id, row in accepted.items():
            for key in _nearness(row.get("topic"), row.get("topic_group"), row["task_type"]):
                self._ids.setdefault(key, []).append(id)

    def nearest(self, assignments: Sequence[Assignment], count: int, seed: int, slot: int) -> list[Candidate]:
        """Return the `count` instructions nearest to what a slot is to write.

        Those on one of its topics come first, then those of one of its groups and types together, then of its types; within
        each of the three they are drawn by hash, as demonstrations are.
        """
        if not count:
            return []
        by_id: dict[str, Candidate] = {}
        for keys in zip(*(_nearness(each.topic, each.group, each.task_type) for each in assignments), strict=True):
            ids = [id for key in dict.fromkeys(keys) for id in self._ids.get(key, ()) if id not in by_id]
            by_id |= {id: self._accepted[id] for id in draw(dict.fromkeys(ids), count - len(by_id), seed, slot)}
        return list(by_id.values())


def _nearness(topic: str | None, group: str | None, task_type: str) -> list[tuple[Hashable, ...]]:
    """Return by what an instruction is found, the nearest first."""
    return [("topic", topic) if topic else (), ("group", group, task_type) if group else (), ("type", task_type)]
