"""Set-up: what `.ci/install` does where uv or the package index is not as expected; what the Makefile asks git."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.harness import ROOT

NAME = "seedbed_setup_probe"
"""A package that no index has."""


def wheel(folder: Path, name: str = NAME) -> Path:
    """Write a wheel with one module."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digests = {
        inner: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=") for inner, text in files.items()
    }
    record = "".join(f"{inner},sha256={digests[inner].decode()},{len(text)}\n" for inner, text in files.items())
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inner, text in (files | {f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}).items():
            archive.writestr(inner, text)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the script and a lock file that names one package, which lies in `wheels/`."""
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copytree(ROOT / ".ci", folder / ".ci")
    digest = hashlib.sha256(wheel(tmp_path / "wheels").read_bytes()).hexdigest()
    (folder / "some.lock").write_text(f"{NAME}==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    return folder


def install(project: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the script with no package index; PATH has a Python and nothing of this environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    path = f"{project.parent / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin"
    offline = {"PATH": path, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "UV_OFFLINE": "1", "UV_NO_CONFIG": "1"}
    script = [str(project / ".ci" / "install"), "some.lock"]
    return subprocess.run(script, env=kept | offline | env, capture_output=True, text=True, check=False)


def uv(project: Path, text: str | None = None) -> None:
    """Put a uv on PATH: the real one, or a script."""
    path = project.parent / "bin" / "uv"
    if text is None:
        path.symlink_to(Path(sys.executable).parent / "uv")
    else:
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)


def installed(project: Path, name: str = NAME) -> bool:
    run = [str(project / ".venv" / "bin" / "python"), "-c", f"import {name}"]
    return subprocess.run(run, capture_output=True, check=False).returncode == 0


def test_uv_installs_where_it_can(project: Path) -> None:
    """Pip knows no place to take the package from here."""
    uv(project)
    done = install(project, UV_FIND_LINKS=str(project.parent / "wheels"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert installed(project)


def test_a_library_from_a_package_index_is_installed_by_its_version(project: Path) -> None:
    """Its line in a project's lock has no hash; every other line must have one."""
    uv(project)
    wheel(project.parent / "wheels", "seedbed")
    lock = project / "some.lock"
    hashed = lock.read_text(encoding="utf-8")
    lock.write_text(f"{hashed}seedbed==1.0\n", encoding="utf-8")
    done = install(project, UV_FIND_LINKS=str(project.parent / "wheels"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert installed(project)
    assert installed(project, "seedbed")
    assert lock.read_text(encoding="utf-8") == f"{hashed}seedbed==1.0\n"
    lock.write_text(
        f"{hashed}seedbed @ {(project.parent / 'wheels' / 'seedbed-1.0-py3-none-any.whl').as_uri()}\n", encoding="utf-8"
    )
    assert install(project, UV_FIND_LINKS=str(project.parent / "wheels")).returncode == 0
    shutil.rmtree(project / ".venv")
    lock.write_text(f"{NAME}==1.0\n", encoding="utf-8")
    assert install(project, UV_FIND_LINKS=str(project.parent / "wheels")).returncode != 0


def test_a_project_may_have_a_pyproject_of_its_own(project: Path) -> None:
    """Settings of a linter, say: it is no package to install."""
    uv(project)
    (project / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n", encoding="utf-8")
    done = install(project, UV_FIND_LINKS=str(project.parent / "wheels"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
@pytest.mark.parametrize("there", ["a broken uv", "a uv that does not know the index", "no uv"])
def test_pip_installs_where_uv_cannot(project: Path, there: str) -> None:
    """The package index is one that only pip is set up for: a folder, by its own variable."""
    if there == "a broken uv":
        uv(project, "#!/bin/sh\necho broken >&2\nexit 2\n")
    elif there == "a uv that does not know the index":
        uv(project)
    done = install(project, PIP_FIND_LINKS=str(project.parent / "wheels"))
    assert done.returncode == 0, done.stderr
    assert ("pip installs" if there == "no uv" else "pip tries") in done.stderr
    assert installed(project)


@pytest.mark.slow
def test_a_package_with_another_hash_is_not_installed(project: Path) -> None:
    uv(project)
    (project / "some.lock").write_text(f"{NAME}==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    folder = str(project.parent / "wheels")
    done = install(project, UV_FIND_LINKS=folder, PIP_FIND_LINKS=folder)
    assert done.returncode != 0
    assert "hash" in done.stderr.lower()
    assert not installed(project)


@pytest.mark.parametrize(
    ("where", "asked"),
    [
        ("a checkout", ["seedbed repro"]),
        ("a folder of a checkout", ["seedbed repro"]),
        ("no checkout", ["dvc config --local core.no_scm true", "seedbed repro"]),
    ],
)
def test_dvc_is_told_that_there_is_no_git_only_where_there_is_none(tmp_path: Path, where: str, asked: list[str]) -> None:
    """Programs that write down how they were called take the places of the real ones."""
    folder = tmp_path / "team" / "data" if where == "a folder of a checkout" else tmp_path
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    if where != "no checkout":
        subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    for name in ("dvc", "seedbed"):
        (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >>called\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    shutil.copy(ROOT / "Makefile", folder)
    for name in (".ci/install", "requirements.lock", ".venv/run"):  # the last is the newest: nothing is installed
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    env = os.environ | {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    subprocess.run(["make", "--silent", "repro"], cwd=folder, env=env, check=True)
    assert (folder / "called").read_text(encoding="utf-8").splitlines() == asked
