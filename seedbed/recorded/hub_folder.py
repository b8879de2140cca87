"""A folder as the Hugging Face Hub holds a data set: `README.md` with a card, and data files, of one configuration and split.

`dvc import-url` or `git clone` brings one; nothing is downloaded here.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.words import few
from seedbed.util.yaml12 import load_yaml

_SUFFIXES = (".parquet", ".jsonl", ".json", ".csv", ".tsv", ".jsonl.gz", ".json.gz", ".csv.gz", ".xlsx")
_ABOUT = ("dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", "package.json")
"""What libraries write beside the data."""
_SPLITS = ("train", "training", "validation", "valid", "dev", "eval", "test", "testing")


class Chosen(NamedTuple):
    """What is read of a data set.

    Attributes:
        files: in order.
        license: that its card names.
        config: the configuration that they are of; None where the card names none.
        split: that they are of; None where no file is named after one.
    """

    files: list[Path]
    license: str | None
    config: str | None = None
    split: str | None = None


def choose(folder: Path, config: str | None, split: str | None) -> Chosen:
    """Return the data files of a folder.

    Args:
        folder: as the Hub holds it; its card says which files a configuration and a split have, else the names do.
        config: a configuration of the card; by default its only one, or the one called `default`.
        split: by default `train`, or all files where none is named after a split.

    Raises:
        UserError: the card cannot be read, or there is no such configuration, split or file.
    """
    card = _card(folder)
    license = card.get("license")
    named = ", ".join(map(str, license)) if isinstance(license, list) else str(license) if isinstance(license, str) else None
    if configs := _configs(folder, card):
        chosen = _of_card(folder, configs, config)
        files, of_split = _of_patterns(chosen, split) if chosen.patterns else _of_names(chosen.folder, split)
        return Chosen(files, named, chosen.name, of_split)
    if config is not None:
        raise UserError(f"{folder}: --config {config}: the card (README.md) lists no configurations; leave --config out")
    about = card.get("dataset_info")
    only = about.get("config_name") if isinstance(about, dict) else None
    files, of_split = _of_names(folder, split)
    return Chosen(files, named, only if isinstance(only, str) else None, of_split)


def data_set_name(folder: Path) -> str:
    """Return the name of a folder; of one in the Hub's cache, also of which data set it is (`datasets--…/snapshots/…`)."""
    folder = folder.resolve()
    return "/".join(folder.parts[-3:]) if folder.parent.name == "snapshots" else folder.name


def _card(folder: Path) -> JsonObject:
    path = folder / "README.md"
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8-sig", errors="replace").replace("\r\n", "\n")
    front = re.match(r"---\n(.*?)^---\s*$", text, re.DOTALL | re.MULTILINE)
    if front is None:
        return {}
    card: Any = load_yaml(path, front[1])
    if card is not None and not isinstance(card, dict):
        raise UserError(f"{path}: the front matter is not a mapping; fix it, or give the data files themselves")
    return card or {}


class _Config(NamedTuple):
    """A configuration that the card names.

    Attributes:
        name: of it.
        folder: that its paths are relative to: the card's, or `data_dir` in it.
        patterns: (split, pattern) pairs; where there are none, the names in its folder say what is of which split.
        default: whether the card calls it the default.
    """

    name: str
    folder: Path
    patterns: list[tuple[str, str]]
    default: bool


def _configs(folder: Path, card: JsonObject) -> dict[str, _Config]:
    """Return the configurations of which the card says where they are, by name."""
    configs: dict[str, _Config] = {}
    given, about = card.get("configs") or [], folder / "README.md"
    if not isinstance(given, list):
        raise UserError(f"{about}: configs: expected a list; fix it, or give the data files themselves")
    for place, each in enumerate(given):
        if not isinstance(each, dict) or not isinstance(each.get("config_name"), str):
            raise UserError(f"{about}: configs.{place}: expected config_name and data_files")
        name, data_dir = each["config_name"], each.get("data_dir")
        where = f"{about}: configs {name!r}"
        patterns = list(_patterns(where, each.get("data_files")))
        if data_dir is not None:
            _inside(f"{where}: data_dir", data_dir)
        if patterns or data_dir is not None:
            configs[name] = _Config(name, folder / (data_dir or ""), patterns, each.get("default") is True)
    return configs


