"""Jinja templates of a folder. They are compiled once, and kept beside it as Python keeps its modules."""

import sys
from contextlib import suppress
from pathlib import Path

import jinja2
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket, FileSystemBytecodeCache


def templates_in(folder: Path) -> Environment:
    """Return what compiles the templates of a folder: every text is escaped, and a name that is not there is an error."""
    return Environment(
        loader=FileSystemLoader(folder),
        bytecode_cache=CompiledTemplates(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class CompiledTemplates(FileSystemBytecodeCache):
    """The compiled templates of a folder, in its `__pycache__`; where that cannot be written they are compiled each time.

    Args:
        folder: the folder of the templates.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder / "__pycache__"), f"%s.jinja2-{jinja2.__version__}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load what was kept of the same source; leave the bucket empty where nothing can be read."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # a damaged file may raise anything
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, unless Python is told to keep nothing, or the folder cannot be written."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)
