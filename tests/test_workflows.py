"""The workflows: what a pull request from a stranger may and may not do."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from seedbed.diff.comment import MARKER
from seedbed.util.yaml12 import load_yaml
from tests.harness import ROOT

FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(path.name for path in FOLDER.glob("*.yml"))


def workflow(name: str) -> dict[str, Any]:
    found: dict[str, Any] = load_yaml(FOLDER / name)
    return found


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def permissions(name: str) -> list[dict[str, str]]:
    whole = workflow(name)
    return [whole["permissions"], *(job["permissions"] for job in whole["jobs"].values() if "permissions" in job)]


def test_which_there_are() -> None:
    assert FILES == ["checks.yml", "diff-comment.yml", "diff.yml", "wheel.yml"]


@pytest.mark.parametrize("name", FILES)
def test_no_secret_and_no_token_that_can_write_beside_foreign_code(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert "secrets." not in text
    assert "pull_request_target" not in text
    can_write = any("write" in granted.values() for granted in permissions(name))
    assert can_write == (name == "diff-comment.yml")
    checkouts = [step["with"] for step in steps(name) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(given["persist-credentials"] is False for given in checkouts)
    if can_write:
        assert [given["ref"] for given in checkouts] == ["${{ github.event.repository.default_branch }}"]
        assert workflow(name)["on"] == {"workflow_run": {"workflows": ["diff"], "types": ["completed"]}}
        assert workflow(name)["permissions"] == {}
        assert "seedbed diff" not in text.replace("seedbed/diff", "")


def test_the_history_is_there_where_it_is_read() -> None:
    """Of editions the merge-base's lock is read, of a pull request's data its merge-base."""
    for name in ("checks.yml", "diff.yml"):
        depths = [
            step["with"].get("fetch-depth") for step in steps(name) if step.get("uses", "").startswith("actions/checkout@")
        ]
        assert depths == [0], name


@pytest.mark.parametrize("name", FILES)
def test_what_strangers_name_reaches_no_script(name: str) -> None:
    """A branch may be called `$(rm -rf ~)`: expressions stand in `env` and `with`, never in a script."""
    for step in steps(name):
        assert "${{" not in step.get("run", "")
        assert "uses" not in step or re.fullmatch(r"actions/[\w-]+@v\d+|docker://rhysd/actionlint:\d+\.\d+\.\d+", step["uses"])


def test_the_workflows_and_the_scripts_are_linted() -> None:
    """By actionlint; the scripts that are not in a workflow file by shellcheck itself."""
    assert any("actionlint" in step.get("uses", "") for step in steps("checks.yml"))
    (linted,) = [step["run"] for step in steps("checks.yml") if step.get("run", "").startswith("shellcheck")]
    scripts = [path for folder in (".ci", ".github") for path in (ROOT / folder).iterdir() if os.access(path, os.X_OK)]
    scripts = [path for path in scripts if path.is_file()]
    assert sorted(linted.split()[1:]) == sorted(path.relative_to(ROOT).as_posix() for path in scripts)


def test_the_diff_sends_nothing() -> None:
    (job,) = workflow("diff.yml")["jobs"].values()
    assert job["env"]["SEEDBED_OFFLINE"] == "1"
    assert workflow("diff.yml")["name"] == "diff"


GH = """\
#!/usr/bin/env bash
case "$*" in
    *"/pulls "*) cat pulls.json ;;
    *"--paginate"*) cat comments.json ;;
    *) echo "$*" >>sent; jq -r .body "${@: -1}" >>sent ;;
esac
"""


def pull(number: int, sha: str, repository: int | None) -> dict[str, Any]:
    return {"number": number, "head": {"sha": sha, "repo": repository and {"id": repository}}}


@pytest.mark.skipif(not shutil.which("jq"), reason="needs jq")
@pytest.mark.parametrize(
    ("comments", "sent"),
    [
        ([("eve", f"{MARKER} mine")], "--silent --method POST repos/o/r/issues/7/comments"),
        ([("eve", MARKER), ("github-actions[bot]", f"{MARKER}\r\nold")], "--silent --method PATCH repos/o/r/issues/comments/1"),
        ([("github-actions[bot]", f"look: {MARKER}")], "--silent --method POST repos/o/r/issues/7/comments"),
    ],
)
def test_the_comment_is_posted_or_replaced(tmp_path: Path, comments: list[tuple[str, str]], sent: str) -> None:
    """On the one pull request whose commit and repository are those of the run; a stranger's comment is not touched."""
    pulls = [pull(6, "abc", 1), pull(7, "abc", 5), pull(8, "def", 5), pull(9, "abc", None)]
    (tmp_path / "pulls.json").write_text(json.dumps(pulls), encoding="utf-8")
    listed = [{"id": place, "user": {"login": login}, "body": body} for place, (login, body) in enumerate(comments)]
    (tmp_path / "comments.json").write_text(json.dumps(listed), encoding="utf-8")
    (tmp_path / "diff.md").write_text(f"{MARKER}\n\nNothing differs.\n", encoding="utf-8")
    assert post(tmp_path).returncode == 0
    assert (tmp_path / "sent").read_text(encoding="utf-8").startswith(f"api {sent} --input diff.md.json\n{MARKER}")


@pytest.mark.skipif(not shutil.which("jq"), reason="needs jq")
def test_what_the_diff_does_not_write_is_not_posted(tmp_path: Path) -> None:
    (tmp_path / "diff.md").write_text(f"{MARKER}\n\nApproved, @everyone.\n", encoding="utf-8")
    done = post(tmp_path)
    assert done.returncode != 0
    assert "it is not posted" in done.stderr
    assert not (tmp_path / "sent").exists()


def post(folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "gh").write_text(GH, encoding="utf-8")
    (folder / "gh").chmod(0o755)
    run = {"FILE": "diff.md", "REPOSITORY": "o/r", "HEAD": "eve:$(touch sent)", "HEAD_REPOSITORY": "5", "HEAD_SHA": "abc"}
    env = os.environ | run | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    return subprocess.run([ROOT / ".github" / "post-diff"], cwd=folder, env=env, capture_output=True, text=True, check=False)
