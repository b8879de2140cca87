"""The JSON Schemas under `schemas/`, and what breaks them, in words."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs

from seedbed.util.canonical import parse_json
from seedbed.util.errors import did_you_mean

FOLDER = Path(__file__).resolve().parents[2] / "schemas"


@cache
def load_schema(name: str) -> dict[str, Any]:
    """Return the schema `schemas/<name>.schema.json`, e.g. `"rows/question"`."""
    schema: dict[str, Any] = parse_json((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


@cache
def _fits(name: str) -> Callable[[Any], bool]:
    """The quick validator, for the millions of values that fit; jsonschema then says what is wrong with one that does not."""
    return jsonschema_rs.Draft202012Validator(load_schema(name)).is_valid


def first_problem(value: Any, name: str) -> tuple[list[str | int], str] | None:
    """Check `value` against the schema `name`.

    Returns:
        None where it fits; else the path of the first field that does not, and what is wrong with it.
    """
    if _fits(name)(value):
        return None
    validator = jsonschema.Draft202012Validator(load_schema(name))
    # Of several problems in one place, the wrong type and the unknown key explain the others.
    order = ["type", "additionalProperties"]
    error = min(
        validator.iter_errors(value),
        key=lambda e: (list(map(str, e.absolute_path)), e.validator not in order, e.validator),
        default=None,
    )
    if error is None:  # the two read a pattern differently, for example at a final line break
        return [], f"does not fit schemas/{name}.schema.json"
    while error.context:
        error = max(error.context, key=lambda e: len(e.absolute_path))
    if error.validator == "additionalProperties":
        given: Any = error.instance
        schema: Any = error.schema
        known = list(schema.get("properties", {}))
        unknown = next(str(key) for key in given if key not in known)
        return [*error.absolute_path, unknown], f"unknown key{did_you_mean(unknown, known)}"
    return list(error.absolute_path), _in_words(error)


def _in_words(error: jsonschema.ValidationError) -> str:
    value: Any = error.instance
    wanted: Any = error.validator_value
    schema: Any = error.schema
    if error.validator == "required":
        missing = next(key for key in wanted if key not in value)
        return f"the field {missing!r} is missing"
    hint = f": {schema['description']}" if "description" in schema else ""
    if error.validator == "type":
        types = wanted if isinstance(wanted, str) else " or ".join(wanted)
        return f"expected {types}, found {_short(value)}{hint}"
    if error.validator == "enum":
        return f"expected one of {', '.join(map(str, wanted))}, found {_short(value)}"
    if error.validator == "pattern":
        return f"{_short(value)} does not have the form {wanted}{hint}"
    return f"{error.message}{hint}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
