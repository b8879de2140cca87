"""Files of another language than the one to build are named, with the line to change."""

from pathlib import Path
from typing import cast

import pytest

from seedbed.kits import kit_files
from seedbed.project.params_types import Params
from seedbed.project.prompts import VARIABLES
from seedbed.sending.languages import language_mismatches


def params(language: str, **models: str) -> Params:
    """Return what is read of `params.yaml`: models that answer, by id."""
    blocks: dict[str, object] = {name: {} for name in ("translate", "generate", "judge", "judges", "filter", "answer")}
    answering = {id: {"endpoint": "e", "model": model} for id, model in models.items()}
    return cast("Params", {**blocks, "language": language, "models": answering, "servers": {}})


@pytest.fixture
def korean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path, text in kit_files("ko").items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
    Path("params.yaml").write_text("# A comment.\nlanguage: ko\n", encoding="utf-8")


@pytest.mark.usefixtures("korean")
def test_a_kit_is_of_one_language() -> None:
    assert language_mismatches(params("ko")) == []


@pytest.mark.usefixtures("korean")
def test_each_file_of_another_language_is_named() -> None:
    Path("prompts/judge.yaml").write_text(kit_files("ja")["prompts/judge.yaml"], encoding="utf-8")
    Path("data/languages/ko.yaml").write_text(kit_files("de")["data/languages/de.yaml"], encoding="utf-8")
    assert language_mismatches(params("ko")) == [
        "prompts/judge.yaml:3: language: 'ja', but params.yaml:2 builds 'ko'; write the file in that language, or set language "
        "to 'ja'",
        "data/languages/ko.yaml:3: language: 'de', but params.yaml:2 builds 'ko'; write the file in that language, or rename "
        "the file after its language",
    ]


@pytest.mark.usefixtures("korean")
def test_another_language_in_params_names_every_prompt() -> None:
    found = language_mismatches(params("de"))
    assert len(found) == len(VARIABLES)
    assert all(sentence.startswith("prompts/") for sentence in found)


@pytest.mark.usefixtures("korean")
@pytest.mark.parametrize("text", [None, "", "- a list\n", "user: no language\n", "language: 3\n"])
def test_what_other_checks_report_is_passed_over(text: str | None) -> None:
    path = Path("prompts/judge.yaml")
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    assert language_mismatches(params("ko")) == []


@pytest.mark.usefixtures("korean")
def test_models_of_the_stand_in_speak_a_language_too() -> None:
    Path("params.yaml").write_text("language: ko\nmodels:\n  a:\n    model: stand-in-thin\n", encoding="utf-8")
    assert language_mismatches(params("ko", a="stand-in-ko-thin", b="stand-in-ko", c="llama-3.1-stand-in")) == []
    assert language_mismatches(params("ko", a="stand-in-thin")) == [
        "params.yaml:4: models.a.model: stand-in-thin of the stand-in writes 'ja', but language is 'ko'; use stand-in-ko-thin"
    ]


@pytest.mark.usefixtures("korean")
def test_a_model_that_the_stand_in_has_not_is_named() -> None:
    found = params("ko", good="gpt-4.1", thin="stand-in-ko-thin")
    assert language_mismatches(found) == []  # of another endpoint
    for model in found["models"].values():
        model["endpoint"] = "stand-in"
    (only,) = language_mismatches(found)
    assert "models.good.model: the stand-in has no model 'gpt-4.1'; use stand-in-ko-good, or the endpoint of this" in only
    found["servers"]["stand-in"] = {"base_url": "http://127.0.0.1:1/v1"}  # which says itself what it has
    assert language_mismatches(found) == []
