"""`seedbed repro`: the check, the budget and `dvc repro` in one process, so that DVC is imported once, not three times."""

import os
import re
import sys
from pathlib import Path

from seedbed.pipeline.check import check_all
from seedbed.project.params import load_params
from seedbed.sending.budget import has_budget

_STAGE = re.compile(r"\w[\w-]*(?:@.+)?")
"""A target that is a stage, and no option, file or `dvc.yaml:stage`."""


def reproduce(arguments: list[str]) -> int:
    """Check the project, hold the plan against the budget where there is one, and run `dvc repro`.

    Args:
        arguments: targets and options, as `dvc repro` takes them.

    Returns:
        DVC's exit code.

    Raises:
        UserError: the project has a mistake, or the plan exceeds the budget. Nothing was run.
    """
    print(check_all(), flush=True)  # before what the stages print: they write to the same place
    if has_budget(load_params()):
        from seedbed.pipeline.plan import Plan

        # What options and files name is for DVC to say: the plan of the whole pipeline is the most that it can be.
        Plan(arguments if all(map(_STAGE.fullmatch, arguments)) else []).check_budget()
    from dvc.cli import main

    # The stages' `python` is the one that runs this, also where its environment is not activated.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    code: int = main(["repro", *arguments])
    if code == 0 and (built := [name for name in ("benchmark", "dataset") if not arguments or name in arguments]):
        print("To read the reports: " + ", ".join(f"`seedbed open {name}`" for name in built))
    return code
