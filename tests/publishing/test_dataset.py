"""`seedbed export dataset` and `seedbed publish`: the folder, its card, and the places that it goes to."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import duckdb
import pytest
import yaml

from seedbed.project import paths
from seedbed.project.params import load_params
from seedbed.publishing import folder as dataset_folder
from seedbed.publishing.card import card
from seedbed.publishing.destinations import destination
from seedbed.publishing.examples import Example, read_examples, split_of
from seedbed.publishing.personal import personal_data
from seedbed.publishing.release import read_release
from seedbed.steps.exporting import write_parquet
from seedbed.util.errors import UserError
from seedbed.util.rows import Row
from tests.harness import Project
from tests.publishing.hub import Hub, serve_hub

TOKEN = "hf_a-secret-that-nobody-may-see"
PUBLISH = {
    "name": "Mine | yours",
    "license": "cc-by-4.0",
    "description": "Tasks for trying.",
    "limits": ["Short answers only."],
    "citation": "@misc{mine}\n```",
    "test": 0.3,
    "gates": {"unreviewed": 1},
}


@pytest.fixture(scope="module")
def project(built_once: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A built project that says how it is published."""
    made = built_once.copy(tmp_path_factory.mktemp("release") / "project")
    made.edit_params(lambda params: params.update(publish=PUBLISH))
    return made


@pytest.fixture(scope="module")
def folder(project: Project) -> Path:
    """Its data set; nobody changes it."""
    said = project.run("seedbed", "export", "dataset", "../out")
    assert "2 training sets" in said
    return project.root.parent / "out"


