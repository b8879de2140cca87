"""Bulk decisions on many rows: saved and undone in one write; rows changed meanwhile by others are skipped.

A verb makes the edit of one row. Another verb is another line of `VERBS`, a button in the list, and its words in `texts.yaml`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from seedbed.project import sign_off
from seedbed.project.edits import Change, make_edit, save_edits
from seedbed.project.row_types import Edit
from seedbed.review.queue.worklist import Corpus, Item
from seedbed.util.errors import UserError

LEFT = ("meanwhile", "decided", "same", "unfit", "own", "unready")
"""Why a row is left as it is: somebody changed it meanwhile, a person has decided otherwise, it is so already, the decision
cannot be made of it (its text is blank or too long), the same person edited it, or there is no edit that holds."""


class Left(Exception):
    """A row is left as it is; the one argument is why, one of `LEFT`."""


Verb = Callable[[Item, str, str, str], Edit]
"""Returns the edit of a row; takes the row, the kind of its corpus, who decides, and the reason given. Raises `Left`."""


def approve(item: Item, kind: str, person: str, reason: str) -> Edit:
    """Return the edit that takes the machine text as it is.

    A row that a person wrote a text for is left to its own page: a text is never replaced by the machine's in passing.
    """
    if item.status == "approved":
        raise Left("same")
    if item.edit and (item.edit["decision"] != "approved" or "rejected" in item.edit):
        raise Left("decided")
    try:
        return make_edit(item.row, kind, item.machine, person, None, before=item.edit)
    except UserError:
        raise Left("unfit") from None


def confirm(item: Item, kind: str, person: str, reason: str) -> Edit:
    """Return the edit of a row, confirmed by a second person."""
    if item.is_confirmed:
        raise Left("same")
    if why := sign_off.hindrance(item.row, item.edit, person):
        raise Left("own" if why == "confirm_own" else "unready")
    return sign_off.confirm(item.row, item.edit, person)


def reject(item: Item, kind: str, person: str, reason: str) -> Edit:
    """Return the edit of a row with the word that it is not to be used; a rejection that stands keeps its reason."""
    if item.status == "rejected":
        raise Left("same")
    try:
        return sign_off.reject(item.row, kind, item.edit, person, reason)
    except UserError:
        raise Left("unfit") from None


VERBS: Mapping[str, Verb] = {"approve": approve, "confirm": confirm, "reject": reject}
REASONED = ("reject",)
"""Verbs that want a reason."""


@dataclass(frozen=True)
class Plan:
    """What would be saved, and how many rows would be left as they are, by reason."""

    changes: list[Change]
    left: Counter[str]


def plan(corpus: Corpus, seen: Iterable[Item], verb: Verb, person: str, reason: str = "") -> Plan:
    """Return what a verb makes of rows.

    Args:
        corpus: as its files are now.
        seen: the rows as the person saw them.
        verb: one of `VERBS`.
        person: who decides.
        reason: why, where the verb wants to know.
    """
    changes, left = [], Counter[str]()
    for then in seen:
        item = corpus.by_id.get(then.id)
        try:
            if item is None or not item.is_same(then):
                raise Left("meanwhile")
            changes.append(Change(item.id, verb(item, corpus.kind, person, reason), item.edit))
        except Left as why:
            left[why.args[0]] += 1
    return Plan(changes, left)


def save(corpus: Corpus, planned: Plan) -> Plan:
    """Save what was planned in one write, and return what was saved; a row that changed in between is left.

    Raises:
        UserError: the file is not valid, or another process holds it.
    """
    refused = {conflict.id for conflict in save_edits(corpus.path, corpus.kind, planned.changes, corpus.order)}
    return Plan(
        [change for change in planned.changes if change.id not in refused], planned.left + Counter(meanwhile=len(refused))
    )


def take_back(corpus: Corpus, changes: Iterable[Change]) -> Plan:
    """Put back, in one write, what was there before `changes`; a row that somebody has changed since is left.

    Raises:
        UserError: the file is not valid, or another process holds it.
    """
    return save(corpus, Plan([Change(id, before, edit) for id, edit, before in changes], Counter()))
