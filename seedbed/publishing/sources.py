"""Sources and licences of a release's texts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from seedbed.project import paths
from seedbed.project.params_types import Params
from seedbed.recorded.placing import source_file
from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml


class DataSource(NamedTuple):
    """One file that texts of the sets come from.

    Attributes:
        path: the file.
        used: what it is to the build: a corpus or its post-edits, rows of a set, or material.
        imported: whether `seedbed import` wrote it; what nobody imported is the team's own.
        license: that its `.source.yaml` names; None where it names none, or where the file is the team's own.
        address: where it was from; None where nobody said.
    """

    path: Path
    used: str
    imported: bool
    license: str | None
    address: str | None


def data_sources(params: Params) -> list[DataSource]:
    """Return the files that texts of the training sets come from, each once.

    Raises:
        UserError: a `.source.yaml` is not what `seedbed import` writes.
    """
    found: dict[Path, DataSource] = {}
    for path, used in _files(params):
        if path not in found and path != paths.EMPTY:
            found[path] = _source(path, used)
    return [*found.values()]


def _files(params: Params) -> Iterator[tuple[Path, str]]:
    for name, corpus in params["corpora"].items():
        if corpus["kind"] == "task":
            yield Path(corpus["source"]), f"corpus {name}"
            if (edits := paths.edits(name, params["language"])).is_file():
                yield edits, f"post-edits of {name}"
    for id, training_set in params["sets"].items():
        for field in ("seeds", "rows"):
            path = Path(training_set[field])
            for file in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
                if paths.BUILD not in file.parents:
                    yield file, f"{field} of the set {id}"
    if params["generate"].get("material") and paths.MATERIAL.is_file():
        yield paths.MATERIAL, "material of generate"


def _source(path: Path, used: str) -> DataSource:
    about_path = source_file(path)
    if not about_path.is_file():
        return DataSource(path, used, False, None, None)
    about: Any = load_yaml(about_path)
    if not isinstance(about, dict):
        raise UserError(f"{about_path}: not in the format that `seedbed import` writes; import the file again")
    license, address = (about.get(name) for name in ("license", "address"))
    return DataSource(path, used, True, str(license) if license else None, str(address) if address else None)
