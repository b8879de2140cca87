"""What leaves a build for other tools' trainers and judges: preference pairs, and AlpacaEval's files, in again."""

import json
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from seedbed.project import paths
from seedbed.publishing.export_alpaca_eval import export_alpaca_eval
from seedbed.publishing.export_fastchat import export_fastchat
from seedbed.publishing.export_preferences import export_preferences
from seedbed.recorded.import_answers import import_answers
from seedbed.recorded.import_verdicts import import_verdicts
from seedbed.recorded.reading import Source
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, read_rows, write_rows, write_text
from seedbed.util.yaml12 import load_yaml
from tests.harness import ROOT, without_conversations

QUESTIONS: list[Row] = [
    {"id": id, "category": "generic", "text": text, "status": "original", "made_by": None}
    for id, text in (("one", "質問1"), ("two", "質問2"), ("three", "質問3"))
]
TALK: Row = {**QUESTIONS[0], "id": "talk", "text": "話1", "follow_ups": ["話2"]}
MODELS = ("good", "thin")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """The working folder: a build of three questions, a conversation and two models, without a verdict."""
    params = load_yaml(ROOT / "params.yaml")
    for name in ("models", "matches"):
        params[name] = {key: entry for key, entry in params[name].items() if "poor" not in key}
    (tmp_path / "params.yaml").write_text(json.dumps(params), encoding="utf-8")
    (tmp_path / "queries").symlink_to(ROOT / "queries")
    with chdir(tmp_path):
        write_rows(paths.edited("questions", "question"), QUESTIONS, None)
        write_rows(paths.edited("two_turns", "question"), [TALK], None)
        for model in MODELS:
            rows: list[Row] = [
                {"id": row["id"], "model": model, "text": f"{model} {row['id']}", "failure": None, "request": "0" * 64}
                | {"made_by": {"endpoint": "stand-in", "model": model}}
                for row in QUESTIONS
            ]
            rows.append({**rows[0], "id": "talk", "text": "はい", "turns": ["はい", f"{model} talk"]})
            write_rows(paths.answers(model), rows, None)
        yield tmp_path


def judge(*verdicts: tuple[str, int, str, str, str] | tuple[str, int, str, str, str, str], endpoint: str = "stand-in") -> None:
    """Write verdicts: question, turn, judge, and the verdict of either order; perhaps a strength."""
    write_rows(
        paths.judgments("good-vs-thin"),
        [
            {"match": "good-vs-thin", "model": "good", "baseline": "thin", "question": question, "order": order, "judge": judge}
            | {"verdict": verdict, "explanation": "", "failure": None, "request": "0" * 64, "turn": turn}
            | {"made_by": {"endpoint": endpoint, "model": f"some/{judge}"}}
            | ({"strength": strength[0]} if strength else {})
            for question, turn, judge, ab, ba, *strength in verdicts
            for order, verdict in (("ab", ab), ("ba", ba))
        ],
        None,
    )


