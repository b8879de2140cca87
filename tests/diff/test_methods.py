"""What changed in the differences of training sets, between two revisions of a study."""

from pathlib import Path
from typing import Any

import pytest

from seedbed.diff.command import compared, rendered
from seedbed.reporting.methods import METHOD_COLUMNS
from seedbed.util.canonical import canonical
from tests.diff.history import NEW_PARAMS, Outputs, Repository

QUESTIONS = [f"q-{number:02}" for number in range(12)]
BASES = ("ant", "bee")
MATCHES = {f"{base}-native-vs-{base}-direct": {"model": f"{base}-native", "baseline": f"{base}-direct"} for base in BASES}
PARAMS = NEW_PARAMS | {
    "bases": {base: {"model": f"some/{base}"} for base in BASES},
    "trained": {f"{base}-{name}": {"base": base, "set": name} for base in BASES for name in ("native", "direct")},
    "matches": MATCHES,
    "report": {"confidence": 95},
}


def judged(won: dict[str, int]) -> dict[str, Outputs]:
    """Return the judgments of a revision in which the native set wins so many questions on each base, and loses the others."""
    found: dict[str, Outputs] = {}
    for match, sides in MATCHES.items():
        base = match.partition("-")[0]
        rows: list[dict[str, Any]] = []
        for place, question in enumerate(QUESTIONS):
            verdicts = ("first", "second") if place < won[base] else ("second", "first")
            rows += [
                {"match": match, **sides, "question": question, "order": order, "verdict": verdict, "made_by": {}}
                for order, verdict in zip(("ab", "ba"), verdicts, strict=True)
            ]
        found[f"judge@{match}"] = {f"data/build/judgments/{match}.jsonl": rows}
    return found


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    rows = [{"id": id, "category": "generic", "text": "?"} for id in QUESTIONS]
    (made.root / "data" / "questions.en.jsonl").write_text("".join(canonical(row) + "\n" for row in rows), encoding="utf-8")
    (made.root / "reports").mkdir()
    return made


def commit(repository: Repository, name: str, won: dict[str, int]) -> None:
    """Commit a revision with its report."""
    points = {base: 100 * (2 * number / len(QUESTIONS) - 1) for base, number in won.items()}
    points = {"all": sum(points.values()) / len(points), **points}
    lines = [",".join(METHOD_COLUMNS)]
    for base, difference in points.items():
        row = {
            "comparison": "sets",
            "new": "native",
            "old": "direct",
            "base": base,
            "difference": difference,
            "low": -50,
            "high": 50,
        }
        lines.append(",".join(str(row.get(column, "")) for column in METHOD_COLUMNS))
    (repository.root / "reports" / "methods.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    repository.commit(name, {"judge": {"foreach": "${matches}"}, "benchmark": {}}, PARAMS, judged(won))


def test_a_difference_that_changed_is_tested_on_the_same_questions(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(repository, "old", {"ant": 3, "bee": 6})
    commit(repository, "new", {"ant": 12, "bee": 6})
    found = {row["base"]: row for row in repository.diff("old", "new")["methods"]}
    assert list(found) == ["all", "ant"]
    # Nine of twelve questions of one base go from lost to won: two points each, a half of that in the mean over both bases.
    assert found["ant"]["change"] == found["ant"]["paired"]["difference"] == 150
    assert found["all"]["change"] == found["all"]["paired"]["difference"] == 75
    assert found["ant"]["paired"]["low"] < 150 < found["ant"]["paired"]["high"]
    assert all(row["paired"]["n"] == 12 and row["paired"]["tests"] == 2 and row["paired"]["sure"] for row in found.values())
    monkeypatch.chdir(repository.root)
    page = rendered(compared("old", "new"), "markdown")
    assert "- **Rates**: methods: `native` minus `direct`, mean over the bases: −25.0 → +50.0 (+75.0 points; +" in page
    assert "<summary>Methods</summary>" in page


def test_what_cannot_be_paired_says_so(repository: Repository) -> None:
    commit(repository, "old", {"ant": 3, "bee": 6})
    commit(repository, "new", {"ant": 6, "bee": 6})
    for path in (repository.root / ".dvc" / "cache").rglob("*"):
        if path.is_file():
            path.unlink()
    rows = repository.diff("old", "new")["methods"]
    assert [(row["base"], row["change"], row["paired"]) for row in rows] == [("all", 25, None), ("ant", 50, None)]


def test_the_same_study_has_no_difference(repository: Repository) -> None:
    commit(repository, "old", {"ant": 3, "bee": 6})
    (repository.root / "note.txt").write_text("another commit", encoding="utf-8")
    commit(repository, "new", {"ant": 3, "bee": 6})
    assert repository.diff("old", "new")["methods"] == []
