"""Ids of recorded models and questions, as file and stage names can hold them."""

import gzip
import json
from pathlib import Path

import pytest

from seedbed.recorded.fastchat_files import read_answers
from seedbed.recorded.slugs import slug
from seedbed.util.errors import UserError


def test_slug() -> None:
    assert slug("Org/Model v1.0") == "org-model-v1-0"
    with pytest.raises(UserError, match="contains no letter or digit"):
        slug("モデル")


def test_a_file_is_read_packed_or_in_utf_16_too(tmp_path: Path) -> None:
    """As those of `seedbed import answers` are; what is wrong in one is told by its own name and line."""
    rows = [{"question_id": n, "choices": [{"turns": [f"答え{n}"]}]} for n in (1, 2)]
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\r\n" for row in rows)
    contents = [text.encode(), b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16"), gzip.compress(text.encode("utf-16"))]
    file = tmp_path / "answers.jsonl"
    for content in contents:
        file.write_bytes(content)
        assert read_answers(file) == {"1": ["答え1"], "2": ["答え2"]}
    for content, words in (
        (gzip.compress(text.encode() + b"{}"), r"answers\.jsonl:3: field question_id: missing"),
        (gzip.compress(text.encode())[:-9], r"answers\.jsonl: the gzip file is truncated or damaged"),
        (gzip.compress(b"PAR1"), r"answers\.jsonl: a parquet file, where JSON Lines are expected"),
    ):
        file.write_bytes(content)
        with pytest.raises(UserError, match=words):
            read_answers(file)
