"""Distribution of rows and votes over several people.

A function of its arguments: whoever knows the names comes to the same shares, and nobody has to ask anybody.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from seedbed.project.sign_off import hindrance, is_confirmed, is_same_person
from seedbed.review.queue.worklist import TO_DO, Item
from seedbed.util.canonical import content_hash

T = TypeVar("T")


def stable_rank(*parts: object) -> str:
    """A rank in a random order that never changes."""
    return content_hash(list(parts))


def share_out(
    items: Iterable[T], people: Sequence[str], each: int, key: Callable[[T], Sequence[str]], group: Callable[[T], str]
) -> dict[str, list[T]]:
    """Give each item to `each` of `people`, so that everyone gets as many, give or take one, in every group.

    Args:
        items: in an order that everyone has.
        people: their names.
        each: at most as many as there are people.
        key: what tells an item from the others.
        group: e.g. a vote's match.
    """
    shares: dict[str, list[T]] = {name: [] for name in people}
    counts = Counter[tuple[str, str]]()
    for item in items:
        # Who has least goes first; a hash breaks ties, so that all pairs of people come to share items.
        places = {name: (counts[name, group(item)], stable_rank(name, *key(item))) for name in people}
        for name in sorted(places, key=places.__getitem__)[:each]:
            shares[name].append(item)
            counts[name, group(item)] += 1
    return shares


def rows_shared_out(corpus: str, ids: Iterable[str], people: Sequence[str]) -> dict[str, str]:
    """Return who edits each row of a corpus, by its id; empty where nobody is named."""
    shares = share_out(ids, people, 1, lambda row: (corpus, row), lambda _: corpus)
    return {id: name for name, mine in shares.items() for id in mine}


def waits_for(item: Item, person: str | None, editors: Mapping[str, str], people: Sequence[str], require: str) -> bool:
    """Whether a row waits for a person: to be edited, or to be confirmed where rows have to be.

    Args:
        item: the row.
        person: who asks; None for anybody.
        editors: as from `rows_shared_out`.
        people: the names of `--people`; a row is confirmed by the next of them who did not edit it.
        require: `post_edit.require`.
    """
    if item.status in TO_DO:
        return not people or person is None or is_same_person(editors.get(item.id), person)
    if require != "confirmed" or is_confirmed(item.row, item.edit):
        return False
    if person is None:
        return item.status != "rejected"
    if hindrance(item.row, item.edit, person):
        return False
    return not people or is_same_person(_confirmer(item, editors, people), person)


def _confirmer(item: Item, editors: Mapping[str, str], people: Sequence[str]) -> str | None:
    start = people.index(editors[item.id]) + 1 if item.id in editors else 0
    others = [*people[start:], *people[:start]]
    editor = item.edit.get("editor", editors.get(item.id)) if item.edit else editors.get(item.id)
    return next((name for name in others if not is_same_person(name, editor)), None)
