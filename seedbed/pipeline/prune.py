"""Delete the output files of entries that `params.yaml` no longer lists.

DVC leaves the outputs of a stage that is no more where they lie, and a folder that a report depends on would be hashed
with them.
"""

import shutil
from collections.abc import Collection
from pathlib import Path

from seedbed.project import paths
from seedbed.project.corpora import question_corpora
from seedbed.project.model_settings import answering_models
from seedbed.project.params_types import Params


def prune(params: Params) -> list[Path]:
    """Delete what no stage writes any more, and return it, sorted.

    It is in the DVC cache still: listing the model again brings it back without a request.
    """
    corpora, generations, matches = params["corpora"], params["generations"], params["matches"]
    models, bases, trained = params["models"], params["bases"], params["trained"]
    ids: dict[Path, Collection[str]] = {
        paths.translated("").parent: corpora,
        paths.EDITED_QUESTIONS: question_corpora(params),
        paths.EDITED_QUESTIONS.parent: [name for name in params["post_edit"]["corpora"] if corpora[name]["kind"] == "task"],
        paths.candidates("").parent: generations,
        paths.decisions("").parent: generations,
        paths.instructions("").parent: generations,
        paths.rejected("").parent: generations,
        paths.answers("").parent: answering_models(params),
        paths.judgments("").parent: matches,
        paths.scores("").parent: params["scores"],
        paths.RESPONSES / "translate": corpora,
        paths.RESPONSES / "generate": generations,
        paths.RESPONSES / "answer": models,
        paths.RESPONSES / "answer_base": bases,
        paths.RESPONSES / "answer_trained": trained,
        paths.RESPONSES / "judge": matches,
        paths.RESPONSES / "score": params["scores"],
    }
    gone = [
        path
        for folder, listed in ids.items()
        for path in sorted(folder.glob("*.jsonl"))
        if path.name.removesuffix(".jsonl") not in listed
    ]
    gone += [path for path in sorted(paths.training("").parent.glob("*.*")) if path.stem not in {*trained, ".gitkeep"}]
    for path in gone:
        path.unlink()
    folders: dict[Path, Collection[str]] = {paths.export("*"): params["sets"], paths.adapter("*"): trained}
    gone_folders = [
        path
        for pattern, listed in folders.items()
        for path in sorted(pattern.parent.glob("*"))
        if path.is_dir() and path.name not in listed
    ]
    for path in gone_folders:
        shutil.rmtree(path)
    return gone + gone_folders
