"""The package: its dependencies are what it imports, and its wheel works where nothing of this repository is."""

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

import seedbed
from seedbed.util.yaml12 import load_yaml
from tests.harness import ROOT, Project

NOT_IMPORTED = {"sudachidict-core"}
"""SudachiPy opens it."""
DISTRIBUTIONS = packages_distributions()
OWN = {"seedbed", "stages"}
MOST_BYTES = 300 * 2**20
"""Of the base in an environment of its own, as uv installs it: without bytecode."""
UV = str(Path(sys.executable).parent / "uv")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def declared() -> dict[str, set[str]]:
    """Return the distributions that the package asks for, by extra; the base has the empty name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: {normal(re.split(r"[^\w.-]", line)[0]) for line in lines} for extra, lines in lists.items()}


def imported(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield the distributions that a module imports, and whether it does as soon as it is imported itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    late = {inner for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        else:
            continue
        for top in {name.split(".")[0] for name in names} - OWN - set(sys.stdlib_module_names):
            # `ruamel` is a namespace: of several distributions there the one of the whole name is meant.
            whole = [normal(found) for found in DISTRIBUTIONS.get(top, [top])]
            exact = [found for found in whole for name in names if f"{normal(name)}-".startswith(f"{found}-")]
            yield (exact or whole)[0], node not in late


MODULES = [path for folder in sorted(OWN) for path in sorted((ROOT / folder).rglob("*.py"))]


def test_what_is_imported_is_declared() -> None:
    """By the base, or by an extra where the import waits until it is needed; `review` and `training` are extras whole."""
    extras = set().union(*(names for extra, names in declared().items() if extra != "test"))
    for path in MODULES:
        optional = path.is_relative_to(ROOT / "seedbed" / "review") or path.is_relative_to(ROOT / "seedbed" / "training")
        for name, at_once in imported(path):
            assert name in (declared()[""] if at_once and not optional else extras), f"{path} imports {name}"


def test_what_is_declared_is_imported() -> None:
    used = {name for path in MODULES for name, _ in imported(path)}
    own = declared()[""] | declared()["documents"] | declared()["ja"] | declared()["ray"] | declared()["review"]
    trained = declared().get("train", set())
    assert (own | declared()["publish"]) - trained == used - trained | NOT_IMPORTED


def test_the_version_is_said_once() -> None:
    assert version("seedbed") == seedbed.__version__
    for name in ("pyproject.toml", "CITATION.cff", "README.md"):
        assert seedbed.__version__ not in (ROOT / name).read_text(encoding="utf-8"), name


def test_the_citation_names_the_software_and_the_paper() -> None:
    """As the Citation File Format 1.2.0 has it."""
    citation = load_yaml(ROOT / "CITATION.cff")
    assert {"cff-version", "message", "title", "authors", "type"} <= citation.keys()
    (paper,) = citation["references"]
    assert paper["title"].endswith("A Case Study on Japanese")
    assert paper["url"] == "https://arxiv.org/abs/2403.03690"
    assert [author["family-names"] for author in paper["authors"]] == [
        "Sun",
        "Wan",
        "Ueda",
        "Yahata",
        "Cheng",
        "Chu",
        "Kurohashi",
    ]


MACHINE = [".dvc/cache/files/md5/00/secret", ".dvc/config.local", ".dvc/seedbed/store.sqlite", ".dvc/tmp/lock"]
"""What a machine has beside what git holds: paid responses, and perhaps a remote's key."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive and the wheel, built of what git would commit, with a machine's own files beside it."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    for name in subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name)
    for name in MACHINE:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).touch()
    build = [
        UV,
        "build",
        "--quiet",
        "--offline",
        "--python",
        sys.executable,
        "--no-build-isolation",
        "-o",
        str(out),
        str(source),
    ]
    subprocess.run(build, check=True)
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.mark.slow
def test_nothing_of_the_machine_is_in_the_source_archive(built: Path) -> None:
    """The wheel is built of it."""
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"dvc.yaml", ".dvc/config", "stages/judge.py", "tests/test_packaging.py"} <= names
    assert not names & set(MACHINE)


