"""`seedbed declare study`: the cross product, written into params.yaml as a person would have written it."""

import difflib
import shutil
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from seedbed.pipeline.declare import declare_study
from seedbed.project.params import load_params
from seedbed.util.errors import UserError
from tests.harness import ROOT

BASES = """bases: # tried first
  llama:
    model: some/llama
  calm:
    model: some/calm
"""
ANSWER = """answer:
  trained:
    endpoint: own
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    text = (tmp_path / "params.yaml").read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("bases:")]
    text = text.replace(line + "\n", BASES).replace("answer:\n", ANSWER, 1)
    text = text.replace("\nservers:", "  own:\n    structured: text\n\nservers:", 1)
    text = text.replace("\nlabels:", "  own:\n    command: serve {model} {port}\n\nlabels:", 1)
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def declare(
    folder: Path, bases: str = "llama,calm", sets: str = "native,direct", seeds: int = 1, baseline: str = "thin"
) -> str:
    with chdir(folder):
        return declare_study(bases.split(","), sets.split(","), seeds, baseline)


def test_the_cross_product_and_nothing_else_is_written(folder: Path) -> None:
    path = folder / "params.yaml"
    before = path.read_text(encoding="utf-8").splitlines()
    said = declare(folder)
    assert "4 trained models" in said
    assert "10 matches" in said
    changed = [line for line in difflib.ndiff(before, path.read_text(encoding="utf-8").splitlines()) if line[0] in "+-"]
    comment = "# fine-tuned models: {base, set, seed}; `seedbed declare study` writes them"
    assert [line for line in changed if line[0] == "-"] == [f"- trained: {{}} {comment}"]
    added = [line[2:] for line in changed if line[0] == "+"]
    assert added[:5] == [f"trained: {comment}", "  llama-native:", "    base: llama", "    set: native", "  llama-direct:"]
    assert "" not in added
    with chdir(folder):
        params = load_params()
    assert list(params["trained"]) == ["llama-native", "llama-direct", "calm-native", "calm-direct"]
    assert list(params["matches"]) == [
        *("good-vs-thin", "poor-vs-thin"),
        *("llama-native-vs-llama-direct", "calm-native-vs-calm-direct"),
        *("llama-native-vs-llama", "llama-direct-vs-llama", "calm-native-vs-calm", "calm-direct-vs-calm"),
        *("llama-native-vs-thin", "llama-direct-vs-thin", "calm-native-vs-thin", "calm-direct-vs-thin"),
    ]


def test_again_it_writes_nothing_and_more_seeds_only_what_is_new(folder: Path) -> None:
    declare(folder)
    first = (folder / "params.yaml").read_bytes()
    assert "contains the whole study already" in declare(folder)
    assert (folder / "params.yaml").read_bytes() == first
    assert "8 trained models (llama-native-seed1, llama-native-seed2," in declare(folder, seeds=3)
    with chdir(folder):
        params = load_params()
    assert params["trained"]["calm-direct-seed2"] == {"base": "calm", "set": "direct", "seed": 2}
    assert params["matches"]["calm-native-seed2-vs-calm-direct-seed2"]["baseline"] == "calm-direct-seed2"
    assert "calm-native-seed1-vs-calm-direct-seed2" not in params["matches"]
    assert len(params["matches"]) == 2 + 3 * 10


def test_a_model_that_is_declared_keeps_its_name(folder: Path) -> None:
    path = folder / "params.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("trained: {}", "trained: {mine: {base: llama, set: direct}}"), encoding="utf-8")
    declare(folder)
    with chdir(folder):
        params = load_params()
    assert list(params["trained"]) == ["mine", "llama-native", "calm-native", "calm-direct"]
    assert params["matches"]["llama-native-vs-mine"] == {"model": "llama-native", "baseline": "mine"}


def test_a_base_may_be_the_common_baseline(folder: Path) -> None:
    declare(folder, bases="llama", baseline="llama")
    with chdir(folder):
        assert list(load_params()["matches"])[2:] == [
            *("llama-native-vs-llama-direct", "llama-native-vs-llama", "llama-direct-vs-llama")
        ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bases": "lama"}, "--bases: unknown base 'lama' (did you mean 'llama'?)"),
        ({"sets": "native,dirct"}, "--sets: unknown set 'dirct' (did you mean 'direct'?)"),
        ({"baseline": "thinn"}, "--baseline: unknown baseline 'thinn' (did you mean 'thin'?)"),
        ({"sets": "native,native"}, "--sets: 'native' appears twice"),
    ],
)
def test_mistakes_are_named_and_nothing_is_written(folder: Path, change: dict[str, Any], message: str) -> None:
    before = (folder / "params.yaml").read_bytes()
    with pytest.raises(UserError) as error:
        declare(folder, **change)
    assert message in str(error.value)
    assert (folder / "params.yaml").read_bytes() == before


def test_an_id_that_another_model_has_is_refused(folder: Path) -> None:
    path = folder / "params.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("trained: {}", "trained: {llama-native: {base: calm, set: direct}}"), encoding="utf-8")
    with pytest.raises(UserError, match=r"trained\.llama-native is another model"):
        declare(folder)