def pairs() -> list[Row]:
    export_preferences(Path("pairs.jsonl"))
    found = [json.loads(line) for line in Path("pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    Path("pairs.jsonl").unlink()
    return found


def test_a_pair_needs_both_orders(project: Path) -> None:
    judge(
        ("one", 1, "judge", "first", "second"),  # the model in both orders
        ("two", 1, "judge", "second", "first"),  # the baseline in both orders
        ("three", 1, "judge", "first", "first"),  # whoever stands first
    )
    said = export_preferences(Path("all.jsonl"))
    assert "2 pairs of 3 comparisons" in said
    assert "2 of them are on questions of the benchmark" in said
    first, second = pairs()
    assert first == {
        "prompt": [{"role": "user", "content": "質問1"}],
        "chosen": [{"role": "assistant", "content": "good one"}],
        "rejected": [{"role": "assistant", "content": "thin one"}],
        **{"margin": 1.0, "judge": "judge", "judge_model": "some/judge", "question": "one", "turn": 1},
        **{"category": "generic", "chosen_model": "good", "rejected_model": "thin"},
    }
    assert (second["chosen_model"], second["chosen"][0]["content"]) == ("thin", "thin two")
    with pytest.raises(UserError, match="this file exists already"):
        export_preferences(Path("all.jsonl"))


@pytest.mark.parametrize("verdicts", [("first", "tie"), ("tie", "tie"), ("first", "invalid"), ("second", "second")])
def test_without_agreement_there_is_no_pair_and_no_file(project: Path, verdicts: tuple[str, str]) -> None:
    judge(("one", 1, "judge", *verdicts))
    with pytest.raises(UserError, match="none of 1 comparison prefers the same answer in both orders"):
        export_preferences(Path("pairs.jsonl"))
    assert not Path("pairs.jsonl").exists()


def test_a_jury_that_splits_gives_no_pair_and_one_that_half_agrees_a_smaller_margin(project: Path) -> None:
    judge(
        *(("one", 1, "x", "first", "second"), ("one", 1, "y", "second", "first")),
        *(("two", 1, "x", "first", "second"), ("two", 1, "y", "tie", "tie")),
        ("three", 1, "x", "first", "second", "slight"),
    )
    assert [(each["question"], each["judge"], each["margin"]) for each in pairs()] == [("two", "x", 0.5), ("three", "x", 0.5)]


def test_a_conversation_keeps_what_both_have_in_common_in_the_prompt(project: Path) -> None:
    judge(("talk", 2, "judge", "first", "second"), ("talk", 1, "judge", "first", "second"))
    (pair,) = pairs()  # their first answers are the same
    assert [message["content"] for message in pair["prompt"]] == ["話1", "はい", "話2"]
    assert pair["chosen"] == [{"role": "assistant", "content": "good talk"}]
    assert pair["turn"] == 2


@pytest.mark.train
def test_trl_reads_the_pairs(project: Path) -> None:
    datasets, trl = pytest.importorskip("datasets"), pytest.importorskip("trl.data_utils")
    judge(("one", 1, "judge", "first", "second"), ("talk", 2, "judge", "first", "second"))
    export_preferences(Path("pairs.jsonl"))
    made = datasets.load_dataset("json", data_files="pairs.jsonl", split="train", cache_dir=str(project / "cache"))
    for pair in made:
        assert trl.is_conversational(pair)
        assert [pair[side][0]["role"] for side in ("chosen", "rejected")] == ["assistant", "assistant"]
    from transformers import PreTrainedTokenizerFast

    tokenizer: Any = PreTrainedTokenizerFast
    template = "{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}"
    said = trl.apply_chat_template(dict(made[0]), _tokenizer(tokenizer, template))
    assert (said["prompt"], said["chosen"]) == ("<user>質問1", "<assistant>good one")


def _tokenizer(kind: Any, template: str) -> Any:
    from tokenizers import Tokenizer, models

    made = kind(tokenizer_object=Tokenizer(models.WordLevel({"x": 0}, unk_token="x")))
    made.chat_template = template
    return made


def annotations() -> dict[str, Row]:
    """The exported annotation of each question."""
    export_alpaca_eval(Path("out"))
    rows = json.loads(Path("out/good/good-vs-thin/annotations.json").read_text(encoding="utf-8"))
    ids = {row["text"]: row["id"] for row in QUESTIONS}
    return {ids[row["instruction"]]: row for row in rows}


def test_a_preference_of_alpaca_eval_is_what_the_report_counts(project: Path) -> None:
    """Its win rate is the mean of 1 less than the preference, without nulls: the report's adjusted win rate."""
    judge(
        ("one", 1, "judge", "first", "tie"),  # orders that disagree are a tie
        ("two", 1, "judge", "second", "first"),
        ("three", 1, "judge", "first", "invalid"),
    )
    assert {id: row["preference"] for id, row in annotations().items()} == {"one": 1.5, "two": 1.0, "three": None}


def test_a_jury_is_one_annotator_for_alpaca_eval(project: Path) -> None:
    judge(
        *(("one", 1, name, "first", "second") for name in "xyz"),
        *(("two", 1, "x", "first", "second"), ("two", 1, "y", "second", "first"), ("two", 1, "z", "tie", "tie")),
    )
    found = annotations()
    assert {id: row["preference"] for id, row in found.items()} == {"one": 2.0, "two": 1.5}
    assert (found["one"]["annotator"], found["one"]["annotator_model"]) == ("x,y,z", "some/x,some/y,some/z")


def test_every_export_says_what_the_stand_in_made(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = "come from the rule-based stand-in, which is not a language model"
    judge(("one", 1, "judge", "first", "second"), endpoint="there")
    export_preferences(Path("pairs.jsonl"))
    assert f"The answers of this build {words}: they are for trying the pipeline" in capsys.readouterr().err
    judge(("one", 1, "judge", "first", "second"))
    export_alpaca_eval(Path("alpaca"))
    assert f"The answers and judgments of this build {words}" in capsys.readouterr().err
    export_fastchat(Path("fastchat"))
    assert f"The answers and judgments of this build {words}" in capsys.readouterr().err
    (row,) = read_rows(Path("fastchat/model_judgment/judge_pair.jsonl"), unique=None)
    assert row["judge"] == ["some/judge", "pair"]
    for model in MODELS:
        rows = [row | {"made_by": {"endpoint": "there", "model": model}} for row in read_rows(paths.answers(model))]
        write_rows(paths.answers(model), rows, None)
    judge(("one", 1, "judge", "first", "second"), endpoint="there")
    export_preferences(Path("more.jsonl"))
    export_alpaca_eval(Path("more_alpaca"))
    export_fastchat(Path("more_fastchat"))
    assert capsys.readouterr().err == ""


def test_an_export_that_fails_leaves_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the disk is full: the same command can be run again."""

    def full(path: Path, text: str) -> None:
        if path.parent.name == "thin":
            raise UserError("no space left")
        write_text(path, text)

    with monkeypatch.context() as patched:
        patched.setattr("seedbed.publishing.export_alpaca_eval.write_text", full)
        with pytest.raises(UserError, match="no space left"):
            export_alpaca_eval(Path("out"))
    assert not Path("out").exists()
    export_alpaca_eval(Path("out"))


def test_files_of_alpaca_eval_come_back(project: Path) -> None:
    judge(
        ("one", 1, "judge", "first", "second"),
        ("two", 1, "judge", "second", "first"),
        ("three", 1, "judge", "tie", "tie"),
        ("talk", 1, "judge", "first", "second"),
    )
    said = export_alpaca_eval(Path("out"))
    assert "3 files, 3 questions, 2 models; 1 conversation left out" in said
    outputs = json.loads(Path("out/good/model_outputs.json").read_text(encoding="utf-8"))
    assert outputs[0] == {"instruction": "質問1", "output": "good one", "generator": "good", "dataset": "generic"}
    verdicts = json.loads(Path("out/good/good-vs-thin/annotations.json").read_text(encoding="utf-8"))
    assert [each["preference"] for each in verdicts] == [2.0, 1.0, 1.5]
    assert (verdicts[0]["generator_1"], verdicts[0]["output_1"]) == ("thin", "thin one")
    with pytest.raises(UserError, match="this folder is not empty"):
        export_alpaca_eval(Path("out"))

    text = without_conversations((ROOT / "params.yaml").read_text(encoding="utf-8"))
    Path("params.yaml").write_text(text, encoding="utf-8")
    write_rows(Path("data/questions.en.jsonl"), [{n: row[n] for n in ("id", "category", "text")} for row in QUESTIONS], None)
    for model in MODELS:
        import_answers(Source(Path(f"out/{model}/model_outputs.json")), model, None, fill=False, yes=True)
    import_verdicts(Source(Path("out/good/good-vs-thin/annotations.json")), None, None, one_order=True, yes=True)
    rows = read_rows(Path("data/recorded/judgments/good-vs-thin.jsonl"), "fastchat_verdict", unique=None)
    assert [(row["question_id"], row["g1_winner"]) for row in rows] == [
        ("one", "model_1"),
        ("two", "model_2"),
        ("three", "tie"),
    ]
