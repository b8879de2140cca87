"""Post-editing: one row, and every way off it."""

from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from seedbed.project.edits import make_edit
from seedbed.project.row_types import Edit, Fields
from seedbed.review.difference import shortened
from seedbed.review.history import versions
from seedbed.review.web.forms import Run, texts_of
from seedbed.review.web.leaving import COMMON_PLACES, OTHERWISE, Handlers, leave, one_at_a_time, undo_last
from seedbed.review.web.memory_pane import changes_of, elsewhere_url
from seedbed.review.web.render import flash, render
from seedbed.review.web.row_checks import check_row, require_answer
from seedbed.review.web.row_page import pieces, show_row
from seedbed.review.web.row_visit import OpenedRow, PostedRow, RowVisit, require_corpus, require_id
from seedbed.review.web.signing import confirm_row, reject_row, take_back_row
from seedbed.review.web.state import is_id
from seedbed.review.web.visit import Problem
from seedbed.util.canonical import parse_json

router = APIRouter()


@router.get("/edits/{name}/{id}")
def open_row(visit: OpenedRow) -> Response:
    """One row."""
    return show_row(visit)


@router.get("/edits/{name}/{id}/history")
def show_history(request: Request, state: Run, name: str, id: str) -> Response:
    """What earlier commits made of the row."""
    require_corpus(state, name)
    require_id(id)
    corpus = state.worklist.corpus(name)
    machine = corpus.by_id[id].machine if id in corpus.by_id else {}
    commits = versions(corpus.path, id)
    shown = []
    older = [_texts_of(version.edit) for version in (commits or [])[1:]]
    for version, before in zip(commits or [], [*older, {}], strict=False):
        texts = _texts_of(version.edit)
        was = before or machine
        changed = {name: pieces(was.get(name, ""), text) for name, text in texts.items() if text != was.get(name, "")}
        shown.append((version, texts, changed, bool(before)))
    return render(request, state, "history.html", commits=commits, shown=shown, target=corpus.language)


def _texts_of(edit: Edit | None) -> Fields:
    """The texts that an earlier version of an edit has; none where the row was rejected unedited, or not there."""
    return edit["fields"] if edit and edit["decision"] != "rejected" else {}


@router.post("/edits/{name}/{id}/draft")
@one_at_a_time
def keep_draft(visit: PostedRow) -> Response:
    """Keep what is typed, and return how it differs from the machine text, and what is seen in it."""
    if visit.state.is_left(visit.page_id):
        return Response(status_code=204)
    key, values = visit.draft_state()
    corpus = visit.corpus()
    item = corpus.by_id.get(visit.id)
    if item is None:
        key, values = "gone", {"id": visit.id}
    elif visit.posted_revision != visit.revision(item):
        key, values = "meanwhile", {}
    machine = item.machine if item else {}
    fields = texts_of(visit.form, "field.")
    changes = {name: pieces(machine[name], text) for name, text in fields.items() if name in machine}
    return visit.render(
        "draft_state.html",
        pieces=changes,
        short={name: shortened(change) for name, change in changes.items()},
        offered=changes_of(changes),
        checks=check_row(visit.state, corpus, item, fields) if item else None,
        message=(key, values),
        most=visit.most_characters,
        target=corpus.language,
        source_language=item.source_language if item else "",
    )


@router.post("/edits/{name}/{id}/here")
def stay(visit: PostedRow) -> Response:
    """Note that the person still looks at the row, and return who else does."""
    visit.state.presence.note(visit.draft_key, visit.person)
    return visit.render("here.html", present=visit.state.presence.others(visit.draft_key, visit.person))


@router.post("/edits/{name}/{id}")
@one_at_a_time
def leave_row(visit: PostedRow) -> Response:
    """Every way off a row."""
    return leave(visit, ACTIONS, PLACES, show_row)


# Actions.


def save(visit: RowVisit) -> Response:
    """Save the text as the row's edit, or the machine text as approved, and go to the next row."""
    corpus, item = visit.current()
    fields = visit.typed
    note = fields.pop("note").strip()
    fields.pop("reason")
    visit.require_no_reason(item)
    edit = make_edit(item.row, corpus.kind, fields, visit.person, visit.seconds, note, before=item.edit)
    if visit.verb == "approve" and edit["decision"] != "approved":
        raise Problem("approve_changed")
    require_answer(visit.state, corpus, item, edit["fields"], visit.argument)
    following = visit.neighbour(1)
    outcome = "same"
    if not _is_same_decision(item.edit, edit):
        visit.put(corpus, item, edit)
        outcome = "saved"
    visit.drop_drafts()
    return visit.go(flash(visit.row_url(following), outcome, item.id))


def _is_same_decision(before: Edit | None, edit: Edit) -> bool:
    """Whether a save would change nothing but seconds: the row is left as it is, and the pull request without it."""
    compared = ("fields", "decision", "note", "source_hash", "machine_hash", "rejected")
    return before is not None and all(before.get(name) == edit.get(name) for name in compared)


def discard(visit: RowVisit) -> Response:
    """Drop the unsaved text."""
    visit.drop_drafts()
    return visit.go(flash(visit.url, "dropped", visit.id))


ACTIONS: Handlers[RowVisit] = {
    "save": save,
    "approve": save,
    "confirm": confirm_row,
    "reject": reject_row,
    "take_back": take_back_row,
    "discard": discard,
    "undo": undo_last,
}


# Places.


def next_row(visit: RowVisit, step: int = 1) -> Response:
    """Go to the next row of the filter, or with `step` -1 to the one before; to the list where there is none."""
    return visit.go(visit.leave_for(visit.row_url(visit.neighbour(step))))


def queue(visit: RowVisit) -> Response:
    """Go back to where the row is in the list."""
    return visit.go(visit.leave_for(visit.list_url()))


def other_row(visit: RowVisit) -> Response:
    """Go to another row of the corpus."""
    return visit.go(visit.leave_for(visit.row_url(visit.argument if is_id(visit.argument) else None)))


def elsewhere(visit: RowVisit) -> Response:
    """Go to the page that makes a change in other rows: the button's, or the one in the pane."""
    try:
        old, new = parse_json(visit.argument) if visit.argument else (visit.form["memory.old"], visit.form["memory.new"])
    except (ValueError, KeyError):
        return visit.go(visit.url)
    return visit.go(elsewhere_url(visit, str(old), str(new)))


PLACES: Handlers[RowVisit] = {
    **COMMON_PLACES,
    "save": next_row,
    "approve": next_row,
    "confirm": next_row,
    "reject": next_row,
    "take_back": lambda visit: visit.go(visit.url),
    "skip": next_row,
    "back": partial(next_row, step=-1),
    "row": other_row,
    "elsewhere": elsewhere,
    "votes": lambda visit: visit.go("/votes"),
    OTHERWISE: queue,
}
