"""Canonical JSON: one text for each value; strict parsing."""

import json
from hashlib import sha256
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_IN_ORDER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)

JsonObject = dict[str, Any]
"""A JSON object whose fields others define: the body of an API, sampling parameters, a JSON Schema, a plug-in's settings."""


def canonical(value: object) -> str:
    """Return the one JSON text of `value`: keys sorted, no spaces, no escapes beyond JSON's own, no NaN."""
    return _ENCODER.encode(value)


def on_one_line(value: object) -> str:
    """Return the JSON text of `value` without spaces, as `canonical` does, but with the keys in their own order."""
    return _IN_ORDER.encode(value)


def content_hash(value: object) -> str:
    """Return the SHA-256 of `value`'s canonical JSON, 64 hex digits."""
    return sha256(canonical(value).encode()).hexdigest()


def parse_json(text: str) -> Any:
    """Parse JSON as the standard has it: a key given twice and NaN are errors.

    Raises:
        ValueError: not such a text.
    """
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise _in_plain_words(error) from None


def parse_json_at(text: str, start: int) -> tuple[Any, int]:
    """Parse the JSON value that begins at a place of a text, as `parse_json` does; return it, and where it ends.

    Raises:
        ValueError: no such value begins there.
    """
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        raise _in_plain_words(error) from None


def _in_plain_words(error: ValueError | RecursionError) -> ValueError:
    """Return what is wrong with a text; Python's own words for its limits are of no help to who wrote it."""
    if isinstance(error, RecursionError):
        return ValueError("arrays or objects nested too deeply")
    if str(error).startswith("Exceeds the limit"):
        return ValueError("a number with more than 4,300 digits")
    return error


def _unique(pairs: list[tuple[str, Any]]) -> JsonObject:
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} stands twice")
    return row


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse)
