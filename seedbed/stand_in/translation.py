"""The stand-in translates into Japanese by a phrasebook; what that does not have, and any other language, it pseudo-localises.

Nobody takes the result for a translation: it stands between ⟦ and ⟧, or behind "[untranslated]" in English.
"""

import unicodedata
from functools import cache
from string import ascii_lowercase

from seedbed.stand_in.localise import localise
from seedbed.stand_in.models import JAPANESE
from seedbed.stand_in.repertoire import load
from seedbed.util.rows import Row

UNTRANSLATED = "[untranslated] "
"""What begins a text that comes in another language and should be English."""


@cache
def _phrasebook() -> dict[str, str]:
    return {row["source"]: row["target"] for row in load("phrasebook.ja")}


def translate(fields: Row, language: str = JAPANESE) -> Row:
    """Return each field's translation; a blank one stays blank."""
    return {name: _translated(text, language) if text.strip() else text for name, text in fields.items()}


def _translated(text: str, language: str) -> str:
    if language == "en":
        return UNTRANSLATED + "".join(map(_latin, text))
    return _phrasebook().get(text) or localise(text, language) if language == JAPANESE else localise(text, language)


def _latin(character: str) -> str:
    """Return a letter of another script as one of a to z, so that the text has the share of letters that English has."""
    if not character.isalpha() or "LATIN" in unicodedata.name(character, ""):
        return character
    return ascii_lowercase[ord(character) % len(ascii_lowercase)]
