"""`params.yaml`: every knob, checked whole before anything is sent."""

from pathlib import Path

from seedbed.project import paths
from seedbed.project.params_checks import cross_problems
from seedbed.project.params_types import Params
from seedbed.util.errors import UserError
from seedbed.util.schemas import first_problem, problems
from seedbed.util.yaml12 import line_of, load_yaml, located


def load_params(path: Path = paths.PARAMS) -> Params:
    """Read and check `params.yaml`.

    Raises:
        UserError: not YAML, breaks `schemas/params.schema.json`, is of another edition, or names an endpoint, model or
            corpus that is not there; names file, line and key.
    """
    params: Params = load_yaml(path)
    problem = first_problem(params, "params") or next(cross_problems(params), None)
    if problem:
        raise UserError(located(path, *problem))
    return params


def params_problems(path: Path = paths.PARAMS) -> list[str]:
    """Return every mistake of `params.yaml`, each with its line, from the top.

    Raises:
        UserError: not YAML.
    """
    params: Params = load_yaml(path)
    mistakes = problems(params, "params") or list(cross_problems(params))
    return [located(path, *problem) for problem in sorted(mistakes, key=lambda problem: line_of(path, problem[0]))]
