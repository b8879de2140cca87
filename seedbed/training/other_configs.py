"""The config of another trainer, written from `train` and a base: LLaMA-Factory's and axolotl's.

    train:
      command: axolotl train {axolotl}

`{axolotl}` and `{llamafactory}` become the path of such a config, of the set, the base and the seed at hand.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from seedbed.project import paths
from seedbed.project.params import load_params
from seedbed.project.params_types import Base
from seedbed.training.chat import TEMPLATES
from seedbed.training.settings import AllSettings, base_of, settings_of, warmup_steps
from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import write_text


@dataclass(frozen=True)
class Job:
    """One training.

    Attributes:
        data: the training set, chat messages in JSON Lines.
        rows: how many.
        base: the base's settings, every one.
        settings: of `train`, every one.
        seed: of the training.
        out: folder for the weights.
        scratch: folder for the config, and for what the trainer writes on its way.
    """

    data: Path
    rows: int
    base: dict[str, str]
    settings: AllSettings
    seed: int
    out: Path
    scratch: Path


COMMANDS = {
    "llamafactory": ("llamafactory-cli train {llamafactory}", "FORCE_TORCHRUN=1 in the environment"),
    "axolotl": ("axolotl train {axolotl}", "accelerate launch -m axolotl.cli.train {axolotl}"),
}
"""By trainer: `train.command`, and how several GPUs are used."""


def job_of(data: Path, base: Base, settings: AllSettings, seed: int, out: Path, scratch: Path) -> Job:
    """Return what is trained; arguments as `Job` has them, the base's settings as `params.yaml` does."""
    with data.open("rb") as file:
        rows = sum(1 for line in file if line.strip())
    return Job(data, rows, base_of(base), settings, seed, out, scratch)


def write_config(trainer: str, job: Job) -> Path:
    """Write a trainer's config, and what else it reads, into the job's `scratch`.

    Args:
        trainer: one of `COMMANDS`.
        job: what is trained.

    Returns:
        The config's path.

    Raises:
        UserError: the trainer cannot do what the settings say.
    """
    for path, text in _files(trainer, job).items():
        write_text(path, text)
    return path


def _files(trainer: str, job: Job) -> dict[Path, str]:
    """Return the text of each file that a trainer reads, the config last."""
    text = yaml.safe_dump(_CONFIGS[trainer](job), sort_keys=False, allow_unicode=True)
    data = {job.scratch / "dataset_info.json": json.dumps(_dataset_info(job), indent=2, ensure_ascii=False) + "\n"}
    return (data if trainer == "llamafactory" else {}) | {job.scratch / f"{trainer}.yaml": text}


def export_config(trainer: str, training_set: str, base: str, folder: Path) -> str:
    """Write a trainer's config for one set and one base of the project, to look at or to edit.

    Args:
        trainer: one of `COMMANDS`.
        training_set: id of a set.
        base: id of a base.
        folder: is made where it is missing.

    Returns:
        What to do with it, for people.

    Raises:
        UserError: an id is unknown, the set is not built, or the trainer cannot do what the settings say.
    """
    params = load_params()
    for what, name, known in (
        ("trainer", trainer, [*COMMANDS]),
        ("training set", training_set, [*params["sets"]]),
        ("base", base, [*params["bases"]]),
    ):
        if name not in known:
            raise UserError(f"unknown {what} {name!r}{did_you_mean(name, known)}")
    data = paths.export(training_set) / "messages.jsonl"
    if not data.is_file():
        raise UserError(f"{data} does not exist yet; build it with `seedbed repro export@{training_set}`")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        job = job_of(data.resolve(), params["bases"][base], settings_of(params["train"]), 0, folder / "out", folder)
        for file, text in _files(trainer, job).items():
            if file.exists() and file.read_text(encoding="utf-8", errors="replace") != text:
                raise UserError(f"{file}: this file exists already, and differs; choose another folder, or delete it first")
        path = write_config(trainer, job)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror}); choose another folder") from None
    command, several = COMMANDS[trainer]
    by_hand = command.replace(f"{{{trainer}}}", str(path))
    return (
        f"{path}; try it with `{by_hand}`\n"
        f"In params.yaml `train: {{command: '{command}'}}` trains every set and base so; several GPUs: {several}"
    )


