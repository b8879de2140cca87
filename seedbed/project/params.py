"""Load `params.yaml` and validate all of it before anything is sent."""

from pathlib import Path

from seedbed.project import paths
from seedbed.project.editions import EDITIONS, other_edition
from seedbed.project.params_checks import cross_problems
from seedbed.project.params_types import Params
from seedbed.project.secrets_in_params import secret_problems
from seedbed.util.errors import UserError
from seedbed.util.schemas import Problem, not_json, problems
from seedbed.util.yaml12 import line_of, load_yaml, located


def load_params(path: Path = paths.PARAMS) -> Params:
    """Read and check `params.yaml`.

    Raises:
        UserError: not YAML, breaks `schemas/params.schema.json`, is of another edition, or names an endpoint, model or
            corpus that is not there; names file, line and key.
    """
    params: Params = load_yaml(path)
    if wrong := _schema_problems(params):
        raise UserError(located(path, *(_older_edition(params) or wrong[0])))
    if problem := next(cross_problems(params), None):
        raise UserError(located(path, *problem))
    return params


def params_problems(path: Path = paths.PARAMS) -> list[str]:
    """Return every mistake of `params.yaml`, each with its line, from the top.

    Raises:
        UserError: not YAML.
    """
    params: Params = load_yaml(path)
    mistakes = _schema_problems(params)
    if not mistakes:
        mistakes = list(cross_problems(params))
    return [located(path, *problem) for problem in sorted(mistakes, key=lambda problem: line_of(path, problem[0]))]


def older_project(path: Path = paths.PARAMS) -> str | None:
    """Return what to do about a project that is of an older library and lacks what this one reads; None for any other."""
    try:
        params = load_yaml(path)
    except UserError:
        return None
    older = _older_edition(params)
    return located(path, *older) if older and _schema_problems(params) else None


def _schema_problems(params: object) -> list[Problem]:
    """Return what breaks the schema; and what no request can hold, in the blocks that go to a server as they are."""
    wrong = problems(params, "params") or [(list(field), words) for field, words in not_json(params)]
    secret = list(secret_problems(params))
    named = [field for field, _ in secret]
    return [problem for problem in wrong if problem[0] not in named] + secret


def _older_edition(params: object) -> Problem | None:
    """Return what to do about a file of an older library: what it lacks is no mistake of its author."""
    if not isinstance(params, dict):
        return None
    if "editions" not in params:
        return ["editions"], "missing: this project is from an older Seedbed; run `seedbed upgrade`"
    editions = params["editions"]
    named = {stage: n for stage, n in editions.items() if isinstance(n, int) and n > 0} if isinstance(editions, dict) else {}
    other = other_edition(EDITIONS | named)
    if other is None:
        return None
    stage, words = other
    return ["editions", stage], words
