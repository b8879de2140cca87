"""Older layouts of a project, in the names of the present one: `diff` compares every revision with every other.

An older layout had one generation and two training sets, and kept its transcripts in one folder:

    data/build/candidates.jsonl                    →  data/build/candidates/native.jsonl
    data/build/responses/answer.good.jsonl         →  data/build/responses/answer/good.jsonl
    data/build/export/seedbed.messages.jsonl       →  data/build/export/native/messages.jsonl
    task_types, categories                         →  labels.task, labels.question
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from seedbed.project import paths

_ONE_GENERATION = re.compile(r"(data/build/(?:responses/)?(?:candidates|decisions|instructions|rejected|generate))\.jsonl")
_TRANSCRIPT = re.compile(r"(data/build/responses/(?:translate|answer|judge))\.([^./]+\.jsonl)")
_EXPORTS = {"seedbed.messages.jsonl": "native", "baseline.messages.jsonl": "direct"}
"""The training sets of the one export folder: file and name."""
_TRAINING_SET = re.compile(r"data/build/export/[^/]+")


def present_path(path: str) -> str:
    """Return the path that an output has in the present layout, e.g. `data/build/candidates/native.jsonl`."""
    return _TRANSCRIPT.sub(r"\1/\2", _ONE_GENERATION.sub(r"\1/native.jsonl", path))


def training_sets(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the training sets in a folder that a stage writes: the path of each in the present layout, and its file there."""
    if folder == (paths.BUILD / "export").as_posix():
        for file, name in _EXPORTS.items():
            yield f"{folder}/{name}/messages.jsonl", file
    elif _TRAINING_SET.fullmatch(folder):
        yield f"{folder}/messages.jsonl", "messages.jsonl"


def present_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `params.yaml` holds in the blocks of the present layout; what an older one had fixed is filled in."""
    if "labels" in params or not {"task_types", "categories"} & params.keys():
        return dict(params)
    present = {name: value for name, value in params.items() if name not in ("task_types", "categories")}
    labels = {"task": params.get("task_types"), "question": params.get("categories")}
    present["labels"] = {kind: names for kind, names in labels.items() if names is not None}
    present |= _endpoints_and_servers(params.get("endpoints"))
    present["generations"] = {"native": {"seeds": "edited"}}
    present |= _sets_and_formats(params.get("export"))
    return present


def _endpoints_and_servers(endpoints: Any) -> dict[str, Any]:
    """Part what a server is from how it is reached."""
    if not isinstance(endpoints, dict):
        return {}
    blocks = {id: block for id, block in endpoints.items() if isinstance(block, dict)}
    return {
        "endpoints": {id: {name: block[name] for name in block if name == "structured"} for id, block in blocks.items()},
        "servers": {id: {name: block[name] for name in block if name != "structured"} for id, block in blocks.items()},
    }


def _sets_and_formats(export: Any) -> dict[str, Any]:
    settings = export if isinstance(export, dict) else {}
    edited, empty = paths.seeds("edited").as_posix(), paths.EMPTY.as_posix()
    formats = settings.get("formats")
    return {
        "sets": {
            "native": {
                "seeds": edited if settings.get("seeds", True) else empty,
                "rows": paths.instructions("native").as_posix(),
            },
            "direct": {"seeds": empty, "rows": paths.translated("baseline").as_posix()},
        },
        # `messages` is always written now.
        "export": {"formats": [name for name in formats if name != "messages"] if isinstance(formats, list) else formats},
    }
