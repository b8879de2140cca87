"""The architecture: the table of packages, the stages, and what `dvc.yaml` may make a stage depend on."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from seedbed.project.editions import EDITIONS
from tests.harness import ROOT

PACKAGES = (
    *("util", "project", "exchange", "filtering", "recorded", "stand_in", "kits", "store", "sending", "reporting"),
    *("steps", "training", "pipeline", "publishing", "diff", "trace", "review", "cli"),
)
"""What `seedbed` is made of, in order: each imports only from those before it, and from itself."""
STAGES = sorted((ROOT / "stages").glob("[a-z]*.py"))
MODULES = sorted((ROOT / "seedbed").rglob("*.py"))
DVC: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


def name_of(path: Path) -> str:
    """Return a module's dotted name, e.g. `seedbed.util.rows`; a package's for its `__init__.py`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Return the project's modules that a module imports, at its top or when a function is called."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, f"{path}: a relative import"
            for alias in node.names:  # `from a.b import c` means the module a.b.c where there is one, else the module a.b
                inner = f"{node.module}.{alias.name}"
                found.add(inner if _exists(inner) else node.module)
    return {name for name in found if name.split(".")[0] in ("seedbed", "stages") and name != name_of(path)}


def _exists(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def package_of(name: str) -> str:
    """Return the package that a module of `seedbed` is in; empty for `seedbed` itself."""
    return name.split(".")[1] if "." in name else ""


def test_the_table_names_the_packages_there_are() -> None:
    there = {package_of(name_of(path)) for path in MODULES} - {"", "__main__"}
    assert there == {*PACKAGES}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_from_those_before_it(package: str) -> None:
    allowed = {*PACKAGES[: PACKAGES.index(package) + 1], ""}
    for path in (path for path in MODULES if package_of(name_of(path)) == package):
        upwards = {name for name in imports(path) if name.startswith("seedbed") and package_of(name) not in allowed}
        assert not upwards, f"{name_of(path)} imports {', '.join(sorted(upwards))}"


def test_nothing_in_the_library_imports_a_stage() -> None:
    assert not [name_of(path) for path in MODULES if any(name.startswith("stages") for name in imports(path))]


def test_imports_make_no_circle() -> None:
    """Not even through a function that imports when it is called."""
    graph = {name_of(path): imports(path) for path in [*MODULES, *STAGES]}
    graph = {name: {other for other in others if other in graph} for name, others in graph.items()}
    done: set[str] = set()
    while rest := {name for name in graph if name not in done}:
        free = {name for name in rest if graph[name] <= done}
        assert free, f"a circle among {sorted(rest)}"
        done |= free


def test_objects_of_free_fields_have_a_name() -> None:
    """A shape that the code knows is a type of its own; else it is `JsonObject`, or a `Row` of a query or a file."""
    places = [name_of(path) for path in [*MODULES, *STAGES] if "dict[str, Any]" in path.read_text(encoding="utf-8")]
    assert places == ["seedbed.util.canonical"], "write JsonObject or Row, or a TypedDict where the fields are known"


@pytest.mark.parametrize("path", STAGES, ids=lambda path: path.stem)
def test_a_stage_is_short_and_imports_no_other(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 150
    assert not {name for name in imports(path) if name.startswith("stages")}
    assert path.stem in DVC


def body(stage: str) -> dict[str, Any]:
    """Return a stage's entry in dvc.yaml, past its foreach."""
    entry: dict[str, Any] = DVC[stage]
    inner: dict[str, Any] = entry.get("do", entry)
    return inner


def params(stage: str) -> Iterator[str]:
    """Yield the keys of params.yaml that a stage depends on; the files that it depends on whole are left out."""
    for param in body(stage).get("params", []):
        if isinstance(param, str):
            yield param
        else:
            assert set(param.values()) == {None}, f"{stage}: {param}"


def test_every_stage_has_an_edition_and_every_edition_a_stage() -> None:
    assert list(EDITIONS) == list(DVC)


@pytest.mark.parametrize("stage", DVC)
def test_a_stage_depends_on_its_own_script_and_its_own_edition(stage: str) -> None:
    code = [dep for dep in body(stage)["deps"] if dep.endswith(".py") or dep.startswith(("seedbed", "stages"))]
    assert code == ([] if stage == "train" else [f"stages/{stage}.py"])  # a comment must train no model anew
    assert [name for name in params(stage) if name.split(".")[0] == "editions"] == [f"editions.{stage}"]


@pytest.mark.parametrize("stage", DVC)
def test_a_stage_says_what_it_does(stage: str) -> None:
    assert str(body(stage)["desc"]).endswith(".")
    assert f"python -m stages.{stage} " in str(body(stage)["cmd"])


@pytest.mark.parametrize("stage", DVC)
def test_servers_budget_and_engine_are_nobodys_dependency_and_prices_the_reports_alone(stage: str) -> None:
    blocks = {name.split(".")[0] for name in params(stage)}
    assert not blocks & {"servers", "budget", "engine", "publish"}
    assert ("prices" in blocks) == (stage in ("benchmark", "dataset"))


def test_dvc_yaml_fits_on_two_screens() -> None:
    assert len((ROOT / "dvc.yaml").read_text(encoding="utf-8").splitlines()) < 160
