"""`seedbed repro`: the check, the budget and `dvc repro` in one process, so that DVC is imported once, not three times."""

import os
import re
import sys
from pathlib import Path

from seedbed.pipeline.check import check_all
from seedbed.pipeline.graph import stage_names
from seedbed.project import paths
from seedbed.project.params import load_params
from seedbed.sending.budget import has_budget
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.yaml12 import load_yaml

_STAGE = re.compile(r"\w[\w-]*(?:@.+)?")
"""A target that is a stage, and no option, file or `dvc.yaml:stage`."""


def reproduce(arguments: list[str]) -> int:
    """Check the project, hold the plan against the budget where there is one, and run `dvc repro`.

    Args:
        arguments: targets and options, as `dvc repro` takes them.

    Returns:
        DVC's exit code.

    Raises:
        UserError: the project has a mistake, a target is no stage, or the plan exceeds the budget. Nothing was run.
    """
    targets = arguments if all(map(_STAGE.fullmatch, arguments)) else []
    print(check_all(targets), flush=True)  # before what the stages print: they write to the same place
    _refuse_unknown(targets)
    if has_budget(load_params()):
        from seedbed.pipeline.plan import Plan

        # What options and files name is for DVC to say: the plan of the whole pipeline is the most that it can be.
        Plan(targets).check_budget()
    from dvc.cli import main

    # The stages' `python` is the one that runs this, also where its environment is not activated.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    code: int = main(["repro", *arguments])
    if code == 0 and (built := [name for name in ("benchmark", "dataset") if not arguments or name in arguments]):
        print("To read the reports: " + ", ".join(f"`seedbed open {name}`" for name in built))
    return code


def _refuse_unknown(targets: list[str]) -> None:
    """Raise `UserError` for a target that names no stage and nothing else."""
    names = stage_names(load_yaml(paths.DVC_YAML), load_yaml(paths.PARAMS))
    for target in targets:
        if not any(name == target or name.startswith(f"{target}@") for name in names) and not Path(target).exists():
            raise UserError(f"{target}: no stage of this project{did_you_mean(target, names)}")
