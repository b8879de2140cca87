"""Fine-tuning with TRL's SFTTrainer: a PEFT adapter or all weights.

On CPU the same inputs give the same bytes. A checkpoint is kept outside every output, so that a training that was killed goes
on where it was, and comes to the same bytes too.
"""

import csv
import io
import logging
import os
import shutil
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")

import datasets
import peft
import psutil
import torch
import transformers
import trl

from seedbed.project.params_types import Base
from seedbed.sending.build_process import Parent
from seedbed.training.chat import parts, use_template
from seedbed.training.settings import AllSettings, base_of, optimiser_steps, warmup_steps
from seedbed.training.weights import tidy_adapter
from seedbed.util.canonical import JsonObject, content_hash
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import Row
from seedbed.util.words import count

_TRAINING_BYTES = {"lora": 1.2, "full": 4.0}
"""Bytes that training takes, as a multiple of the weights: gradients and two moments of each weight that learns."""
_CHECKPOINTS = 20
"""A checkpoint is written about so often in one training."""


@dataclass(frozen=True)
class Trained:
    """The result of a training.

    Attributes:
        losses: (step, loss) of each optimiser step.
        seen: what was trained on, for `data/build/training/<id>.json`.
    """

    losses: list[tuple[int, float]]
    seen: JsonObject

    def losses_csv(self) -> str:
        """Return the loss of each step as CSV."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("step", "loss"))
        writer.writerows((step, f"{loss:.6f}") for step, loss in self.losses)
        return out.getvalue()


def train(
    stage: str,
    rows: list[Row],
    base_id: str,
    base: Base,
    settings: AllSettings,
    seed: int,
    checkpoints: Path,
    out: Path,
    parent: Parent | None = None,
) -> Trained:
    """Fine-tune a base on chat messages, and write its adapter, or all its weights.

    Args:
        stage: for messages, e.g. `train@llama-native`.
        rows: examples: `messages`, the last of them the assistant's.
        base_id: of the base in `params.yaml`, for messages.
        base: its settings.
        settings: of `train`, every one.
        seed: draws the order of the examples and the adapter's first weights.
        checkpoints: a folder, kept until the training is done.
        out: an empty folder for the weights.
        parent: the process that started this one; where it goes, the training stops. None for nobody.

    Raises:
        UserError: no examples, a base that cannot be had or has no template, a loss that is no number, or too little memory.
    """
    if not rows:
        raise UserError(f"{stage}: its training set is empty; check its rows with `seedbed explain`, or use another set")
    transformers.set_seed(seed)
    whole = base_of(base)
    tokenizer, model = load_base(base_id, base)
    use_template(tokenizer, whole["chat_template"], base_id)
    if settings["method"] == "lora":
        _check_modules(base_id, model, settings["target_modules"])
    cut, tokens = _lengths(rows, tokenizer, settings["max_length"])
    _notices(stage, model, settings, len(rows), cut)
    examples = list(parts(rows, settings, tokenizer))
    arguments = _arguments(settings, seed, checkpoints / content_hash([rows, whole, settings, seed])[:16], len(examples))
    steps = _Progress(stage, parent)
    trainer = _Trainer(
        model=model,
        args=arguments,
        train_dataset=datasets.Dataset.from_list([{"prompt": part.prompt, "completion": part.completion} for part in examples]),
        processing_class=tokenizer,
        peft_config=_adapter(settings),
        callbacks=[steps],
    )
    trainer.remove_callback(transformers.trainer_callback.PrinterCallback)
    trainer.remove_callback(transformers.trainer_callback.ProgressCallback)
    trainer.stage, trainer.rows = stage, [part.row for part in examples]
    folder = Path(arguments.output_dir)
    try:
        trainer.train(resume_from_checkpoint=_last_checkpoint(folder))
    except (MemoryError, RuntimeError) as error:  # torch.OutOfMemoryError is a RuntimeError
        if isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error):
            raise UserError(
                f"{stage}: out of memory; lower train.batch_size (and raise accumulation as much), max_length or rank, or use "
                "a smaller base; the training so far is kept"
            ) from None
        if "inline_container" in str(error):  # torch's writer of zip files says no more than its own line
            raise UserError(
                f"{stage}: no disk space for a checkpoint in {folder}; free some space and run again to resume"
            ) from None
        raise
    losses = [(entry["step"], entry["loss"]) for entry in trainer.state.log_history if "loss" in entry]
    trainer.save_model(str(out))
    tidy_adapter(out, base)
    shutil.rmtree(folder, ignore_errors=True)
    seen = {
        "examples": len(rows),
        "cut_examples": cut,
        "tokens_of_the_set": tokens,
        "steps": trainer.state.global_step,
        "epochs": round(float(trainer.state.epoch or 0), 4),
        "first_loss": round(losses[0][1], 6) if losses else None,
        "final_loss": round(losses[-1][1], 6) if losses else None,
        "learnt_weights": sum(weight.numel() for weight in trainer.model.parameters() if weight.requires_grad),
        "weights": sum(weight.numel() for weight in trainer.model.parameters()),
        "settings": settings,
        "seed": seed,
    }
    return Trained(losses, seen)


def load_base(base_id: str, base: Base, weights: Path | None = None) -> tuple[Any, Any]:
    """Return a base's tokenizer and model, the weights in the type that `dtype` names.

    Args:
        base_id: of the base in `params.yaml`, for messages.
        base: its settings.
        weights: a folder of all weights to load in place of the base's own; None for those.

    Raises:
        UserError: it cannot be had, or has no tokenizer.
    """
    _quiet()
    whole = base_of(base)
    # transformers says what is wrong in many words and several types; only the first line is for people.
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(whole["model"], revision=whole["revision"])
    except Exception as error:
        raise UserError(
            f"bases.{base_id}: no tokenizer found for {whole['model']!r}: {_first_line(error)}; {_where(whole)}"
        ) from None
    try:
        model = transformers.AutoModelForCausalLM.from_pretrained(
            str(weights) if weights else whole["model"], revision=whole["revision"], dtype=getattr(torch, whole["dtype"])
        )
    except Exception as error:
        raise UserError(
            f"bases.{base_id}: {whole['model']!r} cannot be loaded: {_first_line(error)}; {_where(whole)}"
        ) from None
    return tokenizer, model


def _where(base: dict[str, str]) -> str:
    from huggingface_hub.constants import HF_HUB_CACHE

    if Path(base["model"]).is_dir():
        return "the folder must contain config.json, the weights and a tokenizer (tokenizer.json, tokenizer_config.json)"
    revision = "" if base["revision"] == "main" else f" --revision {base['revision']}"
    return (
        f"download it to the cache ({HF_HUB_CACHE}) with `hf download {base['model']}{revision}`, or set `model` to a folder "
        "that contains it"
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".")[:200] if lines else type(error).__name__


def _quiet() -> None:
    """What the libraries say on their way is not for people."""
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    datasets.disable_progress_bars()
    logging.getLogger("trl").setLevel(logging.ERROR)


def _arguments(settings: AllSettings, seed: int, folder: Path, rows: int) -> Any:
    accelerator = torch.accelerator.is_available()
    return trl.SFTConfig(
        output_dir=str(folder),
        seed=seed,
        data_seed=seed,
        full_determinism=False,
        num_train_epochs=settings["epochs"],
        max_steps=settings["max_steps"],
        learning_rate=settings["learning_rate"],
        lr_scheduler_type={"constant": "constant_with_warmup"}.get(settings["schedule"], settings["schedule"]),
        warmup_steps=warmup_steps(settings, rows),
        per_device_train_batch_size=settings["batch_size"],
        gradient_accumulation_steps=settings["accumulation"],
        activation_checkpointing=accelerator,
        max_length=settings["max_length"],
        packing=settings["packing"],
        completion_only_loss=settings["loss_on"] == "answer",
        bf16=False,
        fp16=False,
        use_cpu=not accelerator,
        dataloader_pin_memory=False,
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="steps",
        save_steps=max(1, optimiser_steps(settings, rows) // _CHECKPOINTS),
        save_total_limit=1,
        report_to=[],
        disable_tqdm=True,
    )


def _check_modules(base_id: str, model: Any, wanted: str | list[str]) -> None:
    """Refuse a layer that the base has not: PEFT says nothing of it where it finds another one."""
    if isinstance(wanted, str):
        return
    linear = {name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)}
    for name in wanted:
        if not any(f".{layer}".endswith(f".{name}") for layer in linear):
            known = sorted({layer.rpartition(".")[2] for layer in linear})
            raise UserError(f"train.target_modules: the base {base_id} has no linear layer {name!r}{did_you_mean(name, known)}")


def _adapter(settings: AllSettings) -> Any:
    if settings["method"] == "full":
        return None
    return peft.LoraConfig(
        r=settings["rank"],
        lora_alpha=settings["alpha"],
        lora_dropout=settings["dropout"],
        target_modules=settings["target_modules"],
        task_type="CAUSAL_LM",
    )


def _lengths(rows: list[Row], tokenizer: Any, most: int) -> tuple[int, int]:
    """Return how many examples are longer than `most` tokens, and the tokens of all."""
    lengths = [len(tokenizer(tokenizer.apply_chat_template(row["messages"], tokenize=False))["input_ids"]) for row in rows]
    return sum(length > most for length in lengths), sum(lengths)


def _notices(stage: str, model: Any, settings: AllSettings, rows: int, cut: int) -> None:
    """Say what a person should know before it starts."""
    if cut:
        print(
            f"{stage}: {cut} of {count(rows, 'example')} are longer than max_length ({settings['max_length']} tokens): cut",
            file=sys.stderr,
        )
    needed = sum(weight.numel() * weight.element_size() for weight in model.parameters()) * _TRAINING_BYTES[settings["method"]]
    if torch.cuda.is_available():
        room, where = torch.cuda.mem_get_info()[0], "the accelerator"
    else:
        room, where = psutil.virtual_memory().available, "this machine"
        if not torch.accelerator.is_available():
            print(f"{stage}: no accelerator: training on the CPU", file=sys.stderr)
    if needed > room:
        print(
            f"{stage}: about {needed / 2**30:.1f} GiB are needed, but {where} has {room / 2**30:.1f} free; use a smaller "
            "base, or train.method lora",
            file=sys.stderr,
        )


def _last_checkpoint(folder: Path) -> str | None:
    """Return the newest whole checkpoint; a half one, left by a kill, is deleted."""
    for checkpoint in sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]), reverse=True):
        if (checkpoint / "trainer_state.json").is_file():  # written last
            return str(checkpoint)
        shutil.rmtree(checkpoint, ignore_errors=True)
    return None


class _Progress(transformers.TrainerCallback):  # type: ignore[misc]
    """A line at the beginning, every tenth of the way, and at the end."""

    def __init__(self, stage: str, parent: Parent | None) -> None:
        self._stage, self._parent = stage, parent

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Called after each step, before a checkpoint of it is written."""
        if self._parent is not None and self._parent.gone():
            raise UserError(
                f"{self._stage}: the dvc process that started this training has ended; run again to resume from the last "
                "checkpoint"
            )

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **kwargs: Any) -> None:
        """Called after each step."""
        loss = (logs or {}).get("loss")
        if loss is not None and (state.global_step == 1 or state.global_step % max(1, state.max_steps // 10) == 0):
            print(f"{self._stage}: step {state.global_step} of {state.max_steps}, loss {loss:.3f}", file=sys.stderr)


class _Trainer(trl.SFTTrainer):  # type: ignore[misc]
    """Stops at a loss that is no number, and names the examples it came from."""

    stage = "train"
    rows: Sequence[int] = ()

    def compute_loss(self, model: Any, inputs: Any, *arguments: Any, **more: Any) -> Any:
        """As SFTTrainer's."""
        result = super().compute_loss(model, inputs, *arguments, **more)
        loss = result[0] if isinstance(result, tuple) else result
        if not torch.isfinite(loss).all():
            rows = ", ".join(str(number) for number in sorted(self._rows_of(inputs["input_ids"])))
            raise UserError(
                f"{self.stage}: the loss is NaN or infinite at step {self.state.global_step + 1}, in rows {rows} of "
                "messages.jsonl; "
                "look at these rows, or lower train.learning_rate; nothing was written"
            )
        return result

    def _rows_of(self, batch: Any) -> Iterator[int]:
        """Yield the line of each example in a batch; packed ones cannot be separated."""
        texts = [self.processing_class.decode(ids, skip_special_tokens=True) for ids in batch]
        for number, example in zip(self.rows, self.train_dataset, strict=False):
            text = self.processing_class.decode(example["input_ids"], skip_special_tokens=True)
            if any(text in known for known in texts):
                yield number
