"""`seedbed publish --to ADDRESS`: the data set of `seedbed export dataset`, shown first, and with `--yes` sent."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from seedbed.project import paths
from seedbed.project.params import load_params
from seedbed.publishing.destinations import destination
from seedbed.publishing.examples import by_stand_in
from seedbed.publishing.folder import CARD, write_dataset
from seedbed.publishing.gates import Gate, gates_of
from seedbed.publishing.release import publish_settings, read_release
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.words import count, few

_STAND_IN = "stand-in"


def publish(to: str, *, yes: bool, stand_in: bool, despite: Sequence[str] = ()) -> str:
    """Publish what the last build left, or say what would be published.

    Args:
        to: see `destinations`.
        yes: whether to send it.
        stand_in: whether it may hold what the stand-in wrote.
        despite: gates of `seedbed check --release` that may fail.

    Returns:
        What was sent; or a line a gate, and a line a file that would be sent.

    Raises:
        UserError: `publish` names no licence, the build is not up to date, the stand-in wrote some of it, another gate fails,
            there is no such gate, or the place holds other files or cannot be reached.
    """
    params = load_params()
    license = publish_settings(params)["license"]
    place = destination(to)
    release = read_release(params)
    gates, examples = gates_of(params, release), release.examples
    for name in despite:
        if name not in (names := [gate.name for gate in gates]):
            raise UserError(f"--despite {name}: no gate{did_you_mean(name, names)}")
    gates = [gate for gate in gates if gate.name != _STAND_IN]  # of which there is more to say, below
    failing = [gate for gate in gates if not gate.passed and gate.name not in despite]
    number = sum(by_stand_in(example.row) for example in examples)
    if number and not (stand_in or _STAND_IN in despite):
        raise UserError(
            f"the stand-in, which is no language model, wrote {number} of {count(len(examples), 'example')} or their "
            "translations: build with a model, or add `--stand-in` to publish a rehearsal"
        )
    if yes and failing:
        raise UserError("nothing was sent, because of what `seedbed check --release` says:\n" + _refusal(failing))
    with TemporaryDirectory(prefix="seedbed-publish-") as temporary:
        folder = Path(temporary)
        write_dataset(folder, params, release)
        names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        names = [*(name for name in names if name != CARD), CARD]
        there = place.files()
        if others := sorted(there - {*names}):
            raise UserError(
                f"--to {to}: {count(len(others), 'file')} there that this data set does not contain ({few(others, 3)}); choose "
                "another destination, or remove them"
            )
        sizes = {name: (folder / name).stat().st_size for name in names}
        if yes:
            place.send(folder, names)
    summary = f"{count(len(names), 'file')}, {sum(sizes.values()):,} bytes, {count(len(examples), 'example')}, {license}"
    if yes:
        return f"{to}: {summary}"
    lines = [f"{sizes[name]:>12,}  {name}{'  (replaces one)' if name in there else ''}" for name in names]
    last = f"--yes is refused, since a gate fails:\n{_refusal(failing)}" if failing else "--yes sends it"
    return "\n".join([*map(str, gates), "", *lines, f"{to} would receive {summary}; {last}"])


def _refusal(failing: Sequence[Gate]) -> str:
    """Return the gates that fail, a line each, and what to do."""
    anyway = " ".join(f"--despite {gate.name}" for gate in failing)
    return "\n".join([*map(str, failing), f"mend the data, change publish.gates in {paths.PARAMS}, or say `{anyway}`"])
