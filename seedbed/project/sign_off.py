"""Sign-off: confirmation of an edit by a second person, and rejection of a row by anybody.

Both are kept in the line of the row's edit, beside what was edited, with the hash of what was seen:

    {"confirmed":{"by":"ben","hash":"…"},"decision":"edited","editor":"aki",…}
    {"decision":"rejected","rejected":{"by":"ben","reason":"knows no answer here","source_hash":"…"},…}

A confirmation counts while the source and the text are those that it was given on, and the editor is another person. A
rejection holds while the source is the one that it was made on.
"""

import unicodedata
from typing import Literal

from seedbed.project.corpora import status_of
from seedbed.project.edits import make_edit
from seedbed.project.row_types import Edit, Fields, Rejection, Translated
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError
from seedbed.util.line_ends import to_lf

MOST_REASON = 2_000
"""Characters of the reason of a rejection."""
Hindrance = Literal["confirm_nothing", "confirm_stale", "confirm_rejected", "confirm_own"]
"""Why a person cannot confirm a row, as a key of the review page's texts."""
_WORDS: dict[Hindrance, str] = {
    "confirm_nothing": "nobody has edited or approved it yet; edit or approve it first, then another person can confirm it",
    "confirm_stale": "its source or machine text has changed since the edit; edit or approve it again first",
    "confirm_rejected": "it is rejected; withdraw the rejection first",
    "confirm_own": "{person} edited it, so another person has to confirm it",
}


def hindrance(translated: Translated, edit: Edit | None, person: str) -> Hindrance | None:
    """Return why `person` cannot confirm a row; None where nothing is in the way. An edit that nobody signed is anybody's."""
    status = status_of(translated, edit)
    if status == "rejected":
        return "confirm_rejected"
    if edit is None:
        return "confirm_nothing"
    if status == "stale":
        return "confirm_stale"
    return "confirm_own" if is_same_person(edit.get("editor"), person) else None


def confirm(translated: Translated, edit: Edit | None, person: str) -> Edit:
    """Return the edit of a row of `translate`, confirmed by `person`.

    Raises:
        UserError: it is the person's own, there is none, or it does not hold.
    """
    if why := hindrance(translated, edit, person):
        raise UserError(f"row {translated['id']!r} cannot be confirmed: {_WORDS[why].format(person=person)}")
    assert edit is not None, "else something hinders it"
    return {**edit, "confirmed": {"by": person, "hash": _confirmed_hash(translated, edit)}}


def is_confirmed(translated: Translated, edit: Edit | None) -> bool:
    """Whether a second person confirmed the text that stands, made of the source that stands."""
    if edit is None or "confirmed" not in edit or status_of(translated, edit) in ("stale", "rejected"):
        return False
    confirmed = edit["confirmed"]
    return confirmed["hash"] == _confirmed_hash(translated, edit) and not is_same_person(edit.get("editor"), confirmed["by"])


def reject(translated: Translated, kind: str, edit: Edit | None, person: str | None, reason: str) -> Edit:
    """Return the edit of a row of `translate` with the word that it is not to be used; what was edited stays in it.

    Args:
        translated: the row.
        kind: `task` or `question`.
        edit: the row's present edit.
        person: who rejects it; None where nobody said.
        reason: why.

    Raises:
        UserError: the row has no translation, or the reason is blank or too long.
    """
    reason = to_lf(reason).strip()
    if not reason:
        raise UserError(f"row {translated['id']!r}: a rejection needs a reason; write one")
    if len(reason) > MOST_REASON:
        raise UserError(f"row {translated['id']!r}: the reason has more than {MOST_REASON:,} characters; shorten it")
    if edit is None:
        edit = make_edit(translated, kind, dict(translated["translation"] or {}), person, None)
        edit["decision"] = "rejected"
    rejection: Rejection = {"reason": reason, "source_hash": content_hash(translated["source"])}
    if person is not None:
        rejection["by"] = person
    return {**edit, "rejected": rejection}


def holds(edit: Edit, source: Fields) -> bool:
    """Whether a row with these source fields is rejected."""
    return "rejected" in edit and edit["rejected"]["source_hash"] == content_hash(source)


def take_back(edit: Edit) -> Edit | None:
    """Return what was edited before a row was rejected; None where nothing was."""
    if edit["decision"] == "rejected":
        return None
    before = edit.copy()
    before.pop("rejected", None)
    return before


def is_same_person(one: str | None, other: str | None) -> bool:
    """Whether two names are one person's: letter case and width make no second person."""
    return one is not None and other is not None and _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _confirmed_hash(translated: Translated, edit: Edit) -> str:
    return content_hash({"source": translated["source"], "fields": edit["fields"]})
