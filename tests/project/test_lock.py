"""`dvc.lock`: what DVC writes is read, anything else is a sentence."""

from pathlib import Path

import pytest

from seedbed.project.lock import locked_stages
from seedbed.util.errors import UserError
from tests.harness import ROOT


def test_the_lock_of_this_project() -> None:
    stages = locked_stages(ROOT / "dvc.lock")
    assert stages["filter@native"]["outs"][0]["path"] == "data/build/instructions/native.jsonl"


@pytest.mark.parametrize("text", ["schema: '2.0'\n", "schema: '2.0'\nstages:\n", "schema: '2.0'\nstages: {}\n"])
def test_a_lock_without_stages(text: str) -> None:
    assert locked_stages(Path("dvc.lock"), text) == {}


def test_no_lock(tmp_path: Path) -> None:
    assert locked_stages(tmp_path / "dvc.lock") == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "expected what DVC writes, found 'None'"),
        ("half a wo", "expected what DVC writes, found 'half a wo'"),
        ("- a\n", "expected what DVC writes"),
        ("stages: [a]\n", "stages: expected a mapping"),
        ("stages:\n  a: b\n", r"stages\.a: expected a mapping, found 'b'"),
        ("stages:\n  a:\n    outs:\n", r"stages\.a\.outs: expected a list of files, each with its path"),
        ("stages:\n  a:\n    outs:\n    - md5: x\n", r"stages\.a\.outs: expected a list of files"),
        ("stages:\n  a:\n    params:\n      params.yaml: [x]\n", r"stages\.a\.params: expected a mapping"),
        ("a: [\n", r"\d+:\d+: not valid YAML"),
    ],
)
def test_a_damaged_lock_is_named(text: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "dvc.lock"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        UserError, match=rf"dvc\.lock:? ?{problem}.*; if an interrupted `dvc` left a partial file, `seedbed check`"
    ):
        locked_stages(path)
    with pytest.raises(UserError, match=r"^HEAD:dvc\.lock:") as error:
        locked_stages(Path("HEAD:dvc.lock"), text)
    assert "seedbed check" not in str(error.value)
