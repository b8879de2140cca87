"""Every path of a project, said once."""

import os
from pathlib import Path

from seedbed.util.errors import UserError


def cache_folder(root: Path = Path()) -> Path:
    """Return the DVC cache folder of the repository at `root`, as DVC's own configuration has it."""
    from dvc.config import Config

    dvc_folder = (root / ".dvc").resolve()
    return Path(Config(str(dvc_folder))["cache"].get("dir") or dvc_folder / "cache")


def blob_path(digest: str, root: Path = Path()) -> Path:
    """Return where the DVC cache keeps the output with this MD5, whether it is there or not."""
    return cache_folder(root) / "files" / "md5" / digest[:2] / digest[2:]


def store_path(root: Path = Path()) -> Path:
    """Return where the store of the repository at `root` is."""
    named = os.environ.get("SEEDBED_STORE")
    return Path(named) if named else cache_folder(root).parent / "seedbed" / "store.sqlite"


FOLDER = "data/build/responses/"

BUILD = Path("data/build")
CANDIDATES = BUILD / "candidates.jsonl"
INSTRUCTIONS = BUILD / "instructions.jsonl"
REJECTED = BUILD / "rejected.jsonl"
RESPONSES = BUILD / "responses"
CORPORA = {"seed": "seed_tasks", "question": "questions", "baseline": "baseline"}
"""The corpus in `params.yaml` that each kind of row is from."""


def there(path: Path) -> Path:
    """Return the path of an output.

    Raises:
        UserError: it is not there.
    """
    if not path.is_file():
        raise UserError(f"{path}: not in the workspace; `dvc repro` builds it, or `dvc pull` brings it if it was shared")
    return path


def translated(kind: str) -> Path:
    """Return the file of a corpus's translations."""
    return BUILD / "translated" / f"{CORPORA[kind]}.jsonl"


def edited(kind: str) -> Path:
    """Return the file of a corpus's rows after the post-edit."""
    return BUILD / "edited" / f"{CORPORA[kind]}.jsonl"


def answers(model: str) -> Path:
    """Return the file of a model's answers."""
    return BUILD / "answers" / f"{model}.jsonl"


def judgments(match: str) -> Path:
    """Return the file of a match's judgments."""
    return BUILD / "judgments" / f"{match}.jsonl"


def transcript_of(stage: str) -> Path:
    """Return the transcript of a stage, e.g. of `answer@good`."""
    return RESPONSES / f"{stage.replace('@', '.')}.jsonl"
