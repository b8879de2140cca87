"""A person at the page of one row, whose machine translation they correct or approve."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from seedbed.project.edits import MOST_CHARACTERS, Conflict, save_edit
from seedbed.project.row_types import Edit
from seedbed.review.queue.filters import Filter, View
from seedbed.review.queue.worklist import Corpus, Item, neighbour
from seedbed.review.web.forms import Posted, Run, texts_of
from seedbed.review.web.people import Editor
from seedbed.review.web.render import flash
from seedbed.review.web.state import State, is_id
from seedbed.review.web.visit import Problem, Visit


@dataclass(frozen=True, kw_only=True)
class RowVisit(Visit):
    """One person at the page of one row.

    Attributes:
        corpus_name: the row's corpus, in `params.yaml`.
        id: the row's.
        filter: the rows among which the person goes on.
    """

    corpus_name: str
    id: str
    filter: Filter
    kind: ClassVar[str] = "edits"
    default_verb: ClassVar[str] = "save"
    most_characters: ClassVar[int] = MOST_CHARACTERS

    @property
    def typed(self) -> dict[str, str]:
        """The fields of the row, the note, and the reason why it is rejected."""
        beside = {name: texts_of(self.form, name).get("", "") for name in ("note", "reason")}
        return texts_of(self.form, "field.") | beside

    @property
    def posted_revision(self) -> str:
        """The edit, the source and the machine text that the page showed."""
        return f"{self.form.get('revision', '')}.{self.form.get('base', '')}"

    def corpus(self) -> Corpus:
        """Return the corpus as its files have it now.

        Raises:
            UserError: a file is not valid, or `translate` has not run.
        """
        return self.state.worklist.corpus(self.corpus_name)

    def item(self, corpus: Corpus) -> Item:
        """Return the row with its edit and its status.

        Raises:
            Problem: it is not in the build any more.
        """
        if self.id not in corpus.by_id:
            raise Problem("gone", 410, id=self.id)
        return corpus.by_id[self.id]

    def current(self) -> tuple[Corpus, Item]:
        """Return the corpus and the row, where they are as the page showed them.

        Raises:
            Problem: the row is gone, or its source, machine text or edit is another one now.
        """
        corpus = self.corpus()
        item = self.item(corpus)
        if self.form.get("base") != item.base:
            raise Problem("conflict_base", 409)
        if self.form.get("revision") != item.revision:
            raise self.conflict(item.edit)
        return corpus, item

    @staticmethod
    def conflict(present: Mapping[str, Any] | None) -> Problem:
        """Return the message if the row's edit is no longer the one that the page showed."""
        if present is None:
            return Problem("conflict_removed", 409)
        return Problem("conflict", 409, editor=present.get("editor"))

    @staticmethod
    def revision(item: Item) -> str:
        """Return the present state of a row, to compare with `posted_revision`."""
        return f"{item.revision}.{item.base}"

    def put(self, corpus: Corpus, item: Item, edit: Edit | None) -> None:
        """Save an edit in the place of the row's present one, so that it can be undone.

        Raises:
            Problem: somebody saved the row meanwhile.
        """
        try:
            save_edit(corpus.path, corpus.kind, edit, item.id, item.edit, corpus.order)
        except Conflict as conflict:
            raise self.conflict(conflict.present) from None
        self.remember(item.id, partial(self._put_back, item.edit, edit))

    def _put_back(self, before: Edit | None, edit: Edit | None) -> None:
        corpus = self.corpus()
        save_edit(corpus.path, corpus.kind, before, self.id, edit, corpus.order)

    def require_no_reason(self, item: Item) -> None:
        """Raise `Problem` where a reason for rejecting the row was typed: another button than Reject would drop it."""
        if self.typed["reason"].strip() not in ("", item.rejection):
            raise Problem("reason_unused")

    def require_item(self) -> None:
        """Raise `Problem` where the row is gone."""
        self.item(self.corpus())

    def view(self) -> View:
        """Return the rows among which the person goes on."""
        return self.state.view(self.corpus(), self.filter, self.person)

    def neighbour(self, step: int) -> str | None:
        """Return the id of the next (`step` 1) or the previous (-1) row of the filter; None if there is no other."""
        return neighbour(list(self.corpus().by_id), self.view().ids, self.id, step)

    def row_url(self, id: str | None) -> str:
        """Return the URL of a row of this corpus; of the list where there is none."""
        return row_url(self.corpus_name, id, self.filter) if id else self.list_url()

    def list_url(self) -> str:
        """Return the URL of the list, at this row, or at the next one where the filter shows it no more."""
        view = self.view()
        return list_url(self.corpus_name, view, self.id if self.id in view.ids else self.neighbour(1))

    def leave_for(self, url: str) -> str:
        """Return a URL, with a message about the text that is left behind unsaved."""
        return flash(url, "kept", self.id) if self.has_draft else url


def row_url(corpus_name: str, id: str, chosen: Filter) -> str:
    """Return the URL of a row, which remembers the filter."""
    return f"/edits/{corpus_name}/{id}" + (f"?{chosen.query}" if chosen.query else "")


def list_url(corpus_name: str, view: View, id: str | None = None, page: int = 1) -> str:
    """Return the URL of the list: at a row, or at a page."""
    number = view.page_of(id) if id else page
    query = "&".join(part for part in (view.filter.query, f"page={number}" if number > 1 else "") if part)
    return f"/edits/{corpus_name}" + (f"?{query}" if query else "") + (f"#row-{id}" if id else "")


def require_corpus(state: State, name: str) -> None:
    """Answer 404 where people post-edit no corpus of that name."""
    if name not in state.worklist.names:
        raise HTTPException(404)


def require_id(id: str) -> None:
    """Answer 404 to what is no id: it would become a part of a draft's file name."""
    if not is_id(id):
        raise HTTPException(404)


def _opened(request: Request, state: Run, editor: Editor, name: str, id: str) -> RowVisit:
    require_corpus(state, name)
    require_id(id)
    chosen = Filter.of(request.query_params)
    return RowVisit(
        request=request,
        state=state,
        person=editor,
        url=row_url(name, id, chosen),
        draft_key=f"{name}.{state.worklist.params['language']}.{id}",
        corpus_name=name,
        id=id,
        filter=chosen,
    )


def _posted(form: Posted, visit: Annotated[RowVisit, Depends(_opened)]) -> RowVisit:
    return replace(visit, form=form)


OpenedRow = Annotated[RowVisit, Depends(_opened)]
PostedRow = Annotated[RowVisit, Depends(_posted)]