@pytest.mark.slow
def test_what_the_wheel_carries(wheel: Path) -> None:
    """Each file of the package and of a project's template; no data, no test, nothing that Python or an editor left."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    package = {path.relative_to(ROOT).as_posix() for path in (ROOT / "seedbed").rglob("*") if path.is_file()}
    assert {name for name in package if "__pycache__" not in name} <= names
    assert not [name for name in names if "__pycache__" in name]
    for folder in ("stages", "queries", "schemas", "plugins", ".dvc/plots"):
        carried = {name for name in names if name.startswith(f"seedbed/template/{folder}/")}
        here = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert carried == {f"seedbed/template/{name}" for name in here if "__pycache__" not in name}, folder
    prompts = {f"seedbed/kits/ja/prompts/{path.name}" for path in (ROOT / "prompts").iterdir()}
    assert prompts | {"seedbed/kits/ja/filter.yaml", "seedbed/kits/ja/review.yaml", "seedbed/py.typed"} <= names
    files = ("dvc.yaml", "Makefile", ".ci/install", "requirements-train.lock")
    assert {f"seedbed/template/{name}" for name in files} <= names
    assert {name.split("/")[0] for name in names} == {"seedbed", f"seedbed-{seedbed.__version__}.dist-info"}


@pytest.mark.slow
def test_the_wheel_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """The base is small, imports whole, makes a Korean project and builds it; the extra that a command lacks is named."""
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    python = str(venv / "bin" / "python")

    def install(what: str) -> None:
        constraint = str(ROOT / "requirements-test.lock")
        subprocess.run([UV, "pip", "install", "--quiet", "--python", python, "-c", constraint, what], check=True)

    install(str(wheel))
    assert sum(path.lstat().st_blocks * 512 for path in venv.rglob("*")) < MOST_BYTES
    bare = {"PATH": f"{venv / 'bin'}{os.pathsep}{os.defpath}", "HOME": str(tmp_path)}

    def run(folder: Path, *command: str, fails: bool = False, env: dict[str, str] = bare) -> str:
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
        output = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, output
        assert "Traceback" not in output, output
        return output

    assert "Usage: seedbed" in run(tmp_path, "seedbed", "--help")
    run(tmp_path, "python", "-c", EVERY_MODULE)
    japanese, korean = Project(tmp_path / "japanese"), Project(tmp_path / "korean")
    run(tmp_path, "seedbed", "init", "japanese", "--language", "ja")
    assert "`pip install 'seedbed[review]'`" in run(japanese.root, "seedbed", "review", "--no-open", fails=True)
    assert "`pip install 'seedbed[ja]'`" in run(japanese.root, "seedbed", "check", fails=True)

    assert "now: cd korean && make repro" in run(tmp_path, "seedbed", "init", "korean", "--language", "ko")
    pin = f"seedbed @ {wheel.as_uri()} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
    assert (korean.root / "requirements.lock").read_text(encoding="utf-8").endswith(pin)
    assert "all valid" in run(korean.root, "seedbed", "check")
    run(korean.root, "seedbed", "repro")
    assert "up to date" in run(korean.root, "seedbed", "repro")
    rows = korean.rows("data/seed_tasks.en.jsonl")
    rows[0]["instruction"] = f"Please do this: {rows[0]['instruction']}"
    korean.write_rows("data/seed_tasks.en.jsonl", rows)
    assert "translate@seed_tasks: 8 requests, 7 of them in the store, 1 to send" in run(korean.root, "seedbed", "repro")
    assert (korean.root / "reports" / "benchmark.html").is_file()
    # The lock installs as `make` does it, the wheel with it: all hashed, in an environment of the project's own.
    assert "up to date" in run(korean.root, "make", "repro", env={**os.environ, **bare, "PYTHON": sys.executable})
    assert (korean.root / ".venv" / "bin" / "seedbed").is_file()

    install(f"seedbed[review,ja] @ {wheel.as_uri()}")
    assert "all valid" in run(japanese.root, "seedbed", "check")


EVERY_MODULE = """
import importlib, pathlib, pkgutil, seedbed
assert "site-packages" in seedbed.__file__
for module in pkgutil.walk_packages(seedbed.__path__, "seedbed."):
    if not module.name.startswith(("seedbed.review.", "seedbed.training.", "seedbed.template.")):
        importlib.import_module(module.name)
"""
