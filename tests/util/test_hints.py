"""Hints and masks in the sentences that users read."""

import pytest

from seedbed.util.errors import did_you_mean, masked, variable_not_set


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-4f9aB2c7D8e1F3a5b6C7d8E9",
        "gsk_a1b2c3d4e5f6g7h8",
        "hf_abcdefghijklmnop",
        "AIzaSyA1b2C3d4E5f6G7h8",
        "0123456789abcdef0123456789abcdef",
    ],
)
def test_what_looks_like_a_key_is_cut_to_its_beginning(key: str) -> None:
    shown = masked(f"the value '{key}' is wrong")
    assert shown == f"the value '{key[:4]}…' is wrong"


@pytest.mark.parametrize(
    "text", ["OPENAI_API_KEY", "data/build/translated/seed_tasks.jsonl", "good-vs-thin", "a long sentence"]
)
def test_names_and_sentences_stay_as_they_are(text: str) -> None:
    assert masked(text) == text


def test_a_key_in_the_place_of_a_variables_name_is_not_said() -> None:
    assert variable_not_set("MY_API_KEY") == "the environment variable MY_API_KEY is not set"
    words = "expected the name of an environment variable, found 'hf_a…', which looks like a key"
    assert variable_not_set("hf_abcdefghijklmnop") == words


def test_the_nearest_word_is_suggested_or_all_are_listed() -> None:
    assert did_you_mean("sampel", ["sample", "model"]) == " (did you mean 'sample'?)"
    assert did_you_mean("x", ["sample", "model"]) == " (known: sample, model)"
    assert did_you_mean("x", []) == ""
