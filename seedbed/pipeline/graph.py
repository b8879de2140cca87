"""The pipeline as DVC reads `dvc.yaml`: which stages read a parameter or a prompt, and what rests on them."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml


@dataclass(frozen=True)
class Stage:
    """One stage of `dvc.yaml`, its `foreach` resolved.

    Attributes:
        name: e.g. `judge@good-vs-thin`.
        deps: paths of files and folders that it reads.
        params: (file, dotted key) that it reads; the key is empty where it reads the whole file.
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


def load_stages() -> list[Stage]:
    """Return the stages in flow order.

    Raises:
        UserError: DVC cannot read the pipeline.
    """
    from dvc.dependency.param import ParamsDependency
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo() as repo:
            found = [
                Stage(
                    stage.addressing,
                    tuple(dep.def_path for dep in stage.deps if not isinstance(dep, ParamsDependency)),
                    tuple(
                        (dep.def_path, key)
                        for dep in stage.deps
                        if isinstance(dep, ParamsDependency)
                        for key in dep.params or [""]
                    ),
                    tuple(out.def_path for out in stage.outs),
                )
                for stage in repo.index.stages
            ]
    except DvcException as error:
        raise UserError(f"dvc.yaml: {' '.join(str(error).split())}") from None
    order = list(load_yaml(Path("dvc.yaml"))["stages"])  # DVC's index keeps another
    return sorted(found, key=lambda stage: order.index(stage.name.partition("@")[0]))


def after(first: list[Stage], stages: list[Stage]) -> list[Stage]:
    """Return the stages that rest on `first`, themselves left out, in flow order."""
    reached = list(first)
    for stage in reached:  # which grows on the way
        outs = [PurePosixPath(out) for out in stage.outs]
        reached += [
            other for other in stages if other not in reached and any(_meet(out, dep) for out in outs for dep in other.deps)
        ]
    return [stage for stage in stages if stage in reached and stage not in first]


def _meet(out: PurePosixPath, dep: str) -> bool:
    """Whether a dependency is an output, a folder that it is in, or a file in it."""
    other = PurePosixPath(dep)
    return out == other or other in out.parents or out in other.parents
