"""The stand-in translates by a phrasebook, and hands back what is not in it, marked for the post-editor."""

from functools import cache

from seedbed.stand_in.repertoire import load
from seedbed.util.rows import Row

UNTRANSLATED = "【未訳】"


@cache
def _phrasebook() -> dict[str, str]:
    return {row["source"]: row["target"] for row in load("phrasebook.ja")}


def translate(fields: Row) -> Row:
    """Return each field's translation; a blank one stays blank, an unknown one comes back behind `【未訳】`."""
    return {name: _phrasebook().get(text, UNTRANSLATED + text) if text.strip() else text for name, text in fields.items()}
