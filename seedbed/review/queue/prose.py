"""The prose of a text: what is left of it without code, placeholders and addresses."""

import re
import unicodedata

CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
MARKUP = re.compile(
    r"https?://[!-~]*[\w/]|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # addresses
    r"|</?[A-Za-z][\w-]*(?:\s+[\w-]+=(?:\"[^\"]*\"|'[^']*'))*\s*/?>"  # tags
    r"|\$?\{[A-Za-z_]\w*\}|\{\{\s*\w+\s*\}\}|\$[A-Za-z_]\w*|%(?:\(\w+\))?[sdf]\b",  # placeholders
    re.ASCII,
)
"""Addresses, tags and placeholders."""


def prose_of(text: str) -> str:
    """Return the text with code, placeholders and addresses cut away."""
    return MARKUP.sub(" ", CODE.sub(" ", text))


def blanked(match: re.Match[str]) -> str:
    """Return as many blanks as a match is long: what is cut out so leaves every other place where it was."""
    return re.sub(r"[^\n]", " ", match[0])


def blanked_prose(text: str) -> str:
    """Return the text with blanks in place of code, placeholders and addresses; it is as long as before."""
    return MARKUP.sub(blanked, CODE.sub(blanked, text))


def normalized(text: str) -> str:
    """Return the text in Unicode's compatibility form, without the blanks and full stops at its ends."""
    return unicodedata.normalize("NFKC", text).strip(" .,。、")
