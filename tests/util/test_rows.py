"""Rows: canonical bytes out, clear errors in."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedbed.util.canonical import canonical, content_hash, parse_json
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows, write_rows, writing

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=10,
)


@given(json_values)
def test_canonical_reads_back(value: object) -> None:
    assert parse_json(canonical(value)) == value
    assert "\n" not in canonical(value)


def test_key_order_is_no_content() -> None:
    assert content_hash({"a": 1, "b": [2]}) == content_hash({"b": [2], "a": 1})
    assert canonical({"b": "あ", "a": 1}) == '{"a":1,"b":"あ"}'


GOOD = '{"id":"a","category":"c","text":"t"}'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id":"b","category":"c"', "q.jsonl:2: not a JSON object"),
        ("[1]", "q.jsonl:2: expected a JSON object, found list"),
        ('{"id":"b","category":"c"}', "q.jsonl:2: the field 'text' is missing"),
        ('{"id":"b","category":"c","text":3}', "q.jsonl:2: field text: expected string, found 3"),
        ('{"id":"b","category":"c","text":" "}', "q.jsonl:2: field text: ' ' does not have the form"),
        ('{"id":"b","category":"c","text":"t","txet":"t"}', "field txet: unknown key (did you mean 'text'?)"),
        ('{"id":"b c","category":"c","text":"t"}', "field id: 'b c' does not have the form"),
        ('{"id":"a","category":"c","text":"t"}', "q.jsonl:2: the id 'a' stands in line 1 too"),
        ('{"id":"b","id":"c","category":"c","text":"t"}', "the key 'id' stands twice"),
        ('{"id":"b","category":"c","text":"\\ud800"}', "half of a surrogate pair"),
        ('{"id":"b","category":"c","text":NaN}', "NaN is not JSON"),
        ('{"id":["b"],"category":"c","text":"t"}', "field id: expected string"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(f"{GOOD}\n{line}\n", encoding="utf-8")
    with pytest.raises(UserError) as error:
        list(read_rows(path, "question"))
    assert message in str(error.value)


def test_bytes_that_are_no_utf8(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b'{"id":"\xff"}\n')
    with pytest.raises(UserError, match="not UTF-8"):
        list(read_rows(path, "question"))


def test_only_lf_ends_a_line(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    rows = [{"id": "a", "category": "c", "text": "one\u2028two\x85three"}]
    write_rows(path, rows, "question")
    assert list(read_rows(path, "question")) == rows


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("old")

    def fail() -> None:
        with writing(path) as file:
            file.write("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for path in (tmp_path / "folder", tmp_path / "file" / "x"):
        with pytest.raises(UserError, match="cannot be written"), writing(path) as file:
            file.write("x")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]
