"""The rules that look at the candidate alone: tried where texts are tokenised, and what they say is remembered like tokens."""

import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from seedbed.filtering.language import Language
from seedbed.filtering.meanings import Meanings
from seedbed.filtering.rules import RULES, Context, Rejection
from seedbed.filtering.similarity import Encoder, Pool
from seedbed.project.params_types import Characters, FilterSettings
from seedbed.util.canonical import JsonObject, canonical, parse_json

FIELDS = ("instruction", "input", "output")
"""All that such a rule may look at."""
_ALONE = frozenset(
    (
        *("empty", "too_short", "too_long", "wrong_language", "refusal", "not_text_task", "input_missing", "template_leak"),
        *("output_missing", "repetitive", "truncated"),
    )
)
"""The library's rules that look at no other row. A plug-in's rule may look at whatever it likes."""
_LIBRARY = Path(__file__).parents[1]


@dataclass(frozen=True)
class Alone:
    """The first rules of `filter.rules`, up to one that looks at other rows or is a plug-in's.

    Attributes:
        names: of the rules, in their order.
        language: words and patterns of the target language.
        characters: `filter.characters`.
        wording: the sentences of the prompt that asked for the candidates.
        settings: `filter.settings`, of these rules.
    """

    names: Sequence[str]
    language: Language
    characters: Characters
    wording: list[str]
    settings: JsonObject

    def __call__(self, text: str) -> list[str]:
        """Return the name of the first rule that objects to a candidate, and what it saw; nothing where none does.

        Args:
            text: the candidate's `FIELDS`, as `as_text` has them.
        """
        candidate, context = dict(zip(FIELDS, parse_json(text), strict=True)), self._context
        for name in self.names:
            context.settings = self.settings.get(name, {})
            objection = RULES.get(name, "filter.rules")(candidate, context)
            if objection is not None:
                return [name, objection.detail if isinstance(objection, Rejection) else objection]
        return []

    @cached_property
    def _context(self) -> Context:
        """What a rule can look at, without any other row."""
        encode = Encoder()
        return Context(
            language=self.language,
            least_characters=self.characters["least"],
            most_characters=self.characters["most"],
            wording=self.wording,
            pool=Pool(1.0, strict=False),
            questions=Pool(1.0, strict=False),
            meanings=Meanings(1.0, strict=False),
            encode=encode,
            text=encode([]),
            instruction=encode([]),
            meaning=None,
            settings={},
        )

    @property
    def identity(self) -> str:
        """What the rules' answer depends on, beside the candidate: the library's code is part of it."""
        code = sha256()
        for path in sorted(path for part in ("filtering", "util") for path in (_LIBRARY / part).rglob("*.py")):
            code.update(path.read_bytes() if path.is_file() else b"")
        language = {field.name: _plain(getattr(self.language, field.name)) for field in fields(self.language)}
        versions = [sys.version_info[:2], unicodedata.unidata_version, version("regex")]
        settings = [self.names, self.characters, self.wording, self.settings]
        return canonical({"code": code.hexdigest(), "language": language, "settings": settings, "versions": versions})


def as_text(row: Mapping[str, Any]) -> str:
    """Return what the rules look at of a candidate, as one text."""
    return canonical([row[name] for name in FIELDS])


def rules_alone(settings: FilterSettings, language: Language, wording: list[str]) -> Alone:
    """Return the first rules of `filter.rules` that need only the candidate."""
    names: list[str] = []
    for name in settings["rules"]:
        if name not in _ALONE:
            break
        names.append(name)
    own = settings.get("settings", {})
    return Alone(names, language, settings["characters"], wording, {name: own[name] for name in names if name in own})


def _plain(value: Any) -> Any:
    """Return a field of `Language` as JSON has it."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return [value.pattern, value.flags] if hasattr(value, "pattern") else value
