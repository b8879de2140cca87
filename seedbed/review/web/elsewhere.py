"""A change of words made in other rows too: they are shown with their differences, ticked, and saved and undone as one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.responses import Response

from seedbed.project.edits import Change, check_edit, make_edit
from seedbed.review import bulk
from seedbed.review.difference import shortened
from seedbed.review.queue.filters import Filter
from seedbed.review.queue.memory import present_texts
from seedbed.review.queue.reasons import Seen
from seedbed.review.queue.worklist import Corpus, Item
from seedbed.review.web.forms import Posted, Run
from seedbed.review.web.people import Editor
from seedbed.review.web.render import flash, go, page
from seedbed.review.web.row_checks import new_mismatches
from seedbed.review.web.row_visit import RowVisit, require_corpus, row_url
from seedbed.review.web.state import State, is_id
from seedbed.util.word_diff import Piece

router = APIRouter()
_MOST_ROWS = 100
"""On one page."""
_MOST_WORDS = 2000
"""Characters of what is replaced, and of what replaces it."""
_LOOK_FIRST = ("stale", "outdated", "rejected")
"""What such a decision was made on has changed, or the row is not in the build: it is looked at by itself."""


@dataclass(frozen=True)
class Affected:
    """A row in which a change would replace words.

    Attributes:
        item: the row.
        pieces: what changes, by field that does.
        mismatches: of numerals and code, which the change would bring.
    """

    item: Item
    pieces: Mapping[str, Sequence[Piece]]
    mismatches: Sequence[Seen]

    @property
    def ticked(self) -> bool:
        """Whether to begin with a tick: a person has looked at the row before, and the change brings no mismatch."""
        return self.item.edit is not None and not self.mismatches


@router.get("/elsewhere/{name}")
def show_elsewhere(
    request: Request, state: Run, editor: Editor, name: str, old: str = "", new: str = "", row: str = "", filter: str = ""
) -> Response:
    """The rows that a change would affect."""
    require_corpus(state, name)
    corpus = state.worklist.corpus(name)
    old, new = old[:_MOST_WORDS], new[:_MOST_WORDS]
    found = [item for item in corpus.items if old and any(old in text for text in present_texts(item).values())]
    rows = [item for item in found if item.status not in _LOOK_FIRST]
    affected = [_affected(state, corpus, item, old, new) for item in rows[:_MOST_ROWS]] if old != new else []
    return page(
        request,
        state,
        "elsewhere.html",
        corpus=corpus,
        old=old,
        new=new,
        back=_back(name, row, filter),
        row=row if is_id(row) else "",
        filter=filter,
        affected=sorted(affected, key=lambda each: not each.ticked),
        count=len(rows),
        most=_MOST_ROWS,
        look_first=[item.id for item in found if item.status in _LOOK_FIRST],
        target=corpus.language,
    )


@router.post("/elsewhere/{name}")
def change_elsewhere(request: Request, state: Run, editor: Editor, form: Posted, name: str) -> Response:
    """Make the change in the rows that were ticked, in one write; a row that has changed since is left as it is."""
    require_corpus(state, name)
    with state.lock:
        corpus = state.worklist.corpus(name)
        old, new, back = form.get("old", ""), form.get("new", ""), _back(name, form.get("row", ""), form.get("filter", ""))
        changes, left = [], 0
        for field, revision in form.items():
            item = corpus.by_id.get(field.removeprefix("tick.")) if field.startswith("tick.") else None
            if item is None:
                left += field.startswith("tick.")
                continue
            fields = _replaced(item, old, new)
            if revision != RowVisit.revision(item) or fields == present_texts(item) or check_edit(corpus.kind, fields):
                left += 1
                continue
            edit = make_edit(item.row, corpus.kind, fields, editor, None, before=item.edit)
            changes.append(Change(item.id, edit, item.edit))
        saved = bulk.save(corpus, bulk.Plan(changes, Counter()))
        if saved.changes:
            state.remember(RowVisit.kind, editor, partial(_undo, state, name, saved.changes, back))
    key = "elsewhere_some" if left or saved.left.total() else "elsewhere"
    return go(request, flash(back, key, numbers={"n": len(saved.changes)}))


def _undo(state: State, name: str, changes: list[Change], back: str) -> str:
    undone = bulk.take_back(state.worklist.corpus(name), changes)
    left = undone.left.total()
    key = "elsewhere_left" if left else "elsewhere_undone"
    return flash(back, key, numbers={"n": left or len(undone.changes)})


def _affected(state: State, corpus: Corpus, item: Item, old: str, new: str) -> Affected:
    pieces = {name: shortened(_pieces(text, old, new)) for name, text in present_texts(item).items() if old in text}
    return Affected(item, pieces, new_mismatches(state, corpus, item, _replaced(item, old, new)))


def _pieces(text: str, old: str, new: str) -> list[Piece]:
    """The difference that replacing `old` makes: just these words, however a difference by words would join them."""
    first, *others = text.split(old)
    return [Piece(first, first), *(piece for other in others for piece in (Piece(old, new), Piece(other, other)))]


def _replaced(item: Item, old: str, new: str) -> dict[str, str]:
    return {name: text.replace(old, new) if old else text for name, text in present_texts(item).items()}


def _back(name: str, id: str, chosen: str) -> str:
    """The page of the row that a person came from, with its filter; of the list where there is none."""
    return row_url(name, id, Filter.of(dict(parse_qsl(chosen)))) if is_id(id) else f"/edits/{name}"
