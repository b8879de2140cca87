"""Line ends: browsers and spreadsheets have their own, our files have LF."""


def to_lf(text: str) -> str:
    """Return `text` with every line end as LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
