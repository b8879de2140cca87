"""Training itself, on a random model of under 300,000 weights. Needs torch: `make test-train`."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import chdir
from typing import Any

import pytest

from seedbed.project.params_types import Base
from seedbed.sending.build_process import Parent
from seedbed.util.errors import UserError
from tests.harness import NO_BYTECODE, Project

pytestmark = [pytest.mark.train]
pytest.importorskip("torch", reason="no torch: `make .venv/train` installs it")

QUICK = {"epochs": 1, "accumulation": 1, "learning_rate": 0.002, "max_length": 256}


def rows(number: int) -> list[dict[str, Any]]:
    return [
        {"messages": [{"role": "user", "content": f"{n}足す{n}は？"}, {"role": "assistant", "content": f"{2 * n}です。"}]}
        for n in range(number)
    ]


@pytest.fixture
def study(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with one base of its own and two trained models, served by the library's own server."""
    from tests.training.tiny_base import make_tiny_base

    # Two threads wait for each other in a loop: on a busy machine they are slower than one by far.
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    make_tiny_base(project.root / "bases" / "tiny")

    def change(params: Any) -> None:
        params["bases"] = {"tiny": {"model": "bases/tiny", "chat_template": "alpaca"}}
        params["train"] = dict(QUICK)
        params["trained"] = {f"tiny-{name}": {"base": "tiny", "set": name} for name in ("native", "direct")}
        params["endpoints"]["own"] = {"structured": "text"}
        params["servers"]["own"] = {"command": "python -m seedbed.training.serve {model} --port {port}", "idle_s": 1}
        params["answer"]["trained"] = {"endpoint": "own", "params": {"temperature": 0, "max_tokens": 12}}
        params["matches"]["native-vs-direct"] = {"model": "tiny-native", "baseline": "tiny-direct"}

    project.edit_params(change)
    return project


ARGUMENTS = ["--trained", "tiny-native", "--messages", "data/messages.jsonl"]
ARGUMENTS += ["--out", "out", "--loss", "loss.csv", "--seen", "seen.json"]
COMMAND = ["python", "-m", "stages.train", *ARGUMENTS]
"""In a process of its own, which takes ten times as long: torch is imported anew."""


def train(project: Project) -> None:
    """Run the stage in this process."""
    from stages.train import main

    with chdir(project.root), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["train", *ARGUMENTS])
        main()


def refused(project: Project) -> str:
    """Run the stage, which must stop with a sentence of ours and leave no file; return the sentence."""
    with pytest.raises(UserError) as error:
        train(project)
    assert not (project.root / "loss.csv").exists()
    assert not list((project.root / "out").glob("*"))
    return str(error.value)


def test_the_same_inputs_give_the_same_bytes_and_the_loss_falls(study: Project) -> None:
    study.write_rows("data/messages.jsonl", rows(60))
    study.edit_params(lambda params: params["train"].update(epochs=3))
    study.run(*COMMAND)
    first = {path.name: path.read_bytes() for path in (study.root / "out").iterdir()}
    assert set(first) == {"adapter_config.json", "adapter_model.safetensors"}
    assert str(study.root).encode() not in b"".join(first.values())
    losses = [float(line.split(",")[1]) for line in (study.root / "loss.csv").read_text().splitlines()[1:]]
    assert len(losses) == 45
    assert sum(losses[-5:]) < sum(losses[:5])
    seen = json.loads((study.root / "seen.json").read_text())
    assert (seen["examples"], seen["steps"], seen["cut_examples"]) == (60, 45, 0)
    assert 0 < seen["learnt_weights"] < seen["weights"]
    train(study)
    assert {path.name: path.read_bytes() for path in (study.root / "out").iterdir()} == first


def test_a_killed_training_goes_on_and_comes_to_the_same_bytes(study: Project, capsys: pytest.CaptureFixture[str]) -> None:
    study.write_rows("data/messages.jsonl", rows(160))
    train(study)
    whole = (study.root / "out" / "adapter_model.safetensors").read_bytes()
    process = subprocess.Popen(
        [sys.executable, *COMMAND[1:]], cwd=study.root, env=study.environment(), stderr=subprocess.DEVNULL
    )
    checkpoints = study.root / ".dvc" / "seedbed" / "training"
    while not list(checkpoints.glob("*/checkpoint-*/trainer_state.json")) and process.poll() is None:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert list(checkpoints.glob("*/checkpoint-*")), "it was killed too early or too late"
    capsys.readouterr()
    train(study)
    assert "step 1 of" not in capsys.readouterr().err
    assert (study.root / "out" / "adapter_model.safetensors").read_bytes() == whole
    assert not list(checkpoints.glob("*"))


