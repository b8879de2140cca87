"""Where the library's own files are: in a checkout, and in an installed wheel."""

import shutil
import subprocess
import sys
from pathlib import Path

from seedbed.util.library import library_file
from tests.harness import ROOT


def test_in_a_checkout_they_are_at_its_root() -> None:
    assert library_file("schemas/params.schema.json") == ROOT / "schemas" / "params.schema.json"
    assert library_file("no/such/file") == ROOT / "no" / "such" / "file"


def test_installed_they_are_in_the_package(tmp_path: Path) -> None:
    """Whatever lies beside the package, in site-packages, is somebody else's."""
    shutil.copytree(ROOT / "seedbed" / "util", tmp_path / "seedbed" / "util")
    (tmp_path / "seedbed" / "__init__.py").touch()
    (tmp_path / "seedbed" / "template").mkdir()
    (tmp_path / "stages").mkdir()
    code = "from seedbed.util.library import library_file; print(library_file('stages'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()) == tmp_path.resolve() / "seedbed" / "template" / "stages"
