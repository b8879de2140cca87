"""Flow chart of changed outcomes: before on the left, after on the right, one band for each pair of outcomes."""

from seedbed.diff.blocks import Flow
from seedbed.util.canonical import JsonObject

_WIDTH, _TOP, _TALL, _GAP = 480, 24, 200, 14
_BAR, _TEXT = 12, 90
"""Widths of a bar and of the words beside it."""


def flow_picture(flow: Flow) -> JsonObject:
    """Return bars and bands in the units of the picture, as `page.html` draws them; heights are in proportion to questions."""
    total = max(1, sum(flow.questions.values()))
    left, right = _TEXT, _WIDTH - _TEXT - _BAR
    bars = []
    tops: dict[tuple[int, str], float] = {}
    for side, x in ((0, left), (1, right)):
        y = float(_TOP)
        for kind in flow.kinds:
            questions = sum(number for pair, number in flow.questions.items() if pair[side] == kind)
            height = _TALL * questions / total
            tops[side, kind] = y
            if questions:
                words = {"anchor": "start" if side else "end", "text_x": x + _BAR + 6 if side else x - 6}
                bar = {"kind": kind, "questions": questions, "x": x, "y": _units(y), "height": _units(max(height, 1))}
                bars.append(bar | words | {"text_y": _units(y + height / 2 + 4)})
                y += height + _GAP
    bands = []
    for old in flow.kinds:
        for new in flow.kinds:
            questions = flow.questions.get((old, new), 0)
            if not questions:
                continue
            height = _TALL * questions / total
            start, end = tops[0, old], tops[1, new]
            tops[0, old] += height
            tops[1, new] += height
            bands.append(
                {"kind": new, "old": old, "new": new, "stays": old == new, "questions": questions}
                | {"ids": flow.ids.get((old, new), []), "path": _band(left + _BAR, start, right, end, height)}
            )
    # What changed is drawn last, over what stayed.
    bands.sort(key=lambda band: not band["stays"])
    height = _TOP + _TALL + _GAP * len(flow.kinds)
    return {"width": _WIDTH, "height": height, "left": left, "right": right + _BAR, "bar": _BAR, "bars": bars, "bands": bands}


def _band(left: float, start: float, right: float, end: float, height: float) -> str:
    middle = (left + right) / 2
    numbers = [_units(value) for value in (left, start, middle, end, right, start + height, end + height)]
    left_, start_, middle_, end_, right_, start_below, end_below = numbers
    return (
        f"M{left_} {start_}C{middle_} {start_} {middle_} {end_} {right_} {end_}V{end_below}"
        f"C{middle_} {end_below} {middle_} {start_below} {left_} {start_below}Z"
    )


def _units(value: float) -> float:
    return round(value, 1)
