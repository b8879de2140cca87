"""Compiled templates are kept, and nothing depends on their being there."""

import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader

from seedbed.util.templates import CompiledTemplates


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "page.html").write_text("{{ 1 + number }} of {{ total }}", encoding="utf-8")
    return tmp_path


def page(folder: Path, compiled: list[str]) -> str:
    class Counting(Environment):
        def compile(self, source: Any, *arguments: Any, **options: Any) -> Any:
            compiled.append(source)
            return super().compile(source, *arguments, **options)

    environment = Counting(loader=FileSystemLoader(folder), bytecode_cache=CompiledTemplates(folder))
    return environment.get_template("page.html").render(number=1, total=3)


def test_a_template_is_compiled_once(folder: Path) -> None:
    compiled: list[str] = []
    assert [page(folder, compiled) for _ in range(3)] == ["2 of 3"] * 3
    assert len(compiled) == 1
    assert [path.name for path in folder.iterdir() if path.is_dir()] == ["__pycache__"]
    (folder / "page.html").write_text("{{ number }}", encoding="utf-8")
    assert page(folder, compiled) == "1"
    assert len(compiled) == 2


@pytest.mark.parametrize("damage", [b"", b"j2", b"\0" * 4000])
def test_what_is_damaged_is_compiled_again(folder: Path, damage: bytes) -> None:
    page(folder, [])
    (kept,) = (folder / "__pycache__").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:40] + damage)
    assert page(folder, []) == "2 of 3"
    assert kept.read_bytes() == whole


def test_a_folder_that_cannot_be_written_is_no_hindrance(folder: Path) -> None:
    (folder / "__pycache__").write_text("a file, where the folder would be", encoding="utf-8")
    assert page(folder, []) == "2 of 3"


def test_python_that_is_to_keep_nothing_keeps_no_templates(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert page(folder, []) == "2 of 3"
    assert [path.name for path in folder.iterdir()] == ["page.html"]
