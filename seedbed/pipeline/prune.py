"""Files of corpora, generations, sets, models and matches that `params.yaml` no longer lists.

DVC leaves the outputs of a stage that is no more where they lie, and a folder that a report depends on would be hashed
with them.
"""

import shutil
from collections.abc import Collection
from pathlib import Path

from seedbed.project import paths
from seedbed.project.params import Params


def prune(params: Params) -> list[Path]:
    """Delete what no stage writes any more, and return it, sorted.

    It is in the DVC cache still: listing the model again brings it back without a request.
    """
    corpora, generations, models, matches = (params["corpora"], params["generations"], params["models"], params["matches"])
    ids: dict[Path, Collection[str]] = {
        paths.translated("").parent: corpora,
        paths.candidates("").parent: generations,
        paths.decisions("").parent: generations,
        paths.instructions("").parent: generations,
        paths.rejected("").parent: generations,
        paths.answers("").parent: models,
        paths.judgments("").parent: matches,
        paths.RESPONSES / "translate": corpora,
        paths.RESPONSES / "generate": generations,
        paths.RESPONSES / "answer": models,
        paths.RESPONSES / "judge": matches,
    }
    gone = [
        path
        for folder, listed in ids.items()
        for path in sorted(folder.glob("*.jsonl"))
        if path.name.removesuffix(".jsonl") not in listed
    ]
    for path in gone:
        path.unlink()
    exported = [path for path in sorted(paths.export("").glob("*")) if path.is_dir() and path.name not in params["sets"]]
    for path in exported:
        shutil.rmtree(path)
    return gone + exported
