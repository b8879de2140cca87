"""The rows to review: each with its status, the reasons why it may need work, and its place in the queue."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from seedbed.project import paths
from seedbed.project.corpora import edited_corpora, language_of, status_of
from seedbed.project.edits import read_edits
from seedbed.project.params import load_params
from seedbed.project.params_types import Corpus as Settings
from seedbed.project.params_types import Params
from seedbed.project.review_words import FOLDER, Words, load_words
from seedbed.project.row_types import Edit, Fields, Translated
from seedbed.project.sign_off import is_confirmed
from seedbed.review.queue.corpus_statistics import corpus_statistics
from seedbed.review.queue.file_cache import FileCache
from seedbed.review.queue.reasons import Checker, Reason, reasons_after, score
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows

TO_DO = ("stale", "unreviewed", "outdated")
STATUSES = (*TO_DO, "edited", "approved", "rejected")
FACETS = ("show", "reason", "label", "editor", "signed", "note")
"""What the queue can be filtered by; see `Item.facets`."""
UNNAMED = "-"
"""The editor of an edit that says nobody: no name begins so."""
_STATUS_ORDER = {"stale": 0, "unreviewed": 1, "outdated": 2, "edited": 3, "approved": 3, "rejected": 4}
"""The queue's order before the score: a person's work that is not applied, what nobody has seen, an edit that still holds
although the machine text is another one, and what is done."""


@dataclass(frozen=True)
class Item:
    """A row to review.

    Attributes:
        row: as `translate` left it; with a translation.
        edit: the person's, or None.
        status: one of `STATUSES`.
        reasons: why it may need work.
        score: how likely it needs work; the queue's order among rows of one status.
        source_language: what people wrote it in.
    """

    row: Translated
    edit: Edit | None
    status: str
    reasons: list[Reason]
    score: float
    source_language: str

    @property
    def id(self) -> str:
        """The row's."""
        return self.row["id"]

    @property
    def machine(self) -> Fields:
        """The machine text, by field."""
        machine = self.row["translation"]
        assert machine is not None, f"row {self.row['id']} has no translation, and so is none to review"
        return machine

    @cached_property
    def base(self) -> str:
        """Hash of what the person sees: source and machine text."""
        return base_of(self.row)

    @cached_property
    def revision(self) -> str:
        """Hash of the present edit."""
        return revision_of(self.edit)

    @property
    def is_confirmed(self) -> bool:
        """Whether a second person confirmed the text that stands."""
        return is_confirmed(self.row, self.edit)

    def saved_texts(self) -> dict[str, str]:
        """Return the texts that the fields of the row's page begin with where nobody typed, the note and a rejection's reason.

        The person's, else the machine's; an approved row whose machine text changed begins with the new one: approving was the
        person's word on the old.
        """
        edit = self.edit
        if edit is None:
            return self.machine | {"note": "", "reason": ""}
        own = edit["decision"] != "rejected" and not (self.status == "stale" and edit["decision"] == "approved")
        return (edit["fields"] if own else self.machine) | {"note": edit.get("note", ""), "reason": self.rejection}

    @property
    def rejection(self) -> str:
        """The reason of a rejection; empty where the row has none."""
        return self.edit["rejected"]["reason"] if self.edit and "rejected" in self.edit else ""

    @property
    def label(self) -> str:
        """The category of a question, the type of a task."""
        return self.row["category"] if "category" in self.row else self.row["task_type"]

    @cached_property
    def folded(self) -> str:
        """What a search looks into: the id, the source, the machine text and the edit, one a line, as `fold` has them."""
        edited = self.edit["fields"].values() if self.edit else ()
        texts = [*self.row["source"].values(), *self.machine.values(), *edited]
        return fold("\n".join([self.id, *dict.fromkeys(texts)]))

    @cached_property
    def facets(self) -> Mapping[str, Collection[str]]:
        """The row's values of each of `FACETS`; whether it is to do depends on who asks."""
        edit = self.edit
        return {
            "show": ("all", self.status),
            "reason": {reason.code for reason in self.reasons} or ("none",),
            "label": (self.label,),
            "editor": (edit.get("editor", UNNAMED),) if edit else (),
            "signed": ()
            if edit is None or self.status in ("stale", "rejected")
            else ("yes",)
            if self.is_confirmed
            else ("no",),
            "note": ("yes",) if edit and edit.get("note") else ("no",),
        }

    def is_same(self, other: "Item") -> bool:
        """Whether another reading of the same row has the same source, machine text and edit."""
        return self is other or (self.base, self.revision) == (other.base, other.revision)


@dataclass(frozen=True)
class Corpus:
    """A corpus to review.

    Attributes:
        name: in `params.yaml`.
        kind: `task` or `question`.
        language: what it was translated to.
        path: its edits.
        items: in the order of the queue.
        by_id: the same, by id.
        order: the ids in the order of the corpus.
        failed: ids of rows that the machine could not translate: there is nothing to edit.
        orphans: edits whose row is gone: kept, shown, not applied.
        checker: what the rows were looked at with.
    """

    name: str
    kind: str
    language: str
    path: Path
    items: list[Item]
    order: list[str]
    failed: list[str]
    orphans: list[Edit]
    checker: Checker

    @cached_property
    def by_id(self) -> dict[str, Item]:
        """The rows by id, in the order of the queue."""
        return {item.id: item for item in self.items}

    @cached_property
    def to_do(self) -> list[Item]:
        """What waits for a person, in the order of the queue."""
        return [item for item in self.items if item.status in TO_DO]


