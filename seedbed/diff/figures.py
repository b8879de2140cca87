"""Round figures so that they still add up."""

from collections.abc import Sequence
from math import floor

_MOST_PLACES = 4
"""Decimals that the reports' files have."""


def shown(old: float, new: float) -> tuple[str, str, str]:
    """Return two figures and their difference, with as many decimals as it takes for them to add up, one to four."""
    old, new = round(old, _MOST_PLACES), round(new, _MOST_PLACES)
    places = _places(old, new)
    return f"{old:.{places}f}", f"{new:.{places}f}", signed(new - old, places)


def shown_signed(old: float, new: float) -> tuple[str, str, str]:
    """Return two figures, which are differences themselves and so have a sign, and their difference, as `shown` does."""
    old, new = round(old, _MOST_PLACES), round(new, _MOST_PLACES)
    places = _places(old, new)
    return signed(old, places), signed(new, places), signed(new - old, places)


def _places(old: float, new: float) -> int:
    for places in range(1, _MOST_PLACES):
        before, after, change = (round(value, places) for value in (old, new, new - old))
        if round(after - before, places) == change:
            return places
    return _MOST_PLACES


def signed(change: float, places: int = 1) -> str:
    """Return a change with its sign, a true minus."""
    return f"{round(change, places) + 0.0:+.{places}f}".replace("-", "−")


def apportioned(values: Sequence[float], places: int) -> list[float]:
    """Return values rounded so that they add up to their rounded sum: those with the largest remainders are rounded up."""
    scale = 10**places
    floors = [floor(value * scale) for value in values]
    missing = round(sum(values) * scale) - sum(floors)
    largest = sorted(range(len(values)), key=lambda place: (floors[place] - values[place] * scale, place))
    raised = {*largest[:missing]}
    return [(number + (place in raised)) / scale for place, number in enumerate(floors)]
