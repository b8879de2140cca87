"""Hash of the weights' content, which is part of the key of every request to the model."""

import json
from hashlib import file_digest, sha256
from pathlib import Path

from seedbed.project.params_types import Base
from seedbed.training.settings import base_of
from seedbed.util.canonical import JsonObject, canonical, content_hash
from seedbed.util.rows import write_text

ADAPTER_CONFIG = "adapter_config.json"
_WEIGHTS = ("*.safetensors", "*.bin", "*.gguf")
_DESCRIBED_BY = (
    "config.json",
    ADAPTER_CONFIG,
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "chat_template.jinja",
)


def weights_hash(base: Base, adapter: Path | None) -> str:
    """Return what identifies the weights of a base, or of a base and what was trained on it.

    Args:
        base: an id on the Hub counts by its name and revision, a folder by its content.
        adapter: the folder that training wrote; None for the base as it is.

    Returns:
        64 hex digits.
    """
    whole = base_of(base)
    folder = Path(whole["model"])
    known: JsonObject = {"chat_template": whole["chat_template"], "dtype": whole["dtype"]}
    known["base"] = folder_hash(folder) if folder.is_dir() else [whole["model"], whole["revision"]]
    known["adapter"] = folder_hash(adapter) if adapter else None
    return content_hash(known)


def folder_hash(folder: Path) -> str:
    """Return a hash of the weights and settings in a folder; other files do not count. 64 hex digits."""
    files = {path for pattern in (*_WEIGHTS, *_DESCRIBED_BY) for path in folder.glob(pattern)}
    parts = []
    for path in sorted(files):
        with path.open("rb") as file:
            parts.append(f"{path.name} {file_digest(file, 'sha256').hexdigest()}")
    return sha256("\n".join(parts).encode()).hexdigest()


def tidy_adapter(folder: Path, base: Base) -> None:
    """Leave only weights and settings in a folder that a trainer wrote: the same training, the same bytes.

    The adapter's config names its base as `params.yaml` does and not by a folder of this machine; its sets are sorted lists.
    """
    adapter = (folder / ADAPTER_CONFIG).is_file()
    described = [ADAPTER_CONFIG] if adapter else [*_DESCRIBED_BY, "*.index.json", "generation_config.json"]
    kept = {path for pattern in (*_WEIGHTS, *described) for path in folder.glob(pattern)}
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        elif path not in kept or path.name == "training_args.bin":
            path.unlink()
    config = folder / ADAPTER_CONFIG
    if config.is_file():
        settings = json.loads(config.read_text(encoding="utf-8"))
        settings["base_model_name_or_path"] = base["model"]
        for name, value in settings.items():
            if isinstance(value, list) and all(isinstance(item, str) for item in value):
                settings[name] = sorted(value)
        write_text(config, canonical(settings) + "\n")
