"""Task types, topics and conditions for generated tasks: `data/generation/<language>.yaml`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import Row
from seedbed.util.schemas import Problem, problems
from seedbed.util.yaml12 import load_yaml, located


class Condition(NamedTuple):
    """Something that is asked of a share of the tasks.

    Attributes:
        share: of the tasks, 0 to 1.
        words: as the model reads it.
        only: the task types that it is for; empty for all.
    """

    share: float
    words: str
    only: frozenset[str]


@dataclass(frozen=True)
class Lists:
    """What tasks are drawn from.

    Attributes:
        task_types: the weight of each type that is drawn.
        means: what a type means, as the model reads it, where the file says so.
        groups: the weight of each group of topics; empty where there are no topics.
        topics: the topics of each group.
        conditions: by kind; a task gets one of each kind at most.
    """

    task_types: Mapping[str, float]
    means: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, float] = field(default_factory=dict)
    topics: Mapping[str, Sequence[str]] = field(default_factory=dict)
    conditions: Mapping[str, Sequence[Condition]] = field(default_factory=dict)


def load_lists(path: Path, task_types: Sequence[str]) -> Lists:
    """Read `data/generation/<language>.yaml`; where it is not there, every task type is drawn equally often, and no topic.

    Args:
        path: the file.
        task_types: `labels.task`; a type that the file leaves out has the weight 1.

    Raises:
        UserError: the file breaks its schema, or names a task type that is not among `task_types`; names file, line and field.
    """
    if not path.is_file():
        return Lists(dict.fromkeys(task_types, 1.0))
    for problem in lists_problems(path, task_types):
        raise UserError(problem)
    document: Row = load_yaml(path)
    types, groups = document.get("task_types", {}), document.get("topics", {})
    weights = {name: float(types.get(name, {}).get("weight", 1)) for name in task_types}
    return Lists(
        task_types={name: weight for name, weight in weights.items() if weight},
        means={name: each["means"].strip() for name, each in types.items() if "means" in each},
        groups={name: float(each.get("weight", 1)) for name, each in groups.items()},
        topics={name: each["topics"] for name, each in groups.items()},
        conditions={
            kind: [Condition(each["share"], each["words"].strip(), frozenset(each.get("only", ()))) for each in options]
            for kind, options in document.get("conditions", {}).items()
        },
    )


def lists_problems(path: Path, task_types: Sequence[str]) -> Iterator[str]:
    """Yield every mistake of the file, with its line and field; see `load_lists`.

    Raises:
        UserError: the file is not YAML.
    """
    document = load_yaml(path)
    for field_, words in problems(document, "generation") or _cross_problems(document, task_types):
        yield located(path, field_, words)


def _cross_problems(document: Row, task_types: Sequence[str]) -> Iterator[Problem]:
    """Yield what a schema cannot say: that task types are labels, and that shares leave nothing over."""
    types = document.get("task_types", {})
    used: list[tuple[list[str | int], str]] = [(["task_types", name], name) for name in types]
    for kind, options in document.get("conditions", {}).items():
        for place, each in enumerate(options):
            used += [(["conditions", kind, place, "only"], name) for name in each.get("only", ())]
        if sum(each["share"] for each in options) > 1 + 1e-9:
            yield (
                ["conditions", kind],
                "the shares sum to more than 1; lower them, since a task gets at most one condition of each kind",
            )
    for place_, name in used:
        if name not in task_types:
            hint = did_you_mean(name, list(task_types))
            yield place_, f"unknown task type {name!r}{hint}; fix it, or add it to labels.task of params.yaml"
    if task_types and not any(types.get(name, {}).get("weight", 1) for name in task_types):
        yield ["task_types"], "every weight is 0, so no task type can be sampled; raise at least one"