def _patterns(where: str, data_files: Any) -> Iterator[tuple[str, str]]:
    for each in data_files if isinstance(data_files, list) else [data_files] if data_files else []:
        if isinstance(each, dict) and "path" not in each:
            raise UserError(f"{where}: data_files: expected entries with split and path, found one with {few([*each], 5)}")
        split, paths = (each.get("split"), each["path"]) if isinstance(each, dict) else (None, each)
        if not isinstance(split, str | None):
            raise UserError(f"{where}: data_files: expected the name of a split, found {split!r}; put it in quotes")
        for path in paths if isinstance(paths, list) else [paths]:
            yield split or "train", _inside(f"{where}: data_files", path)


def _inside(where: str, path: Any) -> str:
    """Return a path or pattern of the card as it is.

    Raises:
        UserError: it is none, or leads out of the folder.
    """
    if not isinstance(path, str):
        raise UserError(f"{where}: expected paths, found {path!r}")
    if Path(path).is_absolute() or ".." in Path(path).parts:
        raise UserError(f"{where}: {path!r} is outside of the folder")
    return path


def _of_card(folder: Path, configs: dict[str, _Config], name: str | None) -> _Config:
    """Return a configuration of the card: by default the one it calls so, its only one, or the one named `default`."""
    if name is None:
        name = next((each.name for each in configs.values() if each.default or len(configs) == 1), "default")
        if name not in configs:
            raise UserError(f"{folder}: the card has {len(configs)} configurations; choose one: --config {few([*configs], 8)}")
    if name not in configs:
        raise UserError(f"{folder}: --config {name}: the card lists no such configuration{did_you_mean(name, [*configs])}")
    return configs[name]


def _of_patterns(config: _Config, split: str | None) -> tuple[list[Path], str | None]:
    folder, name = config.folder, config.name
    splits = list(dict.fromkeys(each for each, _ in config.patterns))
    wanted = split or ("train" if "train" in splits else splits[0] if len(splits) == 1 else None)
    if wanted not in splits:
        raise UserError(f"{folder}: configuration {name!r} has the splits {', '.join(splits)}; choose one: --split {splits[0]}")
    patterns = [path for each, path in config.patterns if each == wanted]
    files = [path for pattern in patterns for path in _matching(folder, pattern) if path.is_file()]
    if not files:
        raise UserError(f"{folder}: the card lists files that do not exist for {name}/{wanted} ({', '.join(patterns)})")
    return list(dict.fromkeys(files)), wanted


def _matching(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except (ValueError, IndexError, NotImplementedError):  # empty, a single dot, or ** within a name
        raise UserError(
            f"{folder}: the card's data_files: {pattern!r} is no pattern of paths; mend it, or name the data files themselves"
        ) from None


def _of_names(folder: Path, split: str | None) -> tuple[list[Path], str | None]:
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name.lower().endswith(_SUFFIXES) and path.name not in _ABOUT
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    if not files and (arrow := next(folder.rglob("*.arrow"), None)):
        raise UserError(f"{arrow}: an Arrow file, as `datasets.save_to_disk` writes it; write Parquet instead (`to_parquet`)")
    if not files:
        raise UserError(f"{folder}: no data file in this folder ({', '.join(_SUFFIXES)})")
    named = {word for path in files for word in _words(folder, path) if word in _SPLITS}
    if split is None and not named:
        return files, None
    chosen = [path for path in files if (split or "train").lower() in _words(folder, path)]
    if not chosen:
        there = few([path.relative_to(folder).as_posix() for path in files], 8)
        raise UserError(f"{folder}: no file for the split {split or 'train'}; choose one with --split (found: {there})")
    return chosen, split or "train"


def _words(folder: Path, path: Path) -> set[str]:
    return set(re.findall(r"[a-z]+", path.relative_to(folder).as_posix().lower()))
