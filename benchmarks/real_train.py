"""`make real-train`: fine-tune SmolLM2-135M on the default build's set, and write what that changed to `train.json`.

The model comes as tests/real/ fetches it, in GGUF. Every tenth row is held out; the loss on these, and what the model answers
to some of them, are measured before and after. A model of this size learns no facts in minutes: what is looked at is whether
the held-out loss falls, and whether it answers in Japanese. The training takes about `--minutes` on this machine: a few steps
are timed first. In Japanese it answers in Japanese before it is trained, so it is asked in English, too: the share of Japanese
letters says how far the training set's language has become its own; distinct pairs of characters say whether it repeats itself.
Each figure is written when it is known, and a run that was killed goes on at its last checkpoint. At the end
the page of the benchmarks gets the table.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from itertools import islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import regex

from benchmarks import trials
from seedbed.project import paths
from seedbed.project.params_types import Base, TrainSettings
from seedbed.training.settings import settings_of
from seedbed.util.rows import Row, read_rows, write_text
from tests.real.project import ENVIRONMENT, fetch

SETTINGS: TrainSettings = {"batch_size": 1, "accumulation": 2, "max_length": 160, "learning_rate": 3e-4, "epochs": 1}
HELD_OUT = 10
"""One row of so many."""
MEASURED_LENGTH = 320
"""Tokens of a held-out row."""
ANSWERS, ANSWER_TOKENS = 8, 64
FIGURES = trials.FOLDER / "train.json"
SCRATCH = ENVIRONMENT / "train"
"""Checkpoints, and the adapter of the last run."""
ENGLISH = Path("data/baseline.en.jsonl")
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
    device = torch.accelerator.current_accelerator() or torch.device("cpu")
    model = model.to(device).eval()
    total, tokens = 0.0, 0
    with torch.inference_mode():
        for row in rows:
            whole = tokenizer.apply_chat_template(row["messages"], tokenize=False)
            asked = tokenizer.apply_chat_template(row["messages"][:-1], tokenize=False, add_generation_prompt=True)
            ids = tokenizer(whole, return_tensors="pt", add_special_tokens=False)["input_ids"]
            ids = ids[:, :MEASURED_LENGTH].to(device)
            before = len(tokenizer(asked, add_special_tokens=False)["input_ids"])
            if ids.shape[1] <= before:
                continue
            labels = ids.clone()
            labels[:, :before] = -100
            number = ids.shape[1] - before
            total += float(model(ids, labels=labels).loss) * number
            tokens += number

    def answers(asked: list[list[Row]]) -> list[str]:
        """Return what the model says to each list of messages, without sampling."""
        given = ({"messages": messages, "temperature": 0, "max_tokens": ANSWER_TOKENS} for messages in asked)
        return [answerer.answer(request)[0]["message"]["content"] for request in given]

    texts = answers([row["messages"][:-1] for row in rows[:ANSWERS]])
    english = (row["instruction"] for row in read_rows(ENGLISH, "task") if not row.get("input"))
    to_english = answers([[{"role": "user", "content": text}] for text in islice(english, ANSWERS)])
    pairs = [pair for text in texts for pair in pairwise(text)]
    return {
        "held_out_loss": round(total / max(1, tokens), 4),
        "japanese_letters_percent": japanese_share(texts),
        "japanese_letters_percent_to_english": japanese_share(to_english),
        "distinct_pairs_percent": round(100 * len(set(pairs)) / max(1, len(pairs)), 1),
        "characters_an_answer": round(sum(map(len, texts)) / max(1, len(texts)), 1),
    }


def japanese_share(texts: list[str]) -> float:
    """Return the Japanese letters among all letters, in percent."""
    letters = sum(len(LETTER.findall(text)) for text in texts)
    return round(100 * sum(len(JAPANESE.findall(text)) for text in texts) / max(1, letters), 1)


def main() -> None:
    """Measure, train, measure again, and write each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=15, help="of training (default 15)")
    parser.add_argument("--steps", type=int, help="instead: so many optimiser steps")
    parser.add_argument(
        "--base", type=Path, help="instead of SmolLM2: a folder with a model; without a template it gets Alpaca's"
    )
    parser.add_argument("--messages", type=Path, default=paths.export("native") / "messages.jsonl", help="the training set")
    parser.add_argument("--out", type=Path, default=FIGURES, help="JSON file of the figures")
    args = parser.parse_args()
    if not args.messages.is_file():
        sys.exit(f"error: {args.messages} is not there: run `make repro` first")
    try:
        base: Base = {"model": str(args.base or base_folder())}
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: the model cannot be had here: {error.stderr.strip()}")
    if not (Path(base["model"]) / "chat_template.jinja").is_file():
        base["chat_template"] = "alpaca"

    import torch

    from seedbed.training.trainer import Trained, train

    rows = list(read_rows(args.messages, "export_messages", unique=None))
    held_out, learnt = rows[::HELD_OUT], [row for number, row in enumerate(rows) if number % HELD_OUT]
    settings = settings_of(SETTINGS)

    def trained(steps: int, checkpoints: Path, folder: Path) -> tuple[float, Trained]:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        began = time.monotonic()
        result = train("real-train", learnt, "smollm2", base, settings | {"max_steps": steps}, 0, checkpoints, folder)
        return time.monotonic() - began, result

    figures = {
        "base": args.base.name if args.base else "SmolLM2-135M-Instruct",
        "examples": len(learnt),
        "held_out_examples": len(held_out),
        "device": str(torch.accelerator.current_accelerator() or "cpu"),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
    }
    earlier = json.loads(args.out.read_text(encoding="utf-8")) if args.out.is_file() else {}

    def note(**found: Any) -> None:
        figures.update(found)
        write_text(args.out, json.dumps(figures, ensure_ascii=False) + "\n")
        print(f"real-train: {json.dumps(found, ensure_ascii=False)}", file=sys.stderr)

    known = "after" not in earlier and figures.items() <= earlier.items() and "before" in earlier  # of a run that was killed
    note(before=earlier["before"] if known else measure(base, None, held_out))
    steps = args.steps
    if steps is None:
        with TemporaryDirectory() as timed:
            once, fives = (trained(count, Path(timed) / f"{count}", Path(timed) / "adapter")[0] for count in (1, 5))
        steps = max(1, round(args.minutes * 60 * 4 / max(0.1, fives - once)))  # to begin takes long, and is no step
    adapter = SCRATCH / "adapter"
    seconds, result = trained(steps, SCRATCH / "checkpoints", adapter)
    note(
        steps=result.seen["steps"],
        epochs=result.seen["epochs"],
        cut_examples=result.seen["cut_examples"],
        seconds=round(seconds),
        load_average=round(os.getloadavg()[0], 1),
        loss=curve([loss for _, loss in result.losses]),
        settings=settings | {"max_steps": steps},
    )
    note(after=measure(base, adapter, held_out))
    if args.out == FIGURES:
        trials.write()


def curve(losses: list[float]) -> list[float]:
    """Return the training loss as the mean of each tenth of the steps."""
    size = max(1, -(-len(losses) // 10))
    parts = [losses[start : start + size] for start in range(0, len(losses), size)]
    return [round(sum(part) / len(part), 3) for part in parts]


if __name__ == "__main__":
    main()
