"""The queue of a corpus: its rows, filtered and in pages, and decisions about many of them at once."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from seedbed.project import sign_off
from seedbed.project.edits import Change
from seedbed.review import bulk
from seedbed.review.queue.filters import PAGE_ROWS, SHOW, Filter, View
from seedbed.review.queue.worklist import FACETS, Corpus, Item
from seedbed.review.web.forms import Form, Posted, Run, texts_of
from seedbed.review.web.people import Editor, editor_of
from seedbed.review.web.render import flash, go, page
from seedbed.review.web.row_visit import RowVisit, list_url, require_corpus, row_url
from seedbed.review.web.state import State

router = APIRouter()


@router.get("/edits/{name}")
def list_rows(request: Request, state: Run, name: str) -> Response:
    """One page of the rows that the filter shows."""
    require_corpus(state, name)
    corpus, editor = state.worklist.corpus(name), editor_of(request, state)
    chosen = Filter.of(request.query_params)
    if "" in request.query_params.values():  # what was left empty in the form
        return go(request, _url(name, chosen.query))
    return _show_list(request, state, corpus, chosen, editor)


def _show_list(
    request: Request,
    state: State,
    corpus: Corpus,
    chosen: Filter,
    editor: str | None,
    problem: str = "",
    form: Form | None = None,
) -> Response:
    """Return a page of the list; where nothing was saved, with what was ticked and typed, and what to fix."""
    name, view = corpus.name, state.view(corpus, chosen, editor)
    number = _page_number(request, view)
    return page(
        request,
        state,
        "list.html",
        422 if problem else 200,
        problem=problem,
        form=form or {},
        most_reason=sign_off.MOST_REASON,
        corpus=corpus,
        view=view,
        number=number,
        rows=view.page(number),
        first=(number - 1) * PAGE_ROWS + 1,
        url=list_url(name, view, page=number),
        row_url=lambda row: row_url(name, row, view.filter),
        page_url=lambda other: list_url(name, view, page=other),
        filter_url=lambda show: _url(name, view.filter.query_with(show=show)),
        shows=SHOW,
        facets={facet: _options(view, facet) for facet in FACETS if facet != "show"},
        drafts=state.drafts.items(f"{name}.{corpus.language}.", editor) if editor else set(),
        shown=state.show(corpus),
        waiting_rows=state.waiting(corpus, editor),
        verbs=list(bulk.VERBS),
    )


@router.post("/edits/{name}")
def decide(request: Request, state: Run, name: str, editor: Editor, form: Posted) -> Response:
    """Decide about many rows, or take the person's last decision back."""
    require_corpus(state, name)
    with state.lock:
        chosen, corpus = Filter.of(request.query_params), state.worklist.corpus(name)
        view = state.view(corpus, chosen, editor)
        back = list_url(name, view, page=_page_number(request, view))
        verb = form.get("go", "")
        if verb == "undo":
            return go(request, state.undo(RowVisit.kind, editor) or flash(back, "nothing_to_undo"))
        shown = state.shown(form.get("shown", ""))
        if verb not in bulk.VERBS:
            return go(request, back)
        reason = texts_of(form, "reason").get("", "").strip()
        problem = _problem(verb, reason)
        if shown is None or problem:
            return _show_list(request, state, corpus, chosen, editor, problem if shown else "list_too_old", form)
        rows = _chosen_rows(request, form, shown, state.view(shown, chosen, editor))
        planned = bulk.plan(corpus, rows, bulk.VERBS[verb], editor, reason)
        if len(rows) > PAGE_ROWS and not form.get("sure"):  # more than one can have looked at
            return page(request, state, "bulk.html", corpus=corpus, planned=planned, verb=verb, form=form, url=back)
        saved = bulk.save(corpus, planned)
        if saved.changes:
            state.remember(RowVisit.kind, editor, lambda: _take_back(state, name, saved.changes, back))
        return go(request, flash(back, f"bulk_{verb}", numbers={"n": len(saved.changes), **saved.left}))


def _problem(verb: str, reason: str) -> str:
    """Return what is wrong with the reason, as a key of `texts.yaml`; empty where nothing is."""
    if verb in bulk.REASONED:
        return "" if 0 < len(reason) <= sign_off.MOST_REASON else "reject_reason"
    return "reason_unused" if reason else ""


def _chosen_rows(request: Request, form: Form, shown: Corpus, view: View) -> list[Item]:
    """Return the rows that the form means, of the list as the person saw it."""
    if form.get("scope") in ("page", "all"):
        return view.items if form["scope"] == "all" else view.page(_page_number(request, view))
    ticked = texts_of(form, "row.")
    return [item for item in shown.items if item.id in ticked]


def _take_back(state: State, name: str, changes: list[Change], url: str) -> str:
    undone = bulk.take_back(state.worklist.corpus(name), changes)
    return flash(url, "bulk_undone", numbers={"n": len(undone.changes), **undone.left})


def _options(view: View, facet: str) -> dict[str, int]:
    """Return the values of a facet that some row has, the most frequent first, each with its count; and the chosen one."""
    counts = dict(sorted(view.counts.get(facet, {}).items(), key=lambda pair: (-pair[1], pair[0])))
    chosen = view.filter.values.get(facet)
    return counts if chosen is None or chosen in counts else {chosen: 0} | counts


def _url(name: str, query: str) -> str:
    return f"/edits/{name}" + (f"?{query}" if query else "")


def _page_number(request: Request, view: View) -> int:
    asked = request.query_params.get("page", "")
    return min(int(asked), view.pages) if asked.isdecimal() and len(asked) < 9 and int(asked) else 1
