"""What looks like an API key is not repeated."""

import pytest

from seedbed.util.keys import is_key_like, masked


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-4f9aB2c7D8e1F3a5b6C7d8E9",
        "gsk_a1b2c3d4e5f6g7h8",
        "hf_abcdefghijklmnop",
        "AIzaSyA1b2C3d4E5f6G7h8",
        "0123456789abcdef0123456789abcdef",
        "ABCDEF0123456789ABCDEF0123456789",
        "Z9Q8W7E6R5T4Y3U2I1O0PASDFGHJKLZX",
        "abcdefghijklmnopqrstuvwxyzabcdef",
        "Ab3dEfG7hIjK9lMn",
        "team_0f9e8d7c6b5a4f3e",
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


@pytest.mark.parametrize(
    "name",
    [
        "OPENAI_API_KEY",
        "AZUREOPENAI2024KEY1",
        "hf_token_of_the_whole_team",
        "MyCompanyOpenAiApiKey",
        "llama-3.1-8b-instruct-q4_k_m",
    ],
)
def test_what_people_name_is_no_key(name: str) -> None:
    assert not is_key_like(name)
