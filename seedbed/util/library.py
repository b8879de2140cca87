"""Files of the library that a new project needs, in an installed wheel or in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def library_file(relative: str) -> Path:
    """Return the library's file or folder of this name, e.g. of `schemas/params.schema.json`.

    Args:
        relative: its path in a project.

    Returns:
        The one under `seedbed/template/` where the library is installed from a wheel; in a checkout, where there is no such
        folder, the one at the repository's root, whether it is there or not.
    """
    template = _PACKAGE / "template"
    return (template if template.is_dir() else _PACKAGE.parent) / relative