def _dataset_info(job: Job) -> JsonObject:
    tags = {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
        "system_tag": "system",
    }
    return {
        "set": {
            "file_name": str(job.data.resolve()),
            "formatting": "sharegpt",
            "columns": {"messages": "messages"},
            "tags": tags,
        }
    }


def _llamafactory(job: Job) -> JsonObject:
    settings, template = job.settings, job.base["chat_template"]
    if template == "chatml":
        raise UserError(
            "LLaMA-Factory's chatml template replaces the base's end-of-text token, so the trained model would be prompted in "
            "a different format than in training; set the base's chat_template to alpaca or own, or train with axolotl"
        )
    config: JsonObject = {
        "model_name_or_path": job.base["model"],
        "model_revision": job.base["revision"],
        "stage": "sft",
        "do_train": True,
        "dataset": "set",
        "dataset_dir": str(job.scratch),
        "cutoff_len": settings["max_length"],
        "packing": settings["packing"],
        "train_on_prompt": settings["loss_on"] == "all",
        "finetuning_type": settings["method"],
    }
    if template == "alpaca":
        config |= {"template": "alpaca", "default_system": ""}
    if settings["method"] == "lora":
        modules = settings["target_modules"]
        config |= {
            "lora_rank": settings["rank"],
            "lora_alpha": settings["alpha"],
            "lora_dropout": settings["dropout"],
            "lora_target": "all" if modules == "all-linear" else ",".join(modules),
        }
    return config | {
        "num_train_epochs": settings["epochs"],
        "max_steps": settings["max_steps"],
        "learning_rate": settings["learning_rate"],
        "lr_scheduler_type": _schedule(settings),
        "warmup_steps": warmup_steps(settings, job.rows),
        "per_device_train_batch_size": settings["batch_size"],
        "gradient_accumulation_steps": settings["accumulation"],
        "bf16": job.base["dtype"] == "bfloat16",
        "fp16": job.base["dtype"] == "float16",
        "seed": job.seed,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": "none",
        "output_dir": str(job.out),
    }


def _axolotl(job: Job) -> JsonObject:
    settings, template = job.settings, job.base["chat_template"]
    config: JsonObject = {
        "base_model": job.base["model"],
        "revision_of_model": job.base["revision"],
        "datasets": [{"path": str(job.data), "ds_type": "json", "type": "chat_template", "field_messages": "messages"}],
        "dataset_prepared_path": str(job.scratch / "prepared"),
        "val_set_size": 0,
        "sequence_len": settings["max_length"],
        "sample_packing": settings["packing"],
        "train_on_inputs": settings["loss_on"] == "all",
    }
    if template == "own":
        config["chat_template"] = "tokenizer_default"
    else:
        config |= {"chat_template": "jinja", "chat_template_jinja": TEMPLATES[template]}
    if settings["method"] == "lora":
        modules = settings["target_modules"]
        config |= {
            "adapter": "lora",
            "lora_r": settings["rank"],
            "lora_alpha": settings["alpha"],
            "lora_dropout": settings["dropout"],
            **({"lora_target_linear": True} if modules == "all-linear" else {"lora_target_modules": modules}),
        }
    if settings["max_steps"] > 0:
        config["max_steps"] = settings["max_steps"]
    return config | {
        "num_epochs": settings["epochs"],
        "learning_rate": settings["learning_rate"],
        "lr_scheduler": _schedule(settings),
        "warmup_steps": warmup_steps(settings, job.rows),
        "optimizer": "adamw_torch",
        "micro_batch_size": settings["batch_size"],
        "gradient_accumulation_steps": settings["accumulation"],
        "bf16": job.base["dtype"] == "bfloat16",
        "fp16": job.base["dtype"] == "float16",
        "tf32": False,
        "seed": job.seed,
        "logging_steps": 1,
        "save_strategy": "no",
        "output_dir": str(job.out),
    }


def _schedule(settings: AllSettings) -> str:
    return {"constant": "constant_with_warmup"}.get(settings["schedule"], str(settings["schedule"]))


_CONFIGS: dict[str, Callable[[Job], JsonObject]] = {"llamafactory": _llamafactory, "axolotl": _axolotl}
