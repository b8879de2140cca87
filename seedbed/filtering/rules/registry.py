"""The filter: rules that each return None, or why a candidate is rejected.

Rules are tried in the order of `filter.rules`; the first that objects decides. Words and patterns of a language are in
`data/languages/<language>.yaml`; a language without such a file gets the rules that need none.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from seedbed.filtering.similarity import Neighbour, Text
from seedbed.util.rows import Row


@dataclass(frozen=True)
class Rejection:
    """Why a candidate was rejected.

    Attributes:
        reason: the rule's name.
        detail: what the rule saw.
        neighbour: the most similar row, where similarity was the reason.
    """

    reason: str
    detail: str
    neighbour: Neighbour | None = None


def fields_of(rejection: Rejection | None) -> Row:
    """Return a decision's fields: null where the candidate is kept, else what a rejected row has beyond its candidate's."""
    if rejection is None:
        return {"reason": None, "detail": None, "neighbour": None, "score": None}
    near = rejection.neighbour
    return {
        "reason": rejection.reason,
        "detail": rejection.detail,
        "neighbour": near.id if near else None,
        "score": round(near.score, 6) if near else None,
    }


Rule = Callable[[Row, Text], Rejection | str | None]
"""Looks at a candidate and at its instruction's tokens."""


def _seen(patterns: list[re.Pattern[str]], text: str) -> str | None:
    for pattern in patterns:
        if found := pattern.search(text):
            return repr(found[0][:40])
    return None
