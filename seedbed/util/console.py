"""A console for tables: as wide as the terminal, and not truncated in a pipe."""

from rich.console import Console


def wide_console() -> Console:
    """Return a console on stdout for tables: as wide as the terminal, and never cut short in a pipe."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=250)
