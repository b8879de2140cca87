"""Check that the rules, tokeniser and formats named in `params.yaml` are registered by the library or a plug-in."""

from collections.abc import Iterator
from pathlib import Path

from seedbed.project import paths
from seedbed.project.params_types import Params
from seedbed.project.plugins import load_plugins
from seedbed.util.errors import UserError
from seedbed.util.schemas import Problem
from seedbed.util.yaml12 import located

BLOCKS = ("filter", "export", "judge")
"""The blocks of `params.yaml` that hold such names."""


def unknown_names(params: Params, path: Path = paths.PARAMS, blocks: tuple[str, ...] = BLOCKS) -> list[str]:
    """Return a sentence for each name that is not registered, with its line: `params.yaml:93: filter.rules.2: unknown rule …`.

    Args:
        params: the whole of `params.yaml`.
        path: where it was read from.
        blocks: those to look at; a stage looks at its own.

    Raises:
        UserError: a plug-in cannot be imported.
    """
    load_plugins()
    return [located(path, *problem) for block in blocks for problem in _FINDERS[block](params)]


def refuse_unknown_names(params: Params, *blocks: str) -> None:
    """Raise `UserError` with the first sentence of `unknown_names`, if there is one."""
    if problems := unknown_names(params, blocks=blocks or BLOCKS):
        raise UserError(problems[0])


# Each imports what it needs, so that a stage that reads one block does not import the modules of the others.


def _in_filter(params: Params) -> Iterator[Problem]:
    from seedbed.filtering.rules import RULES
    from seedbed.filtering.tokenisers import TOKENISERS

    settings = params["filter"]
    rules, name = RULES.names(), settings["tokeniser"]["name"]
    for place, rule in enumerate(settings["rules"]):
        if rule not in rules:
            yield ["filter", "rules", place], RULES.unknown(rule)
    if name not in TOKENISERS.names():
        yield ["filter", "tokeniser", "name"], TOKENISERS.unknown(name)
    for rule in settings.get("settings", {}):
        if rule not in rules:
            yield ["filter", "settings", rule], RULES.unknown(rule)
        elif RULES.is_builtin(rule):
            words = f"the built-in rule {rule!r} has no settings of its own; see filter.characters and filter.similarity"
            yield ["filter", "settings", rule], words


def _in_export(params: Params) -> Iterator[Problem]:
    from seedbed.steps.exporters import EXPORTERS

    for place, name in enumerate(params["export"]["formats"]):
        if name not in EXPORTERS.names():
            yield ["export", "formats", place], EXPORTERS.unknown(name)


def _in_judge(params: Params) -> Iterator[Problem]:
    from seedbed.steps.verdict_formats import VERDICT_FORMATS

    name = params["judge"].get("verdict_format")
    if name is not None and name not in VERDICT_FORMATS.names():
        yield ["judge", "verdict_format"], VERDICT_FORMATS.unknown(name)


_FINDERS = {"filter": _in_filter, "export": _in_export, "judge": _in_judge}
