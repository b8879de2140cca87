"""Post-editing: the queue, one row, and every way off it, each of which posts the text with the row's id and revision."""

import re
from collections import Counter
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from seedbed.project.corpora import FIELDS
from seedbed.project.edits import MOST_CHARACTERS, Conflict, make_edit, save_edit
from seedbed.review.difference import shortened
from seedbed.review.drafts import mark
from seedbed.review.history import versions
from seedbed.review.queue.worklist import STATUSES, Corpus, Item
from seedbed.review.web.forms import Form, Posted, Run, one_at_a_time, said
from seedbed.review.web.render import LANGUAGE_COOKIE, LANGUAGES, YEAR_S, editor_of, go, page
from seedbed.review.web.row_page import Typed, item_name, moment, pieces, show
from seedbed.review.web.state import State
from seedbed.util.canonical import content_hash, parse_json
from seedbed.util.errors import UserError
from seedbed.util.rows import Row

router = APIRouter()
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_ORIGIN = re.compile(r"[0-9a-f]{32}:[0-9a-f]{64}")
_SAID = {"saved", "same", "undone", "nothing_to_undo", "not_undone", "kept", "dropped", "voted"}


class _Wrong(Exception):
    """The person must put something right: a text of the page, and what goes into it."""

    def __init__(self, key: str, **values: object) -> None:
        self.key, self.values = key, values


@router.get("/edits/{name}")
def list_rows(request: Request, state: Run, name: str, show: str = "to_do", q: str = "") -> Response:
    """The queue."""
    corpus = _corpus(state, name)
    wanted = [item for item in corpus.items if _is_shown(item, show) and _has(item, q.strip().casefold())]
    editor = editor_of(request, state)
    drafts = state.drafts.items(f"{name}.{corpus.language}.", editor) if editor else set()
    shown: dict[str, Any] = {
        "corpus": corpus,
        "items": wanted,
        "show": show if show in (*STATUSES, "all") else "to_do",
        "q": q[:200],
    }
    counts = Counter(item.status for item in corpus.items)
    return page(request, state, "list.html", **shown, counts=counts, drafts=drafts, **frame(request, state))


@router.get("/edits/{name}/{id}")
def show_row(request: Request, state: Run, name: str, id: str) -> Response:
    """One row."""
    corpus, editor = _corpus(state, name), editor_of(request, state)
    if editor is None:
        return go(request, f"/who?to=/edits/{name}/{id}" if _ID.fullmatch(id) else "/who")
    if id not in corpus.by_id:
        return _gone(request, state, corpus, id, {})
    return _row(request, state, corpus, corpus.by_id[id], editor)


@router.get("/edits/{name}/{id}/history")
def show_history(request: Request, state: Run, name: str, id: str) -> Response:
    """What earlier commits made of the row."""
    corpus = _corpus(state, name)
    if not _ID.fullmatch(id):
        raise HTTPException(404)
    item = corpus.by_id.get(id)
    machine = item.row["translation"] if item else {}
    found = versions(corpus.path, id)
    shown = [
        (version, {field: pieces(machine.get(field, ""), text) for field, text in version.edit["fields"].items()})
        if version.edit
        else (version, {})
        for version in found or []
    ]
    return page(request, state, "history.html", found=found, shown=shown, target=corpus.language)


@router.post("/edits/{name}/{id}/draft")
@one_at_a_time
def keep_draft(request: Request, state: Run, form: Posted, name: str, id: str) -> Response:
    """Keep what is typed, and return how it differs from the machine text."""
    editor = editor_of(request, state)
    if editor is None or state.left_with(form.get("page", "")) is not None:
        return Response(status_code=204)
    key, values = "draft_state_saved", dict[str, object]()
    try:
        if not _keep(state, name, id, editor, form):
            key = "draft_state_none"
    except _Wrong as wrong:
        key, values = wrong.key, wrong.values
    corpus = _corpus(state, name)
    item = corpus.by_id.get(id)
    if item is None:
        key, values = "gone", {"id": id}
    elif form.get("revision") != item.revision or form.get("base") != item.base:
        key, values = "meanwhile", {}
    machine = item.row["translation"] if item else {}
    drawn = {field: pieces(machine[field], text) for field, text in said(form, "field.").items() if field in machine}
    short = {field: shortened(found) for field, found in drawn.items()}
    line: dict[str, Any] = {"state_key": key, "state_values": values, "most": MOST_CHARACTERS, "target": corpus.language}
    return page(request, state, "live.html", pieces=drawn, short=short, **line)


