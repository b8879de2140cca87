"""What a stage lacks goes to another engine and comes back: the build then sends only what did not come."""

import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seedbed.cli import app
from seedbed.pipeline.missing import export_missing
from seedbed.project import paths
from seedbed.util.errors import UserError
from tests.harness import Project, Server, completion, reply_to


def command(*words: str, fails: bool = False) -> str:
    """Run `seedbed requests …` in this process, and return what it printed."""
    done = CliRunner().invoke(app, ["requests", *words])
    assert (done.exit_code != 0) == fails, done.output
    return done.output


def answer(folder: Path, leave_out: int = 0) -> int:
    """Answer the shards of a folder as the counting server would, shuffled; return how many requests they hold."""
    shards = [path for path in folder.glob("*.jsonl") if path.name != "requests.jsonl"]
    rows = [json.loads(line) for shard in shards for line in shard.read_text(encoding="utf-8").splitlines()]
    random.Random(1).shuffle(rows)
    with (folder / "answers.jsonl").open("w", encoding="utf-8") as file:
        for row in rows[leave_out:]:
            body = json.loads(completion(reply_to(row["body"])))
            file.write(json.dumps({"custom_id": row["custom_id"], "response": {"status_code": 200, "body": body}}) + "\n")
    return len(rows)


def test_the_build_sends_what_did_not_come(counted: Project, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(counted.root)
    out = counted.root.parent / "out"
    assert "8 requests in 2 shards" in command("export", "translate@seed_tasks", str(out), "--shards", "2")
    assert not paths.store().exists()
    assert answer(out, leave_out=1) == 8
    assert "7 new responses from 1 file; 1 request has no response yet" in command("import", str(out))
    again = counted.root.parent / "again"
    assert "1 request in 1 shard" in command("export", "translate@seed_tasks", str(again))
    counted.run(*counted.stage_command("seed_tasks"))
    assert server.take() == ["translated_task"]


def test_what_rests_on_a_reply_waits_for_it(counted: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(counted.root)
    assert "6 more depend on missing replies" in command("export", "judge@good-vs-thin", "out")
    assert not Path("out").exists()
    with pytest.raises(UserError, match=r"no stage of this project \(did you mean 'judge@good-vs-thin'\?\)"):
        export_missing("judge@good-vs-thn", Path("out"))


@pytest.mark.slow
def test_generate_goes_ahead_by_the_yield(built: Project, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few waves are enough, and the build sends nothing after them."""
    monkeypatch.chdir(built.root)
    built.edit_params(lambda params: params["generate"].update(target=30))
    sizes: list[int] = []
    for wave in range(10):
        folder = built.root.parent / f"wave-{wave}"
        if "nothing to export" in command("export", "generate@native", str(folder)):
            break
        sizes.append(answer(folder))
        command("import", str(folder))
    assert sizes[0] >= 12  # three of its slots of two are there
    assert len(sizes) < 6
    built.run("dvc", "repro", "-s", "generate@native")
    assert server.take() == []
