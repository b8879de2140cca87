"""Format changed fields as diff lines, with changed words marked.

@@ text @@
- 回答を[-2つ-]書いてください。
+ 回答を{+3つ+}書いてください。
"""

from dataclasses import dataclass
from itertools import count

from seedbed.diff.blocks import Field
from seedbed.util.visible import HIDDEN
from seedbed.util.word_diff import Piece, alike, difference

_AROUND = 30
"""Characters of unchanged text that are shown before and after a change, within its line."""
_LONGEST = 1_500
"""Characters of a text that is new or gone as a whole before it is shortened."""


def visible(text: str) -> str:
    r"""Return `text` with each hidden character written as its code point, as in `\u202e`."""
    return HIDDEN.sub(lambda match: _code_point(ord(match[0])), text)


def _code_point(number: int) -> str:
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


@dataclass(frozen=True)
class ShownLine:
    """One line of a diff.

    Attributes:
        kind: `@` the name of a field, `-` old, `+` new, ` ` the same in both.
        parts: its texts, each with whether it is what changed within the line; joined they are the line.
    """

    kind: str
    parts: list[tuple[str, bool]]


def diff_lines(fields: list[Field]) -> list[str]:
    """Return the lines of a diff of all fields as text, what changed within a line in brackets."""
    lines = []
    for field in fields:
        marks = _marks(visible(f"{field.old or ''}{field.new or ''}"))
        for line in shown_lines([field]):
            opening, closing = marks.get(line.kind, ("", ""))
            text = "".join(f"{opening}{text}{closing}" if changed else text for text, changed in line.parts)
            lines.append(f"@@ {text} @@" if line.kind == "@" else f"{line.kind} {text}")
    return lines


def shown_lines(fields: list[Field]) -> list[ShownLine]:
    """Return the lines of a diff of all fields."""
    lines = []
    for field in fields:
        old, new = (None if side is None else visible(side) for side in (field.old, field.new))
        lines.append(ShownLine("@", [(visible(field.name).replace("\n", "\\n"), False)]))
        pieces = [] if old is None or new is None else difference(old, new)
        if old is None or new is None or not alike(pieces):
            lines += [
                ShownLine(kind, [(line, False)])
                for kind, text in (("-", old), ("+", new))
                if text
                for line in _shortened(text).split("\n")
            ]
        else:
            lines += _changed_lines(pieces)
    return lines


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text) - _LONGEST:,} more characters)"


def _marks(text: str) -> dict[str, tuple[str, str]]:
    """Return the brackets of `git diff --word-diff`, longer where the text itself holds them."""
    for length in count(1):
        minus, plus = "-" * length, "+" * length
        marks = {"-": (f"[{minus}", f"{minus}]"), "+": (f"{{{plus}", f"{plus}}}")}
        if not any(mark in text for pair in marks.values() for mark in pair):
            return marks
    raise AssertionError


class _Lines:
    """Collects a diff line by line: the line under way is kept for both sides, in parts."""

    def __init__(self) -> None:
        self.lines: list[ShownLine] = []
        self._begin()

    def _begin(self) -> None:
        self._parts: dict[str, list[tuple[str, bool]]] = {"-": [], "+": []}
        self._kept = self._changed = False

    def keep(self, text: str, first: bool, last: bool) -> None:
        """Take text that is the same on both sides: of a long one only what stands next to a change."""
        head, *more = text.split("\n")
        if not more:
            return self._add(_around(head, first, last))
        *middle, tail = more
        if not first:
            self._add(_around(head, False, True))
            self._end()
            if any(middle) and not last:
                short = len(middle) == 1 and len(middle[0]) <= 2 * _AROUND
                self.lines.append(ShownLine(" ", [(middle[0] if short else "…", False)]))
        else:
            self._begin()
        if not last:
            self._add(_around(tail, True, False))
        return None

    def _add(self, text: str) -> None:
        for parts in self._parts.values():
            parts.append((text, False))
        self._kept = self._kept or bool(text)

    def change(self, kind: str, text: str) -> None:
        """Take text that only one side has."""
        if not self._kept and not self._changed:
            *whole, text = text.split("\n")
            self.lines += [ShownLine(kind, [(_shortened(line), False)]) for line in whole]
        if not text:
            return
        self._parts[kind].append((_shortened(text), True))
        self._changed = True

    def _end(self) -> None:
        """End the line; where it has nothing in common with the other side, marks would say nothing."""
        if self._changed:
            for kind, parts in self._parts.items():
                for line in _split(parts):
                    whole = "".join(text for text, _ in line)
                    if self._kept or whole:
                        self.lines.append(ShownLine(kind, line if self._kept else [(whole, False)]))
        elif self._kept:
            self.lines.append(ShownLine(" ", self._parts["+"]))
        self._begin()

    def end(self) -> list[ShownLine]:
        """Return the lines."""
        self._end()
        return self.lines


def _split(parts: list[tuple[str, bool]]) -> list[list[tuple[str, bool]]]:
    """Return the parts of each line; one that is empty is left out of its line."""
    lines: list[list[tuple[str, bool]]] = [[]]
    for text, changed in parts:
        first, *others = text.split("\n")
        for place, line in enumerate([first, *others]):
            if place:
                lines.append([])
            if line:
                lines[-1].append((line, changed))
    return lines


def _changed_lines(pieces: list[Piece]) -> list[ShownLine]:
    lines = _Lines()
    for place, piece in enumerate(pieces):
        if not piece.changed:
            lines.keep(piece.old, place == 0, place == len(pieces) - 1)
            continue
        for kind, text in (("-", piece.old), ("+", piece.new)):
            if text:
                lines.change(kind, text)
    return lines.end()


def _around(text: str, first: bool, last: bool) -> str:
    """Return one unchanged line, without what is far from a change."""
    head = "" if first else text[:_AROUND]
    tail = "" if last else text[-_AROUND:]
    return text if len(text) <= len(head) + len(tail) + 10 else f"{head}…{tail}"
