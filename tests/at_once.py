"""`python at_once.py`: builds the project in the current folder in one process, for tests that need something built.

The stages run as `dvc.yaml` has them, one after the other, and DVC then takes what they wrote into its cache and lock. That
takes a third of `dvc repro`, which starts a Python for each stage; `dvc repro` from nothing is tried where it is the matter.
"""

import runpy
import shlex
import sys
from pathlib import Path

from dvc.repo import Repo

from seedbed.project import paths
from seedbed.util.yaml12 import load_yaml


def main() -> None:
    sys.path[0] = str(Path.cwd())  # the project's stages
    with Repo() as repo:
        order = list(load_yaml(paths.DVC_YAML)["stages"])
        stages = sorted(repo.index.stages, key=lambda stage: order.index(stage.addressing.partition("@")[0]))
        commands = [shlex.split(stage.cmd) for stage in stages]
        for _python, _m, module, *arguments in commands:
            sys.argv = [module, *arguments]
            try:
                runpy.run_module(module, run_name="__main__")
            except SystemExit as end:
                if end.code:
                    raise
        repo.commit(force=True)


if __name__ == "__main__":
    main()
