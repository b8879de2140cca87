"""`seedbed publish --to ADDRESS`: show, and with `--yes` upload, the data set of `seedbed export dataset`."""

from pathlib import Path
from tempfile import TemporaryDirectory

from seedbed.project.params import load_params
from seedbed.publishing.destinations import destination
from seedbed.publishing.folder import CARD, write_dataset
from seedbed.publishing.released import by_stand_in, publish_settings, refuse_stale
from seedbed.util.errors import UserError
from seedbed.util.words import count, few


def publish(to: str, *, yes: bool, stand_in: bool) -> str:
    """Publish what the last build left, or say what would be published.

    Args:
        to: see `destinations`.
        yes: whether to send it.
        stand_in: whether it may hold what the stand-in wrote.

    Returns:
        What was sent, or would be, a line a file.

    Raises:
        UserError: `publish` names no licence, the build is not up to date, the stand-in wrote some of it, or the place holds
            other files or cannot be reached.
    """
    params = load_params()
    license = publish_settings(params)["license"]
    refuse_stale()
    place = destination(to)
    with TemporaryDirectory(prefix="seedbed-publish-") as temporary:
        folder = Path(temporary)
        examples = write_dataset(folder, params)
        if (number := sum(by_stand_in(example.row) for example in examples)) and not stand_in:
            raise UserError(
                f"the stand-in, which is no language model, wrote {number} of {count(len(examples), 'example')} or their "
                "translations: build with a model, or add `--stand-in` to publish a rehearsal"
            )
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
    return "\n".join([*lines, f"{to} would receive {summary}; run `seedbed check --release` first, then add --yes to send it"])
