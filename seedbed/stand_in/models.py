"""The stand-in's model names: `stand-in[-<language>][-<level>]`.

The four names without a language, `stand-in`, `stand-in-good`, `stand-in-thin` and `stand-in-poor`, speak Japanese.
"""

import re
from dataclasses import dataclass

JAPANESE = "ja"
LEVELS = ("good", "thin", "poor")
"""How well questions are answered: well; right, but short and vague; wrong, or off the point."""
MODELS = ("stand-in", *(f"stand-in-{level}" for level in LEVELS))
"""The names that are always listed."""
_NAME = re.compile(rf"stand-in(?:-([a-z]{{2,3}}))?(?:-({'|'.join(LEVELS)}))?")


@dataclass(frozen=True)
class Model:
    """What a model name says.

    Attributes:
        language: code of the language that it speaks.
        level: one of `LEVELS`.
    """

    language: str
    level: str


def model_of(name: str) -> Model | None:
    """Return what the model name says; None where it is none of the stand-in's."""
    match = _NAME.fullmatch(name)
    return Model(match[1] or JAPANESE, match[2] or LEVELS[0]) if match else None


def language_of_model(model: str) -> str | None:
    """Return the code of the language that the model speaks, e.g. `"ko"` for `stand-in-ko-good`.

    None where the name is none of the stand-in's.
    """
    known = model_of(model)
    return known.language if known else None
