"""Canonical JSON: one text for one value, and no value that JSON does not have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedbed.util.canonical import canonical, content_hash, parse_json

texts = st.text(st.characters(exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=10,
)


@given(json_values)
def test_canonical_reads_back(value: object) -> None:
    assert parse_json(canonical(value)) == value
    assert "\n" not in canonical(value)


def test_key_order_is_no_content() -> None:
    assert content_hash({"a": 1, "b": [2]}) == content_hash({"b": [2], "a": 1})
    assert canonical({"b": "あ", "a": 1}) == '{"a":1,"b":"あ"}'


@pytest.mark.parametrize(("text", "words"), [('{"a":1,"a":2}', "the key 'a' stands twice"), ("[NaN]", "NaN is not JSON")])
def test_what_json_does_not_have_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_json(text)
