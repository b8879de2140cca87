"""What one run of the page knows: its settings, its secret, which pages were handed out, and what can be undone."""

import re
import time
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TypeVar

from seedbed.project import paths
from seedbed.project.votes import is_annotator
from seedbed.review.drafts import Drafts
from seedbed.review.invites import Invites
from seedbed.review.queue.changes import NoSuchTime, changed_since, commit_at
from seedbed.review.queue.file_cache import FileCache
from seedbed.review.queue.filters import Filter, View, view
from seedbed.review.queue.worklist import Corpus, Item, Worklist
from seedbed.review.shares import rows_shared_out, waits_for
from seedbed.review.texts import page_language
from seedbed.review.web.guard import new_secret
from seedbed.review.web.presence import Presence
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError

T = TypeVar("T")
_MOST_PAGES = 20_000
_MOST_UNDO = 100
_MOST_VIEWS = 50
_MOST_LISTS = 50
"""States of a corpus that are remembered since some list has shown them; they share the rows that did not change."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_MOST_NAME = 64
_LEAST_TOKEN = 16
NAME_FORM = f"use letters and digits of any script, - and _, first a letter or digit, at most {_MOST_NAME}"
"""What a name looks like."""


@dataclass(frozen=True)
class Settings:
    """The options of `seedbed review`.

    Attributes:
        host: the address it listens on.
        token: what a visitor must show; needed where `host` is not loopback.
        editor: who edits; None to ask on the page.
        annotator: who votes; None for the same.
        per_match: ballots of each match; None for all.
        draw: about how many ballots of each match are drawn where votes tell most; None for all.
        annotators: how many people are to vote on each; None for everyone.
        people: their names, where they are known beforehand.
        language: of the page, `en` or `ja`; None for the browser's.
        demo: whether the page is on a temporary copy, to try.
    """

    host: str = "127.0.0.1"
    token: str | None = None
    editor: str | None = None
    annotator: str | None = None
    per_match: int | None = None
    draw: int | None = None
    annotators: int | None = None
    people: tuple[str, ...] = ()
    language: str | None = None
    demo: bool = False

    def __post_init__(self) -> None:
        for option, name in (
            ("--editor", self.editor),
            ("--annotator", self.annotator),
            *(("--people", p) for p in self.people),
        ):
            if name is not None and not is_name(name):
                raise UserError(f"{option} {name!r}: not a valid name; {NAME_FORM}")
        if self.language is not None:
            page_language(self.language)
        if self.token is not None and len(self.token) < _LEAST_TOKEN:
            raise UserError(f"--token: {len(self.token)} characters are too few to be secure; use at least {_LEAST_TOKEN}")
        if len(set(self.people)) < len(self.people):
            raise UserError(f"--people {','.join(self.people)}: duplicate name")
        if self.draw and self.per_match:
            raise UserError("--draw and --per-match cannot be combined; use one of them")
        if self.people and self.annotators and self.annotators > len(self.people):
            raise UserError(
                f"--annotators {self.annotators}: but --people lists only {len(self.people)}; list more people, or lower it"
            )


def is_name(text: str) -> bool:
    """Whether `text` can name a person, and so a file."""
    return len(text) <= _MOST_NAME and is_annotator(text)


def is_id(text: str) -> bool:
    """Whether `text` can be the id of a row, and so a part of a file's name."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True)
class Opened:
    """A page that was handed out: when, on the run's clock, and with how many seconds of attention on it already."""

    at: float
    carried: float


