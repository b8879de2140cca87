"""What the page of one row shows: its texts, what they were, and every text that somebody left unsaved."""

import time
from dataclasses import dataclass, field
from typing import Any

from seedbed.project.corpora import FIELDS
from seedbed.project.edits import MOST_CHARACTERS
from seedbed.review.difference import Piece, difference, merge, shortened
from seedbed.review.drafts import Draft, mark
from seedbed.review.queue.worklist import Corpus, Item
from seedbed.review.web.state import State
from seedbed.util.canonical import canonical, content_hash
from seedbed.util.rows import Row

_MOST_DIFFERENCE = 100_000
"""Characters of two texts above which the page draws no difference."""


@dataclass(frozen=True)
class Other:
    """A text that stands beside the one in the field, to be looked at and used.

    Attributes:
        key: of its label in the page's texts; `values` go into it.
        fields: the texts, the note among them.
        pieces: by field, the difference from the machine text.
    """

    key: str
    values: dict[str, Any]
    fields: dict[str, str]
    pieces: dict[str, list[Piece]]


@dataclass
class Typed:
    """What a page that is shown again has in its field already.

    Attributes:
        fields: the texts, the note among them.
        seconds: of attention on them.
        origin: the draft that holds them, as `page:mark`.
        seen: further drafts that were shown, likewise.
    """

    fields: dict[str, str]
    seconds: float
    origin: str = ""
    seen: list[str] = field(default_factory=list)


def item_name(corpus: str, language: str, id: str) -> str:
    """Return what drafts of a row are filed under."""
    return f"{corpus}.{language}.{id}"


def moment(item: Item) -> str:
    """Return the state of a row that a draft was typed on."""
    return f"{item.revision}.{item.base}"


def fallback(item: Item) -> dict[str, str]:
    """Return the text that a row's field begins with: the person's, else the machine's; the note among it.

    An approved row whose machine text changed begins with the new one: approving was the person's word on the old.
    """
    edit = item.edit
    own = edit is not None and not (item.status == "stale" and edit["decision"] == "approved")
    fields = edit["fields"] if edit is not None and own else item.row["translation"]
    return dict(fields) | {"note": (edit or {}).get("note", "")}


def show(
    state: State, corpus: Corpus, item: Item, editor: str, typed: Typed | None = None, before: Row | None = None
) -> dict[str, Any]:
    """Return what the template `row.html` needs.

    Args:
        state: the run.
        corpus: the row's.
        item: the row.
        editor: who looks.
        typed: what the person typed, where the row is shown again after something went wrong.
        before: the edit that somebody saved meanwhile, to be shown beside it.
    """
    kind, machine = corpus.kind, item.row["translation"]
    drafts = state.drafts.of(item_name(corpus.name, corpus.language, item.id))
    mine = [draft for draft in drafts if draft["editor"] == editor]
    notice: tuple[str, dict[str, Any]] | None = None
    if typed is None:
        typed, notice = _adopt(item, mine)
    own = {f"{draft['page']}:{mark(draft)}" for draft in mine}
    others = [_other(draft, editor, machine) for draft in drafts if f"{draft['page']}:{mark(draft)}" != typed.origin]
    if before is not None:
        saved = before["fields"] | {"note": before.get("note", "")}
        others.insert(0, _beside("there_now", {"editor": before.get("editor")}, saved, machine))
    text = typed.fields
    return {
        "corpus": corpus,
        "item": item,
        "fields": [(name, item.row["source"][name], machine[name], text.get(name, "")) for name in FIELDS[kind]],
        "note": text.get("note", ""),
        "pieces": {name: pieces(machine[name], text.get(name, "")) for name in FIELDS[kind]},
        "short": {name: shortened(pieces(machine[name], text.get(name, ""))) for name in FIELDS[kind]},
        "most": MOST_CHARACTERS,
        "longest": max(map(len, machine.values()), default=0),
        "page": state.open(typed.seconds),
        "seconds": typed.seconds,
        "initial": content_hash(text if notice or typed.origin == "" else fallback(item)),
        "origin": typed.origin,
        "seen": canonical(sorted(own | set(typed.seen) - {typed.origin})),
        "draft_notice": notice,
        "others": [other for other in others if other.fields != text],
        "then": _then(item),
        "machine_fill": dict(machine),
    }


def pieces(old: str, new: str) -> list[Piece]:
    """Return the difference of two texts; of very long ones that they differ as a whole."""
    if len(old) + len(new) > _MOST_DIFFERENCE:
        return [Piece(old, new)]
    return difference(old, new)


def _adopt(item: Item, mine: list[Draft]) -> tuple[Typed, tuple[str, dict[str, Any]] | None]:
    """Take up the person's newest draft, where the row is as it was; else say that there is one."""
    start = fallback(item)
    for draft in mine:
        if draft["fields"] == start:
            continue
        if draft["revision"] == moment(item) and set(draft["fields"]) == set(start):
            when = {"when": _when(draft)}
            return Typed(draft["fields"], draft["seconds"], f"{draft['page']}:{mark(draft)}"), ("draft_found", when)
        return Typed(start, 0.0), ("draft_old", {"when": _when(draft)})
    return Typed(start, 0.0), None


def _other(draft: Draft, editor: str, machine: Row) -> Other:
    key = "draft_mine" if draft["editor"] == editor else "draft_other"
    return _beside(key, {"when": _when(draft), "editor": draft["editor"]}, draft["fields"], machine)


def _beside(key: str, values: dict[str, Any], fields: dict[str, str], machine: Row) -> Other:
    shown = {name: pieces(machine.get(name, ""), text) for name, text in fields.items() if name in machine}
    return Other(key, values, fields, shown)


def _when(draft: Draft) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(draft["saved"]))


def _then(item: Item) -> dict[str, Any] | None:
    """What a stale or outdated edit was made on beside what is there now; and what can be done about it."""
    edit = item.edit
    if edit is None or item.status not in ("stale", "outdated"):
        return None
    now, names = item.row, list(item.row["translation"])
    then_source, then_machine = edit.get("source"), edit.get("machine")
    merged: dict[str, str] | None = None
    clashes = 0
    if then_machine is not None and edit["decision"] == "edited":
        merged = {}
        for name in names:
            merged[name], count = merge(then_machine.get(name, ""), edit["fields"].get(name, ""), now["translation"][name])
            clashes += count
    return {
        "source": _then_and_now(then_source, now["source"], edit["source_hash"]),
        "machine": _then_and_now(then_machine, now["translation"], edit["machine_hash"]),
        "edit": edit["fields"],
        "merged": merged,
        "clashes": clashes,
    }


def _then_and_now(then: Row | None, now: Row, hash: str) -> Any:
    """Return the differences, by field that differs; `same` where nothing changed, None where the text of then is not known."""
    if content_hash(now) == hash:
        return "same"
    if then is None or content_hash(then) != hash:
        return None
    return {name: pieces(then.get(name, ""), text) for name, text in now.items() if text != then.get(name, "")}
