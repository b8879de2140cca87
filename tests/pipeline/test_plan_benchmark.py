"""What so many questions can show, before anything is sent."""

from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from seedbed.pipeline.plan_benchmark import plan_benchmark
from seedbed.util.errors import UserError
from tests.builds import STAND_IN, Build

STAR = [("good", "thin"), ("poor", "thin")]
QUESTIONS = [(f"category-{number // 10}", f"{number}?") for number in range(80)]


def planned(build: Build, questions: int | None = None, difference: float | None = None) -> dict[str, list[str]]:
    """Return the table of the answer: questions, tests, sd, and what was asked for, by comparison."""
    with build.written() as params:
        Path("data/questions.en.jsonl").write_text(
            "".join(
                f'{{"id": "q{n}", "category": "{category}", "text": "?"}}\n' for n, (category, _) in enumerate(build.questions)
            ),
            encoding="utf-8",
        )
        text = plan_benchmark(params, questions, difference)
    _, table, _ = text.split("\n\n")
    rows = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in table.splitlines()[1:]]
    return {row[0]: row[1:] for row in rows}


def build(folder: Path, **changes: Any) -> Build:
    return Build(folder, models=("good", "poor", "thin"), matches=STAR, questions=QUESTIONS, **changes)


def test_before_there_is_a_verdict(tmp_path: Path) -> None:
    fresh = build(tmp_path / "a")
    fresh.write()
    for path in (tmp_path / "a" / "data" / "build" / "judgments").iterdir():
        path.unlink()
    assert planned(fresh) == {
        "one match, alone": ["80", "1", "0.45 (usual)", "14.1"],
        "the totals of 2 matches": ["80", "2", "0.45 (usual)", "15.5"],
        "each of 8 categories of a match": ["10", "8", "0.45 (usual)", "47.8"],
        "two models through a baseline": ["80", "1", "0.50 (usual)", "15.7"],
    }
    assert planned(fresh, difference=2)["one match, alone"][-1] == "3,974"
    assert planned(fresh, questions=320)["one match, alone"] == ["320", "1", "0.45 (usual)", "7.0"]
    assert planned(fresh, questions=5)["one match, alone"][-1] == "none"


def judge(match: str, question: str, order: str) -> tuple[str, str]:
    return ("first" if (int(question[1:]) % 4 == 0) == (order == "ab") else "second"), "..."


def test_a_pilots_own_spread_is_used(tmp_path: Path) -> None:
    """One question of four is won: the sd is that of a coin of a quarter."""
    found = planned(build(tmp_path / "a", judge=judge))
    assert found["one match, alone"] == ["80", "1", "0.44 (pilot)", "13.6"]


def test_the_stand_ins_verdicts_are_no_pilot(tmp_path: Path) -> None:
    found = planned(build(tmp_path / "a", judge=judge, made_by=dict(STAND_IN)))
    assert found["one match, alone"][2] == "0.45 (usual)"


def test_no_question_yet(tmp_path: Path) -> None:
    empty = Build(tmp_path / "a", questions=())
    empty.write()
    with chdir(tmp_path / "a"), empty.written() as params:
        Path("data/questions.en.jsonl").write_text("", encoding="utf-8")
        with pytest.raises(UserError, match=r"questions\.en\.jsonl: no question yet; say how many with --questions N"):
            plan_benchmark(params)
