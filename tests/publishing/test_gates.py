"""`seedbed check --release`: what each gate finds, and where it fails."""

import json
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any, cast

import pytest

from seedbed.publishing.examples import Example, read_examples
from seedbed.publishing.gates import license_gate, overlap_gate, personal_gate, stand_in_gate, unreviewed_gate
from seedbed.publishing.overlap import overlaps
from seedbed.publishing.personal import personal_data
from seedbed.publishing.release import Release
from seedbed.util.errors import UserError
from tests.builds import OTHER, STAND_IN, Build
from tests.harness import Project

QUESTION = "日本で一番高い山の高さと、その山に登るのにかかる時間を教えてください。"


def build(folder: Path, **fields: Any) -> Build:
    return Build(folder / "project", questions=[("generic", QUESTION), ("fermi", "猫は何匹いますか。")], **fields)


@pytest.fixture
def working(tmp_path: Path) -> Iterator[Path]:
    """The working folder while a test runs."""
    with chdir(tmp_path):
        yield tmp_path


def test_a_question_in_an_example_fails_and_is_named(tmp_path: Path) -> None:
    repeats = ("email", f"次の問いに答えてください。{QUESTION}", "", "三千七百七十六メートルです。")
    for instructions, passed in (([repeats], False), ([("email", "手紙を書いてください。", "", "拝啓")], True)):
        with build(tmp_path / str(passed), instructions=instructions).written() as params:
            examples = read_examples(params)
            gate = overlap_gate(params, overlaps(params, examples), {})
            assert gate.passed == passed
            assert ("q00 with native/s00000-0 (1.00 of its characters)" in gate.words) != passed
            assert overlap_gate(params, overlaps(params, examples), {"overlapping": 0.5}).passed


def test_public_benchmarks_are_looked_at_too(tmp_path: Path) -> None:
    told = ("email", "月の裏側が地球から見えないのはなぜですか。", "", "自転のためです。")
    with build(tmp_path, instructions=[told]).written() as params:
        rows = [{"question_id": 81, "category": "a", "turns": ["月の裏側が地球から見えないのはなぜですか？", "続けて。"]}]
        Path("mt.jsonl").write_text(json.dumps(rows[0]) + "\n", encoding="utf-8")
        named = cast(Any, {**params, "publish": {"benchmarks": {"mt-bench": "mt.jsonl"}}})
        nearest = {(each.benchmark, each.question): each for each in overlaps(named, read_examples(named))}
        assert nearest["mt-bench", "81"].characters > 0.5
        assert not overlap_gate(named, [*nearest.values()], {}).passed
        gone = cast(Any, {**params, "publish": {"benchmarks": {"gone": "gone.jsonl"}}})
        with pytest.raises(UserError, match=r"publish\.benchmarks\.gone of params\.yaml: gone\.jsonl: no such file"):
            overlaps(gone, read_examples(gone))


