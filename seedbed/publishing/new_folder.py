"""A folder that an export fills: with everything, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from seedbed.util.rows import expect_empty


@contextmanager
def new_folder(folder: Path) -> Iterator[None]:
    """Fill a folder; where that fails, what was written is removed, so that the same command may be run again.

    Args:
        folder: made by what is written into it where it is not there.

    Raises:
        UserError: the folder has files in it.
    """
    expect_empty(folder)
    there = folder.exists()
    try:
        yield
    except BaseException:
        for path in folder.glob("*"):
            rmtree(path) if path.is_dir() else path.unlink()
        if folder.is_dir() and not there:
            folder.rmdir()
        raise
