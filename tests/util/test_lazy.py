"""The names that the library exports: each can be imported, has a docstring, and costs nothing until it is used."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.api_page import PACKAGES, write


@pytest.mark.parametrize("package", PACKAGES)
def test_every_exported_name_can_be_imported_and_is_explained(package: str) -> None:
    module = import_module(package)
    assert len(set(module.__all__)) == len(module.__all__) > 0
    for name in module.__all__:
        found = getattr(module, name)
        assert found.__doc__, name


def test_the_api_pages_show_every_exported_name(tmp_path: Path) -> None:
    write(tmp_path)
    for package in PACKAGES:
        page = (tmp_path / package.replace(".", "/")).with_suffix(".html").read_text(encoding="utf-8")
        for name in import_module(package).__all__:
            assert f'id="{name}"' in page


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match=r"module 'seedbed\.store' has no attribute 'Sore'"):
        import_module("seedbed.store").Sore  # noqa: B018


def test_a_package_alone_imports_none_of_them() -> None:
    code = f"import sys, {', '.join(PACKAGES)}; print([name for name in sys.modules if name in ('numpy', 'duckdb', 'sqlite3')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
