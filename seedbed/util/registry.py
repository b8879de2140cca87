"""Registry of functions that `params.yaml` names: registered with a decorator, found by name.

rules: Registry[Rule] = Registry("rule", ("candidate", "context"))
rule = rules.register

@rule
def too_short(…): …

rules.get("to_short", "filter.rules")  →  UserError: filter.rules: unknown rule 'to_short' (did you mean 'too_short'?)
"""

import inspect
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from seedbed.util.errors import UserError, did_you_mean

T = TypeVar("T", bound=Callable[..., Any])
NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What a name looks like; `schemas/params.schema.json` has the same pattern."""


class Registry(Generic[T]):
    """The functions of one kind, by name.

    Args:
        kind: what messages call one of them, e.g. `rule`.
        takes: the names of what each is called with, in order; None where that is not looked at.
    """

    def __init__(self, kind: str, takes: tuple[str, ...] | None = None) -> None:
        self.kind = kind
        self._takes = takes
        self._functions: dict[str, T] = {}

    @overload
    def register(self, function: T, /) -> T: ...

    @overload
    def register(self, name: str, /) -> Callable[[T], T]: ...

    def register(self, function_or_name: T | str, /) -> T | Callable[[T], T]:
        """Register a function under its own name (`@rule`) or under another one (`@rule("name")`).

        Raises:
            UserError: the name is taken, or is not one that `params.yaml` can hold; or the function cannot be called with what
                its kind is given.
        """
        if not isinstance(function_or_name, str):
            return self._add(function_or_name.__name__, function_or_name)
        name = function_or_name
        return lambda function: self._add(name, function)

    def get(self, name: str, where: str) -> T:
        """Return the function that is registered under `name`.

        Args:
            name: the name that was asked for.
            where: what asks for it, for the message, e.g. `filter.rules`.

        Raises:
            UserError: there is no such name.
        """
        if name not in self._functions:
            raise UserError(f"{where}: {self.unknown(name)}")
        return self._functions[name]

    def unknown(self, name: str) -> str:
        """Return the words for a name that is not registered; where none is like it, that a plug-in may register it."""
        hint = did_you_mean(name, self.names())
        own = "" if hint.startswith(" (did you mean") else "; one of your own is registered in plugins/"
        return f"unknown {self.kind} {name!r}{hint}{own}"

    def names(self) -> list[str]:
        """Return all names, in the order in which they were registered."""
        return list(self._functions)

    def is_builtin(self, name: str) -> bool:
        """Whether a registered name is one of the library's own, and not a plug-in's."""
        function = self._functions[name]
        # `functools.wraps` gives a plug-in's function the module of the one that it wraps, but not its globals.
        module: str = getattr(function, "__globals__", {}).get("__name__", function.__module__)
        return module.partition(".")[0] == "seedbed"

    def _add(self, name: str, function: T) -> T:
        if not NAME.fullmatch(name):
            raise UserError(
                f"{place_of(function)}: {name!r} is not a valid name of a {self.kind}; use lower-case letters, digits and _, "
                "starting with a letter"
            )
        if name in self._functions:
            raise UserError(
                f"{place_of(function)}: the {self.kind} {name!r} is registered already, in "
                f"{place_of(self._functions[name])}; choose another name"
            )
        self._refuse_other_arguments(name, function)
        self._functions[name] = function
        return function

    def _refuse_other_arguments(self, name: str, function: T) -> None:
        """Name a function at once that no call would reach: the call itself would end in our code, and not in a line of it."""
        if self._takes is not None and (found := takes_other(function, self._takes)):
            given = ", ".join(self._takes)
            raise UserError(f"{place_of(function)}: the {self.kind} {name!r} is called with ({given}), and takes {found}")


def takes_other(function: Callable[..., Any], names: tuple[str, ...]) -> str | None:
    """Return what a function takes, as `(a, b)`, where it cannot be called with as many values as there are `names`."""
    try:
        signature = inspect.signature(function)
    except ValueError:  # one written in C may have none
        return None
    try:
        signature.bind(*names)
    except TypeError:
        return str(signature)
    return None


def place_of(function: Callable[..., Any]) -> str:
    """Return where a function is written, as `file:line`; its module where no file says so."""
    try:
        return f"{shown_path(Path(inspect.getfile(function)))}:{inspect.getsourcelines(function)[1]}"
    except (OSError, TypeError):
        return str(function.__module__)


def shown_path(path: Path) -> str:
    """Return a path as messages show it: from the working folder where it lies below that, else whole."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
