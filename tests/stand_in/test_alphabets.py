"""The letters of each script, and the scripts of languages."""

import unicodedata

import pytest

from seedbed.stand_in.alphabets import _CODES, _SPECIAL, CASED, LATIN, SCRIPTS, letters_of, script_of


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_has_26_letters_of_its_own(script: str) -> None:
    letters = SCRIPTS[script]
    assert len(letters) == len(set(letters)) == 26
    assert letters.isalpha()
    assert unicodedata.normalize("NFKC", letters) == letters
    assert len({unicodedata.name(letter).split()[0] for letter in letters}) == 1


@pytest.mark.parametrize("script", sorted(CASED - {LATIN}))
def test_capitals_are_single_letters_that_no_other_has(script: str) -> None:
    assert all(len(letter.upper()) == 1 for letter in SCRIPTS[script])
    assert len(set(SCRIPTS[script].upper()) | set(SCRIPTS[script])) == 52


def test_every_script_is_some_languages_and_no_language_has_two() -> None:
    assert set(_CODES) == set(SCRIPTS)
    codes = [code for codes in _CODES.values() for code in codes.split()]
    assert len(codes) == len(set(codes))
    assert not set(codes) & set(_SPECIAL)


@pytest.mark.parametrize("language", [*_SPECIAL, "xx"])
def test_a_language_in_latin_letters_keeps_most_and_has_some_of_its_own(language: str) -> None:
    letters = letters_of(language)
    assert script_of(language) == LATIN
    assert len(letters) == len(set(letters)) == 26
    assert unicodedata.normalize("NFKC", letters) == letters
    assert 1 <= sum(not letter.isascii() for letter in letters) <= 10