def test_a_turn_that_is_copied_word_for_word_is_found_however_long_the_others_are(tmp_path: Path) -> None:
    """Joined to a long follow-up, a first turn is less than half of its question."""
    seen, unseen = "飛行機はなぜ落ちないのですか。", "潮の満ち引きはなぜ起こるのですか。"
    long = "今の答えを、小学生にもわかる言葉だけを使い、身近なもののたとえを二つ入れて、百字以内で書き直してください。"
    tasks = [f"質問です。{seen}", long, "なぜですか。短く説明してください。"]
    with build(tmp_path, instructions=[("email", task, "", "はい。") for task in tasks]).written() as params:
        asked = {"first": [seen, long[::-1]], "second": [unseen, long], "phrase": [unseen, "短く説明してください。"]}
        rows = [{"question_id": id, "category": "a", "turns": turns} for id, turns in asked.items()]
        Path("mt.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        named = cast(Any, {**params, "publish": {"benchmarks": {"mt": "mt.jsonl"}}})
        nearest = {each.question: each for each in overlaps(named, read_examples(named))}
        assert (nearest["first"].characters, nearest["first"].characters_example) == (1.0, "native/s00000-0")
        assert (nearest["second"].characters, nearest["second"].characters_example) == (1.0, "native/s00001-0")
        assert nearest["phrase"].characters < 0.5
        assert nearest["phrase"].subject < 0.8
        shown = overlap_gate(named, [*nearest.values()], {}).words
        assert "2 of 5 questions" in shown
        assert "first with native/s00000-0 (1.00 of its characters)" in shown


def test_who_wrote_and_who_reviewed(tmp_path: Path) -> None:
    for maker, passed in ((OTHER, True), (STAND_IN, False), ({"endpoint": "there", "model": "stand-in-2"}, False)):
        with build(tmp_path / maker["model"].replace("/", "-"), made_by=maker).written() as params:
            assert stand_in_gate(read_examples(params), {}).passed == passed
            assert stand_in_gate(read_examples(params), {"stand_in": 1}).passed
    seeds = [example(origin="seed", status=status) for status in ("edited", "unreviewed", "approved", "stale")]
    gate = unreviewed_gate([*seeds, example(origin="generated", status=None)], {})
    assert not gate.passed
    assert gate.words.startswith("2 of 4 seed tasks (50.0%, at most 5%); 1 other example")
    assert unreviewed_gate(seeds, {"unreviewed": 0.5}).passed
    assert unreviewed_gate([example(origin="generated", status=None)], {}).passed


def example(output: str = "", **row: Any) -> Example:
    return Example("native", {"id": "x", "instruction": "a", "input": "", "output": output, "endpoint": "", "model": ""} | row)


def test_every_imported_source_has_a_licence_that_is_allowed(working: Path) -> None:
    params: Any = {
        "language": "ja",
        "corpora": {"seed_tasks": {"kind": "task", "source": "data/seed_tasks.jsonl"}},
        "sets": {"mine": {"seeds": "data/empty.jsonl", "rows": "data/recorded/rows/mine.jsonl"}},
        "generate": {},
        "publish": {"license": "cc-by-4.0"},
    }
    about = working / "data" / "recorded" / "rows" / "mine.source.yaml"
    about.parent.mkdir(parents=True)
    about.write_text("license: apache-2.0\n", encoding="utf-8")
    assert license_gate(params, {}).passed
    assert license_gate(params, {"licenses": ["apache-2.0"]}).passed
    other = license_gate(params, {"licenses": ["mit"]})
    assert not other.passed
    assert "data/recorded/rows/mine.jsonl: apache-2.0" in other.words
    about.write_text("license: Apache-2.0, MIT\n", encoding="utf-8")  # of a card with two
    assert license_gate(params, {"licenses": ["apache-2.0", "mit"]}).passed
    assert not license_gate(params, {"licenses": ["mit"]}).passed
    about.write_text("files: []\n", encoding="utf-8")
    assert "without a licence: data/recorded/rows/mine.jsonl" in license_gate(params, {}).words
    params["publish"] = {}
    assert not license_gate(params, {}).passed


@pytest.mark.parametrize(
    ("text", "language", "kinds"),
    [
        ("連絡は taro@mail.co.jp まで。", "ja", ["e-mail"]),
        ("連絡は taro@example.com まで。", "ja", []),
        ("カードは 4111 1111 1111 1111 です。", "ja", ["payment card"]),
        ("番号は 4111 1111 1111 1112 です。", "ja", []),
        ("IBAN DE89 3704 0044 0532 0130 00", "de", ["IBAN"]),
        ("IBAN DE88 3704 0044 0532 0130 00", "de", []),
        ("サーバーは 8.8.8.8 です。手元は 192.168.0.1 です。", "ja", ["IP address"]),
        ("手元は 192.168.0.1、版は 1.2.3.400 です。", "ja", []),
        ("マイナンバーは 1234-5678-9018 です。", "ja", ["national number"]),
        ("番号は 1234-5678-9012 です。", "ja", []),
        ("SSN 078-05-1120", "en", ["national number"]),
        ("SSN 078-05-1120", "ja", []),
        ("주민등록번호 900101-1234567", "ko", ["national number"]),
        ("1234567890123456789012345 を素因数分解してください。", "ja", []),
    ],
)
def test_personal_data_is_found_by_its_form(text: str, language: str, kinds: list[str]) -> None:
    assert [kind for kind in personal_data(text, language) if kind != "phone"] == kinds


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("電話は 03-3234-5678 です。", "ja", True),
        ("Call +81 3 3234 5678 now.", "xx", True),
        ("Call (212) 736-5000 now.", "en", True),
        ("2024年03月15日の売上は1,234,567円です。", "ja", False),
    ],
)
def test_phone_numbers_are_found_in_the_regions_of_the_language(text: str, language: str, found: bool) -> None:
    pytest.importorskip("phonenumbers", reason="needs `pip install 'seedbed[publish]'`")
    assert ("phone" in personal_data(text, language)) == found


def test_what_was_found_is_not_repeated() -> None:
    pytest.importorskip("phonenumbers", reason="needs `pip install 'seedbed[publish]'`")
    release = Release([example("taro@mail.co.jp"), example("何もない。")], [], {"native/x": ["e-mail"]})
    gate = personal_gate(release, {})
    assert not gate.passed
    assert gate.words.startswith("1 of 2 examples (50.0%, at most 0%): native/x (e-mail); ")
    assert "names, postal addresses and dates of birth are not" in gate.words
    assert "taro" not in gate.words
    assert personal_gate(release, {"personal": 0.5}).passed


def test_the_command_fails_where_a_gate_does_and_writes_the_overlap(built_once: Project, tmp_path: Path) -> None:
    said = built_once.run("seedbed", "check", "--release", "--overlaps", str(tmp_path / "overlaps.csv"), fails=True)
    assert "FAIL  license       publish.license is not set" in said
    assert "FAIL  stand-in" in said
    lines = (tmp_path / "overlaps.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "benchmark,question,characters,characters_example,subject,subject_example"
    assert len(lines) == 4
    assert "add --release" in built_once.run("seedbed", "check", "--overlaps", "x.csv", fails=True)
