"""Normalise line ends to LF."""


def to_lf(text: str) -> str:
    """Return `text` with every line end as LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def of_a_sheet(text: str) -> str:
    """Return the text of a spreadsheet's cell with every line end as LF; Excel writes a carriage return as `_x000D_`."""
    return to_lf(text.replace("_x000D_\n", "\n").replace("_x000D_", "\n").replace("_x005F_", "_"))
