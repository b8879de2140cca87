"""What one person paid for is everybody's: push, pull, merge, a second worktree."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from seedbed.steps.demonstrations import draw
from tests.harness import Project, Server, git
from tests.whole.test_generation import slots


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.slow)])
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[list[str]]]:
    """Commands that add a DVC remote: a folder, or S3 on loopback."""
    if request.param == "folder":
        yield [["dvc", "remote", "add", "-d", "team", str(tmp_path / "remote")]]
        return
    boto3 = pytest.importorskip("boto3")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s"}
    boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys).create_bucket(Bucket="team")
    yield [
        ["dvc", "remote", "add", "-d", "team", "s3://team/data"],
        ["dvc", "remote", "modify", "team", "endpointurl", url],
        ["dvc", "remote", "modify", "--local", "team", "access_key_id", "k"],
        ["dvc", "remote", "modify", "--local", "team", "secret_access_key", "s"],
    ]
    server.stop()


def share(project: Project, remote: list[list[str]]) -> None:
    """Put a project that has been built into git, and push what it built to the remote."""
    project.use_git()
    for command in remote:
        project.run(*command)
    if git(project.root, "status", "--porcelain"):
        project.commit("shared")
    project.run("dvc", "push")


def clone(project: Project, tmp_path: Path, remote: list[list[str]]) -> Project:
    git(tmp_path, "clone", "-q", str(project.root), "second")
    made = Project(tmp_path / "second")
    for command in remote:
        if "--local" in command:
            made.run(*command)
    return made


def test_a_colleague_pulls_and_pays_nothing(built: Project, tmp_path: Path, server: Server, remote: list[list[str]]) -> None:
    share(built, remote)
    second = clone(built, tmp_path, remote)
    assert "translate@questions: not in this workspace: `dvc pull` brings it" in second.run("seedbed", "plan")
    second.run("dvc", "pull")
    assert "up to date" in second.repro()
    assert server.take() == []


@pytest.mark.slow
def test_a_colleague_edits_a_seed(built: Project, tmp_path: Path, server: Server) -> None:
    """The store of the second machine is empty; the transcripts that came with the pull hold what it need not send."""
    remote = [["dvc", "remote", "add", "-d", "team", str(tmp_path / "remote")]]
    share(built, remote)
    second = clone(built, tmp_path, remote)
    second.run("dvc", "pull")
    before, seeds = slots(second), second.rows("data/seed_tasks.en.jsonl")
    seeds[0]["instruction"] = "Name a lake."
    second.write_rows("data/seed_tasks.en.jsonl", seeds)
    second.repro()
    kinds, after = server.take(), slots(second)
    shown = sum(seeds[0]["id"] in draw([row["id"] for row in seeds], 2, 42, slot) for slot in range(min(before, after)))
    assert kinds.count("translated_task") == 1
    assert kinds.count("instructions") == shown + max(0, after - before)
    assert len(kinds) == 1 + kinds.count("instructions")


def test_a_second_worktree_pays_nothing(built: Project, tmp_path: Path, server: Server) -> None:
    """It has a DVC cache of its own, which is empty, and the store of the first."""
    built.use_git()
    git(built.root, "worktree", "add", "-q", "-b", "other", str(tmp_path / "worktree"))
    second = Project(tmp_path / "worktree")
    output = second.repro("translate@seed_tasks")
    assert "translate@seed_tasks: all 8 requests served from the store, nothing sent" in output
    assert server.take() == []
    assert not (second.root / ".dvc" / "seedbed").exists()


@pytest.mark.slow
def test_two_branches_are_merged(built: Project, tmp_path: Path, server: Server, remote: list[list[str]]) -> None:
    """Two people edit different questions; the merge of `dvc.lock` conflicts, and costs nothing."""
    share(built, remote)
    second = clone(built, tmp_path, remote)
    second.run("dvc", "pull")
    for project, place, text in ((built, 0, "Why is the sea salty?"), (second, 2, "What is dew?")):
        git(project.root, "checkout", "-qb", f"edit-{place}")
        questions = project.rows("data/questions.en.jsonl")
        questions[place]["text"] = text
        project.write_rows("data/questions.en.jsonl", questions)
        project.repro()
        project.commit(f"question {place}")
        project.run("dvc", "push")
    assert len(server.take()) == 2 * (1 + 2 + 2)

    git(second.root, "fetch", "-q", "origin", "edit-0:edit-0")
    second.run("git", "-c", "user.name=a", "-c", "user.email=a@b", "merge", "-q", "edit-0", fails=True)
    git(second.root, "checkout", "--ours", "dvc.lock", "reports")
    assert "new responses from" in second.run("seedbed", "harvest")
    second.repro()
    assert server.take() == []
    assert {row["source"]["text"] for row in second.rows("data/build/translated/questions.jsonl")} >= {
        "Why is the sea salty?",
        "What is dew?",
    }