@router.post("/edits/{name}/{id}")
@one_at_a_time
def leave_row(request: Request, state: Run, form: Posted, name: str, id: str) -> Response:
    """Every way off a row: keep the text first, then do what the button says."""
    editor = editor_of(request, state)
    if editor is None:
        raise UserError("say who you are first; nothing was saved")
    step, held = form.get("go", "save"), form.get("page", "")
    typed = said(form, "field.") | said(form, "note")
    kept, wrong = False, None
    try:
        kept = _keep(state, name, id, editor, form)  # before anything that can fail
    except _Wrong as problem:
        wrong = problem
    corpus = _corpus(state, name)
    item = corpus.by_id.get(id)
    if state.left_with(held) == content_hash(typed):  # the same button twice: its work is done
        return _on(request, corpus, id, step)
    if item is None:
        return _gone(request, state, corpus, id, typed)
    try:
        if wrong:
            raise wrong
        if step in ("save", "approve"):
            return _save(request, state, corpus, item, editor, form)
    except (_Wrong, UserError) as problem:
        key, values = (problem.key, problem.values) if isinstance(problem, _Wrong) else ("error", {"words": str(problem)})
        again = _again(state, corpus, item, form)
        return _row(request, state, corpus, item, editor, again, (key, values), status=422)
    if step == "discard":
        _drop(state, item_name(name, corpus.language, id), form, all_seen=True)
        response = go(request, f"/edits/{name}/{id}?said=dropped&row={id}")
    elif step == "undo":
        response = go(request, _undo(state, editor, f"/edits/{name}/{id}"))
    else:
        response = _on(request, corpus, id, step, kept=kept)
    state.leave(held, content_hash(typed))
    return response


def _on(request: Request, corpus: Corpus, id: str, step: str, kept: bool = False) -> Response:
    """Go where a button says; to the queue where it says nothing that there is."""
    tail = f"?said=kept&row={id}" if kept and _ID.fullmatch(id) else ""
    word, _, rest = step.partition(":")
    if word == "language" and rest in LANGUAGES:
        response = go(request, f"/edits/{corpus.name}/{id}" if id in corpus.by_id else f"/edits/{corpus.name}")
        response.set_cookie(LANGUAGE_COOKIE, rest, max_age=YEAR_S, httponly=True, samesite="strict")
        return response
    if word == "list" and _ID.fullmatch(rest):
        return go(request, f"/edits/{rest}{tail}")
    if word in ("votes", "who"):
        return go(request, f"/{word}")
    if word in ("save", "approve", "skip", "back"):
        beside = corpus.beside(id, -1 if word == "back" else 1)
        if beside:
            return go(request, f"/edits/{corpus.name}/{beside}{tail}")
    return go(request, f"/edits/{corpus.name}{tail}")


def _save(request: Request, state: State, corpus: Corpus, item: Item, editor: str, form: Form) -> Response:
    held, fields = form.get("page", ""), said(form, "field.")
    note = said(form, "note").get("", "").strip()
    if form.get("base") != item.base:
        return _clash(request, state, corpus, item, editor, form, "conflict_base")
    if form.get("revision") != item.revision:
        return _clash(request, state, corpus, item, editor, form)
    seconds = state.attention(held, form.get("seconds", ""))
    edit = make_edit(item.row, corpus.kind, fields, editor, seconds, note, before=item.edit)
    if form.get("go") == "approve" and edit["decision"] != "approved":
        raise _Wrong("approve_changed")
    following = corpus.beside(item.id, 1)
    before, said_ = item.edit, "same"
    if not _says_the_same(item, edit):
        save = partial(save_edit, corpus.path, corpus.kind, id=item.id, order=corpus.order)
        try:
            save(edit, expected=before)
        except Conflict:
            fresh = _corpus(state, corpus.name)
            return _clash(request, state, fresh, fresh.by_id.get(item.id, item), editor, form)
        state.remember(editor, partial(_take_back, state, corpus, item.id, editor, before, edit, seconds))
        said_ = "saved"
    state.leave(held, content_hash(fields | said(form, "note")))
    _drop(state, item_name(corpus.name, corpus.language, item.id), form, all_seen=True)
    where = f"/{following}" if following else ""
    return go(request, f"/edits/{corpus.name}{where}?said={said_}&row={item.id}")


def _says_the_same(item: Item, edit: Row) -> bool:
    """Whether a save would change nothing but seconds: the row is left as it is, and the pull request without it."""
    told = ("fields", "decision", "note", "source_hash", "machine_hash")
    return item.edit is not None and all(item.edit.get(name) == edit.get(name) for name in told)


def _take_back(state: State, corpus: Corpus, id: str, editor: str, before: Row | None, edit: Row, seconds: float) -> str:
    """Put back the edit that a save replaced, keep what had been typed as a draft, and return where to look at it."""
    try:
        save_edit(corpus.path, corpus.kind, before, id, edit, corpus.order)
    except Conflict:
        return f"/edits/{corpus.name}/{id}?said=not_undone&row={id}"
    item = _corpus(state, corpus.name).by_id.get(id)
    if item and edit["decision"] == "edited":
        fields = edit["fields"] | {"note": edit.get("note", "")}
        state.drafts.put(item_name(corpus.name, corpus.language, id), state.open(0), editor, moment(item), fields, seconds)
    return f"/edits/{corpus.name}/{id}?said=undone&row={id}"


def _undo(state: State, editor: str, here: str) -> str:
    stack = state.undo.get(editor)
    if not stack:
        return f"{here}?said=nothing_to_undo"
    url = stack[-1]()  # taken off only once it is done: where the file is not valid, it can be tried again
    stack.pop()
    return url


