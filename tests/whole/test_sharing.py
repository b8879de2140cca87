"""What one person paid for is everybody's: push, pull, merge, a second worktree."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from seedbed.steps.demonstrations import draw
from seedbed.store.transcripts import locked_transcripts
from seedbed.util.yaml12 import load_yaml
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
    assert "translate@questions: never built here; `dvc pull` downloads what dvc.lock names" in second.run("seedbed", "plan")
    second.run("dvc", "pull")
    assert "up to date" in second.repro()
    assert server.take() == []


def forgetful(built: Project, tmp_path: Path, remote: Path | None) -> Project:
    """Return a clone without a pull; the DVC remote is a folder, where there is one. A cache is laid out as a remote is."""
    built.use_git()
    if remote:
        config = f"[core]\n    remote = team\n['remote \"team\"']\n    url = {remote}\n"
        (built.root / ".dvc" / "config").write_text(config)
        built.commit("remote")
    return clone(built, tmp_path, [])


def test_a_forgotten_pull_pays_nothing(built: Project, tmp_path: Path, server: Server) -> None:
    """A stage that misses a response brings its own transcript, and no other."""
    second = forgetful(built, tmp_path, built.root / ".dvc" / "cache")
    output = second.run(*second.stage_command("questions"), DVC_STAGE="translate@questions")
    assert "brought 1 transcript that dvc.lock names" in output
    assert "all 3 responses are in the store, nothing sent" in output
    assert server.take() == []
    assert len([path for path in (second.root / ".dvc" / "cache" / "files").rglob("*") if path.is_file()]) == 1
    assert second.rows("data/build/translated/questions.jsonl") == built.rows("data/build/translated/questions.jsonl")


def test_a_forgotten_push_is_said_before_anything_is_paid_again(built: Project, tmp_path: Path, server: Server) -> None:
    remote = tmp_path / "remote"
    remote.mkdir()
    second = forgetful(built, tmp_path, remote)
    output = second.run(*second.stage_command("questions"), fails=True)
    assert "3 responses are missing, and the transcript" in output
    assert "ask whoever built it to run `dvc push`, then run `dvc pull` here, or set SEEDBED_PAY_AGAIN=1" in output
    assert server.take() == []
    second.run(*second.stage_command("questions"), SEEDBED_PAY_AGAIN="1")
    assert len(server.take()) == 3


def test_a_damaged_transcript_of_the_remote_is_not_taken(built: Project, tmp_path: Path, server: Server) -> None:
    remote = tmp_path / "remote"
    shutil.copytree(built.root / ".dvc" / "cache", remote)
    second = forgetful(built, tmp_path, remote)
    locked = dict(locked_transcripts(second.root / "dvc.lock"))["translate@questions"]
    blob = remote / "files" / "md5" / locked[:2] / locked[2:]
    blob.chmod(0o644)
    blob.write_bytes(b"".join(blob.read_bytes().splitlines(keepends=True)[:-1]))
    assert "nor available from the DVC remote" in second.run(*second.stage_command("questions"), fails=True)
    assert server.take() == []


def test_without_a_remote_what_is_paid_again_is_said(built: Project, tmp_path: Path, server: Server) -> None:
    second = forgetful(built, tmp_path, None)
    output = second.run(*second.stage_command("questions"))
    assert output.count("no DVC remote to download it from: what it holds is paid for again") == 1
    assert len(server.take()) == 3


def test_a_renamed_model_asks_nothing_again(built: Project, tmp_path: Path, server: Server) -> None:
    """Its old stage is no more in dvc.yaml; the lock still names what it was answered."""
    second = forgetful(built, tmp_path, built.root / ".dvc" / "cache")
    questions = "data/build/edited/questions/questions.jsonl"
    (second.root / questions).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(built.root / questions, second.root / questions)
    second.edit_params(lambda params: params["models"].insert(0, "better", params["models"].pop("good")))
    second.edit_params(lambda params: params["matches"].clear())
    out, transcript = "data/build/answers/better.jsonl", "data/build/responses/answer/better.jsonl"
    second.run(
        "python", "-m", "stages.answer", "--model", "better", "--questions", questions, "--out", out, "--transcript", transcript
    )
    assert server.take() == []


@pytest.mark.slow
def test_the_plan_counts_what_was_not_pulled(built: Project, tmp_path: Path, server: Server) -> None:
    second = forgetful(built, tmp_path, built.root / ".dvc" / "cache")
    plan = json.loads(second.run("seedbed", "plan", "--json"))
    assert {stage["stage"]: stage["new"] for stage in plan["stages"] if stage["new"]} == {}
    assert server.take() == []


@pytest.mark.parametrize(
    ("committed", "pushed"),
    [
        (True, False),
        *(
            pytest.param(committed, pushed, marks=pytest.mark.slow)
            for committed, pushed in ((False, False), (False, True), (True, True))
        ),
    ],
)
def test_a_squash_merge_and_a_forgotten_harvest_pay_nothing(
    built: Project, tmp_path: Path, server: Server, committed: bool, pushed: bool
) -> None:
    """The lock is the own side's, and the branch that has the other's is no ancestor.

    Where Ann forgot to push, too, the build stops while git still says what is squashed, and tells what it pays for later.
    """
    remote = built.root / ".dvc" / "cache"
    if not pushed:
        remote = Path(shutil.copytree(remote, tmp_path / "remote"))
    second = forgetful(built, tmp_path, remote)
    git(built.root, "checkout", "-qb", "ann")
    questions = built.rows("data/questions.en.jsonl")
    questions[0]["text"] = "Why is the sea salty?"
    built.write_rows("data/questions.en.jsonl", questions)
    built.repro("translate@questions")
    built.commit("question of Ann")
    assert server.take() == ["translated_question"]

    git(second.root, "fetch", "-q")
    git(second.root, "merge", "-q", "--squash", "origin/ann")
    git(second.root, "checkout", "-q", "HEAD", "--", "dvc.lock")
    if committed:
        git(second.root, "commit", "-qam", "the question of Ann")
    output = second.run(*second.stage_command("questions"), fails=not pushed and not committed)
    assert "brought 1 transcript of other branches or earlier commits" in output or not (committed and pushed)
    assert "1 response is missing, and the transcript" in output or pushed or committed
    assert "that dvc.lock of origin/ann names is neither in the DVC cache nor available" in output or pushed or not committed
    assert len(server.take()) == (not pushed and committed)


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
    ids, drawn_by = [row["id"] for row in seeds], load_yaml(second.root / "params.yaml")["generate"]["seed"]
    shown = sum(seeds[0]["id"] in draw(ids, 2, drawn_by, slot) for slot in range(min(before, after)))
    assert kinds.count("translated_task") == 1
    assert kinds.count("instructions") == shown + max(0, after - before)
    assert len(kinds) == 1 + kinds.count("instructions")


def test_a_second_worktree_pays_nothing(built: Project, tmp_path: Path, server: Server) -> None:
    """It has a DVC cache of its own, which is empty, and the store of the first."""
    built.use_git()
    git(built.root, "worktree", "add", "-q", "-b", "other", str(tmp_path / "worktree"))
    second = Project(tmp_path / "worktree")
    output = second.repro("translate@seed_tasks")
    assert "translate@seed_tasks: all 8 responses are in the store, nothing sent" in output
    assert server.take() == []
    assert not (second.root / ".dvc" / "seedbed").exists()


FORGOTTEN = ["harvest", "harvest until the merge is committed", "harvest until the squash is committed"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("remote", "forgotten"), [*(("folder", what) for what in FORGOTTEN), ("s3", "nothing")], indirect=["remote"]
)
def test_two_branches_are_merged(
    built: Project, tmp_path: Path, server: Server, remote: list[list[str]], forgotten: str
) -> None:
    """Two people edit different questions; the merge of `dvc.lock` conflicts, and costs nothing, by hand too."""
    second = two_edits(built, tmp_path, server, remote)
    merge = ["merge", *(["--squash"] if "squash" in forgotten else ["-q"]), "edit-0"]
    second.run("git", "-c", "user.name=a", "-c", "user.email=a@b", *merge, fails=True)
    git(second.root, "checkout", "--ours", "dvc.lock", "reports")
    if forgotten == "nothing":
        assert "new responses from" in second.run("seedbed", "harvest")
    elif "committed" in forgotten:
        second.commit("merged")
    second.repro()
    assert server.take() == []
    assert edited_texts(second) >= EDITED


def edited_texts(project: Project) -> set[str]:
    return {row["source"]["text"] for row in project.rows("data/build/translated/questions.jsonl")}


EDITED = {"Why is the sea salty?", "What is dew?"}


def two_edits(built: Project, tmp_path: Path, server: Server, remote: list[list[str]]) -> Project:
    """Return a clone with branches `edit-0` and `edit-2`, each with another question edited and built; it is on the second."""
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
    return second


@pytest.mark.slow
@pytest.mark.parametrize("remote", ["folder"], indirect=True)
def test_one_command_resolves_a_merge(built: Project, tmp_path: Path, server: Server, remote: list[list[str]]) -> None:
    """Afterwards the merge can be committed, everything is up to date, and nothing was paid."""
    second = two_edits(built, tmp_path, server, remote)
    assert "no file that a build writes has a merge conflict" in second.run("seedbed", "resolve", fails=True)
    second.run("git", "-c", "user.name=a", "-c", "user.email=a@b", "merge", "-q", "edit-0", fails=True)
    assert "`seedbed resolve` takes one side" in second.run("seedbed", "check", fails=True)
    output = second.run("seedbed", "resolve")
    assert "resolved and built" in output
    assert server.take() == []
    assert edited_texts(second) >= EDITED
    assert git(second.root, "status", "--porcelain").count("UU") == 0
    second.commit("merged")
    assert "up to date" in second.repro()
    assert git(second.root, "status", "--porcelain") == ""
