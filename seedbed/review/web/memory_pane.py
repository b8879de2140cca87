"""The pane beside a row: terms of the glossary, rows that resemble it, where words occur, and changes to make elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from fastapi import APIRouter
from starlette.responses import Response

from seedbed.project import paths
from seedbed.project.corpora import field_names
from seedbed.project.glossary import Term, put_term, terms_in
from seedbed.review.difference import shortened
from seedbed.review.queue.memory import Hit, Memory, Rendering, make_memory, present_texts
from seedbed.review.queue.reasons import Checker
from seedbed.review.queue.worklist import Corpus, Item
from seedbed.review.web.leaving import one_at_a_time
from seedbed.review.web.render import is_script
from seedbed.review.web.row_checks import check_row, glossary_of
from seedbed.review.web.row_visit import PostedRow, RowVisit
from seedbed.review.web.visit import Message
from seedbed.util.errors import UserError
from seedbed.util.word_diff import Piece, difference

router = APIRouter()
_MOST_SEARCHED = 200
_MOST_TERM = 200
"""Characters of a term, of its translation and of its note."""
_MOST_CHANGE = 60
"""Characters of a change that is offered for other rows."""
_MOST_CHANGES = 5
_MOST_HITS = 12
_memories: WeakKeyDictionary[Checker, Memory] = WeakKeyDictionary()


@dataclass(frozen=True)
class SimilarRow:
    """A row that a person edited and whose source is like this one's: what its fields say, and what the person changed."""

    item: Item
    fields: Sequence[tuple[str, Sequence[Piece]]]


@dataclass(frozen=True)
class Pane:
    """What the pane shows.

    Attributes:
        terms: of the glossary, that are in the row.
        glossary: the path of its file.
        fault: what is wrong with the file.
        similar: rows that people edited.
        find: what was searched for.
        hits: where it occurs; `found` is in how many rows.
        renderings: what it may have been translated as.
        message: what to say about what was just done.
    """

    terms: Sequence[Term]
    glossary: str
    fault: str
    similar: Sequence[SimilarRow]
    find: str
    hits: Sequence[Hit]
    found: int
    renderings: Sequence[Rendering]
    message: Message | None = None


def pane_of(visit: RowVisit, corpus: Corpus, item: Item, message: Message | None = None) -> Pane:
    """Return what the pane of a row shows; what is searched for stands in the form, or in the page's URL."""
    terms, fault = glossary_of(visit.state)
    memory = memory_of(corpus)
    find = visit.form.get("memory.find", visit.request.query_params.get("find", "")).strip()[:_MOST_SEARCHED]
    found = memory.find(corpus, find)
    return Pane(
        terms=terms_in(item.row["source"].values(), terms),
        glossary=paths.glossary(corpus.language).as_posix(),
        fault=fault,
        similar=[SimilarRow(each.item, _edited_fields(each.item, corpus.kind)) for each in memory.similar(item, corpus)],
        find=find,
        hits=[memory.hit(each, find) for each in found[:_MOST_HITS]],
        found=len(found),
        renderings=memory.renderings(corpus, find, found),
        message=message,
    )


def memory_of(corpus: Corpus) -> Memory:
    """Return the search index of a corpus; it is rebuilt whenever the build is read again."""
    memory = _memories.get(corpus.checker)
    if memory is None:
        memory = _memories[corpus.checker] = make_memory(corpus.items)
    return memory


def changes_of(changes: Mapping[str, Sequence[Piece]]) -> list[tuple[str, str]]:
    """Return what a person replaced in the machine text, as (old, new), to be offered for other rows."""
    pairs = [
        (piece.old.strip(), piece.new.strip())
        for pieces in changes.values()
        for piece in pieces
        if piece.changed and len(piece.old.strip()) > 1 and piece.new.strip() and len(piece.old + piece.new) <= _MOST_CHANGE
    ]
    return list(dict.fromkeys(pairs))[:_MOST_CHANGES]


def elsewhere_url(visit: RowVisit, old: str, new: str) -> str:
    """Return the URL of the page that makes a change in other rows, and leads back to this one and its filter."""
    query = {"old": old, "new": new, "row": visit.id, "filter": visit.filter.query}
    return f"/elsewhere/{visit.corpus_name}?{urlencode({name: value for name, value in query.items() if value})}"


@router.post("/edits/{name}/{id}/memory")
@one_at_a_time
def use_memory(visit: PostedRow) -> Response:
    """Search, or add a term; with scripts the pane comes back, without the row's page does."""
    message = _add_term(visit) if visit.verb == "term" else None
    if not is_script(visit.request):
        visit.draft_state()
        find = visit.form.get("memory.find", "").strip()[:_MOST_SEARCHED]
        query = "&".join(part for part in (visit.filter.query, urlencode({"find": find}) if find else "") if part)
        return visit.go(f"/edits/{visit.corpus_name}/{visit.id}" + (f"?{query}" if query else ""))
    corpus = visit.corpus()
    item = visit.item(corpus)
    machine = item.machine
    return visit.render(
        "memory_parts.html",
        pane=pane_of(visit, corpus, item, message),
        offered=changes_of({name: difference(machine[name], text) for name, text in visit.typed.items() if name in machine}),
        checks=check_row(visit.state, corpus, item, visit.typed),
        corpus=corpus,
        item=item,
        url=visit.url,
    )


def _add_term(visit: RowVisit) -> Message:
    term = {name: " ".join(visit.form.get(f"memory.{name}", "").split()) for name in ("term", "translation", "note")}
    if not term["term"] or not term["translation"]:
        return "term_blank", {}
    if any(len(text) > _MOST_TERM for text in term.values()):
        return "term_long", {"most": _MOST_TERM}
    try:
        before = put_term(paths.glossary(visit.state.worklist.params["language"]), term, paths.locks())
    except UserError as error:
        return "error", {"words": str(error)}
    return ("term_replaced" if before else "term_added"), {**term, "before": before["translation"] if before else ""}


def _edited_fields(item: Item, kind: str) -> list[tuple[str, list[Piece]]]:
    """Return the source of each field that the edit changed, and how it changed its text."""
    texts, machine = present_texts(item), item.machine
    names = [name for name in field_names(machine, kind) if texts[name] != machine[name]]
    return [(item.row["source"][name], shortened(difference(machine[name], texts[name]))) for name in names]
