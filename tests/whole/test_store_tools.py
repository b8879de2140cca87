"""`seedbed store`: summary, verification, export, import, prune."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from seedbed.util.canonical import content_hash
from seedbed.util.rows import write_rows
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
    assert "9 responses, every key matches its request" in counted.run("seedbed", "store", "verify")
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


PEAK = "import resource, sys; sys.argv[0] = 'seedbed'; from seedbed.cli import main\ntry: main()\nexcept SystemExit: pass\n" + (
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


@pytest.mark.slow
def test_the_memory_of_an_import_does_not_grow_with_the_file(project: Project, tmp_path: Path) -> None:
    """In KiB of the whole process; each line is 6 KB, so that twenty times as many would be 100 MB."""
    peaks = []
    for number in (1_000, 20_000):
        path = tmp_path / f"{number}.jsonl"
        write_rows(path, (exchange(each) for each in range(number)), "exchange")
        store = tmp_path / f"{number}.sqlite"
        said = project.run("python", "-c", PEAK, "store", "import", str(path), SEEDBED_STORE=str(store)).split()
        assert f"{number:,}" in said or str(number) in said
        peaks.append(int(said[-1]))
    assert peaks[1] - peaks[0] < 40_000


def exchange(number: int) -> dict[str, Any]:
    content: dict[str, Any] = {
        "endpoint": "e",
        "model": "m",
        "messages": [{"role": "user", "content": f"{number} {'x' * 3000}"}],
    }
    content |= {"params": {}, "reply": None, "sample": 0, "slot": None, "attempt": 1}
    response = {"text": "y" * 3000, "refusal": None, "finish_reason": "stop", "model": "m", "usage": None}
    return {"id": "judge@a", "key": content_hash(content), "request": content, "response": response}
