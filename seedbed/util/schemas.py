"""Validate values against the JSON Schemas in `schemas/`, with error messages.

Those of the replies are the project's, since a change to one changes requests; all others are the library's. Upper bounds of
a reply's schema keep a model that decodes within it from writing on and on. Not every endpoint keeps to them, and a long text
is for the filter to judge, so they make no reply unusable.
"""

import os
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from seedbed.util.canonical import JsonObject, parse_json
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.keys import masked
from seedbed.util.library import library_file

if TYPE_CHECKING:
    from jsonschema import ValidationError

FOLDER = Path("schemas")
"""The project's folder."""


def load_schema(name: str) -> JsonObject:
    """Return the schema `schemas/<name>.schema.json`, e.g. `"rows/question"`.

    Raises:
        UserError: the schema of a reply is not in the project, or is no JSON object.
    """
    return _load(name, _project(name))


def _project(name: str) -> str:
    """The project that a schema is read from; empty for the library's own."""
    return os.getcwd() if name.startswith("replies/") else ""  # noqa: PTH109, as text: this is asked for every reply


@cache
def _load(name: str, project: str) -> JsonObject:
    path = FOLDER / f"{name}.schema.json"
    try:
        schema = parse_json((Path(project, path) if project else library_file(str(path))).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; restore it, or run this in the project's folder") from None
    except ValueError as error:
        raise UserError(f"{path}: not a JSON object: {error}") from None
    if not isinstance(schema, dict):
        raise UserError(f"{path}: expected a JSON object, found {type(schema).__name__}")
    return schema


def without_bounds(schema: Any, *keys: str) -> Any:
    """Return a schema without the given keywords, e.g. `maxLength`, at any depth."""
    if isinstance(schema, list):
        return [without_bounds(part, *keys) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: without_bounds(part, *keys) for name, part in schema.items() if name not in keys or isinstance(part, dict)}


def _read_by(name: str, project: str) -> JsonObject:
    """Return what a value is held against."""
    schema = _load(name, project)
    bare: JsonObject = without_bounds(schema, "maxLength", "maxItems") if project else schema
    return bare


@cache
def _fits(name: str, project: str) -> Callable[[Any], bool]:
    """The quick validator, for the millions of values that fit; jsonschema then says what is wrong with one that does not."""
    try:
        return jsonschema_rs.Draft202012Validator(_read_by(name, project)).is_valid
    except ValueError as error:
        raise UserError(
            f"{FOLDER / name}.schema.json: not a JSON Schema (draft 2020-12): {str(error).splitlines()[0]}"
        ) from None


def refuse_unusable(name: str) -> None:
    """Raise `UserError` where the schema `name`, which may be the project's, is none."""
    _fits(name, _project(name))


_EMPTY = {"object": "{}", "array": "[]"}
_TOO_LARGE = 2**64
"""What no server and no file format reads as a whole number."""
Problem = tuple[list[str | int], str]
"""The path of a field, and what is wrong with it."""


def first_problem(value: Any, name: str) -> Problem | None:
    """Return the first field of `value` that breaks the schema `name`, and what is wrong with it; None where it fits."""
    return None if _fits(name, _project(name))(value) else next(iter(problems(value, name)))


def problems(value: Any, name: str) -> list[Problem]:
    """Return every field of `value` that breaks the schema `name`, with what is wrong with it, one sentence a field."""
    if _fits(name, _project(name))(value):
        return []
    import jsonschema  # a tenth of a second, so only where something is wrong

    # Of several problems in one place, the wrong type and the unknown key explain the others.
    order = ["type", "additionalProperties"]
    errors = sorted(
        jsonschema.Draft202012Validator(_read_by(name, _project(name))).iter_errors(value),
        key=lambda e: (list(map(str, e.absolute_path)), e.validator not in order, e.validator),
    )
    by_field: dict[tuple[str | int, ...], str] = dict(not_json(value))
    for error in errors:
        for field, words in _problems_of(error):
            by_field.setdefault(tuple(field), words)
    # The two validators read a pattern differently, for example at a final line break.
    return [(list(field), words) for field, words in by_field.items()] or [([], f"does not fit schemas/{name}.schema.json")]


def not_json(value: Any, field: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the fields whose value YAML has and JSON has not, or cannot hold, which a schema may let pass."""
    if isinstance(value, float) and not isfinite(value):
        yield field, f"expected a finite number, found {value}"
    elif isinstance(value, int) and abs(value) >= _TOO_LARGE:
        yield field, "expected a number below 2^64"
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from not_json(inner, (*field, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from not_json(inner, (*field, place))
    elif isinstance(value, date):
        yield field, f"expected a text or a number, found the date {value}; put it in quotes"


def _problems_of(error: "ValidationError") -> Iterator[Problem]:
    while error.context:
        error = max(error.context, key=lambda e: len(e.absolute_path))
    given: Any = error.instance
    schema: Any = error.schema
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", {}))
        for unknown in (str(key) for key in given if key not in known):
            yield [*error.absolute_path, unknown], f"unknown key{did_you_mean(unknown, known)}"
    elif error.validator == "required":
        expected: Any = error.validator_value
        for missing in (key for key in expected if key not in given):
            yield [*error.absolute_path, missing], "missing"
    else:
        yield list(error.absolute_path), _in_words(error)


def _in_words(error: "ValidationError") -> str:
    value: Any = error.instance
    expected: Any = error.validator_value
    schema: Any = error.schema
    hint = f": {schema['description']}" if "description" in schema else ""
    if error.validator == "type":
        return (
            _wrong_type(value, expected if isinstance(expected, str) else " or ".join(expected), not error.absolute_path) + hint
        )
    if error.validator == "enum":
        return f"expected one of {', '.join(map(str, expected))}, found {_short(value)}"
    if error.validator == "pattern":
        return f"{_short(value)} does not have the form {expected}{hint}"
    if error.validator == "uniqueItems":
        twice = next(item for place, item in enumerate(value) if item in value[:place])
        return f"{_short(twice)} appears twice; keep one of the two"
    return f"{error.message}{hint}"


def _wrong_type(value: object, expected: str, is_whole: bool) -> str:
    if value is None and is_whole:
        return "it is empty; restore it, for example with git"
    if value is None and expected in _EMPTY:
        return f"expected {expected}, found nothing; write {_EMPTY[expected]} for none"
    return f"expected {expected}, found {_short(value)}"


def _short(value: object) -> str:
    text = repr(masked(value) if isinstance(value, str) else value)
    return text if len(text) <= 60 else f"{text[:57]}..."
