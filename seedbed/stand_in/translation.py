"""The stand-in translates into Japanese by a phrasebook, and pseudo-localises into any other language.

What it does not know comes back marked for the post-editor.
"""

from functools import cache

from seedbed.stand_in.localise import localise
from seedbed.stand_in.models import JAPANESE
from seedbed.stand_in.repertoire import load
from seedbed.util.rows import Row

UNTRANSLATED = {JAPANESE: "【未訳】", "en": "[untranslated] "}
"""What stands before a text that was handed back as it came, by the target language."""


@cache
def _phrasebook() -> dict[str, str]:
    return {row["source"]: row["target"] for row in load("phrasebook.ja")}


def translate(fields: Row, language: str = JAPANESE) -> Row:
    """Return each field's translation; a blank one stays blank."""
    return {name: _translated(text, language) if text.strip() else text for name, text in fields.items()}


def _translated(text: str, language: str) -> str:
    if language == JAPANESE and text in _phrasebook():
        return _phrasebook()[text]
    if language in UNTRANSLATED:
        return UNTRANSLATED[language] + text
    return localise(text, language)
