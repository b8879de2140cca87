"""What is published and what is looked at before: read once for the gates, the card and the files."""

from collections.abc import Sequence
from typing import NamedTuple

from seedbed.pipeline.status import NEVER_BUILT, Status
from seedbed.project import paths
from seedbed.project.model_settings import answer_stage, answering_models
from seedbed.project.params import load_params
from seedbed.project.params_types import Params, Publish
from seedbed.publishing.examples import Example, read_examples
from seedbed.publishing.overlap import Nearest, overlaps
from seedbed.publishing.personal import personal_data
from seedbed.util.errors import UserError


class Release(NamedTuple):
    """The data set that the last build gives.

    Attributes:
        examples: of every set.
        nearest: how near each question of each benchmark comes to them.
        personal: the kinds of personal data in an example, by the name of each that has some.
    """

    examples: list[Example]
    nearest: list[Nearest]
    personal: dict[str, list[str]]


def read_release(params: Params) -> Release:
    """Return what would be published.

    Raises:
        UserError: the build is not up to date, a file of it or of `publish.benchmarks` cannot be read, or no set has examples.
    """
    refuse_stale("dataset", ["dataset"])
    examples = read_examples(params)
    found = ((example.name, personal_data(example.text, params["language"])) for example in examples)
    return Release(examples, overlaps(params, examples), {name: kinds for name, kinds in found if kinds})


def publish_settings(params: Params) -> Publish:
    """Return the block `publish`.

    Raises:
        UserError: it names no licence.
    """
    settings: Publish = params.get("publish", {})
    if "license" not in settings:
        raise UserError(
            f"{paths.PARAMS}: publish.license: missing; a data set needs a licence before it is published. Give its Hugging "
            f"Face Hub id, e.g. `publish: {{license: cc-by-4.0}}`"
        )
    return settings


def refuse_stale_answers(*, judged: bool = False) -> None:
    """Refuse answers, verdicts and ratings that are not what the project's files say now; see `refuse_stale`.

    Args:
        judged: whether a match that was never judged is refused too.

    Raises:
        UserError: a stage that one of them is from would run.
    """
    params = load_params()
    answers = [answer_stage(params, model) for model in answering_models(params)]
    verdicts = [f"judge@{match}" for match in params["matches"]]
    ratings = [f"score@{model}" for model in params["scores"]]
    perhaps = [*(() if judged else verdicts), *ratings]
    refuse_stale("benchmark", [*answers, *(verdicts if judged else ())], perhaps)


def refuse_stale(target: str, stages: Sequence[str], perhaps: Sequence[str] = ()) -> None:
    """Refuse a build that is not what the project's files say now: what is said of it would be said of another.

    Args:
        target: the stage to build first.
        stages: must have been built.
        perhaps: may never have been built.

    Raises:
        UserError: one of the stages, or one that it rests on, would run.
    """
    status = Status([*stages, *perhaps])
    reasons = {stage: status.why(stage) for stage in (*stages, *perhaps)}
    for stage, why in reasons.items():
        if why and not (stage in perhaps and why == [NEVER_BUILT]):
            named = "" if stage == target else f"{stage}: "
            raise UserError(f"the build is not up to date ({named}{'; '.join(why)}): run `seedbed repro {target}` first")
