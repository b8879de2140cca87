"""Texts in short codes come back as they were, whatever is in them."""

import gzip
import json

from hypothesis import given
from hypothesis import strategies as st

from seedbed.reporting.short_codes import FIRST, short_codes
from seedbed.util.tables import Tables


def decoded(alphabet: str, text: str) -> str:
    return "".join(alphabet[ord(code) - FIRST] for code in text)


@given(st.lists(st.text()))
def test_what_is_decoded_is_what_was_encoded(texts: list[str]) -> None:
    alphabet, codes = short_codes(texts)
    assert [decoded(alphabet, text) for text in codes] == texts


def test_no_code_is_one_that_json_escapes_or_a_surrogate() -> None:
    alphabet, (text,) = short_codes(["".join(map(chr, [*range(0xD800), *range(0xE000, 0x20000)]))])
    assert json.dumps(text, ensure_ascii=False) == f'"{text}"'
    assert text.encode()
    assert len(alphabet) > 0xD800


def test_the_most_used_characters_take_one_byte() -> None:
    _, (text,) = short_codes(["日本語の文章" * 10 + "稀"])
    assert len(text.encode()) == 61
    assert short_codes(["あいう", "ういあ"]) == short_codes(["あいう", "ういあ"])


def test_what_is_compressed_comes_back() -> None:
    texts = ["", 'a"\\\n\t', "日本\u2028語\u0000x", "x" * 10_000]
    assert [json.loads(gzip.decompress(piece))["value"] for piece in Tables().compressed(texts)] == texts
