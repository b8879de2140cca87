"""Sanitise external text for screens and files: mask secrets, escape hidden characters.

A server's answer may hold the key that it was sent, in parts too, and characters that drive the terminal.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit

from seedbed.util.visible import spelt_out

_LEAST_SECRET = 8
"""Characters of a part of a key that are masked wherever they stand."""
_LEAST_USER = 4
"""Characters of a user or password in an address that are masked beyond it; fewer are part of many words."""
_USERINFO = re.compile(r"(?<=://)[^/?#\s@]*(?::[^/?#\s]*)?@")
_MASK = "…"
_MOST = 300
_secrets: set[str] = set()


def keep_secret(*values: str) -> None:
    """Have these values masked, their parts of 8 characters and more, and the user and password in those that are addresses."""
    for value in values:
        parts = [value]
        if "://" in value:
            try:
                address = urlsplit(value)
                parts = [part for part in (address.password, address.username) if part and len(part) >= _LEAST_USER]
            except ValueError:
                parts = []
        _secrets.update(form for part in parts if part for form in (part, quote(part, safe=""), unquote(part)))


def without_secrets(text: str) -> str:
    """Return `text` with secrets masked, and their parts of 8 characters and more; and users and passwords in addresses."""
    text = _USERINFO.sub(f"{_MASK}@", text)
    shown: list[str] = []
    end = 0
    for first, last in sorted(span for secret in _secrets for span in _spans_of(text, secret)):
        if first > end or not shown:
            shown += [text[end:first], _MASK]
        end = max(end, last)
    return "".join([*shown, text[end:]])


def safe(text: str) -> str:
    """Return `text` as it may be shown: without secrets, what hides or drives a terminal spelt out; lines stay."""
    return spelt_out(without_secrets(text).replace("\r", "<U+000D>"))


def quoted(text: str) -> str:
    """Return what somebody else said as it may be shown: `safe`, on one line, and not longer than a few lines."""
    return safe(" ".join(text.split()))[:_MOST]


def _spans_of(text: str, secret: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of `text` that are a secret, or a part of one of 8 characters and more; they may overlap."""
    size = min(len(secret), _LEAST_SECRET)
    parts = {secret[start : start + size] for start in range(len(secret) - size + 1)}
    for start in range(len(text) - size + 1):
        if text[start : start + size] in parts:
            yield start, start + size
