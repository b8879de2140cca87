"""train: a base fine-tuned on a training set: its adapter, the loss of each step, and what was seen.

    step,loss
    1,2.301847

The library's code is no dependency, and neither is this script: only what changes training itself trains a model anew.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

from seedbed.project import paths
from seedbed.project.params import load_params
from seedbed.sending.build_process import Parent, alone
from seedbed.training.other_trainer import train_by_command
from seedbed.training.settings import settings_of
from seedbed.util.errors import UserError, run
from seedbed.util.rows import read_rows, write_text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trained", required=True, help="id of a trained model in params.yaml")
    parser.add_argument("--messages", type=Path, required=True, help="the training set, as chat messages")
    parser.add_argument("--out", type=Path, required=True, help="folder")
    parser.add_argument("--loss", type=Path, required=True)
    parser.add_argument("--seen", type=Path, required=True)
    args = parser.parse_args()

    parent = Parent()
    with alone(f"train@{args.trained}", paths.locks(), parent):
        train_and_write(args, parent)


def train_and_write(args: argparse.Namespace, parent: Parent) -> None:
    """Train, and write the results."""
    params = load_params()
    trained = params["trained"][args.trained]
    base, settings, seed = params["bases"][trained["base"]], settings_of(params["train"]), trained.get("seed", 0)
    stage = f"train@{args.trained}"
    shutil.rmtree(args.out, ignore_errors=True)  # what a killed run left, where it is not DVC that runs this
    args.out.mkdir(parents=True)
    if "command" in settings:
        train_by_command(stage, args.messages, base, settings, seed, args.out, parent)
        examples = sum(1 for line in args.messages.read_bytes().split(b"\n") if line.strip())
        losses, seen = "step,loss\n", {"examples": examples, "settings": settings, "seed": seed}
    else:
        try:
            from seedbed.training.trainer import train
        except ImportError as error:
            raise UserError(
                f"{stage}: {error}; `make .venv/train` installs what training needs, or set train.command to a trainer of yours"
            ) from None
        rows = list(read_rows(args.messages, "export_messages", unique=None))
        result = train(stage, rows, trained["base"], base, settings, seed, paths.checkpoints(), args.out, parent)
        losses, seen = result.losses_csv(), result.seen
    write_text(args.loss, losses)
    write_text(args.seen, json.dumps(seen, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
    print(f"{stage}: {args.out}", file=sys.stderr)


if __name__ == "__main__":
    run(main)