def _keep(state: State, corpus: str, id: str, editor: str, form: Form) -> bool:
    """Put the typed text into a draft where it is not what the page began with; return whether there is one now.

    Raises:
        _Wrong: the text is too long to keep, or its fields are not the row's.
    """
    if corpus not in state.worklist.names:
        raise HTTPException(404)
    params, held, fields = state.worklist.params, form.get("page", ""), said(form, "field.")
    name, wanted = item_name(corpus, params["language"], id), FIELDS[params["corpora"][corpus]["kind"]]
    if not _ID.fullmatch(id) or set(fields) != set(wanted):
        raise _Wrong("error", words=f"the form has not the fields {', '.join(wanted)}")
    fields["note"] = said(form, "note").get("", "")
    if max(map(len, fields.values())) > MOST_CHARACTERS:
        raise _Wrong("draft_too_long", most=f"{MOST_CHARACTERS:,}")
    try:
        if content_hash(fields) == form.get("initial"):
            state.drafts.drop(name, held)
            return False
        revision = f"{form.get('revision', '')}.{form.get('base', '')}"
        state.drafts.put(name, held, editor, revision, fields, state.attention(held, form.get("seconds", "")))
    except ValueError as error:
        raise _Wrong("error", words=str(error)) from None
    _drop(state, name, form, all_seen=False)
    return True


def _drop(state: State, name: str, form: Form, all_seen: bool) -> None:
    """Remove the draft that this text came from; with `all_seen` the page's own too, and all that the page showed."""
    marks = [form.get("origin", "")]
    if all_seen:
        state.drafts.drop(name, form.get("page", ""))
        marks += _list(form.get("seen", ""))
    for one in marks:
        if _ORIGIN.fullmatch(one) and not one.startswith(form.get("page", "")):
            state.drafts.drop(name, *one.split(":"))


def _list(text: str) -> list[str]:
    try:
        found = parse_json(text)
    except ValueError:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []


def _again(state: State, corpus: Corpus, item: Item, form: Form) -> Typed:
    """Return what a page held, for showing the row again with it in the field."""
    fields = said(form, "field.") | {"note": said(form, "note").get("", "")}
    fields = {name: fields.get(name, "") for name in (*FIELDS[corpus.kind], "note")}
    held = form.get("page", "")
    kept = [draft for draft in state.drafts.of(item_name(corpus.name, corpus.language, item.id)) if draft["page"] == held]
    origin = f"{held}:{mark(kept[0])}" if kept else ""
    return Typed(fields, state.attention(held, form.get("seconds", "")), origin, _list(form.get("seen", "")))


def _clash(
    request: Request, state: State, corpus: Corpus, item: Item, editor: str, form: Form, key: str = "conflict"
) -> Response:
    """Show both texts; nothing was saved."""
    values: dict[str, Any] = {}
    if key == "conflict":
        if item.edit is None:
            key = "conflict_removed"
        else:
            values = {"editor": item.edit.get("editor")}
    again = _again(state, corpus, item, form)
    before = item.edit if form.get("revision") != item.revision else None
    return _row(request, state, corpus, item, editor, again, (key, values), before=before, status=409)


def _row(
    request: Request,
    state: State,
    corpus: Corpus,
    item: Item,
    editor: str,
    typed: Typed | None = None,
    problem: tuple[str, dict[str, Any]] | None = None,
    before: Row | None = None,
    status: int = 200,
) -> Response:
    shown = show(state, corpus, item, editor, typed, before)
    return page(request, state, "row.html", status, problem=problem, **shown, **frame(request, state))


def _gone(request: Request, state: State, corpus: Corpus, id: str, typed: dict[str, str]) -> Response:
    """The row is not in the build any more: show what was typed, so that it can be taken along."""
    return page(
        request, state, "gone.html", 410 if typed else 404, corpus=corpus, id=id[:80], typed=typed, **frame(request, state)
    )


def _corpus(state: State, name: str) -> Corpus:
    if name not in state.worklist.names:
        raise HTTPException(404)
    return state.worklist.corpus(name)


def _is_shown(item: Item, show: str) -> bool:
    if show == "all":
        return True
    return item.status == show if show in STATUSES else item.status in STATUSES[:3]


def _has(item: Item, words: str) -> bool:
    texts = [
        item.id,
        *item.row["source"].values(),
        *item.row["translation"].values(),
        *((item.edit or {}).get("fields", {}).values()),
    ]
    return not words or any(words in text.casefold() for text in texts)


def frame(request: Request, state: State) -> dict[str, Any]:
    """Return what every page of the house shows: the corpora with what waits in each, and what was just done."""
    waiting: list[tuple[str, int | None]] = []
    for name in state.worklist.names:
        try:
            waiting.append((name, len(state.worklist.corpus(name).to_do)))
        except UserError:  # said on the corpus's own page; the other pages go on
            waiting.append((name, None))
    said_, row = request.query_params.get("said", ""), request.query_params.get("row", "")
    known = said_ in _SAID and (not row or _ID.fullmatch(row) is not None)
    return {"waiting": waiting, "said": (said_, row) if known else None}
