"""Examples in docstrings, to be run."""

import re
import textwrap
from types import ModuleType


def example_in(module: ModuleType) -> str:
    """Return the indented lines of a module's docstring."""
    return textwrap.dedent("".join(re.findall(r"(?m)^(?: {4}.*)?\n", str(module.__doc__))))
