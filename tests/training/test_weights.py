"""Weights are known by their content."""

import json
from pathlib import Path

from seedbed.project.params_types import Base
from seedbed.training.serve import vllm_command
from seedbed.training.weights import tidy_adapter, weights_hash

HUB: Base = {"model": "some/base", "revision": "a1"}


def test_a_base_is_its_name_and_revision_or_its_content(tmp_path: Path) -> None:
    assert weights_hash(HUB, None) == weights_hash({"model": "some/base", "revision": "a1", "dtype": "float32"}, None)
    assert weights_hash(HUB, None) != weights_hash({"model": "some/base"}, None)
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(b"weights")
        (folder / "README.md").write_text(str(folder))
    assert weights_hash({"model": str(first)}, None) == weights_hash({"model": str(second)}, None)
    (second / "model.safetensors").write_bytes(b"others")
    assert weights_hash({"model": str(first)}, None) != weights_hash({"model": str(second)}, None)


def test_what_a_trainer_leaves_is_tidied(tmp_path: Path) -> None:
    config = {"base_model_name_or_path": str(tmp_path), "target_modules": ["v", "k"], "r": 8}
    (tmp_path / "adapter_config.json").write_text(json.dumps(config))
    (tmp_path / "adapter_model.safetensors").write_bytes(b"x")
    for name in ("README.md", "training_args.bin", "tokenizer.json"):
        (tmp_path / name).write_text("x")
    tidy_adapter(tmp_path, HUB)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adapter_config.json", "adapter_model.safetensors"]
    assert json.loads((tmp_path / "adapter_config.json").read_text()) == {
        "base_model_name_or_path": "some/base",
        "target_modules": ["k", "v"],
        "r": 8,
    }
    before = weights_hash(HUB, tmp_path)
    (tmp_path / "adapter_model.safetensors").write_bytes(b"y")
    assert weights_hash(HUB, tmp_path) != before


def test_vllm_gets_the_same_base_and_adapter(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    words = vllm_command(HUB, tmp_path, "b-native", 8001)
    assert words[:3] == ["vllm", "serve", "some/base"]
    assert words[-2:] == ["--lora-modules", f"b-native={tmp_path}"]
    assert vllm_command(HUB, None, "b", 8001)[-2:] == ["--served-model-name", "b"]
    (tmp_path / "adapter_config.json").unlink()
    assert vllm_command(HUB, tmp_path, "b-native", 8001)[2] == str(tmp_path)
