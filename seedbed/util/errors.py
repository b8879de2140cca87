"""User errors: mistakes that a person can fix, each reported in one sentence."""

import errno
import gc
import io
import os
import re
import sys
from collections.abc import Callable
from difflib import get_close_matches
from typing import NoReturn


class UserError(Exception):
    """Something that the user can put right: what, where, what was expected, what to do."""


_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_NEW_OBJECTS = 100_000
"""After so many, and not 700, cycles are looked for: most of a stage's rows live as long as it does."""
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def did_you_mean(word: str, known: list[str]) -> str:
    """Return `" (did you mean 'x'?)"` for the known word nearest to `word`, or the list of known words."""
    near = get_close_matches(word, known, n=1)
    if near:
        return f" (did you mean {near[0]!r}?)"
    return f" (known: {', '.join(known)})" if known else ""


def run(main: Callable[[], None]) -> NoReturn:
    """Call `main` and exit: 0 where it returns, 1 with one sentence on stderr where it raises `UserError`.

    What the console cannot print is printed as escapes. An optional dependency that is missing is named with its extra.
    """
    gc.set_threshold(_NEW_OBJECTS)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.encoding.lower().startswith("utf"):
            stream.reconfigure(errors="backslashreplace")
    try:
        main()
    except UserError as error:
        sys.exit(f"error: {_shown(error)}")
    except ModuleNotFoundError as error:
        extra = _extra_with(error.name or "")
        if extra is None:
            raise
        sys.exit(f"error: {error.name} is not installed; install it with `pip install 'seedbed[{extra}]'`")
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FORBIDDEN and error.filename:
            sys.exit(f"error: {_shown(error.filename)}: {error.strerror}; check the permissions of the file and its folder")
        if not no_room(error):
            raise
        sys.exit(f"error: no space left on the disk: {_shown(error)}; free some space and run again, every response is kept")
    except KeyboardInterrupt:
        sys.exit("error: interrupted; every response that arrived is kept, run the same command again to continue")
    sys.exit(0)


def no_room(error: Exception) -> bool:
    """Whether it is for want of room that something could not be written; libraries say it in words of their own."""
    return (isinstance(error, OSError) and error.errno in _NO_ROOM) or any(os.strerror(each) in str(error) for each in _NO_ROOM)


def _shown(error: Exception | str) -> str:
    from seedbed.util.safe_text import safe

    return safe(str(error))


def _extra_with(module: str) -> str | None:
    """Return the extra of this package that installs a module of the distribution's own name, as all of ours are."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        lines = requires("seedbed") or []
    except PackageNotFoundError:
        return None
    for line in lines:
        match = re.match(r"([\w.-]+).*\bextra == ['\"]([\w-]+)['\"]", line)
        if match and match[1].replace("-", "_") == module.partition(".")[0]:
            return match[2]
    return None
