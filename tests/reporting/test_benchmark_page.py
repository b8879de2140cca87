"""The benchmark page: every match makes sense, in every corner."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.builds import STAND_IN, Build
from tests.reporting.reader import Reader


def test_it_says_loudly_what_the_stand_in_made(tmp_path: Path) -> None:
    made = Reader(Build(tmp_path / "a", made_by=dict(STAND_IN)).benchmark_page()).shown
    assert "Made with the stand-in. The translations of the questions, answers and judgments of this build come from" in made
    real = Reader(Build(tmp_path / "b").benchmark_page()).shown
    assert "Made with the stand-in" not in real
    assert "a/real:model at there" in real
    assert "translate@questions a/real:model at there in the dataset report" in real
    recorded = Reader(Build(tmp_path / "c", made_by={"recorded": "data/recorded/x.jsonl"}).benchmark_page()).shown
    assert "recorded in data/recorded/x.jsonl" in recorded
    assert "in the dataset report" not in recorded


def test_numbers_of_a_match(tmp_path: Path) -> None:
    verdicts = {"q00": ("first", "second"), "q01": ("first", "first"), "q02": ("invalid", "tie")}
    read = Reader(Build(tmp_path / "a", judge=lambda match, q, order: (verdicts[q][order == "ba"], "…")).benchmark_page())
    assert "On the 2 valid questions, good has an adjusted win rate of 75.0%" in read.shown
    assert "1 wins, 1 ties, 0 losses, 1 invalid" in [value for _, name, value in read.attributes if name == "aria-label"]
    assert "no valid verdict" in read.shown  # fermi


def test_all_pairs_are_ranked_and_a_star_is_not(tmp_path: Path) -> None:
    pairs = [("good", "thin"), ("good", "poor"), ("poor", "thin")]
    whole = Reader(Build(tmp_path / "a", models=("good", "thin", "poor"), matches=pairs).benchmark_page()).shown
    assert "strengths by the Bradley–Terry model" in whole
    assert "over all matches of a model, on either side" in whole
    star = Reader(Build(tmp_path / "b", models=("good", "thin", "poor"), matches=[pairs[0], pairs[2]]).benchmark_page()).shown
    assert "Bradley" not in star
    assert "Adjusted win rate against thin" in star


def test_without_a_match_nothing_is_said_of_win_rates(tmp_path: Path) -> None:
    found = Build(tmp_path / "a", models=(), matches=(), made_by=STAND_IN).benchmark()
    assert found.stand_in.endswith("is not a language model: replace them before you compare models.")


def test_what_has_no_estimate_has_no_columns(tmp_path: Path) -> None:
    build = Build(tmp_path / "a")
    assert "not estimated, since" in build.benchmark().summary()
    for text in (build.benchmark().summary(), Reader(build.benchmark_page()).shown):
        assert "length and Markdown" not in text
    assert "worst case</th>" not in build.benchmark_page()


def test_agreement_is_shown_where_people_voted(tmp_path: Path) -> None:
    votes = [
        ("yuki", "good-vs-thin", f"q0{number}", verdict, "") for number, verdict in enumerate(["model", "baseline", "tie"])
    ]
    read = Reader(Build(tmp_path / "a", votes=votes).benchmark_page()).shown
    assert "Judge and majority differ on 2 questions" in read
    orphaned = [("yuki", "gone-vs-thin", "q00", "model", "")]
    assert "There are votes, but none is valid" in Reader(Build(tmp_path / "b", votes=orphaned).benchmark_page()).shown


CORNERS: dict[str, tuple[dict[str, Any], str]] = {
    "no match": ({"matches": ()}, "No match has been judged"),
    "one model": ({"models": ("good",), "matches": ()}, "No question has been judged"),
    "no model": ({"models": (), "matches": ()}, "No question has been judged"),
    "one category": ({"questions": [("generic", "なぜ？"), ("generic", "いつ？")]}, "good against thin"),
    "one question": ({"questions": [("generic", "なぜ？")]}, "On the 1 valid question, good has"),
    "no valid verdict": ({"judge": lambda *_: ("invalid", "?")}, "No result for good and thin"),
    "no question": ({"questions": ()}, "No match has been judged"),
    "failed answers": ({"answer": lambda *_: None}, "good against thin"),
    "category of markup": ({"questions": [("<b>", "?"), ('it\'s "quoted" & more', "?")]}, 'it\'s "quoted" & more'),
    "another language": ({"changes": {"language": "de"}}, "Benchmark in German"),
    "a language of no name": ({"changes": {"language": "qxx"}}, "Benchmark in qxx"),
}


@pytest.mark.parametrize("corner", CORNERS)
def test_corners_make_sense(tmp_path: Path, corner: str) -> None:
    changes, words = CORNERS[corner]
    page = Build(tmp_path / "a", **changes).benchmark_page()
    read = Reader(page)
    assert words in read.shown
    assert not re.search(r"\b(?:None|nan|inf|undefined)\b", read.shown)
    assert "<b>" not in page
    assert unescape(page).count("<main ") == 1


def test_texts_name_their_language(tmp_path: Path) -> None:
    read = Reader(Build(tmp_path / "a", changes={"language": "de"}).benchmark_page())
    assert ("html", "lang", "en") in read.attributes
    assert '"language": "de"' in "".join(read.texts["script"])
