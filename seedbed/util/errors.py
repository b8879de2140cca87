"""Mistakes that a person can mend, said in one sentence."""

import re
import sys
from collections.abc import Callable
from difflib import get_close_matches
from typing import NoReturn


class UserError(Exception):
    """Something that the user can put right: what, where, what was expected, what to do."""


_KEY = re.compile(
    r"(?:sk|pk|gsk|hf|xai|key|AIza)[-_A-Za-z0-9]{12,}|(?=[A-Za-z0-9_-]*\d)(?=[A-Za-z0-9_-]*[a-z])[A-Za-z0-9_-]{28,}"
)


def masked(text: str) -> str:
    """Return `text` with what looks like an API key cut to its beginning: a key may have been pasted anywhere."""
    return _KEY.sub(lambda key: f"{key[0][:4]}…", text)


def did_you_mean(word: str, known: list[str]) -> str:
    """Return `" (did you mean 'x'?)"` for the known word nearest to `word`, or the list of known words."""
    near = get_close_matches(word, known, n=1)
    if near:
        return f" (did you mean {near[0]!r}?)"
    return f" (known: {', '.join(known)})" if known else ""


def run(main: Callable[[], None]) -> NoReturn:
    """Call `main` and exit: 0 where it returns, 1 with one sentence on stderr where it raises `UserError`."""
    try:
        main()
    except UserError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("error: interrupted; every response that arrived is kept, run the same command again to go on")
    sys.exit(0)
