"""Whether a value is of the kind that a type says: what mypy takes a type's word for where a query or a file is read."""

from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict


def misfits(value: object, kind: Any, where: str = "") -> list[str]:
    """Return the places of a value that are not of the kind; none where it fits.

    Args:
        value: to look at.
        kind: a `TypedDict`, or an annotation of one's field.
        where: the place of the value, for the messages.
    """
    origin, args = get_origin(kind), get_args(kind)
    if kind in (Any, object):
        return []
    if is_typeddict(kind):
        if not isinstance(value, dict) or not kind.__required_keys__ <= value.keys() <= get_type_hints(kind).keys():
            return [f"{where}: {value!r} does not have the fields of {kind.__name__}"]
        hints = get_type_hints(kind)
        return [words for name in value for words in misfits(value[name], hints[name], f"{where}.{name}")]
    if origin in (Union, UnionType):
        found = [misfits(value, one, where) for one in args]
        return [] if [] in found else found[0]
    if origin is list and isinstance(value, list):
        return [words for place, one in enumerate(value) for words in misfits(one, args[0], f"{where}[{place}]")]
    if origin is list:
        fits = False
    elif origin is Literal:
        fits = value in args
    elif origin is dict:
        fits = isinstance(value, dict)
    else:
        fits = isinstance(value, (int, float) if kind is float else kind) and (kind is bool or not isinstance(value, bool))
    return [] if fits else [f"{where}: {value!r} is not {kind}"]
