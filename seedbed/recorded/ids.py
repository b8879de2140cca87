"""The ids of imported rows."""

from seedbed.recorded.reading import Reading
from seedbed.recorded.slugs import slug
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError


class Ids:
    """Gives rows their ids: their own as a slug, or where that cannot be one made of what they say; and no id twice.

    Args:
        reading: counts rows that repeat an earlier one.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._seen: dict[str, tuple[str, str]] = {}

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
            raise UserError(f"{where}: field id: expected a text or a whole number, found {given!r}")
        try:
            id = slug("" if given is None else str(given))
        except UserError:  # none, or one without a letter of a file name, or too long
            id = digest
        if id in self._seen:
            first, other = self._seen[id]
            if other == digest:
                self._reading.leave_out("it is an exact duplicate of an earlier row", where)
                return None
            raise UserError(
                f"{where}: field id: {given!r} gives the id {id!r}, which the row at {first} has too; give each row a "
                "different one"
            )
        self._seen[id] = (where, digest)
        return id
