"""The ids of imported rows."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from seedbed.recorded.placing import Staged, stage
from seedbed.recorded.reading import Reading
from seedbed.recorded.slugs import slug
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError

_LONGEST_BEFORE_HASH = 80
_LOST = re.compile(r"[^\W_a-z0-9]")
"""A letter or digit of which a slug leaves nothing, in lower case."""


def distinct_slug(given: str) -> str:
    """Return the id for a row whose own is not told by its slug: the slug and a hash of it, the same in whatever file.

    Raises:
        UserError: no slug can be made of it.
    """
    return f"{slug(given)[:_LONGEST_BEFORE_HASH]}-{content_hash(given)[:12]}"


class Ids:
    """Gives rows their ids: their own as a slug, or where that cannot be one made of what they say; and no id twice.

    A slug that leaves out letters, or that other ids of the file give too, has a hash of the id at its end.

    Args:
        reading: counts rows that repeat an earlier one.
        shared: slugs that several ids of the file give.
    """

    def __init__(self, reading: Reading, shared: Iterable[str] = ()) -> None:
        self._reading = reading
        self._shared = {*shared}
        self._seen: dict[str, tuple[str, str, str | None]] = {}
        self.found: set[str] = set()
        """Slugs that turned out to be shared: a row before may have got one that is not its alone."""

    def give(self, given: object, says: object, where: str) -> str | None:
        """Return the id of a row; None where it repeats an earlier one word by word.

        Args:
            given: its own id, a text or a number; None for none.
            says: what it says, of which an id is made that stays where other rows come and go.
            where: its place.

        Raises:
            UserError: its id is neither a text nor a whole number, or another row has it.
        """
        digest = content_hash(says)[:16]
        if isinstance(given, bool) or not isinstance(given, str | int | None):
            name = self._reading.id_field(given)
            raise UserError(f"{where}: field {name}: expected a text or a whole number, found {given!r}")
        own = "" if given is None else str(given)
        try:
            id, unsure = slug(own), True
            if own != id and (id in self._shared or _LOST.search(own.lower())):
                id, unsure = distinct_slug(own), False
        except UserError:  # none, or one without a letter of a file name, or too long
            id, unsure = digest, False
        if id in self._seen:
            first, other, before = self._seen[id]
            if other == digest:
                self._reading.leave_out("it is an exact duplicate of an earlier row", where)
                return None
            if own == (id if before is None else before) or not unsure:
                raise UserError(
                    f"{where}: field {self._reading.id_field(given)}: {given!r} gives the id {id!r}, which the row at {first} "
                    "has too; give each row a different one"
                )
            self.found.add(id)
            id = distinct_slug(own)
        self._seen[id] = (where, digest, None if own == id else own)
        return id


def stage_with_ids(
    folder: Path,
    reading: Callable[[], Reading],
    rows: Callable[[Reading, Ids], Iterable[Mapping[str, Any]]],
    schema: str | None,
) -> tuple[Reading, Staged]:
    """Write the rows of a source; once more where ids share a slug, so that which gets it does not depend on their order.

    Args:
        folder: where to.
        reading: begins a pass over the source.
        rows: makes rows of a pass; whatever else it counts, it begins anew.
        schema: of the rows.

    Returns:
        The pass, at its end, and the rows.
    """
    shared = set[str]()
    while True:
        this = reading()
        ids = Ids(this, shared)
        staged = stage(folder, rows(this, ids), schema)
        if ids.found <= shared:
            return this, staged
        shared |= ids.found
