"""What the page of one row shows: its texts, what they were, and every text that somebody left unsaved."""

from dataclasses import dataclass
from typing import Literal, TypedDict

from starlette.responses import Response

from seedbed.project.corpora import field_names
from seedbed.project.edits import MOST_CHARACTERS
from seedbed.project.row_types import Fields
from seedbed.project.sign_off import MOST_REASON, hindrance
from seedbed.review.difference import shortened
from seedbed.review.queue.worklist import Item
from seedbed.review.web.memory_pane import changes_of, pane_of
from seedbed.review.web.row_checks import Asked, check_row
from seedbed.review.web.row_visit import RowVisit
from seedbed.review.web.visit import FieldTexts, Message, Problem
from seedbed.util.canonical import content_hash
from seedbed.util.word_diff import Piece, difference, merge

FieldChanges = dict[str, list[Piece]] | Literal["same"] | None
"""The differences, by field that differs; `same` where nothing changed, None where the old text is not known."""
_MOST_DIFFERENCE = 100_000
"""Characters of two texts above which the page draws no difference."""


@dataclass(frozen=True)
class OtherText:
    """A text to be looked at and used in place of the one in the fields.

    Attributes:
        label: of it.
        fields: the texts, the note among them.
        pieces: by field, the difference from the machine text.
    """

    label: Message
    fields: dict[str, str]
    pieces: dict[str, list[Piece]]


def show_row(visit: RowVisit, problem: Problem | None = None) -> Response:
    """Return the page of a row; where it is gone, what was typed, so that it can be taken along.

    Args:
        visit: who looks; with a form, its texts are in the fields.
        problem: why nothing was saved.
    """
    corpus = visit.corpus()
    item = corpus.by_id.get(visit.id)
    if item is None:
        typed = visit.typed if visit.form else {}
        return visit.page(
            "gone.html", 410 if typed else 404, corpus=corpus, id=visit.id[:80], typed=typed, list_url=visit.list_url()
        )
    kind, machine = corpus.kind, item.machine
    visit.state.presence.note(visit.draft_key, visit.person)
    start = visit.field_texts(item.saved_texts(), visit.revision(item))
    texts = start.texts
    names = field_names(machine, kind)
    changes = {name: pieces(machine[name], texts[name]) for name in names}
    return visit.page(
        "row.html",
        problem.status if problem else 200,
        url=visit.url,
        view=visit.view(),
        corpus=corpus,
        item=item,
        problem=problem.message if problem else None,
        asked=problem if isinstance(problem, Asked) else None,
        checks=check_row(visit.state, corpus, item, texts),
        pane=pane_of(visit, corpus, item),
        offered=changes_of(changes),
        start=start,
        fields=[(name, item.row["source"][name], machine[name], texts[name]) for name in names],
        pieces=changes,
        short={name: shortened(change) for name, change in changes.items()},
        most=MOST_CHARACTERS,
        theirs=_editor_of_texts(visit, item, texts),
        longest=max(map(len, machine.values()), default=0),
        page=visit.state.open(start.seconds),
        others=_other_texts(visit, item, start),
        since=_changes_since_edit(item),
        machine=dict(machine),
        waiting_rows=visit.state.waiting(corpus, visit.person),
        hindrance=hindrance(item.row, item.edit, visit.person),
        most_reason=MOST_REASON,
        present=visit.state.presence.others(visit.draft_key, visit.person),
    )


def pieces(old: str, new: str) -> list[Piece]:
    """Return the difference of two texts; of very long ones that they differ as a whole."""
    if len(old) + len(new) > _MOST_DIFFERENCE:
        return [Piece(old, new)]
    return difference(old, new)


def _editor_of_texts(visit: RowVisit, item: Item, texts: dict[str, str]) -> str:
    """Return who wrote the texts in the fields, where that is another person than who looks; else nothing."""
    edit = item.edit
    if edit is None or edit["decision"] != "edited" or texts != item.saved_texts():
        return ""
    editor = edit.get("editor", "")
    return editor if editor != visit.person else ""


def _other_texts(visit: RowVisit, item: Item, start: FieldTexts) -> list[OtherText]:
    """Return everybody's unsaved texts beside the one in the fields, and an edit that was saved while the page was open."""
    machine = item.machine
    others = []
    if visit.form and item.edit and visit.form.get("revision") != item.revision:
        saved = item.saved_texts() | item.edit["fields"]
        others.append(_other_text(("there_now", {"editor": item.edit.get("editor")}), saved, machine))
    for draft in visit.state.drafts.of(visit.draft_key):
        if draft.version != start.origin:
            key = "draft_mine" if draft.editor == visit.person else "draft_other"
            label = (key, {"when": draft.saved_at, "editor": draft.editor})
            others.append(_other_text(label, draft.fields, machine))
    return [other for other in others if other.fields != start.texts]


def _other_text(label: Message, fields: dict[str, str], machine: Fields) -> OtherText:
    changes = {name: pieces(machine[name], text) for name, text in fields.items() if name in machine}
    return OtherText(label, fields, changes)


class EditChanges(TypedDict):
    """What has changed since an edit was made, for the page.

    Attributes:
        source: of the source, as from `_changed_fields`.
        machine: of the machine text, likewise.
        edit: the edit's texts, by field.
        merged: today's machine text with the edit's changes, by field; None where they cannot be told apart.
        clashes: the places where both changed the same words: the person's, which stand, and the machine's.
    """

    source: FieldChanges
    machine: FieldChanges
    edit: Fields
    merged: Fields | None
    clashes: list[tuple[str, str]]


def _changes_since_edit(item: Item) -> EditChanges | None:
    """What has changed since a stale or outdated edit was made, and what can be done about it."""
    edit = item.edit
    if edit is None or item.status not in ("stale", "outdated"):
        return None
    source, machine = item.row["source"], item.machine
    merged: dict[str, str] | None = None
    clashes: list[tuple[str, str]] = []
    if "machine" in edit and edit["decision"] == "edited":
        merged = {}
        for name, text in machine.items():
            merged[name], found = merge(edit["machine"].get(name, ""), edit["fields"].get(name, ""), text)
            clashes += found
    return {
        "source": _changed_fields(edit.get("source"), source, edit["source_hash"]),
        "machine": _changed_fields(edit.get("machine"), machine, edit["machine_hash"]),
        "edit": edit["fields"],
        "merged": merged,
        "clashes": clashes,
    }


def _changed_fields(old: Fields | None, new: Fields, old_hash: str) -> FieldChanges:
    """Return what changed in fields whose hash was `old_hash`."""
    if content_hash(new) == old_hash:
        return "same"
    if old is None or content_hash(old) != old_hash:
        return None
    return {name: pieces(old.get(name, ""), text) for name, text in new.items() if text != old.get(name, "")}
