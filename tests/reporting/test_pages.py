"""The report page: self-contained, the same each time, every number with its query, and sense in every corner."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from seedbed.reporting.page import integrity, number

from seedbed.reporting.conclusions import conclude, with_tests
from tests.builds import STAND_IN, Build
from tests.harness import ROOT

VOID = {"meta", "input", "rect", "line", "path", "circle", "link", "br"}


class Reader(HTMLParser):
    """Collects what a page shows, and holds its tags against each other."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open[-1]][-1] += data
        if not {"script", "style"} & set(self.open):
            self.words.append(data)

    @property
    def shown(self) -> str:
        return " ".join(" ".join(self.words).split())


def rows(
    *counts: tuple[str, int, int, int], ci: dict[str, tuple[float, float]] | None = None, match: str = "m"
) -> list[dict[str, Any]]:
    """Return rows as `win_rate_rows` does: (category, wins, losses, ties)."""
    found = []
    for category, wins, losses, ties in counts:
        valid = wins + losses + ties
        rate = 100 * (wins + ties / 2) / valid if valid else None
        low, high = (ci or {}).get(category, (rate, rate))
        found.append(
            {
                **{"match": match, "model": "x", "baseline": "y", "category": category, "wins": wins, "losses": losses},
                **{"ties": ties, "adjusted_win_rate": rate, "ci_low": low, "ci_high": high},
            }
        )
    return found


def test_the_page_needs_nothing_beside_it(tmp_path: Path) -> None:
    page = Build(tmp_path / "a").page()
    read = Reader(page)
    assert not re.search(r"url\(|@import|https?://|//cdn", page)
    for tag, name, value in read.attributes:
        assert not name.startswith("on"), (tag, name)
        assert name not in ("src", "srcset", "style", "action", "data"), (tag, name)
        assert name != "href" or value.startswith("#")
    (policy,) = (value for tag, name, value in read.attributes if tag == "meta" and "script-src" in value)
    assert f"script-src '{integrity(read.texts['script'][-1])}'" in policy
    assert f"style-src '{integrity(read.texts['style'][0])}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert page == Build(tmp_path / "b").page()


def test_every_table_names_its_query_and_every_query_is_there(tmp_path: Path) -> None:
    page = Build(tmp_path / "a", votes=[("yuki", "good-vs-thin", "q00", "baseline", "")]).page()
    named = set(re.findall(r"queries/(\w+)\.sql", page))
    for name in named:
        assert (ROOT / "queries" / f"{name}.sql").is_file()
    for table in re.finditer(r"</table>", page):
        rest = page[table.end() :]
        end = re.search(r"<h[34]|</section>", rest)
        assert end
        assert 'class="source"' in rest[: end.start()] or "SHA-256 of its content" in page[table.start() - 3000 : table.start()]
    assert {
        "win_rates",
        "judge_health",
        "agreement",
        "disagreements",
        "dataset",
        "diversity_nearest",
        "effort",
        "usage",
        "provenance",
    } <= named


def test_it_says_loudly_what_the_stand_in_made(tmp_path: Path) -> None:
    made = Reader(Build(tmp_path / "a", made_by=dict(STAND_IN)).page()).shown
    assert "Made with the stand-in. The translations, instructions, answers and judgments of this build come from" in made
    real = Reader(Build(tmp_path / "b").page()).shown
    assert "Made with the stand-in" not in real
    assert "a/real:model at there" in real
    recorded = Reader(Build(tmp_path / "c", made_by={"recorded": "data/recorded/x.jsonl"}).page()).shown
    assert "recorded in data/recorded/x.jsonl" in recorded


@pytest.mark.parametrize(("value", "shown"), [(-0.3, "0"), (-0.6, "−1"), (0.5, "0"), (12.0, "12"), (None, "")])
def test_zero_has_no_sign(value: float | None, shown: str) -> None:
    assert number(value, 0) == shown


def test_numbers_of_a_match(tmp_path: Path) -> None:
    verdicts = {"q00": ("first", "second"), "q01": ("first", "first"), "q02": ("invalid", "tie")}
    read = Reader(Build(tmp_path / "a", judge=lambda match, q, order: (verdicts[q][order == "ba"], "…")).page())
    assert "Over the 2 valid questions good has an adjusted win rate of 75.0%" in read.shown
    assert "1 wins, 1 ties, 0 losses, 1 invalid" in [value for _, name, value in read.attributes if name == "aria-label"]
    assert "no valid verdict" in read.shown  # fermi


def test_all_pairs_are_ranked_and_a_star_is_not(tmp_path: Path) -> None:
    pairs = [("good", "thin"), ("good", "poor"), ("poor", "thin")]
    whole = Reader(Build(tmp_path / "a", models=("good", "thin", "poor"), matches=pairs).page()).shown
    assert "strengths by the model of Bradley and Terry" in whole
    assert "over all matches of a model, on either side" in whole
    star = Reader(Build(tmp_path / "b", models=("good", "thin", "poor"), matches=[pairs[0], pairs[2]]).page()).shown
    assert "Bradley" not in star
    assert "Adjusted win rate against thin" in star


