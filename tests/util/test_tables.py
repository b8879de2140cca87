"""Tables of rows: what is written through temporary files, wherever those are."""

import gzip
import tempfile
from pathlib import Path

import pytest

from seedbed.util.errors import UserError
from seedbed.util.tables import QUERIES, Tables


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


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select 1\nfrom nothing", r"^queries/ours/one\.sql:2: Catalog Error: Table with name nothing does not exist!"),
        (
            "-- needs: ours/two\nselect 1 from two",
            r"^queries/ours/two\.sql:1: Parser Error: .*; correct the query, or `git checkout ",
        ),
        ("select error('2 rows of one id')", "^2 rows of one id$"),
    ],
)
def test_a_query_that_cannot_run_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (QUERIES / "ours").mkdir(parents=True)
    (QUERIES / "ours" / "one.sql").write_text(sql, encoding="utf-8")
    (QUERIES / "ours" / "two.sql").write_text("selekt 1", encoding="utf-8")
    with pytest.raises(UserError, match=said):
        Tables().query("ours/one")
    with pytest.raises(UserError, match=said):
        Tables().keep("ours/one")
