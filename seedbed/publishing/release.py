"""What is published and what is looked at before: read once for the gates, the card and the files."""

from typing import NamedTuple

from seedbed.pipeline.status import Status
from seedbed.project import paths
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
    refuse_stale()
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


def refuse_stale() -> None:
    """Refuse a build that is not what the project's files say now: what is said of it would be said of another.

    Raises:
        UserError: the stage `dataset`, or one that it rests on, would run.
    """
    if why := Status(["dataset"]).why("dataset"):
        raise UserError(f"the build is not up to date ({'; '.join(why)}): run `dvc repro dataset` first")
