"""`plugins/*.py`: rules, tokenisers, exporters and verdict formats of the project's own.

A plug-in registers functions by decorator, and `params.yaml` names them like the library's own:

    # plugins/curt.py
    from seedbed.filtering.rules import Context, rule

    @rule
    def curt(candidate, context: Context):
        least = context.settings.get("least", 20)
        length = len(candidate["output"])
        return f"an output of {length} characters, fewer than {least}" if length < least else None

    # params.yaml
    filter:
      rules:
        - curt
      settings:
        curt:
          least: 40

The decorators are `rule` (`seedbed.filtering.rules`), `tokeniser` (`seedbed.filtering.tokenisers`), `exporter`
(`seedbed.steps.exporters`) and `verdict_format` (`seedbed.steps.verdict_formats`); each module says what its functions
take and give. What several plug-ins share goes into a file whose name begins with `_`, and is imported from there:
`from ._shared import words`.

Plug-ins are the project's own code, run on purpose, with all that Python may do. The same candidates must get the same
answer every time: no clock, no network, no chance without a fixed seed.
"""

import importlib
import sys
from pathlib import Path
from traceback import walk_tb
from types import ModuleType

from seedbed.project.paths import PLUGINS
from seedbed.util.errors import UserError
from seedbed.util.registry import shown_path

_PACKAGE = "_seedbed_plugins"
_loaded: dict[Path, UserError | None] = {}
"""Each folder that was imported, and why that failed. A process has one project; tests have several."""


def load_plugins(folder: Path = PLUGINS) -> None:
    """Import each `*.py` of `folder` once, in the order of their names; files that begin with `_` or `.` are passed over.

    Raises:
        UserError: a plug-in cannot be imported, or registers a name that is taken; names file and line.
    """
    folder = folder.resolve()
    if folder not in _loaded:
        package = ModuleType(f"{_PACKAGE}_{len(_loaded)}" if _loaded else _PACKAGE)
        package.__path__ = [str(folder)]  # where `from ._shared import …` looks
        sys.modules[package.__name__] = package
        _loaded[folder] = None
        try:
            for path in sorted(folder.glob("*.py")):
                if not path.name.startswith(("_", ".")):
                    _import(path, package.__name__)
        except UserError as error:
            _loaded[folder] = error
    if failed := _loaded[folder]:
        raise failed


def _import(path: Path, package: str) -> None:
    if not path.stem.isidentifier():
        raise UserError(f"{shown_path(path)}: not a valid module name; use only letters, digits and _")
    keep, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # stages depend on the folder, whole
    try:
        importlib.import_module(f"{package}.{path.stem}")
    except (Exception, SystemExit) as error:
        raise plugin_error(error, "the plug-in cannot be imported", path) from None
    finally:
        sys.dont_write_bytecode = keep


def plugin_error(error: BaseException, doing: str, path: Path | None = None) -> BaseException:
    """Return an exception that a plug-in raised as one sentence with the plug-in's file and line.

    Args:
        error: the exception.
        doing: what went wrong, for the message, e.g. `rule 'curt'`.
        path: the plug-in, where no line of it has run yet.

    Returns:
        A `UserError`; `error` itself where it is one, or where no plug-in is to blame.
    """
    place = _place(error)
    if isinstance(error, UserError) or not (place or path):
        return error
    # The exception may quote a model's text: keep it on one line, and short.
    words = error.msg if isinstance(error, SyntaxError) else str(error)
    message = "".join(letter if letter.isprintable() else " " for letter in words).strip()
    message = f"{type(error).__name__}{': ' if message else ''}{message if len(message) <= 200 else f'{message[:197]}...'}"
    return UserError(f"{place or shown_path(path or PLUGINS)}: {doing}: {message}")


def _place(error: BaseException) -> str | None:
    """Return `file:line` of the last line of a plug-in that ran, or that cannot be read as Python."""
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno or 1))
    inside = [(Path(file), line) for file, line in frames if Path(file).parent in _loaded]
    return f"{shown_path(inside[-1][0])}:{inside[-1][1]}" if inside else None
