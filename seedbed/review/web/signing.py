"""A second person's word on a row: confirmed; and anybody's: rejected, or taken back into the build."""

from starlette.responses import Response

from seedbed.project.row_types import Edit
from seedbed.project.sign_off import MOST_REASON, confirm, hindrance, reject, take_back
from seedbed.review.queue.worklist import Corpus, Item
from seedbed.review.web.render import flash
from seedbed.review.web.row_visit import RowVisit
from seedbed.review.web.visit import Problem


def confirm_row(visit: RowVisit) -> Response:
    """Confirm the text as it is saved, and go to the next row."""
    corpus, item = visit.current()
    if why := hindrance(item.row, item.edit, visit.person):
        raise Problem(why, person=visit.person)
    if _has_typed(visit, item):
        raise Problem("confirm_changed")
    visit.require_no_reason(item)
    following = visit.neighbour(1)
    _put(visit, corpus, item, confirm(item.row, item.edit, visit.person))
    return visit.go(flash(visit.row_url(following), "confirmed", item.id))


def reject_row(visit: RowVisit) -> Response:
    """Take the row out of the build, and go to the next."""
    corpus, item = visit.current()
    reason = visit.typed["reason"].strip()
    if not reason or len(reason) > MOST_REASON:
        raise Problem("reject_reason", most=f"{MOST_REASON:,}")
    following = visit.neighbour(1)
    _put(visit, corpus, item, reject(item.row, corpus.kind, item.edit, visit.person, reason))
    return visit.go(flash(visit.row_url(following), "rejected", item.id))


def take_back_row(visit: RowVisit) -> Response:
    """Put a rejected row back into the build, as it was before, and stay on it."""
    corpus, item = visit.current()
    if item.edit and "rejected" in item.edit:
        _put(visit, corpus, item, take_back(item.edit))
    return visit.go(flash(visit.url, "taken_back", item.id))


def _put(visit: RowVisit, corpus: Corpus, item: Item, edit: Edit | None) -> None:
    """Save an edit that says nothing of the text in the fields: where that was changed, it stays a draft."""
    visit.put(corpus, item, edit)
    if not _has_typed(visit, item):
        visit.drop_drafts()


def _has_typed(visit: RowVisit, item: Item) -> bool:
    """Whether text or note are others than those that are saved."""
    saved = item.saved_texts()
    return any(text != saved.get(name) for name, text in visit.typed.items() if name != "reason")
