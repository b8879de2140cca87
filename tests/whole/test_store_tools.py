"""`seedbed store`: summary, verification, export, import, prune."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Project, Server, git


@pytest.mark.slow
def test_store_tools(counted: Project, server: Server, tmp_path: Path) -> None:
    """Summary, verification, export, import, prune."""
    counted.use_git()
    counted.repro("translate@questions", "answer")
    counted.commit("built")
    sent = len(server.take())
    assert sent == 3 + 6
    assert "9 responses" in counted.run("seedbed", "store")
    assert "9 responses, every key is that of its request" in counted.run("seedbed", "store", "verify")
    file = str(tmp_path / "export.jsonl")
    assert "9 responses exported" in counted.run("seedbed", "store", "export", file)

    shutil.rmtree(counted.root / ".dvc" / "cache")
    shutil.rmtree(counted.root / ".dvc" / "seedbed")
    assert "9 new responses imported" in counted.run("seedbed", "store", "import", file)
    counted.run("dvc", "repro", "--force", "translate@questions", "answer", SEEDBED_OFFLINE="1")

    def other(params: Any) -> None:
        params["translate"]["params"]["temperature"] = 0.9

    counted.edit_params(other)
    counted.repro("translate@questions")
    assert len(server.take()) == 3
    git(counted.root, "checkout", "-q", "params.yaml", "dvc.lock")
    assert "3 responses dropped" in counted.run("seedbed", "store", "prune", "--yes")
    assert "nothing to drop" in counted.run("seedbed", "store", "prune", "--yes")

    text = (tmp_path / "export.jsonl").read_text(encoding="utf-8").replace('"attempt":1', '"attempt":2', 1)
    (tmp_path / "changed.jsonl").write_text(text, encoding="utf-8")
    assert "changed.jsonl:1: the key" in counted.run("seedbed", "store", "import", str(tmp_path / "changed.jsonl"), fails=True)
