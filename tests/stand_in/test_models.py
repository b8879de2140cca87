"""Model names: what language, at what level."""

import pytest

from seedbed.stand_in.models import LEVELS, MODELS, Model, language_of_model, model_of


def test_the_four_names_without_a_language_speak_japanese() -> None:
    assert MODELS == ("stand-in", "stand-in-good", "stand-in-thin", "stand-in-poor")
    assert {language_of_model(name) for name in MODELS} == {"ja"}
    assert model_of("stand-in") == Model("ja", "good")


@pytest.mark.parametrize("code", ["ko", "de", "en", "ja", "yue"])
def test_a_language_and_a_level(code: str) -> None:
    assert model_of(f"stand-in-{code}") == Model(code, "good")
    for level in LEVELS:
        assert model_of(f"stand-in-{code}-{level}") == Model(code, level)
        assert language_of_model(f"stand-in-{code}-{level}") == code


@pytest.mark.parametrize(
    "name",
    [
        "",
        "gpt-5",
        "stand-in-",
        "stand-in-k",
        "stand-in-kore",
        "stand-in-KO",
        "stand-in-ko-fair",
        "stand-in-good-ko",
        "stand-in-ko\n",
    ],
)
def test_other_names_are_none_of_its_own(name: str) -> None:
    assert model_of(name) is None
    assert language_of_model(name) is None
