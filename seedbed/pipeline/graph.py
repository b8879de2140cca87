"""The pipeline graph of `dvc.yaml`: stage names, inputs, outputs and dependencies."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from seedbed.project import paths
from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.yaml12 import load_yaml, located

if TYPE_CHECKING:
    from dvc.repo import Repo


_FOREACH = re.compile(r"\$\{([\w.]+)\}")
"""A `foreach` over a block of `params.yaml`, or a block in one: `${post_edit.corpora}`."""


def stage_names(pipeline: Mapping[str, Any] | None, params: Mapping[str, Any]) -> list[str]:
    """Return the names of the stages in flow order, each `foreach` resolved, e.g. `judge@good-vs-thin`.

    Args:
        pipeline: what `dvc.yaml` holds, of any revision; None where the file is empty.
        params: what `params.yaml` holds, of the same.
    """
    names = []
    for name, entry in mapping(mapping(pipeline).get("stages")).items():
        over = mapping(entry).get("foreach")
        if isinstance(over, str) and (block := _FOREACH.fullmatch(over)):
            over = reduce(lambda outer, key: mapping(mapping(outer).get(key)), block[1].split("."), params)
        names += [f"{name}@{key}" for key in over] if isinstance(over, list | dict) else [name]
    return names


def mapping(value: Any) -> JsonObject:
    """Return `value` where it is a mapping, else an empty one: an old revision may hold anything."""
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True)
class Stage:
    """One stage of `dvc.yaml`, its `foreach` resolved.

    Attributes:
        name: e.g. `judge@good-vs-thin`.
        deps: paths of files and folders that it reads.
        params: (file, dotted key) that it reads, or that its entry in `dvc.yaml` is filled in with; the key is empty where it
            reads the whole file.
        outs: paths that it writes.
    """

    name: str
    deps: tuple[str, ...]
    params: tuple[tuple[str, str], ...]
    outs: tuple[str, ...]

    def reads(self, file: str, key: str = "") -> bool:
        """Whether it reads a parameter, a part of it, or a block that it is in."""
        return any(
            name == file and (not known or known == key or known.startswith(f"{key}.") or key.startswith(f"{known}."))
            for name, known in self.params
        )


@contextmanager
def dvc_repo() -> Iterator["Repo"]:
    """Open the project as DVC sees it.

    Raises:
        UserError: DVC cannot read it.
    """
    from dvc.exceptions import DvcException
    from dvc.lock import LockError
    from dvc.repo import Repo

    try:
        with Repo() as repo:
            yield repo
    except LockError:
        raise UserError("another `dvc` process is running in this project; wait until it has finished") from None
    except DvcException as error:
        _refuse_broken_files()
        form = getattr(error.__cause__, "errors", []) if str(paths.DVC_YAML) in str(error) else []
        for mistake in form:  # voluptuous names the field, DVC only says that there is a mistake
            raise UserError(located(paths.DVC_YAML, mistake.path, str(mistake.msg))) from None
        words = " ".join(str(error).split())
        if "is not a git repository" in words:
            words += "; `make repro` builds without git, as `dvc config --local core.no_scm true` lets DVC do"
        if "not inside of a DVC repository" in words:
            words += "; `git checkout .dvc` restores its folder"
        raise UserError(f"{paths.DVC_YAML}: {words}") from None


def _refuse_broken_files() -> None:
    """Name the line that is wrong in what DVC reads, where DVC names the file alone.

    Raises:
        UserError: a file is not YAML, or holds a merge conflict.
    """
    for path in (paths.DVC_YAML, paths.PARAMS, *sorted(paths.PROMPTS.glob("*.yaml"))):
        load_yaml(path)


def stages_of(repo: "Repo") -> list[Stage]:
    """Return the stages in flow order, as DVC reads them."""
    from dvc.dependency.param import ParamsDependency

    entries = mapping(mapping(load_yaml(paths.DVC_YAML)).get("stages"))
    stages = [
        Stage(
            stage.addressing,
            tuple(dep.def_path for dep in stage.deps if not isinstance(dep, ParamsDependency)),
            tuple((dep.def_path, key) for dep in stage.deps if isinstance(dep, ParamsDependency) for key in dep.params or [""])
            + tuple((str(paths.PARAMS), key) for key in _filled_in(stage.addressing, entries)),
            tuple(out.def_path for out in stage.outs),
        )
        for stage in repo.index.stages
    ]
    order = list(entries)  # DVC's index keeps another
    return sorted(stages, key=lambda stage: order.index(stage.name.partition("@")[0]))


def _filled_in(stage: str, entries: Mapping[str, Any]) -> list[str]:
    """Return the keys of `params.yaml` that a stage's entry in `dvc.yaml` is filled in with: `${key}`, `${item.field}`."""
    name, _, key = stage.partition("@")
    over = _FOREACH.fullmatch(str(entries[name].get("foreach")))
    item = f"{over[1]}.{key}" if over else None
    keys = []
    for word in re.findall(r"\$\{([\w.]+)\}", str(entries[name].get("do", entries[name]))):
        first, dot, rest = word.partition(".")
        if first == "item":
            keys += [f"{item}{dot}{rest}"] if item else []
        elif first != "key":
            keys.append(word)
    return list(dict.fromkeys(keys))


def load_stages() -> list[Stage]:
    """Return the stages in flow order, as DVC reads them.

    Raises:
        UserError: DVC cannot read the pipeline.
    """
    with dvc_repo() as repo:
        return stages_of(repo)


def with_all_before(targets: Iterable[str], stages: list[Stage]) -> set[str]:
    """Return the names of the stages that some targets name, and of all that they rest on.

    Args:
        targets: names of stages, e.g. `judge@good-vs-thin`, or of all that a `foreach` makes, e.g. `judge`.
        stages: all of the pipeline.

    Raises:
        UserError: a target names no stage.
    """
    waiting: list[Stage] = []
    for target in targets:
        named = [stage for stage in stages if stage.name == target or stage.name.startswith(f"{target}@")]
        if not named:
            raise UserError(f"{target}: no stage of this project{did_you_mean(target, [stage.name for stage in stages])}")
        waiting += named
    reached = {stage.name for stage in waiting}
    for stage in waiting:  # which grows on the way
        before = [other for other in stages if other.name not in reached and feeds(other, stage)]
        reached.update(other.name for other in before)
        waiting += before
    return reached


def after(first: list[Stage], stages: list[Stage]) -> list[Stage]:
    """Return the stages that depend on `first`, without `first`, in pipeline order."""
    reached = list(first)
    for stage in reached:  # which grows on the way
        reached += [other for other in stages if other not in reached and feeds(stage, other)]
    return [stage for stage in stages if stage in reached and stage not in first]


def feeds(one: Stage, other: Stage) -> bool:
    """Whether an output of `one` is a dependency of `other`, a folder that such a one is in, or a file in it."""
    # As text, since this is asked of every pair of stages.
    return any(out == dep or out.startswith(f"{dep}/") or dep.startswith(f"{out}/") for out in one.outs for dep in other.deps)