@dataclass
class State:
    """One run.

    Attributes:
        invites: who has a link of their own.
        is_open: whether visitors need no token.
        secret: the token of this run's pages; a form without it is refused.
        lock: held while a form is taken, so that a late draft does not slip behind the save of its page.
    """

    settings: Settings
    invites: Invites = field(default_factory=lambda: Invites(paths.invites()))
    is_open: bool = True
    secret: str = field(default_factory=new_secret)
    worklist: Worklist = field(default_factory=Worklist)
    files: FileCache = field(default_factory=FileCache)
    drafts: Drafts = field(default_factory=lambda: Drafts(paths.drafts()))
    presence: Presence = field(default_factory=Presence)
    _undo: dict[tuple[str, str], list[Callable[[], str]]] = field(default_factory=dict)
    _opened: dict[str, Opened] = field(default_factory=dict)
    _left: dict[str, str] = field(default_factory=dict)
    _views: dict[tuple[str, str, str | None], tuple[Corpus, Set[str] | None, View]] = field(default_factory=dict)
    _shown: dict[str, Corpus] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)
    clock: Callable[[], float] = time.monotonic

    def waiting(self, corpus: Corpus, person: str | None) -> list[Item]:
        """Return the rows that wait for a person, in the order of the queue: their share, where people are named."""
        people, settings = self.settings.people, self.worklist.params["post_edit"]
        editors: dict[str, str] = {}
        if people:
            ids = [id for id in corpus.order if id in corpus.by_id]
            shared = partial(rows_shared_out, corpus.name, ids, people)
            editors = self.files.get((corpus.name, "shares"), [paths.translated(corpus.name)], shared)
        require = settings.get("require", "edited")
        return [item for item in corpus.items if waits_for(item, person, editors, people, require)]

    def open(self, carried: float) -> str:
        """Hand out a page; return its name."""
        page = new_secret()
        self._opened[page] = Opened(self.clock(), carried)
        _trim(self._opened)
        return page

    def view(self, corpus: Corpus, chosen: Filter, person: str | None) -> View:
        """Return the rows of a corpus that a filter shows to a person."""
        changed: Set[str] | None = None
        if chosen.since:
            files = [corpus.path, Path(self.worklist.params["corpora"][corpus.name]["source"])]
            try:
                commit = commit_at(chosen.since)
            except NoSuchTime as problem:
                return View(chosen, [], {}, problem.args[0])
            changed = self.files.get(("changed", corpus.name, commit), files, lambda: changed_since(commit, files))
        key = (corpus.name, chosen.query, person)
        cached = self._views.get(key)
        if cached and cached[0] is corpus and cached[1] is changed:
            return cached[2]
        made = self._views[key] = (corpus, changed, view(corpus.items, self.waiting(corpus, person), chosen, changed))
        while len(self._views) > _MOST_VIEWS:
            self._views.pop(next(iter(self._views)))
        return made[2]

    def show(self, corpus: Corpus) -> str:
        """Note what a list has shown, and return its name: what is decided about many rows holds for them as they were then."""
        name = next((name for name, shown in self._shown.items() if shown is corpus), None)
        if name is None:
            name = new_secret()
            self._shown[name] = corpus
            while len(self._shown) > _MOST_LISTS:
                self._shown.pop(next(iter(self._shown)))
        return name

    def shown(self, name: str) -> Corpus | None:
        """Return the corpus as a list has shown it; None where that was too long ago."""
        return self._shown.get(name)

    def leave(self, page: str, content: object) -> None:
        """Note that a page was left with `content`: when it arrives from there again, it is the same button twice."""
        self._left[page] = content_hash(content)
        _trim(self._left)

    def is_left(self, page: str, content: object = None) -> bool:
        """Whether a page was left; with `content`, whether it was left with just that."""
        return page in self._left if content is None else self._left.get(page) == content_hash(content)

    def attention(self, page: str, seconds: str) -> float:
        """Return the editing time in seconds that a page reports, limited to the time since it was opened."""
        try:
            reported = float(seconds)
        except ValueError:
            return 0.0
        if not 0 <= reported < float("inf"):
            return 0.0
        opened = self._opened.get(page)
        most = opened.carried + self.clock() - opened.at + 1 if opened else 3600.0
        return round(min(reported, most), 1)

    def remember(self, kind: str, person: str, undo: Callable[[], str]) -> None:
        """Note how to take back what a person just saved; `undo` returns where to look at it then."""
        stack = self._undo.setdefault((kind, person), [])
        stack.append(undo)
        del stack[:-_MOST_UNDO]

    def undo(self, kind: str, person: str) -> str | None:
        """Take back the last of a person's saves of this kind; return where to look at it, or None where there is none.

        Raises:
            UserError: the file is not valid; the save can be taken back once it is.
        """
        stack = self._undo.get((kind, person))
        if not stack:
            return None
        url = stack[-1]()
        stack.pop()
        return url


def _trim(pages: dict[str, T]) -> None:
    while len(pages) > _MOST_PAGES:
        pages.pop(next(iter(pages)))
