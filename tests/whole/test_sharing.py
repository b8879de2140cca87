"""What one person paid for is everybody's: push, pull, merge."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from seedbed.steps.demonstrations import draw
from tests.harness import Project, Server, copy_project, git, make_tiny


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


def commit(project: Project, message: str) -> None:
    git(project.root, "add", "-A")
    git(project.root, "commit", "-qm", message)


def built(tmp_path: Path, server: Server, remote: list[list[str]]) -> Project:
    """A project in git, built, and pushed to the remote."""
    project = copy_project(tmp_path / "first")
    make_tiny(project, base_url=server.url)
    project.run("dvc", "config", "--local", "--unset", "core.no_scm")
    git(project.root, "init", "-q", "-b", "main")
    for command in remote:
        project.run(*command)
    project.repro()
    commit(project, "built")
    project.run("dvc", "push")
    server.take()
    return project


def clone(project: Project, tmp_path: Path, remote: list[list[str]]) -> Project:
    git(tmp_path, "clone", "-q", str(project.root), "second")
    made = Project(tmp_path / "second")
    for command in remote:
        if "--local" in command:
            made.run(*command)
    return made


@pytest.mark.slow
def test_a_colleague_pulls_and_pays_nothing(tmp_path: Path, server: Server, remote: list[list[str]]) -> None:
    first = built(tmp_path, server, remote)
    second = clone(first, tmp_path, remote)
    second.run("dvc", "pull")
    assert "up to date" in second.repro()
    assert server.take() == []

    slots = 1 + max(int(row["slot"]) for row in second.rows("data/build/candidates/native.jsonl"))
    seeds = second.rows("data/seed_tasks.en.jsonl")
    seeds[0]["instruction"] = "Name a lake."
    second.write_rows("data/seed_tasks.en.jsonl", seeds)
    second.repro()
    kinds = server.take()
    after = 1 + max(int(row["slot"]) for row in second.rows("data/build/candidates/native.jsonl"))
    shown = sum(seeds[0]["id"] in draw([row["id"] for row in seeds], 2, 42, slot) for slot in range(min(slots, after)))
    assert kinds.count("translated_task") == 1
    assert kinds.count("instructions") == shown + max(0, after - slots)
    assert len(kinds) == 1 + kinds.count("instructions")


@pytest.mark.slow
def test_two_branches_are_merged(tmp_path: Path, server: Server, remote: list[list[str]]) -> None:
    """Two people edit different questions; the merge of `dvc.lock` conflicts, and costs nothing."""
    first = built(tmp_path, server, remote)
    second = clone(first, tmp_path, remote)
    second.run("dvc", "pull")
    for project, place, text in ((first, 0, "Why is the sea salty?"), (second, 2, "What is dew?")):
        git(project.root, "checkout", "-qb", f"edit-{place}")
        questions = project.rows("data/questions.en.jsonl")
        questions[place]["text"] = text
        project.write_rows("data/questions.en.jsonl", questions)
        project.repro()
        commit(project, f"question {place}")
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


@pytest.mark.slow
def test_store_tools(counted: Project, server: Server, tmp_path: Path) -> None:
    """Summary, verification, export, import, prune."""
    counted.run("dvc", "config", "--local", "--unset", "core.no_scm")
    git(counted.root, "init", "-q", "-b", "main")
    counted.repro("translate@questions", "answer")
    commit(counted, "built")
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


def test_a_store_that_git_tracks_is_refused(counted: Project) -> None:
    counted.run("dvc", "config", "--local", "--unset", "core.no_scm")
    git(counted.root, "init", "-q", "-b", "main")
    store = counted.root / "kept.sqlite"
    counted.repro("translate@questions", SEEDBED_STORE=str(store))
    git(counted.root, "add", "-f", "kept.sqlite")
    output = counted.run("dvc", "repro", "-f", "translate@questions", SEEDBED_STORE=str(store), fails=True)
    assert "git tracks the store" in output
    assert "git rm --cached kept.sqlite" in output


def newer(path: Path) -> None:
    import sqlite3

    with sqlite3.connect(path) as database:
        database.execute("pragma user_version = 99")
    database.close()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.write_bytes(b"not a database at all " * 100), "this file is not a store"),
        (lambda path: path.mkdir(), "the store is a file, this is a folder"),
        (newer, "written by a newer Seedbed"),
    ],
)
def test_a_store_that_cannot_be_used(project: Project, tmp_path: Path, spoil: Any, message: str) -> None:
    path = tmp_path / "store.sqlite"
    spoil(path)
    assert message in project.repro("translate@questions", fails=True, SEEDBED_STORE=str(path))


def test_two_builds_side_by_side(project: Project, server: Server) -> None:
    """Two processes of one stage: the second waits, and finds everything in the store."""
    server.fault = lambda body, number: time.sleep(0.3)
    project.edit_params(lambda p: p["servers"]["stand-in"].update(base_url=server.url, max_concurrency=1))
    env = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(project.root.parent)}
    command = [sys.executable, "-m", "stages.translate", "--corpus", "seed_tasks"]
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(
                subprocess.run,
                [*command, "--out", f"{name}.jsonl", "--transcript", f"{name}-transcript.jsonl"],
                cwd=project.root,
                env=env,
                capture_output=True,
                text=True,
                check=True,
            )
            for name in ("one", "two")
        ]
        told = "".join(run.result().stderr for run in runs)
    assert "waiting for another process that runs this stage" in told
    assert len(server.take()) == 8
    assert project.rows("one.jsonl") == project.rows("two.jsonl")


@pytest.mark.skipif(os.name == "nt", reason="needs a small file system")
def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """SQLite itself refuses a page too many, as it does where the disk is full."""
    from seedbed.exchange.requests import Request
    from seedbed.store.store import Store
    from seedbed.util.errors import UserError

    def request(number: int) -> Request:
        return Request(str(number), {"attempt": 1, "number": number, "text": "x" * 3000})

    with Store(tmp_path / "store.sqlite") as store:
        pages = store.rows("pragma page_count")[0][0]
        store.rows(f"pragma max_page_count = {pages + 20}")

        def fill() -> None:
            for number in range(1000):
                store.put("s", request(number), {"text": str(number), "usage": None})

        with pytest.raises(UserError, match="the disk is full"):
            fill()
        kept = store.rows("select count(*) from responses")[0][0]
    assert kept > 3
    with Store(tmp_path / "store.sqlite") as store:
        assert len(store.get(request(number).key for number in range(1000))) == kept
