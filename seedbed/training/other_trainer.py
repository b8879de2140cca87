"""`train.command`: any other trainer over the exported set, e.g. LLaMA-Factory, axolotl, or several GPUs by accelerate."""

import json
import shlex
import signal
import subprocess
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from seedbed.project.params_types import Base
from seedbed.sending.build_process import Parent
from seedbed.sending.processes import die_with_parent
from seedbed.training.other_configs import COMMANDS, job_of, write_config
from seedbed.training.settings import AllSettings, base_of
from seedbed.training.weights import tidy_adapter
from seedbed.util.errors import UserError

_GRACE_S = 10.0
"""Between asking a trainer to end and killing it: time to write a checkpoint."""


def train_by_command(
    stage: str,
    messages: Path,
    base: Base,
    settings: AllSettings,
    seed: int,
    out: Path,
    parent: Parent | None = None,
) -> None:
    """Run `train.command`; its output goes where ours does.

    Args:
        stage: for messages.
        messages: the training set, chat messages in JSON Lines.
        base: the base's settings.
        settings: of `train`, every one.
        seed: of the training.
        out: an empty folder for the weights.
        parent: the process that started this one; where it goes, the command is ended. None for nobody.

    Raises:
        UserError: the command cannot be run, fails, or leaves no weights.
    """
    whole = base_of(base)
    with TemporaryDirectory() as scratch:
        described = Path(scratch) / "settings.json"
        described.write_text(json.dumps({"train": settings, "base": whole, "seed": seed}, ensure_ascii=False), encoding="utf-8")
        values = {
            "data": str(messages),
            "base": whole["model"],
            "revision": whole["revision"],
            "seed": str(seed),
            "settings": str(described),
            "out": str(out),
        }
        for trainer in COMMANDS:
            if f"{{{trainer}}}" in settings["command"]:
                values[trainer] = str(write_config(trainer, job_of(messages, base, settings, seed, out, Path(scratch))))
        try:
            words = [word.format(**values) for word in shlex.split(settings["command"])]
        except (ValueError, KeyError, IndexError) as error:
            names = ", ".join(f"{{{name}}}" for name in {**values, **COMMANDS})
            raise UserError(f"train.command: {error}; allowed placeholders are {names}") from None
        try:
            # Where this stage is killed the trainer is asked to end, so that it ends its own workers.
            process = subprocess.Popen(words, preexec_fn=partial(die_with_parent, signal.SIGTERM))  # noqa: PLW1509
        except OSError as error:
            raise UserError(f"train.command cannot be run: {error}; install it, or give its full path") from None
        while (returned := _returned(process)) is None:
            if parent is not None and parent.gone():
                _end(process)
                raise UserError(f"{stage}: the dvc process that started this training has ended, so train.command was stopped")
    if returned:
        raise UserError(f"{stage}: train.command exited with {returned}; its output is above")
    tidy_adapter(out, base)
    if not any(out.glob("*.safetensors")):
        raise UserError(f"{stage}: train.command left no .safetensors file in {{out}}; it must write its weights there")


def _returned(process: subprocess.Popen[bytes]) -> int | None:
    """Return a process's exit status, or None where it still runs after a second."""
    try:
        return process.wait(timeout=1)
    except subprocess.TimeoutExpired:
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started: `accelerate launch` has one for each accelerator. What will not end is killed."""
    running = []
    with suppress(psutil.NoSuchProcess):
        own = psutil.Process(process.pid)
        running = [*own.children(recursive=True), own]
    for signal_of in (psutil.Process.terminate, psutil.Process.kill):
        for each in running:
            with suppress(psutil.NoSuchProcess):
                signal_of(each)
        _, running = psutil.wait_procs(running, timeout=_GRACE_S)
    process.wait()
