"""What the near-duplicate threshold makes of pairs that people judged."""

import shutil
from pathlib import Path
from typing import cast

import pytest

from seedbed.kits import LANGUAGES, kit_files
from seedbed.project.params import load_params
from seedbed.project.params_types import Params
from seedbed.reporting.pairs import agreeing, judged_pairs
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows
from tests.builds import Build
from tests.harness import ROOT
from tests.reporting.reader import Reader


def test_our_own_pairs_are_scored_decided_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    pairs = judged_pairs(load_params())
    assert len(pairs) == 16
    assert agreeing(pairs)["duplicate"][1] == 7
    by_first = {pair["first"]: pair for pair in pairs}
    same = by_first["朝ごはんを食べる利点を三つ挙げてください。"]
    assert (by_first["「光陰矢の如し」の意味を説明してください。"]["person"], same["person"]) == ("different", "different")
    assert by_first["猫の一人称で短い物語を書いてください。"]["decision"] == "kept"  # a paraphrase, which words do not tell
    assert by_first["京都の二泊三日の旅行計画を立ててください。"]["decision"] == "rejected"
    assert all((pair["decision"] == "rejected") == (pair["score"] >= 0.7) for pair in pairs)

    build = Build(tmp_path / "a")
    build.write()
    shutil.copytree(ROOT / "data" / "pairs", tmp_path / "a" / "data" / "pairs")
    summary = build.dataset().summary()
    assert "On 16 hand-made pairs, rejecting at ROUGE-L F >= 0.7 removes" in summary
    assert "| SNSの利点を述べてください。 | SNSの欠点を述べてください。 | 0.857 | rejected | different |" in summary
    shown = Reader(build.dataset_page()).shown
    assert "The near-duplicate threshold" in shown
    assert "猫が語り手の短いお話を書いてください。" in shown


def test_a_project_without_pairs_has_no_such_section(tmp_path: Path) -> None:
    build = Build(tmp_path / "a")
    assert "near-duplicate threshold" not in build.dataset().summary()
    assert "The near-duplicate threshold" not in Reader(build.dataset_page()).shown


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "ja"])
def test_each_kit_has_pairs_of_both_kinds(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("data/pairs") / f"{code}.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(kit_files(code)[path.as_posix()], encoding="utf-8")
    params = load_params(ROOT / "params.yaml")
    settings = {**params, "language": code, "filter": {**params["filter"], "tokeniser": {"name": "space"}}}
    assert {kind: of for kind, (_, of) in agreeing(judged_pairs(cast(Params, settings))).items()} == {
        "duplicate": 3,
        "different": 3,
    }
    path.write_text('{"id":"a","first":"x","second":"y"}\n', encoding="utf-8")
    with pytest.raises(UserError, match=rf"data/pairs/{code}\.jsonl:1: field duplicate: missing"):
        list(read_rows(path, "pair"))
