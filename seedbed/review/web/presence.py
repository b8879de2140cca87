"""Who looks at which row now, in memory alone: pages say every few seconds that they are still open."""

import time
from collections.abc import Callable
from threading import Lock

from seedbed.project.sign_off import is_same_person

_STAYS_S = 25.0
"""After the last sign of a page, which sends one every ten seconds (`presence.js`)."""


class Presence:
    """The people at each item.

    Args:
        clock: seconds on a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, dict[str, float]] = {}
        self._lock = Lock()

    def note(self, item: str, person: str) -> None:
        """Note that a person is at an item now, and at no other."""
        with self._lock:
            self._drop(person)
            self._seen.setdefault(item, {})[person] = self._clock()

    def others(self, item: str, person: str) -> list[str]:
        """Return who else is at an item, sorted."""
        with self._lock:
            present = self._seen.get(item, {})
            late = [name for name, at in present.items() if self._clock() - at > _STAYS_S]
            for name in late:
                self._drop(name)
            return sorted(name for name in present if not is_same_person(name, person))

    def _drop(self, person: str) -> None:
        for item in [item for item, present in self._seen.items() if person in present]:
            del self._seen[item][person]
            if not self._seen[item]:
                del self._seen[item]
