"""Which rows of a queue a person wants to see: the filter in a page's URL, what it shows, and what its other values would."""

from collections import Counter
from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode

from seedbed.review.queue.reasons import WEIGHTS
from seedbed.review.queue.worklist import FACETS, STATUSES, Item, fold

ANY = ""
"""The value of a facet by which nothing is left out."""
SHOW = ("to_do", "all", *STATUSES)
_MOST_TEXT = 200
PAGE_ROWS = 100
"""Rows on one page of the list."""

_KNOWN: Mapping[str, Collection[str]] = {
    "show": SHOW,
    "reason": (*WEIGHTS, "none"),
    "note": ("yes", "no"),
    "signed": ("yes", "no"),
}
"""The values of those facets that have no others."""


@dataclass(frozen=True)
class Filter:
    """What a person wants to see of a queue.

    Attributes:
        values: the chosen value of each facet that leaves something out, by facet; `show` is always there.
        text: to be found in the id, the source, the machine text or the edit.
        since: a date or a revision; see `seedbed.review.queue.changes`.
    """

    values: Mapping[str, str] = field(default_factory=lambda: {"show": "to_do"})
    text: str = ""
    since: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filter":
        """Return the filter of a URL's query; a value that cannot be is passed over."""
        values = {"show": "to_do"}
        for name in FACETS:
            value = query.get(name, ANY)
            if value and value in _KNOWN.get(name, (value,)):
                values[name] = value
        return cls(values, query.get("q", "").strip()[:_MOST_TEXT], query.get("since", "").strip()[:_MOST_TEXT])

    @cached_property
    def query(self) -> str:
        """The filter as a URL's query; empty for the one that a queue begins with."""
        return urlencode(self._fields())

    def query_with(self, **changed: str) -> str:
        """Return the query of another filter: `changed` in the place of what is chosen, `ANY` for no such choice."""
        fields = self._fields() | changed
        return urlencode({name: value for name, value in fields.items() if value and (name, value) != ("show", "to_do")})

    def _fields(self) -> dict[str, str]:
        chosen = {name: value for name, value in self.values.items() if (name, value) != ("show", "to_do")}
        return chosen | ({"q": self.text} if self.text else {}) | ({"since": self.since} if self.since else {})

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the status is chosen."""
        return bool(self.text or self.since or len(self.values) > 1)


@dataclass(frozen=True)
class View:
    """The rows that a filter shows.

    Attributes:
        filter: the filter.
        items: the rows, in the order of the queue.
        counts: by facet, how many rows each of its values would show beside the other choices.
        problem: why nothing can be shown: a key of `texts.yaml`.
    """

    filter: Filter
    items: list[Item]
    counts: Mapping[str, Mapping[str, int]]
    problem: str | None = None

    @cached_property
    def ids(self) -> Set[str]:
        """The ids of the rows."""
        return {item.id for item in self.items}

    @property
    def pages(self) -> int:
        """How many pages the list has, one at least."""
        return max(1, -(-len(self.items) // PAGE_ROWS))

    def page(self, number: int) -> list[Item]:
        """Return the rows of a page of the list, from 1."""
        return self.items[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]

    def page_of(self, id: str | None) -> int:
        """Return the page of the list that a row is on, the first where it is on none."""
        place = next((place for place, item in enumerate(self.items) if item.id == id), 0)
        return place // PAGE_ROWS + 1


def view(items: Collection[Item], waiting: Collection[Item], chosen: Filter, changed: Set[str] | None = None) -> View:
    """Return the rows that a filter shows, and what its other values would show.

    Args:
        items: of the corpus.
        waiting: those of them that are to do.
        chosen: the filter.
        changed: the ids of the rows that have changed since `chosen.since`; None where everything has.
    """
    text, to_do = fold(chosen.text), {item.id for item in waiting}
    shown = []
    counts: dict[str, list[str]] = {name: [] for name in FACETS}
    for item in items:
        if (changed is not None and item.id not in changed) or (text and text not in item.folded):
            continue
        facets = item.facets
        if item.id in to_do:
            facets = {**facets, "show": (*facets["show"], "to_do")}
        failed = [name for name, value in chosen.values.items() if value not in facets[name]]
        if not failed:
            shown.append(item)
            for name, values in facets.items():
                counts[name] += values
        elif len(failed) == 1:  # another value of this facet would show it
            counts[failed[0]] += facets[failed[0]]
    return View(chosen, shown, {name: Counter(values) for name, values in counts.items()})