def front(folder: Path) -> Any:
    _, text, _ = (folder / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(text)


def rows_of(path: Path) -> list[dict[str, Any]]:
    found = duckdb.sql(f"select * from '{path}'")
    assert found
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def test_each_example_is_in_one_split_in_every_format(project: Project, folder: Path) -> None:
    made = front(folder)
    assert (made["language"], made["license"], made["pretty_name"]) == (["ja"], "cc-by-4.0", "Mine | yours")
    assert [config["config_name"] for config in made["configs"]] == ["native", "direct"]
    assert [config.get("default") for config in made["configs"]] == [True, None]
    for config in made["configs"]:
        name, found = config["config_name"], []
        for file in config["data_files"]:
            rows = rows_of(folder / file["path"])
            assert {split_of(row, PUBLISH["test"]) for row in rows} == {file["split"]}  # type: ignore[arg-type]
            for kind in ("alpaca", "messages", "sharegpt"):
                lines = (folder / name / kind / f"{file['split']}.jsonl").read_text(encoding="utf-8").splitlines()
                texts = [json.loads(line) for line in lines]
                assert len(texts) == len(rows)
                if kind == "alpaca":
                    assert [each["output"] for each in texts] == [row["output"] for row in rows]
                if kind == "messages":
                    assert [each["messages"] for each in texts] == [row["messages"] for row in rows]
            found += rows
        assert sorted(row["id"] for row in found) == sorted(
            row["id"] for row in rows_of(project.root / "data" / "build" / "export" / name / "examples.parquet")
        )


def test_a_task_keeps_its_split_and_the_share_is_about_as_said() -> None:
    rows = [{"instruction": f"{number}番目の課題", "input": ""} for number in range(2000)]
    tenth = [row["instruction"] for row in rows if split_of(row, 0.1) == "test"]
    assert 150 < len(tenth) < 250
    assert {*tenth} < {row["instruction"] for row in rows if split_of(row, 0.2) == "test"}
    assert tenth[0] == "0番目の課題" or split_of(rows[0], 0.1) == "train"
    assert not [row for row in rows if split_of(row, 0) == "test"]


def test_the_card_says_how_the_data_was_made(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    sections = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert sections == [
        *("Sets", "How it was made", "Filter decisions", "Human work", "Cost", "Contamination check"),
        *("Known limits", "Citation"),
    ]
    assert "# Mine \\| yours" in text
    for words in (
        "Made with the stand-in",
        "| data/seed\\_tasks.en.jsonl | corpus seed\\_tasks | the authors' own (cc-by-4.0) |",
        "post-edits of seed\\_tasks",
        "generate@native",
        "| translate\\_task.yaml |",
        "| own | 3 |",
        "- Short answers only.",
        "examples in Japanese (`ja`), in 2 training sets. Licence: cc-by-4.0.",
        "- *generated*: tasks and answers that a model wrote",
        "seed tasks are machine translations that no person has reviewed.",
        "- Personal data was found in 0 of",
        "````\n@misc{mine}\n```\n````",
    ):
        assert words.replace("\\_", "_") in text.replace("\\_", "_"), words
    assert "translate@questions" not in text
    assert str(folder.parent) not in text


def test_the_card_is_english_whatever_language_the_reports_have(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    params: Any = load_params()
    settings: Any = PUBLISH
    cards = []
    for language in ("en", "ja"):
        params["report"]["language"] = language
        cards.append(card(params, settings, read_release(params), {}))
    assert "Made with the stand-in" in cards[0]
    assert cards[0] == cards[1]


def test_the_card_says_whether_there_are_conversations(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    params, settings, release = load_params(), cast(Any, PUBLISH), read_release(load_params())
    first, *others = release.examples
    talk = Example("native", first.row | {"further": [{"instruction": "Two?", "output": "2"}]})
    plain, whole = (
        card(params, settings, release._replace(examples=[each, *others]), {"native": {}}) for each in (first, talk)
    )
    assert "there are no conversations of several turns" in plain
    assert "of a conversation its first turn" not in plain
    assert "there are no conversations of several turns" not in whole
    assert f"- Conversations of several turns: 1 of {len(release.examples):,} examples, all imported." in whole
    assert "of a conversation its first turn" in whole


def test_the_card_says_what_nobody_translated(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    params, settings, release = load_params(), cast(Any, PUBLISH), read_release(load_params())
    examples = [
        example._replace(row=example.row | {"origin": "original"}) if example.row["origin"] == "translated" else example
        for example in release.examples
    ]
    text = card(params, settings, release._replace(examples=examples), {"direct": {}})
    assert "- *original*: tasks that were in the language of the data set already" in text
    assert "*translated*" not in text
    assert "Translated tasks are machine translations" not in text


def test_the_examples_of_a_conversation_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    row: Row = {"origin": "imported", "id": "a", "status": None, "task_type": None, "made_by": None, "input": ""}
    plain = row | {"instruction": "One?", "output": "1"}
    talk = plain | {"system": "Be brief.", "further": [{"instruction": "Two?", "output": "me@mail.net"}]}
    for name, rows in {"plain": [plain], "talk": [talk, plain]}.items():
        paths.export(name).mkdir(parents=True)
        write_parquet(rows, paths.export(name) / "examples.parquet")
    params: Any = {"sets": {"plain": {}, "talk": {}}}
    found = {example.set: example for example in reversed(read_examples(params))}
    assert (found["plain"].task, found["plain"].text) == ("One?", "One?\n\n1")
    assert found["talk"].task == "One?\n\nTwo?"
    assert personal_data(found["talk"].text, "en") == ["e-mail"]
    dataset_folder._write_parquet([found["talk"], found["plain"]], tmp_path / "train.parquet")
    messages = [row["messages"] for row in rows_of(tmp_path / "train.parquet")]
    assert [[each["content"] for each in said] for said in messages] == [
        ["Be brief.", "One?", "1", "Two?", "me@mail.net"],
        ["One?", "1"],
    ]


def test_the_card_is_what_the_hub_reads(folder: Path) -> None:
    hub = pytest.importorskip("huggingface_hub", reason="needs `pip install 'seedbed[publish]'`")
    data = hub.DatasetCard.load(folder / "README.md").data
    assert (data.license, data.language, data.size_categories) == ("cc-by-4.0", ["ja"], ["n<1K"])
    assert hub.DatasetCardData(**data.to_dict()).to_dict() == data.to_dict() == front(folder)


@pytest.mark.train
def test_datasets_opens_the_folder_as_it_is(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    code = (
        "import sys, datasets\n"
        "for name in datasets.get_dataset_config_names(sys.argv[1]):\n"
        "    sets = datasets.load_dataset(sys.argv[1], name)\n"
        "    print(name, *(f'{split}={len(rows)}' for split, rows in sets.items()), sets['train'].column_names[-1])\n"
        "assert datasets.load_dataset(sys.argv[1])['train'][0]['messages'][0]['role'] == 'user'\n"
    )
    env = {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "PATH": ""}
    done = subprocess.run([sys.executable, "-I", "-c", code, str(folder)], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    expected = [
        " ".join(
            [config["config_name"]]
            + [f"{file['split']}={len(rows_of(folder / file['path']))}" for file in config["data_files"]]
            + ["messages"]
        )
        for config in front(folder)["configs"]
    ]
    assert done.stdout.splitlines() == expected


def test_nothing_is_given_away_without_a_licence_or_of_another_build(project: Project, tmp_path: Path) -> None:
    other = project.copy(tmp_path / "project")
    other.edit_params(lambda params: params["publish"].pop("license"))
    refused = other.run("seedbed", "publish", "--to", "../x", "--stand-in", fails=True)
    assert "publish.license: missing; a data set needs a licence" in refused
    other.edit_params(lambda params: params["publish"].update(license="mit") or params["export"].update(formats=["alpaca"]))
    for command in (("export", "dataset", "../x"), ("check", "--release")):
        assert "the build is not up to date" in other.run("seedbed", *command, fails=True)
    assert not (tmp_path / "x").exists()


def test_answers_and_verdicts_of_another_build_are_not_exported(built_once: Project, tmp_path: Path) -> None:
    project = built_once.copy(tmp_path / "project")
    commands = (("fastchat", "../a"), ("alpaca-eval", "../b"), ("preferences", "../c.jsonl"))

    def refused(*words: str) -> None:
        for command in commands:
            said = project.run("seedbed", "export", *command, fails=True)
            assert "the build is not up to date (" in said
            assert "run `seedbed repro benchmark` first" in said
            assert all(word in said for word in words), said
        assert [path.name for path in tmp_path.iterdir()] == ["project"]

    answers = project.root / "data/build/answers/good.jsonl"
    answers.rename(answers.with_suffix(".aside"))
    refused("answer@good: never built here")
    answers.with_suffix(".aside").rename(answers)
    path = next((project.root / "data").glob("questions*.en.jsonl"))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"}', ' Please."}', 1), encoding="utf-8")
    refused("rests on post_edit@questions")
    path.write_text(text, encoding="utf-8")
    project.edit_params(lambda params: params["scores"].update(good={}))  # which was never built
    for command in commands[:2]:
        project.run("seedbed", "export", *command)


@pytest.mark.slow
def test_a_folder_is_shown_first_then_written_and_nothing_of_others_is_touched(project: Project, tmp_path: Path) -> None:
    place = tmp_path / "place"
    command = ("seedbed", "publish", "--to", str(place))
    assert "the stand-in, which is no language model, wrote" in project.run(*command, "--yes", fails=True)
    shown = project.run(*command, "--stand-in")
    assert "native/train.parquet" in shown
    assert "pass  unreviewed" in shown
    assert "; --yes sends it" in shown
    assert not place.exists()
    project.run(*command, "--stand-in", "--yes")
    assert front(place)["license"] == "cc-by-4.0"
    (place / "thesis.txt").write_text("mine")
    assert "1 file there that this data set does not contain (thesis.txt)" in project.run(
        *command, "--stand-in", "--yes", fails=True
    )


@pytest.mark.slow
def test_a_gate_that_fails_sends_nothing_unless_it_is_named(project: Project, tmp_path: Path) -> None:
    other = project.copy(tmp_path / "project")
    other.edit_params(lambda params: params["publish"].update(gates={"unreviewed": 0}))
    place = tmp_path / "place"
    command = ("seedbed", "publish", "--to", str(place), "--stand-in")
    shown = other.run(*command)
    assert "FAIL  unreviewed" in shown
    assert "--yes is refused, since a gate fails" in shown
    refused = other.run(*command, "--yes", fails=True)
    assert "nothing was sent, because of what `seedbed check --release` says:\nFAIL  unreviewed" in refused
    assert refused.endswith("or say `--despite unreviewed`\n")
    assert "--despite unread: no gate (did you mean" in other.run(*command, "--despite", "unread", fails=True)
    assert not place.exists()
    other.run(*command, "--despite", "unreviewed", "--yes")
    assert front(place)["license"] == "cc-by-4.0"


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A Hub on a local socket."""
    pytest.importorskip("huggingface_hub", reason="needs `pip install 'seedbed[publish]'`")
    with serve_hub() as made:
        yield made


@pytest.mark.slow
def test_the_hub_gets_all_in_one_commit_and_a_refusal_keeps_the_token(project: Project, hub: Hub, folder: Path) -> None:
    env: Any = {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    command = ("seedbed", "publish", "--to", "hf://datasets/team/mine", "--stand-in")
    assert "hf://datasets/team/mine would receive" in project.run(*command, **env)
    assert hub.repositories == {}
    hub.refuse["/commit/main"] = (403, "you may only read")
    said = project.run(*command, "--yes", fails=True, **env)
    assert "the Hub answered 403: you may only read; does the token in HF_TOKEN have write access to it?" in said
    assert TOKEN not in said
    assert hub.repositories["team/mine"] == {".gitattributes": b""}
    hub.refuse.clear()
    project.run(*command, "--yes", **env)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert hub.repositories["team/mine"] == files | {".gitattributes": b""}
    assert (hub.commits, hub.private, hub.tokens) == (1, {"team/mine": True}, {TOKEN})


@pytest.mark.slow
@pytest.mark.parametrize("during", ["/large/", "/api/datasets/team/mine/commit/"])
def test_an_upload_that_is_killed_shows_nothing_and_the_same_command_completes_it(
    project: Project, hub: Hub, folder: Path, during: str
) -> None:
    env: Any = {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    command = ("seedbed", "publish", "--to", "hf://datasets/team/mine", "--stand-in", "--yes")
    hub.hold = during
    with subprocess.Popen(
        command, cwd=project.root, env=project.environment() | env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as killed:
        assert hub.held.wait(60)
        killed.kill()
    assert killed.returncode == -signal.SIGKILL
    assert (hub.repositories["team/mine"], hub.commits) == ({".gitattributes": b""}, 0)
    hub.hold = ""
    project.run(*command, **env)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert (hub.repositories["team/mine"], hub.commits) == (files | {".gitattributes": b""}, 1)


@pytest.mark.parametrize("to", ["hf://mine", "hf://a/b/c", "hf:///b"])
def test_an_address_that_is_none_is_named(to: str) -> None:
    pytest.importorskip("huggingface_hub", reason="needs `pip install 'seedbed[publish]'`")
    with pytest.raises(UserError, match="expected hf://datasets/OWNER/NAME"):
        destination(to)


def test_an_unknown_kind_of_address_is_named() -> None:
    with pytest.raises(UserError, match="expected hf://datasets/OWNER/NAME, s3://BUCKET/PATH or a folder"):
        destination("nowhere://a/b")
    with pytest.raises(UserError, match="a web address, to which no files can be written; expected hf://datasets/OWNER/NAME"):
        destination("https://huggingface.co/datasets/team/mine")


def test_a_file_system_that_cannot_be_reached_is_told_in_one_sentence() -> None:
    """This one connects as soon as it is named."""
    with pytest.raises(UserError, match=r"--to ftp://127\.0\.0\.1:1/a: ConnectionRefusedError: .*; nothing was sent"):
        destination("ftp://127.0.0.1:1/a")


def test_any_file_system_of_fsspec_takes_it_card_last(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    monkeypatch.setattr(MemoryFileSystem, "store", {})
    names = ["native/train.parquet", "README.md"]
    place = destination("memory://team/mine")
    assert place.files() == set()
    place.send(folder, names)
    assert [name.removeprefix("/team/mine/") for name in MemoryFileSystem.store] == names
    assert place.files() == {*names}
    with pytest.raises(UserError, match="the files already sent remain; run the same command again to replace them"):
        place.send(folder, ["not/there"])


@pytest.mark.slow
def test_s3_takes_it(project: Project) -> None:
    boto3 = pytest.importorskip("boto3")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    keys = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "a-secret-key"}
    client = boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="a-secret-key"
    )
    client.create_bucket(Bucket="team")
    env: Any = keys | {"AWS_ENDPOINT_URL": url, "AWS_DEFAULT_REGION": "us-east-1"}
    project.run("seedbed", "publish", "--to", "s3://team/mine", "--stand-in", "--yes", **env)
    names = {each["Key"] for each in client.list_objects_v2(Bucket="team")["Contents"]}
    assert {"mine/README.md", "mine/native/train.parquet"} <= names
    said = project.run("seedbed", "publish", "--to", "s3://nobodys/mine", "--stand-in", "--yes", fails=True, **env)
    assert "--to s3://nobodys/mine" in said
    assert "a-secret-key" not in said
    server.stop()


def test_a_failed_export_leaves_nothing(project: Project, tmp_path: Path) -> None:
    other = project.copy(tmp_path / "project")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    assert "this folder is not empty" in other.run("seedbed", "export", "dataset", "../full", fails=True)
    shutil.rmtree(other.root / "data" / "build" / "export" / "direct")
    other.run("seedbed", "export", "dataset", "../x", fails=True)
    assert not (tmp_path / "x").exists()
