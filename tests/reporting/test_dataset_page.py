"""The dataset page: instructions, diversity and effort make sense, in every corner."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.builds import STAND_IN, Build
from tests.reporting.reader import Reader

SPACE = {"tokeniser": {"name": "space"}, "similarity": {"threshold": 0.7, "reject": ">="}}


def test_it_says_loudly_what_the_stand_in_made(tmp_path: Path) -> None:
    made = Reader(Build(tmp_path / "a", made_by=dict(STAND_IN)).dataset_page()).shown
    assert "Made with the stand-in. The translations and instructions of this build come from" in made
    real = Reader(Build(tmp_path / "b").dataset_page()).shown
    assert "Made with the stand-in" not in real
    assert "a/real:model at there" in real


CORNERS: dict[str, tuple[dict[str, Any], str]] = {
    "no instruction": ({"instructions": (), "rejected": ()}, "No instruction has been generated"),
    "no generation": ({"changes": {"generations": {}, "sets": {}}}, "No instruction has been generated"),
    "nothing kept": ({"instructions": ()}, "rejected: refusal"),
    "no baseline": ({"baseline": ()}, "direct translation"),
    "no task": ({"instructions": (), "seeds": (), "baseline": ()}, "There are no tasks"),
    "another language": (
        {"changes": {"language": "de", "filter": SPACE}},
        "Not available: the tokeniser space gives no parts of speech",
    ),
    "instruction of markup": ({"instructions": [("<i>", "<script>alert(1)</script>", "", "\u2028\u202e\x01")]}, "<i>"),
}


@pytest.mark.parametrize("corner", CORNERS)
def test_corners_make_sense(tmp_path: Path, corner: str) -> None:
    changes, words = CORNERS[corner]
    page = Build(tmp_path / "a", **changes).dataset_page()
    read = Reader(page)
    assert words in read.shown
    assert not re.search(r"\b(?:None|nan|inf|undefined)\b", read.shown)
    assert "<script>alert" not in page
    assert page.count("<main ") == 1


def test_texts_name_their_language(tmp_path: Path) -> None:
    texts = [("email", "Schreibe einen Brief", "", "…")] * 2
    read = Reader(Build(tmp_path / "a", instructions=texts, changes={"language": "de", "filter": SPACE}).dataset_page())
    assert ("html", "lang", "en") in read.attributes
    assert ("th", "lang", "de") in read.attributes