def test_rows_that_are_too_long_are_counted_and_no_accelerator_is_said(
    study: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    long = [{"messages": [{"role": "user", "content": "長い" * 200}, {"role": "assistant", "content": "はい。"}]}]
    study.write_rows("data/messages.jsonl", rows(4) + long)
    train(study)
    out = capsys.readouterr().err
    assert "1 of 5 examples are longer than max_length (256 tokens): cut" in out


def test_every_answer_of_a_conversation_is_learnt(study: Project) -> None:
    talks = [{"messages": [*row["messages"], *row["messages"]]} for row in rows(4)]
    study.write_rows("data/messages.jsonl", talks)
    train(study)
    seen = json.loads((study.root / "seen.json").read_text(encoding="utf-8"))
    assert (seen["examples"], seen["steps"]) == (4, 2)  # 8 answers, 4 a step


def test_what_cannot_be_had_of_the_machine_is_said(study: Project) -> None:
    """No memory for a batch, then no room for a checkpoint; the process is given less than the machine has."""
    limited = (
        "import resource, runpy, sys; kind, limit, *sys.argv = sys.argv[1:]; "
        "from seedbed.training import trainer; "
        "resource.setrlimit(getattr(resource, kind), (int(limit),) * 2); "
        "runpy.run_module('stages.train', run_name='__main__')"
    )
    study.write_rows("data/messages.jsonl", rows(8))
    command = ["stages.train", *ARGUMENTS]
    out = study.run("python", "-c", limited, "RLIMIT_FSIZE", "9000", *command, fails=True, **NO_BYTECODE)
    assert "train@tiny-native: no disk space for a checkpoint in " in out or "no space left on the disk" in out
    long = [{"messages": [{"role": "user", "content": "あ" * 600}, {"role": "assistant", "content": "い" * 80}]}] * 1200
    study.write_rows("data/messages.jsonl", long)
    study.edit_params(lambda params: params["train"].update(batch_size=1200, max_length=2048))
    out = study.run("python", "-c", limited, "RLIMIT_DATA", str(4 * 2**30), *command, fails=True)
    assert "train@tiny-native: out of memory; lower train.batch_size" in out
    assert not (study.root / "loss.csv").exists()
    assert not list((study.root / "out").glob("*.safetensors"))


def test_a_base_that_cannot_be_downloaded(study: Project) -> None:
    study.write_rows("data/messages.jsonl", rows(4))
    study.edit_params(lambda params: params["bases"]["tiny"].update(model="no/such-base", revision="0123abc"))
    out = study.run(*COMMAND, fails=True, HF_HUB_OFFLINE="1")
    assert "bases.tiny: no tokenizer found for 'no/such-base'" in out
    assert "download it to the cache (" in out
    assert "with `hf download no/such-base --revision 0123abc`, or set `model` to a folder that contains it" in out
    assert not (study.root / "loss.csv").exists()


def test_a_base_without_a_tokenizer(study: Project) -> None:
    study.write_rows("data/messages.jsonl", rows(4))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (study.root / "bases" / "tiny" / name).unlink()
    said = refused(study)
    assert "bases.tiny: no tokenizer found for 'bases/tiny'" in said
    assert "the folder must contain config.json, the weights and a tokenizer" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p["bases"]["tiny"].pop("chat_template"), "its tokenizer has no chat template; set chat_template to one of"),
        (
            lambda p: p["train"].update(learning_rate=1e30, max_steps=6, warmup=0, schedule="constant"),
            r"the loss is NaN or infinite at step \d, in rows \d+",
        ),
        (
            lambda p: p["train"].update(target_modules=["q_proj", "v_prj"]),
            r"train.target_modules: the base tiny has no linear layer 'v_prj' \(did you mean 'v_proj'\?\)",
        ),
    ],
)
def test_mistakes(study: Project, change: Any, words: str) -> None:
    study.write_rows("data/messages.jsonl", rows(40))
    study.edit_params(change)
    assert re.search(words, refused(study))


def test_an_empty_set_is_refused(study: Project) -> None:
    study.write_rows("data/messages.jsonl", [])
    assert "its training set is empty" in refused(study)


def test_a_template_that_drops_the_system_message_is_refused(study: Project) -> None:
    from tests.training.tiny_base import make_tiny_base

    make_tiny_base(
        study.root / "bases" / "tiny", "{% for m in messages if m['role'] != 'system' %}{{ m['content'] }}{% endfor %}"
    )
    study.edit_params(lambda params: params["bases"]["tiny"].pop("chat_template"))
    study.write_rows("data/messages.jsonl", rows(4))
    assert "its chat template drops the system message" in refused(study)


def test_a_training_ends_with_the_process_that_started_it(study: Project) -> None:
    """A killed `dvc` leaves its stage running: it stops at the next step, and the next run goes on at its checkpoint."""
    from seedbed.training.settings import settings_of
    from seedbed.training.trainer import train as trained

    class Gone(Parent):
        def gone(self) -> bool:
            return True

    base: Base = {"model": str(study.root / "bases" / "tiny"), "chat_template": "alpaca"}
    with pytest.raises(UserError, match="the dvc process that started this training has ended"):
        trained("train@x", rows(8), "tiny", base, settings_of({}), 0, study.root / "checkpoints", study.root / "out", Gone())
    assert not list((study.root / "out").glob("*.safetensors"))


def test_two_sets_through_the_pipeline(study: Project) -> None:
    study.repro()
    assert len(study.rows("data/build/answers/tiny-native.jsonl")) == 3
    assert len(study.rows("data/build/judgments/native-vs-direct.jsonl")) == 6
    adapters = {name: _adapter(study, name) for name in ("native", "direct")}
    assert adapters["native"] != adapters["direct"]
    # A baseline task is in the direct set alone.
    tasks = study.rows("data/baseline.en.jsonl")
    tasks[0]["instruction"] += " Please."
    study.write_rows("data/baseline.en.jsonl", tasks)
    out = study.repro()
    assert "Running stage 'train@tiny-direct'" in out
    assert "Running stage 'train@tiny-native'" not in out
    assert _adapter(study, "native") == adapters["native"]
    assert _adapter(study, "direct") != adapters["direct"]
    assert "up to date" in study.repro()


def _adapter(study: Project, name: str) -> bytes:
    return (study.root / "data" / "build" / "adapters" / f"tiny-{name}" / "adapter_model.safetensors").read_bytes()
