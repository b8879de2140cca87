"""Tables of rows: what is written through temporary files, wherever those are."""

import gzip
import tempfile
from pathlib import Path

import pytest

from seedbed.util.tables import Tables


@pytest.mark.parametrize("name", ["it's", 'a "b"', "a;b $path"])
def test_the_temporary_folder_may_have_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / name))
    assert gzip.decompress(Tables().compressed(["one"])[0]) == b'{"value":"one"}\n'


def test_a_link_where_a_table_is_begun_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / ".out.parquet.part").symlink_to(victim)
    Tables().write_parquet("select 1 as n", tmp_path / "out.parquet")
    assert victim.read_text() == "mine"
    assert not (tmp_path / "out.parquet").is_symlink()
