"""The origin of a row: the rows that it was made from, and the request that was asked for it."""

from dataclasses import dataclass
from typing import NamedTuple


class Name(NamedTuple):
    """A thing that `seedbed explain` and `seedbed impact` know.

    Attributes:
        kind: what it is, e.g. `seed`, `translation`, `answer`.
        id: unique within the kind, e.g. `good/fermi-01`.
    """

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class Asked(NamedTuple):
    """Where a request is in the transcripts.

    Attributes:
        stage: the stage that asked, e.g. `answer@good`.
        id: the id under which it asked, e.g. `fermi-01`.
    """

    stage: str
    id: str


@dataclass(frozen=True)
class Origin:
    """The origin of a row.

    Attributes:
        parents: the things that it was made from.
        request: the request whose reply it holds; None where nothing was asked.
        prompt: name of that request's prompt.
    """

    parents: tuple[Name, ...] = ()
    request: Asked | None = None
    prompt: str | None = None
