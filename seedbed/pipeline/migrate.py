"""`params.yaml` of an older project, brought to this library's form; comments are kept."""

import io
from collections.abc import MutableMapping
from typing import Any

from ruamel.yaml.comments import CommentedMap

from seedbed.project.editions import EDITIONS
from seedbed.project.params import Endpoint
from seedbed.util.errors import UserError
from seedbed.util.yaml_edit import yaml_editor

_BLOCK_ORDER = (
    *("editions", "language", "endpoints", "servers", "labels", "corpora", "translate", "post_edit", "generate"),
    *("generations", "filter", "sets", "export", "answer", "models", "judge", "matches", "budget", "prices", "report"),
)


def migrated(text: str) -> tuple[str, list[str]]:
    """Return the text of `params.yaml` in this library's form, and what was done, a line each.

    Raises:
        UserError: the text is not a YAML mapping.
    """
    yaml = yaml_editor()
    params = yaml.load(text)
    if not isinstance(params, CommentedMap):
        raise UserError("params.yaml: not a mapping; restore it from git before you upgrade")
    before = list(params)
    notes = migrate_blocks(params) + ([note] if (note := _editions(params)) else [])
    if not notes:
        return text, []
    for place, name in enumerate(name for name in _BLOCK_ORDER if name in params):
        if name not in before:
            params.insert(place, name, params.pop(name))
    out = io.StringIO()
    yaml.dump(params, out)
    return out.getvalue(), notes


def migrate_blocks(params: MutableMapping[str, Any]) -> list[str]:
    """Bring the blocks of `params.yaml` into this library's form, in place, and return what was done, a line each.

    `editions` stay as they are: an older project had none, or was built with others.
    """
    return [note for step in (_servers, _labels, _sets) if (note := step(params))]


def _servers(params: MutableMapping[str, Any]) -> str | None:
    """What is no part of a request moves from `endpoints` to `servers`."""
    moved = CommentedMap()
    for id, endpoint in params.get("endpoints", {}).items():
        for name in [name for name in endpoint if name not in Endpoint.__annotations__]:
            moved.setdefault(id, CommentedMap())[name] = endpoint.pop(name)
    if "servers" in params and not moved:
        return None
    servers = params.setdefault("servers", CommentedMap())
    for id, settings in moved.items():
        servers.setdefault(id, CommentedMap()).update(settings)
    return "endpoints: how a server is reached moved to servers, which no stage depends on"


def _labels(params: MutableMapping[str, Any]) -> str | None:
    if "labels" in params:
        return None
    params["labels"] = CommentedMap(task=params.pop("task_types", []), question=params.pop("categories", []))
    return "task_types and categories moved to labels.task and labels.question"


def _sets(params: MutableMapping[str, Any]) -> str | None:
    if "sets" in params and "generations" in params:
        return None
    export: Any = params.get("export", {})
    seeds = export.pop("seeds", True)
    edited = "data/build/edited/seed_tasks.jsonl" if seeds else "data/empty.jsonl"
    sets = CommentedMap(native=CommentedMap(seeds=edited, rows="data/build/instructions/native.jsonl"))
    if "baseline" in params.get("corpora", {}):
        sets["direct"] = CommentedMap(seeds="data/empty.jsonl", rows="data/build/translated/baseline.jsonl")
    params.setdefault("generations", CommentedMap(native=CommentedMap(seeds="edited")))
    params.setdefault("sets", sets)
    return "generations and sets declare what generate and export made: native, and direct where there is a baseline"


def _editions(params: CommentedMap) -> str | None:
    before = dict(params.get("editions", {}))
    if before == EDITIONS:
        return None
    params["editions"] = CommentedMap(EDITIONS)
    raised = [f"{stage} {before[stage]} to {number}" for stage, number in EDITIONS.items() if 0 < before.get(stage, 0) < number]
    return f"editions: {', '.join(raised)}" if raised else "editions: this library's rules, one number a stage"
