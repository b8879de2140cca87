"""`seedbed resolve` leaves alone what people write."""

from pathlib import Path

import pytest

from seedbed.pipeline.resolve import resolve
from seedbed.util.errors import UserError
from tests.harness import git

LOCK = "schema: '2.0'\nstages:\n  a:\n    cmd: a\n    outs:\n    - path: reports/a.md\n      md5: {}\n      size: 1\n"


@pytest.fixture
def merging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in a merge: `dvc.lock`, an output in git and a file of people's are in conflict."""
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q", "-b", "main")
    for name, place in (("start", None), ("theirs", "main"), ("ours", "main")):
        if place:
            git(tmp_path, "checkout", "-q", "-b", name, place)
        Path("reports").mkdir(exist_ok=True)
        Path("dvc.lock").write_text(LOCK.format(name[0].encode().hex() * 16), encoding="utf-8")
        for path in ("reports/a.md", "params.yaml", "dvc.yaml"):
            Path(path).write_text("{}\n" if path == "dvc.yaml" else f"{name}: 1\n", encoding="utf-8")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", name)
    with pytest.raises(Exception, match="git"):
        git(tmp_path, "merge", "-q", "theirs")
    return tmp_path


def test_what_people_write_is_resolved_by_hand_first(merging: Path) -> None:
    before = {path: Path(path).read_bytes() for path in ("dvc.lock", "reports/a.md", "params.yaml")}
    with pytest.raises(UserError, match=r"^params\.yaml: merge conflict in a file that people write; resolve it by hand"):
        resolve()
    assert {path: Path(path).read_bytes() for path in before} == before


def test_without_a_conflict_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    with pytest.raises(UserError, match="no file that a build writes has a merge conflict"):
        resolve()