def test_agreement_is_shown_where_people_voted(tmp_path: Path) -> None:
    votes = [
        ("yuki", "good-vs-thin", f"q0{number}", verdict, "") for number, verdict in enumerate(["model", "baseline", "tie"])
    ]
    read = Reader(Build(tmp_path / "a", votes=votes).page()).shown
    assert "Judge and majority differ on 2 questions" in read
    orphaned = [("yuki", "gone-vs-thin", "q00", "model", "")]
    assert "There are votes, but none that counts" in Reader(Build(tmp_path / "b", votes=orphaned).page()).shown


CORNERS: dict[str, tuple[dict[str, Any], str]] = {
    "no match": ({"matches": ()}, "No match has been judged"),
    "one model": ({"models": ("good",), "matches": ()}, "No question has been judged"),
    "one category": ({"questions": [("generic", "なぜ？"), ("generic", "いつ？")]}, "good against thin"),
    "one question": ({"questions": [("generic", "なぜ？")]}, "Over the 1 valid question good has"),
    "no valid verdict": ({"judge": lambda *_: ("invalid", "?")}, "nothing can be concluded about good and thin"),
    "no question": ({"questions": ()}, "No match has been judged"),
    "no instruction": ({"instructions": (), "rejected": ()}, "No instruction has been generated"),
    "nothing kept": ({"instructions": ()}, "rejected: refusal"),
    "no baseline": ({"baseline": ()}, "direct translation"),
    "no task": ({"instructions": (), "seeds": (), "baseline": ()}, "There is no task to look at"),
    "failed answers": ({"answer": lambda *_: None}, "good against thin"),
    "category of markup": ({"questions": [("<b>", "?"), ('it\'s "quoted" & more', "?")]}, 'it\'s "quoted" & more'),
    "another language": (
        {
            "changes": {
                "language": "de",
                "filter": {"tokeniser": {"name": "space"}, "similarity": {"threshold": 0.7, "reject": ">"}},
            }
        },
        "Not available for this language’s tokeniser: space",
    ),
    "instruction of markup": ({"instructions": [("<i>", "<script>alert(1)</script>", "", "\u2028\u202e\x01")]}, "<i>"),
}


@pytest.mark.parametrize("corner", CORNERS)
def test_corners_make_sense(tmp_path: Path, corner: str) -> None:
    changes, words = CORNERS[corner]
    page = Build(tmp_path / "a", **changes).page()
    read = Reader(page)
    assert words in read.shown
    assert not re.search(r"\b(?:None|nan|inf|undefined)\b", read.shown)
    assert "<b>" not in page
    assert "<script>alert" not in page
    assert unescape(page).count("<main>") == 1


def test_texts_name_their_language(tmp_path: Path) -> None:
    settings = {"tokeniser": {"name": "space"}, "similarity": {"threshold": 0.7, "reject": ">="}}
    texts = [("email", "Schreibe einen Brief", "", "…")] * 2
    read = Reader(Build(tmp_path / "a", instructions=texts, changes={"language": "de", "filter": settings}).page())
    assert ("html", "lang", "en") in read.attributes
    assert ("th", "lang", "de") in read.attributes
    assert ("div", "data-language", "de") in read.attributes


def test_conclusions_of_a_match() -> None:
    found = with_tests(
        rows(("a", 10, 0, 0), ("b", 4, 0, 6), ("c", 3, 4, 3), ("all", 17, 4, 9), ci={"c": (20, 70), "all": (60, 85)}), 95
    )
    assert [(row["excludes"], row["side"], row["sure"]) for row in found] == [
        (True, "above", True),
        (True, "above", False),
        (False, "", False),
        (True, "above", True),
    ]
    assert found[0]["p"] == pytest.approx(2 / 2**10)
    assert found[0]["p_holm"] == pytest.approx(3 * 2 / 2**10)
    whole, categories = conclude(found, 95)
    assert "the judge prefers x to y (p = 0.007)" in whole
    assert "In a x is better, also with the correction for 3 categories." in categories
    assert "In b the interval does not hold 50, but with the correction it may be chance." in categories
    assert "In c nothing can be concluded." in categories
    assert "no width" in categories


@pytest.mark.parametrize(
    ("all_row", "interval", "words"),
    [
        (("all", 5, 5, 0), (20, 80), "which of the two is better cannot be concluded"),
        (("all", 1, 9, 0), (0, 30), "the judge prefers y to x"),
        (("all", 2, 0, 8), (51, 70), "that x is better is likely, not shown"),
        (("all", 0, 0, 0), (0, 0), "No question has a valid verdict"),
    ],
)
def test_conclusions_of_a_total(all_row: tuple[str, int, int, int], interval: tuple[float, float], words: str) -> None:
    found = rows(all_row, ci={"all": interval})
    if not sum(all_row[1:]):
        found[0]["ci_low"] = None
    assert words in conclude(with_tests(found, 95), 95)[0]


def test_too_few_questions_can_never_pass_the_correction() -> None:
    said = conclude(with_tests(rows(("a", 4, 0, 0), ("b", 4, 0, 0), ("all", 8, 0, 0)), 95), 95)
    assert "With so few questions no category could pass the correction, whatever the verdicts." in said[1]


def test_totals_are_corrected_for_the_matches() -> None:
    one = with_tests(rows(("all", 6, 0, 0)), 95)
    two = with_tests([*rows(("all", 6, 0, 0)), *rows(("all", 3, 3, 0), match="n")], 95)
    assert two[0]["p_holm"] == 2 * one[0]["p_holm"]
    assert "corrected for the 2 matches" in conclude([two[0]], 95)[0]
