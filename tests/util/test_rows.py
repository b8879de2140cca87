"""Rows: canonical bytes out, clear errors in."""

from pathlib import Path

import pytest

from seedbed.util.errors import UserError
from seedbed.util.rows import checked_rows, read_rows, write_rows, writing

GOOD = '{"id":"a","category":"c","text":"t"}'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id":"b","category":"c"', "q.jsonl:2: not a JSON object"),
        ("[1]", "q.jsonl:2: expected JSON Lines, found a JSON array; write one object per line"),
        ('"b"', "q.jsonl:2: expected a JSON object, found str"),
        ("<<<<<<< HEAD", "q.jsonl:2: merge conflict (<<<<<<<)"),
        ("=======", "q.jsonl:2: merge conflict (=======)"),
        (">>>>>>> theirs", "q.jsonl:2: merge conflict (>>>>>>>)"),
        ("||||||| 1a2b3c4", "q.jsonl:2: merge conflict (|||||||)"),
        ('{"id":"b","category":"c"}', "q.jsonl:2: field text: missing (schemas/rows/question.schema.json)"),
        ('{"id":"b","category":"c","text":3}', "q.jsonl:2: field text: expected string, found 3"),
        ('{"id":"b","category":"c","text":" "}', "q.jsonl:2: field text: ' ' does not have the form"),
        ('{"id":"b","category":"c","text":"t","txet":"t"}', "field txet: unknown key (did you mean 'text'?)"),
        ('{"id":"b c","category":"c","text":"t"}', "field id: 'b c' does not have the form"),
        (
            '{"id":"a","category":"c","text":"t"}',
            "q.jsonl:2: duplicate id 'a' (first on line 1); give each row a different one",
        ),
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


def test_a_pretty_printed_array_is_named_for_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(f"[\n  {GOOD}\n]\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"q\.jsonl:1: expected JSON Lines, found a JSON array"):
        list(read_rows(path, "question"))
    assert len(list(checked_rows(path, "question"))) == 1


def test_a_pretty_printed_object_is_named_once(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{\n  "id": "a",\n  "text": "t"\n}\n' * 20, encoding="utf-8")
    ((number, problem),) = checked_rows(path, "question")
    assert number == 1
    assert "q.jsonl:1: not a JSON object on one line; JSON Lines have one whole object" in str(problem)


def test_every_bad_line_is_found_and_the_good_ones_are_read(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(f'{{\n{GOOD}\n\n{GOOD}\n{{"id":"b"}}\n', encoding="utf-8")
    found = [
        (number, str(row).split(":", 2)[-1] if isinstance(row, UserError) else row["id"])
        for number, row in checked_rows(path, "question")
    ]
    assert [number for number, _ in found] == [1, 2, 4, 5]
    assert "not a JSON object on one line" in found[0][1]
    assert found[1][1] == "a"
    assert "duplicate id 'a' (first on line 2)" in found[2][1]
    assert "field category: missing" in found[3][1]


def test_bytes_that_are_no_utf8(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b'{"id":"\xff"}\n')
    with pytest.raises(UserError, match="not UTF-8"):
        list(read_rows(path, "question"))


def test_a_line_without_end_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    with path.open("wb") as file:
        file.write(b'{"id": "a"}\n')
        file.truncate(2**33)  # a hole in the file: no disk has room for it
    rows = read_rows(path)
    assert next(rows) == {"id": "a"}
    with pytest.raises(UserError, match=r"rows\.jsonl:2: one row of more than 64 MB; is a line break missing\?$"):
        next(rows)


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


def test_what_a_stage_had_when_it_gave_up_is_left_to_look_at(tmp_path: Path) -> None:
    path, left = tmp_path / "out.txt", tmp_path / "failed" / "out.txt"

    def write(error: BaseException) -> None:
        with writing(path, left) as file:
            file.write("half")
            raise error

    with pytest.raises(KeyboardInterrupt):
        write(KeyboardInterrupt())
    assert not left.exists()
    with pytest.raises(UserError):
        write(UserError("no more slots"))
    assert left.read_text() == "half"
    assert [each.name for each in tmp_path.iterdir()] == ["failed"]
    with writing(path, left) as file:
        file.write("whole")
    assert [each.name for each in tmp_path.iterdir()] == ["out.txt"]


def test_what_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for path in (tmp_path / "folder", tmp_path / "file" / "x"):
        with pytest.raises(UserError, match="cannot be written"), writing(path) as file:
            file.write("x")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]
