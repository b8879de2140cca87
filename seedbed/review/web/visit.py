"""A visit: one person on the page of one item (a row or a ballot), with drafts and undo."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from fastapi import Request
from starlette.responses import Response

from seedbed.project.edits import Conflict
from seedbed.review.drafts import Draft
from seedbed.review.web.forms import Form
from seedbed.review.web.render import flash, go, page, render
from seedbed.review.web.state import State
from seedbed.util.canonical import canonical, content_hash, parse_json

Message = tuple[str, Mapping[str, object]]
"""A key of `texts.yaml`, and what goes into it."""


class Problem(Exception):
    """Nothing was saved: the person must fix something, on the same page with the same text in its fields.

    Args:
        key: of the message in `texts.yaml`; `values` go into it.
        status: of the response.
    """

    def __init__(self, key: str, status: int = 422, **values: object) -> None:
        super().__init__(key)
        self.message: Message = (key, values)
        self.status = status


@dataclass(frozen=True)
class FieldTexts:
    """What the fields of a page begin with, and what the page posts about them.

    Attributes:
        texts: by field.
        initial: hash of the texts that need no draft.
        seconds: of attention on them already.
        origin: the version of the draft that holds them; empty where none does.
        seen: the versions of the person's other drafts that the page knows of, as JSON.
        notice: what to say about a draft.
    """

    texts: dict[str, str]
    initial: str
    seconds: float
    origin: str
    seen: str
    notice: Message | None


@dataclass(frozen=True, kw_only=True)
class Visit(ABC):
    """One person at the page of one item.

    Attributes:
        request: the request.
        state: the run.
        person: who edits, or votes.
        url: of the page.
        draft_key: what the item's drafts are filed under.
        form: what was posted; empty where the page is opened.
    """

    request: Request
    state: State
    person: str
    url: str
    draft_key: str
    form: Form = field(default_factory=dict)
    kind: ClassVar[str]
    """What can be undone together."""
    default_verb: ClassVar[str]
    """What a form without a button means."""
    most_characters: ClassVar[int]
    """Of one field."""

    @property
    @abstractmethod
    def typed(self) -> dict[str, str]:
        """The texts that were posted, by field."""

    @property
    @abstractmethod
    def posted_revision(self) -> str:
        """The state of the item when the page was opened."""

    @property
    def content(self) -> object:
        """What the page says: a form that says it again is the same button pressed twice."""
        return self.typed

    def require_item(self) -> None:  # noqa: B027, not every page needs its item for every verb
        """Raise `Problem` where the item is gone."""

    @property
    def page_id(self) -> str:
        """The open page that posted, as `State.open` named it."""
        return self.form.get("page", "")

    @property
    def verb(self) -> str:
        """What the button says, up to a colon."""
        return self.form.get("go", self.default_verb).partition(":")[0]

    @property
    def argument(self) -> str:
        """What the button says past the colon."""
        return self.form.get("go", "").partition(":")[2]

    @property
    def seconds(self) -> float:
        """Attention on the page so far."""
        return self.state.attention(self.page_id, self.form.get("seconds", ""))

    def go(self, url: str) -> Response:
        """Send the person to another page."""
        return go(self.request, url)

    def leave_for(self, url: str) -> str:
        """Return a URL, with a message about the text that is left behind unsaved where the page has one."""
        return url

    def page(self, template: str, status: int = 200, **values: object) -> Response:
        """Return a page."""
        return page(self.request, self.state, template, status, **values)

    def render(self, template: str, **values: object) -> Response:
        """Return a part of a page."""
        return render(self.request, self.state, template, 200, **values)

    # Drafts.

    def keep_draft(self) -> bool:
        """Put what was typed into a draft where it is not what the page began with; return whether there is one now.

        Raises:
            Problem: a text is too long to keep, or no page of ours has posted it.
        """
        if any(len(text) > self.most_characters for text in self.typed.values()):
            raise Problem("draft_too_long", most=f"{self.most_characters:,}")
        draft = Draft(self.draft_key, self.page_id, self.person, self.posted_revision, self.typed, self.seconds)
        try:
            if content_hash(self.typed) == self.form.get("initial"):
                self.state.drafts.drop(self.draft_key, self.page_id)
                return False
            self.state.drafts.put(draft)
        except ValueError as error:
            raise Problem("error", words=str(error)) from None
        self._drop(self.form.get("origin", ""))
        return True

    def draft_state(self) -> Message:
        """Keep what was typed, and return what to say about it beside the text."""
        try:
            return ("draft_state_saved" if self.keep_draft() else "draft_state_none"), {}
        except Problem as problem:
            return problem.message

    @property
    def has_draft(self) -> bool:
        """Whether a draft holds what was typed on this page."""
        return any(draft.page == self.page_id for draft in self.state.drafts.of(self.draft_key))

    def drop_drafts(self) -> None:
        """Remove the page's draft, the one that its text came from, and the person's others that the page knew of."""
        self.state.drafts.drop(self.draft_key, self.page_id)
        for version in (self.form.get("origin", ""), *self._seen()):
            self._drop(version)

    def _drop(self, version: str) -> None:
        if not version.startswith(self.page_id):  # what this page typed before is not what it types now
            self.state.drafts.drop_version(self.draft_key, version)

    def _seen(self) -> list[str]:
        try:
            seen = parse_json(self.form.get("seen", ""))
        except ValueError:
            return []
        return [str(version) for version in seen] if isinstance(seen, list) else []

    def field_texts(self, saved: dict[str, str], revision: str | None = None) -> FieldTexts:
        """Return what the fields begin with: what was posted, else the person's newest draft, else what is saved.

        Args:
            saved: the texts without a draft, by field.
            revision: the state of the item. A draft of another state is mentioned, and not put into the fields; None takes any.
        """
        drafts = self.state.drafts.of(self.draft_key)
        own = [draft for draft in drafts if draft.editor == self.person]

        def texts_with(texts: dict[str, str], seconds: float, origin: str = "", notice: Message | None = None) -> FieldTexts:
            initial = saved if origin and not notice else texts
            seen = {draft.version for draft in own} | set(self._seen())
            return FieldTexts(texts, content_hash(initial), seconds, origin, canonical(sorted(seen - {origin})), notice)

        if self.form:
            origin = next((draft.version for draft in drafts if draft.page == self.page_id), "")
            return texts_with({name: self.typed.get(name, "") for name in saved}, self.seconds, origin)
        newest = next((draft for draft in own if draft.fields != saved), None)
        if newest is None:
            return texts_with(saved, 0.0)
        values = {"when": newest.saved_at}
        if revision in (None, newest.revision) and set(newest.fields) == set(saved):
            return texts_with(newest.fields, newest.seconds, newest.version, ("draft_found", values))
        return texts_with(saved, 0.0, notice=("draft_old", values))

    # Undo.

    def remember(self, id: str, restore: Callable[[], None]) -> None:
        """Note how to take back what was just saved; what was typed for it is a draft again then.

        Args:
            id: of the row or question, for the message.
            restore: puts back what was there before; raises `Conflict` where somebody has changed it since.
        """

        def undo() -> str:
            try:
                restore()
            except Conflict:
                return flash(self.url, "not_undone", id)
            self.keep_draft()
            return flash(self.url, "undone", id)

        self.state.remember(self.kind, self.person, undo)
