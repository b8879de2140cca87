"""Ids that are made from names, safe in names of files and stages."""

import re
from collections.abc import Sequence

from seedbed.util.errors import UserError

_LONGEST_ID = 100


def slug(name: str) -> str:
    """Return the id made from a name: lower case, everything but letters, digits, `-` and `_` a dash.

    Raises:
        UserError: nothing is left of the name, or too much.
    """
    id = re.sub(r"[^a-z0-9_-]", "-", name.lower()).strip("-_")
    if not id:
        raise UserError(
            f"the name {name!r} contains no letter or digit (a to z, 0 to 9), so no id can be derived from it; use another name"
        )
    if len(id) > _LONGEST_ID:
        raise UserError(f"the name {name[:40]!r}… has more than {_LONGEST_ID} characters; use a shorter name")
    return id


def refuse_equal_slugs(slugs: Sequence[str], what: str) -> None:
    """Raise `UserError` where a slug is there twice."""
    for slug_given in slugs:
        if slugs.count(slug_given) > 1:
            raise UserError(f"{what} result in the same id {slug_given!r}; rename one of them")
