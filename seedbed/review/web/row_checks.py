"""The checks on what is typed: what became of the machine text's findings, where they are, and what is asked about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from seedbed.project import paths
from seedbed.project.edits import MOST_CHARACTERS
from seedbed.project.glossary import Term, load_glossary
from seedbed.review.queue.reasons import MISMATCHES, Reason, Seen, compare
from seedbed.review.queue.worklist import Corpus, Item
from seedbed.review.web.state import State
from seedbed.review.web.visit import Problem
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError

MarkedText = list[tuple[str, str]]
"""Stretches of a text in their order, each with the state of what was found in it; empty for nothing."""


@dataclass(frozen=True)
class RowChecks:
    """What is seen in a row as it is typed.

    Attributes:
        seen: by field.
        source: by field, the source with what was found in it.
        marks: by field, (start, end, state) of what was found in the text, in UTF-16 units, as a browser counts.
    """

    seen: Mapping[str, Sequence[Seen]]
    source: Mapping[str, MarkedText]
    marks: Mapping[str, Sequence[tuple[int, int, str]]]


class Asked(Problem):
    """A save that brings new mismatches, and is asked about once.

    Args:
        seen: the mismatches.
    """

    def __init__(self, seen: Sequence[Seen]) -> None:
        super().__init__("ask_mismatch")
        self.seen = seen
        self.answer = _name_of(seen)


def glossary_of(state: State) -> tuple[Sequence[Term], str]:
    """Return the terms of the project's glossary, and what is wrong with its file: then there are none."""
    path = paths.glossary(state.worklist.params["language"])
    try:
        return state.files.get(("glossary",), [path], lambda: load_glossary(path)), ""
    except UserError as error:
        return [], str(error)


def check_row(state: State, corpus: Corpus, item: Item, texts: Mapping[str, str]) -> RowChecks:
    """Return what is seen in a row where its fields hold `texts`."""
    by_field: dict[str, list[Seen]] = {name: [] for name in item.machine}
    for each in _seen(state, corpus, item, texts):
        by_field[each.reason.field].append(each)
    sources = {name: _marked(item.row["source"][name], _spans(seen, "source")) for name, seen in by_field.items()}
    marks = {name: _in_utf16(texts.get(name, ""), _spans(seen, "text")) for name, seen in by_field.items()}
    return RowChecks(by_field, sources, marks)


def require_answer(state: State, corpus: Corpus, item: Item, texts: Mapping[str, str], answer: str) -> None:
    """Ask about mismatches of numerals and code that neither the machine text has nor the present edit.

    Args:
        state: the run.
        corpus: the row's.
        item: the row.
        texts: what is to be saved, by field.
        answer: of an earlier question, as `Asked.answer`.

    Raises:
        Asked: there are some, and they are not those that were answered.
    """
    new = new_mismatches(state, corpus, item, texts)
    if new and _name_of(new) != answer:
        raise Asked(new)


def new_mismatches(state: State, corpus: Corpus, item: Item, texts: Mapping[str, str]) -> list[Seen]:
    """Return the mismatches of numerals and code that the texts have, and neither the machine text nor the present edit."""
    new = [each for each in _seen(state, corpus, item, texts) if each.state == "new" and each.reason.code in MISMATCHES]
    if not new or item.edit is None:
        return new
    known = _reasons(state, corpus, item, item.saved_texts())
    return [each for each in compare(known, [each.reason for each in new]) if each.state == "new"]


def _seen(state: State, corpus: Corpus, item: Item, texts: Mapping[str, str]) -> list[Seen]:
    if max(map(len, item.machine.values()), default=0) > MOST_CHARACTERS:  # shown, and not edited
        return [Seen("same", reason) for reason in item.reasons]
    return compare(_reasons(state, corpus, item, item.machine), _reasons(state, corpus, item, texts))


def _reasons(state: State, corpus: Corpus, item: Item, texts: Mapping[str, str]) -> list[Reason]:
    return corpus.checker.reasons(item.row, item.source_language, glossary_of(state)[0], texts)


def _name_of(seen: Sequence[Seen]) -> str:
    found = [[each.reason.field, each.reason.code, one.key, one.values] for each in seen for one in each.reason.findings]
    return content_hash(sorted(found, key=str))


def _spans(seen: Sequence[Seen], side: str) -> list[tuple[int, int, str]]:
    """Return the places of what is new or still there, none inside another."""
    places = [
        (span.start, span.end, each.state)
        for each in seen
        if each.state != "fixed"
        for one in each.reason.findings
        for span in one.spans
        if span.side == side
    ]
    apart: list[tuple[int, int, str]] = []
    for start, end, state in sorted(places, key=lambda place: (place[0], place[2] != "new", -place[1])):
        if start < end and (not apart or start >= apart[-1][1]):
            apart.append((start, end, state))
    return apart


def _marked(text: str, places: Sequence[tuple[int, int, str]]) -> MarkedText:
    parts, at = [], 0
    for start, end, state in places:
        parts += [(text[at:start], ""), (text[start:end], state)]
        at = end
    return [(part, state) for part, state in [*parts, (text[at:], "")] if part]


def _in_utf16(text: str, places: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    units = [0, *accumulate(1 + (letter > "\uffff") for letter in text)] if places else []
    return [(units[start], units[end], state) for start, end, state in places]
