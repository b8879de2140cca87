"""What a rule is, and the registry of all rules."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seedbed.util.canonical import JsonObject
from seedbed.util.registry import Registry
from seedbed.util.rows import Row

if TYPE_CHECKING:  # they import numpy, which a stage that only loads plug-ins does not need
    from seedbed.filtering.language import Language
    from seedbed.filtering.meanings import Meaning, Meanings
    from seedbed.filtering.similarity import Encoder, Neighbour, Pool, Text


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
    neighbour: "Neighbour | None" = None


@dataclass(slots=True)
class Context:
    """What a rule can look at beside the candidate: one object for all candidates and rules of a filter.

    Attributes:
        language: words and patterns of the target language.
        least_characters: of an instruction and its input together; `filter.characters.least`.
        most_characters: of an instruction, and of its input and output each; `filter.characters.most`.
        wording: the sentences of the prompt that asked for the candidate, twelve characters or longer.
        pool: the seeds' and the kept candidates' instructions and inputs; `pool.nearest(context.text)` is the one that is too
            similar.
        questions: the same of the benchmark's questions.
        meanings: the embeddings of what `pool` holds; empty where the rule `semantic_duplicate` is off.
        encode: makes texts that can be compared, from tokens.
        text: the tokens of this candidate's instruction and input, by the tokeniser that `filter.tokeniser` names, ready for
            `pool.nearest`.
        instruction: the tokens of the instruction alone, ready for `questions.nearest`.
        meaning: this candidate's embedding, for `meanings.nearest`; None where there is none.
        settings: `filter.settings.<rule>` of `params.yaml`, of the rule that is being asked; empty where it has none.
    """

    language: "Language"
    least_characters: int
    most_characters: int
    wording: list[str]
    pool: "Pool"
    questions: "Pool"
    meanings: "Meanings"
    encode: "Encoder"
    text: "Text"
    instruction: "Text"
    meaning: "Meaning | None"
    settings: JsonObject

    @property
    def tokens(self) -> list[str]:
        """The tokens of this candidate's instruction and input."""
        return self.encode.tokens(self.text)


Rule = Callable[[Row, Context], Rejection | str | None]
"""Looks at a candidate (`instruction`, `input`, `output`, `task_type`, `id`, …).

Returns None where there is nothing to object to, else what it saw; or a `Rejection`, to name a neighbour too.
"""

RULES: Registry[Rule] = Registry("rule", ("candidate", "context"))
rule = RULES.register


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
