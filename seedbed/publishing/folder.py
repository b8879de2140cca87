"""`seedbed export dataset FOLDER`: every training set in every format, with a card, as `datasets.load_dataset` opens it.

README.md                   the card: its front matter names a configuration for each set
native/train.parquet        the examples: texts, chat messages, origin, who wrote them
native/test.parquet         those that the hash of the task draws into `test`
native/alpaca/train.jsonl   the same examples in each format of `export.formats`, and as chat messages
"""

from collections.abc import Sequence
from pathlib import Path

from seedbed.project import paths
from seedbed.project.params import load_params
from seedbed.project.params_types import Params
from seedbed.publishing.card import card
from seedbed.publishing.examples import TEST, Example, lines_of, split_of
from seedbed.publishing.new_folder import new_folder
from seedbed.publishing.release import Release, publish_settings, read_release
from seedbed.steps.exporters import messages
from seedbed.steps.exporting import COLUMNS, is_conversation
from seedbed.util.canonical import canonical
from seedbed.util.rows import write_text
from seedbed.util.tables import Tables
from seedbed.util.words import count

CARD = "README.md"
Splits = dict[str, dict[str, list[Example]]]
"""The examples by set and by split; no split is empty."""


def export_dataset(folder: Path) -> str:
    """Write what the last build left as one data set, and return what was written, in one line.

    Args:
        folder: made where it is not there.

    Raises:
        UserError: the folder has files in it, `publish` names no licence, or the build is not up to date.
    """
    params = load_params()
    publish_settings(params)
    with new_folder(folder):
        release = read_release(params)
        write_dataset(folder, params, release)
    sets = count(len({example.set for example in release.examples}), "training set")
    return f"{folder}: {sets}, {count(len(release.examples), 'example')}, {CARD}; read the card before you share it"


def write_dataset(folder: Path, params: Params, release: Release) -> None:
    """Write the data set into an empty folder.

    Raises:
        UserError: `publish` names no licence, or a file of the build is missing.
    """
    settings = publish_settings(params)
    splits = by_split(params, release.examples)
    sizes = {name: {split: len(rows) for split, rows in each.items()} for name, each in splits.items()}
    text = card(params, settings, release, sizes)
    formats = dict.fromkeys(["messages", *params["export"]["formats"]])
    for name, each in splits.items():
        for split, rows in each.items():
            (folder / name).mkdir(parents=True, exist_ok=True)
            _write_parquet(rows, folder / name / f"{split}.parquet")
            for format in formats:
                lines = lines_of(paths.built(paths.export(name) / f"{format}.jsonl"), rows)
                write_text(folder / name / format / f"{split}.jsonl", "\n".join([*lines, ""]))
    write_text(folder / CARD, text)


def by_split(params: Params, examples: Sequence[Example]) -> Splits:
    """Return the examples by set and split; a set without examples is left out."""
    test = params.get("publish", {}).get("test", TEST)
    splits: Splits = {}
    for example in examples:
        splits.setdefault(example.set, {}).setdefault(split_of(example.row, test), []).append(example)
    return {name: {split: each[split] for split in ("train", "test") if split in each} for name, each in splits.items()}


def _write_parquet(examples: Sequence[Example], path: Path) -> None:
    names = [pair.split(" ")[0] for pair in COLUMNS.split(", ")]
    tables = Tables()
    if any(is_conversation(example.row) for example in examples):
        said = [canonical(messages(example.row)["messages"]) for example in examples]
        sql = """from_json(said, '[{"role": "text", "content": "text"}]')"""
    else:  # JSON would give the same rows in other bytes than earlier releases
        said = [example.task for example in examples]
        sql = "[{'role': 'user', 'content': said}, {'role': 'assistant', 'content': output}]"
    values = ((*(example.row[name] for name in names), words) for example, words in zip(examples, said, strict=True))
    tables.fill("examples", f"{COLUMNS}, said text", values)
    tables.write_parquet(f"select * exclude (said), {sql} as messages from examples", path)
