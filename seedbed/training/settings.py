"""Fine-tuning settings: `train` in `params.yaml`, completed with defaults."""

import math
from typing import Literal, NotRequired, TypedDict

from seedbed.project.params_types import Base, TrainSettings


class AllSettings(TypedDict):
    """How a base is fine-tuned, in full; `command` is the only setting without a default."""

    method: Literal["lora", "full"]
    rank: int
    alpha: float
    dropout: float
    target_modules: list[str] | Literal["all-linear"]
    epochs: float
    max_steps: int
    learning_rate: float
    schedule: Literal["cosine", "linear", "constant"]
    warmup: float
    batch_size: int
    accumulation: int
    max_length: int
    packing: bool
    loss_on: Literal["answer", "all"]
    command: NotRequired[str]


DEFAULTS: AllSettings = {
    "method": "lora",
    "rank": 8,
    "alpha": 16,
    "dropout": 0.05,
    "target_modules": "all-linear",
    "epochs": 3,
    "max_steps": -1,
    "learning_rate": 3e-4,
    "schedule": "cosine",
    "warmup": 0.03,
    "batch_size": 4,
    "accumulation": 32,
    "max_length": 512,
    "packing": False,
    "loss_on": "answer",
}
"""What `train` need not say. Rank, alpha, dropout, learning rate, batch and epochs are those of masa3141/japanese-alpaca-lora,
which follows tloen/alpaca-lora; 512 tokens, since a Japanese text has more of them than an English one."""


def settings_of(train: TrainSettings) -> AllSettings:
    """Return every setting of a training; `command` only where there is one."""
    return {**DEFAULTS, **train}


def base_of(base: Base) -> dict[str, str]:
    """Return a base with every setting."""
    return {"revision": "main", "chat_template": "own", "dtype": "float32"} | {name: str(value) for name, value in base.items()}


def optimiser_steps(settings: AllSettings, rows: int) -> int:
    """Return how many optimiser steps a training has, on one device and without packing.

    Args:
        settings: every one.
        rows: examples of the set.
    """
    an_epoch: int = math.ceil(rows / settings["batch_size"] / settings["accumulation"])
    most = int(settings["max_steps"])
    return most if most > 0 else max(1, math.ceil(an_epoch * float(settings["epochs"])))


def warmup_steps(settings: AllSettings, rows: int) -> int:
    """Return over how many of them the learning rate rises: none of a few, since the first of these steps learns nothing."""
    share: float = settings["warmup"]
    return round(share * optimiser_steps(settings, rows))
