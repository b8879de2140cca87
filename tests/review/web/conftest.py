"""Every test of the page runs in a small project of its own."""

import pytest


@pytest.fixture(autouse=True)
def in_folder(folder: None) -> None:
    """Whether or not a test names it."""