def neighbour(order: Sequence[str], waiting: Set[str], current: str, step: int = 1) -> str | None:
    """Return the nearest of `waiting` in `order` after `current` (`step` 1) or before it (-1), round the end.

    From the beginning where `current` is not in `order`; None where no other waits.
    """
    start = order.index(current) if current in order else -1
    around = (order[(start + step * n) % len(order)] for n in range(1, len(order) + 1))
    return next((other for other in around if other in waiting and other != current), None)


@lru_cache(100_000)
def fold(text: str) -> str:
    """Return a text without what a search passes over: case, and how wide or in which form a character is written."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def base_of(row: Translated) -> str:
    """Return the hash of a translated row's source and machine text."""
    return content_hash([row["source"], row["translation"]])


def revision_of(edit: Edit | None) -> str:
    """Return the hash of an edit, or of there being none."""
    return content_hash(edit)


LookedAt = tuple[Translated, list[Reason]]
"""A row of `translate` with the reasons why it may need work."""


class Worklist:
    """The corpora as the files have them now; a file is read again when it has changed."""

    def __init__(self) -> None:
        self._files = FileCache()
        self._items: dict[str, dict[str, Item]] = {}
        self._looked_at: dict[str, tuple[dict[str, Words], dict[str, LookedAt]]] = {}

    @property
    def params(self) -> Params:
        """`params.yaml`."""
        return self._files.get(("params",), [paths.PARAMS], load_params)

    @property
    def names(self) -> list[str]:
        """The corpora that people post-edit."""
        return edited_corpora(self.params)

    def is_built(self, name: str) -> bool:
        """Whether `translate` has run on a corpus: a project of recorded answers has only questions."""
        return paths.translated(name).is_file()

    def corpus(self, name: str) -> Corpus:
        """Return a corpus.

        Raises:
            UserError: a file is not valid, or `translate` has not run.
        """
        settings, language = self.params["corpora"][name], self.params["language"]
        translated, edits = paths.translated(name), paths.edits(name, language)
        if not translated.is_file():
            raise UserError(f"{translated}: no such file; there is nothing to review yet; run `seedbed repro` first")
        kind = settings["kind"]
        rows, checker = self._files.get(
            (name, "rows"), [translated, FOLDER / f"{language}.yaml"], lambda: self._with_reasons(name, settings, language)
        )
        return self._files.get(
            (name, "corpus"),
            [translated, edits, paths.PARAMS],
            lambda: self._read(name, rows, checker, read_edits(edits, kind)),
        )

    def _with_reasons(self, name: str, settings: Settings, language: str) -> tuple[list[LookedAt], Checker]:
        """Return the rows of `translate`, each with the reasons why it may need work, and what they were looked at with.

        A row that was not translated has no reasons. A row that is the same as at the last reading is not looked at anew,
        except for what depends on all rows.
        """
        kind = settings["kind"]
        rows: list[Translated] = list(read_rows(paths.translated(name), f"translated_{kind}"))
        translated = [row for row in rows if row["made_by"]]
        words = {source: load_words(language, source) for source in sorted({language_of(row, settings) for row in translated})}
        checker = Checker(kind, words, corpus_statistics(translated))
        words_before, known = self._looked_at.get(name, (words, {}))
        read: list[LookedAt] = []
        for row in rows:
            before = known.get(row["id"]) if words == words_before else None
            if not row["made_by"]:
                read.append((row, []))
            elif before and before[0] == row:
                read.append((row, reasons_after(before[1], row, kind, checker.corpus)))
            else:
                read.append((row, checker.reasons(row, language_of(row, settings))))
        self._looked_at[name] = (words, {row["id"]: (row, row_reasons) for row, row_reasons in read})
        return read, checker

    def _read(self, name: str, rows: list[LookedAt], checker: Checker, edits: Mapping[str, Edit]) -> Corpus:
        """Return the corpus with these edits: of the reading before it, every row that is still the same."""
        corpus = _corpus(name, self.params, rows, checker, edits, self._items.get(name, {}))
        self._items[name] = corpus.by_id
        return corpus


def _corpus(
    name: str,
    params: Params,
    rows: list[LookedAt],
    checker: Checker,
    edits: Mapping[str, Edit],
    known: Mapping[str, Item],
) -> Corpus:
    items, settings, language = [], params["corpora"][name], params["language"]
    for row, row_reasons in rows:
        edit = edits.get(row["id"])
        before = known.get(row["id"])
        if before and before.row is row and before.edit is edit:
            items.append(before)
            continue
        status = status_of(row, edit)
        if row["translation"] is not None and status != "original":
            items.append(Item(row, edit, status, row_reasons, score(row_reasons), language_of(row, settings)))
    order = [row["id"] for row, _ in rows]
    known_ids = set(order)
    return Corpus(
        name=name,
        kind=settings["kind"],
        language=language,
        path=paths.edits(name, language),
        items=sorted(items, key=lambda item: (_STATUS_ORDER[item.status], -item.score)),
        order=order,
        failed=[row["id"] for row, _ in rows if row["translation"] is None],
        orphans=[edit for id, edit in edits.items() if id not in known_ids],
        checker=checker,
    )
