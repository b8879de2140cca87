"""Map older layouts of a project to current names, so that `diff` can compare any two revisions.

An older layout had one generation and two training sets, and kept its transcripts in one folder:

    data/build/candidates.jsonl                    →  data/build/candidates/native.jsonl
    data/build/responses/answer.good.jsonl         →  data/build/responses/answer/good.jsonl
    data/build/export/seedbed.messages.jsonl       →  data/build/export/native/messages.jsonl
    data/build/edited/questions.jsonl              →  data/build/edited/questions/questions.jsonl
    task_types, categories                         →  labels.task, labels.question
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from seedbed.project import paths
from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError

_ONE_GENERATION = re.compile(r"(data/build/(?:responses/)?(?:candidates|decisions|instructions|rejected|generate))\.jsonl")
_TRANSCRIPT = re.compile(r"(data/build/responses/(?:translate|answer|judge))\.([^./]+\.jsonl)")
_QUESTIONS = "data/build/edited/questions.jsonl"
"""The edited questions, where there was one corpus of them."""
_EXPORTS = {"seedbed.messages.jsonl": "native", "baseline.messages.jsonl": "direct"}
"""The training sets of the one export folder: file and name."""
_TRAINING_SET = re.compile(r"data/build/export/[^/]+")


def present_path(path: str) -> str:
    """Return the path that an output has in the present layout, e.g. `data/build/candidates/native.jsonl`."""
    if path == _QUESTIONS:
        return paths.edited("questions", "question").as_posix()
    return _TRANSCRIPT.sub(r"\1/\2", _ONE_GENERATION.sub(r"\1/native.jsonl", path))


def training_sets(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the training sets in a folder that a stage writes: the path of each in the present layout, and its file there."""
    if folder == (paths.BUILD / "export").as_posix():
        for file, name in _EXPORTS.items():
            yield f"{folder}/{name}/messages.jsonl", file
    elif _TRAINING_SET.fullmatch(folder):
        yield f"{folder}/messages.jsonl", "messages.jsonl"


def present_params(params: Mapping[str, Any]) -> JsonObject:
    """Return what `params.yaml` holds in the blocks of the present layout, as `seedbed upgrade` would write them."""
    if not {"task_types", "categories"} & params.keys():
        return dict(params)
    from seedbed.pipeline.migrate import migrate_blocks  # with a parser that keeps comments: a tenth of a second

    present = deepcopy(dict(params))
    try:
        migrate_blocks(present)
    except UserError:  # an old revision may hold anything
        return dict(params)
    return present
