"""Invisible characters: those that hide or reorder parts of a text.

Each place that shows text of models or people replaces what `HIDDEN` matches, and chooses only how to write it.
"""

import regex

_INVISIBLE = r"\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}"
"""Controls, formats, halves of characters, private and unassigned code points, and what a renderer is to ignore, such as
soft hyphens, fillers and tags."""

HIDDEN = regex.compile(
    rf"""
    (?= [{_INVISIBLE}])
    (?:
        # Line ends and tabs are what texts are made of, and a few format characters print a sign.
        [^\n\t\u200c\u200d\p{{Variation_Selector}}\p{{Prepended_Concatenation_Mark}}]

        # The two joiners belong to the spelling of several scripts, and of emoji: after a character that is seen.
        | (?<! [[^\s{_INVISIBLE}]\p{{Variation_Selector}}]) [\u200c\u200d]

        # So do variation selectors, each after the characters that have variants.
        | (?<! [\p{{Han}}\p{{Sm}}\p{{Myanmar}}\p{{Phags_Pa}}]) [\ufe00-\ufe0d]
        | (?<! [\p{{Emoji}}--[0-9\#*]]) [\ufe0e\ufe0f] (?! (?<= [0-9\#*]\ufe0f) \u20e3)
        | (?<! \p{{Mongolian}}) [\u180b-\u180d\u180f]
        | (?<! \p{{Han}}) [\U000e0100-\U000e01ef]
    )
    """,
    regex.VERBOSE | regex.V1,
)
"""Matches one hidden character."""

_NOTHING = regex.compile(rf"[\s{_INVISIBLE}]*", regex.V1)


def is_blank(text: str) -> bool:
    """Whether a reader would see nothing of `text`."""
    return _NOTHING.fullmatch(text) is not None


def without_invisible(text: str) -> str:
    """Return `text` without the characters that are not seen; line ends and tabs stay."""
    return HIDDEN.sub("", text)


def spelt_out(text: str) -> str:
    """Return `text` with hidden characters as their code points, e.g. `<U+200B>`."""
    return HIDDEN.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)
