"""Texts in short codes come back as they were, whatever is in them."""

import gzip
import json
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedbed.reporting.short_codes import short_codes
from seedbed.util.tables import Tables


def decoded(alphabet: list[int], text: str) -> str:
    units = array("H", text.encode("utf-16-le"))
    return array("H", [alphabet[unit] for unit in units]).tobytes().decode("utf-16-le")


@given(st.lists(st.text()))
@settings(max_examples=50)
def test_what_is_decoded_is_what_was_encoded(texts: list[str]) -> None:
    alphabet, codes = short_codes(texts)
    assert [decoded(alphabet, text) for text in codes] == texts


@pytest.mark.parametrize("last", [0xD000, 0x11000, 0x20000])
def test_all_of_unicode_comes_back(last: int) -> None:
    whole = "".join(map(chr, [*range(0xD800), *range(0xE000, last)]))
    alphabet, (text,) = short_codes([whole])
    assert decoded(alphabet, text) == whole


def test_no_code_is_one_that_json_escapes() -> None:
    _, (text,) = short_codes(["".join(map(chr, range(0xD000)))])
    assert json.dumps(text, ensure_ascii=False) == f'"{text}"'


def test_the_most_used_characters_take_one_byte() -> None:
    _, (text,) = short_codes(["日本語の文章" * 10 + "稀"])
    assert len(text.encode()) == 61
    assert short_codes(["あいう", "ういあ"]) == short_codes(["あいう", "ういあ"])


def test_what_is_compressed_comes_back() -> None:
    texts = ["", 'a"\\\n\t', "日本\u2028語\u0000x", "x" * 10_000]
    assert [json.loads(gzip.decompress(piece))["value"] for piece in Tables().compressed(texts)] == texts
