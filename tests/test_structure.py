"""The house: floors, doors and signs."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from tests.harness import ROOT

STAGES = sorted((ROOT / "stages").glob("[a-z]*.py"))
DVC = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PLUMBING = {f"seedbed/{name}.py" for name in ("ask", "errors", "json_text", "outcomes", "params", "rows", "transcripts")}
"""What a stage imports and yet does not depend on: it moves rows and replies and words no request. Each dependency is
four lines of `dvc.lock`, which DVC parses twice in each run."""


def imports(path: Path) -> set[str]:
    """Return the project's modules that a module imports, as paths."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ("seedbed", "stages"):
            whole = [f"{node.module}.{name.name}" for name in node.names] + [node.module]
            for module in whole:
                file = ROOT / (module.replace(".", "/") + ".py")
                if file.is_file():
                    found.add(str(file.relative_to(ROOT)))
    return found


def body(stage: str) -> dict[str, object]:
    """Return a stage's entry in dvc.yaml, past its foreach."""
    entry: dict[str, object] = DVC[stage]
    inner = entry.get("do", entry)
    assert isinstance(inner, dict)
    return inner


@pytest.mark.parametrize("path", STAGES, ids=lambda path: path.stem)
def test_a_stage_is_short_and_imports_no_other(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 150
    assert not {name for name in imports(path) if name.startswith("stages/")}
    assert path.stem in DVC


@pytest.mark.parametrize("stage", DVC)
def test_a_stage_depends_on_what_it_imports(stage: str) -> None:
    entry = body(stage)
    listed = {dep for dep in entry["deps"] if dep.endswith(".py")}  # type: ignore[attr-defined]
    path = f"stages/{stage}.py"
    assert listed >= {path} | imports(ROOT / path) - PLUMBING


@pytest.mark.parametrize("stage", DVC)
def test_a_stage_says_what_it_does(stage: str) -> None:
    assert str(body(stage)["desc"]).endswith(".")
    assert f"python -m stages.{stage} " in str(body(stage)["cmd"])


def test_imports_make_no_circle() -> None:
    modules = {str(path.relative_to(ROOT)): path for path in [*(ROOT / "seedbed").rglob("*.py"), *STAGES]}
    graph = {name: {other for other in imports(path) if other != name} for name, path in modules.items()}
    done: set[str] = set()
    while rest := {name for name in graph if name not in done}:
        free = {name for name in rest if graph[name] <= done}
        assert free, f"a circle among {sorted(rest)}"
        done |= free


def test_budget_prices_and_limits_are_no_dependency() -> None:
    for stage in DVC:
        for param in body(stage).get("params", []):  # type: ignore[attr-defined]
            name = param if isinstance(param, str) else next(iter(param))
            assert name.split(".")[0] != "budget"
            assert name != "prices" or stage == "report"
            assert not name.startswith("endpoints") or name.endswith(".structured")


def test_the_readme_tells_the_stages_of_dvc_yaml() -> None:
    rows = re.findall(r"^\| `(\w+)(?:@\w+)?` \| .* \|$", README, re.MULTILINE)
    assert rows == list(DVC)


def test_the_readme_and_contributing_are_short() -> None:
    assert len(README.splitlines()) < 150
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) < 60


def test_the_readme_shows_the_report_as_it_is() -> None:
    """Its excerpt is a table of the committed report, line by line."""
    report = (ROOT / "reports" / "report.md").read_text(encoding="utf-8")
    table = re.search(r"### good against thin\n\n(.*?)\n\n", report, re.DOTALL)
    assert table
    assert table[1] in README


def test_every_path_in_the_readme_exists() -> None:
    """In the tree, or as a stage's output, which git does not hold."""
    outputs = {next(iter(out)) if isinstance(out, dict) else out for stage in DVC for out in body(stage)["outs"]}  # type: ignore[attr-defined]
    for path in re.findall(r"`((?:data|prompts|queries|reports|schemas|seedbed|stages|tests)/[\w./-]*\w/?)`", README):
        assert (ROOT / path).exists() or path in outputs or path.startswith("data/build"), path


def test_the_readme_names_only_commands_there_are() -> None:
    makefile = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "development.mk"))
    for target in re.findall(r"`make ([\w-]+)`", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_file_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in text
    pins = re.findall(r"^[\w.-]+(?:\[[\w,]+\])?==\S+.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pins) > 100
    assert all("--hash=sha256:" in pin for pin in pins)


def test_every_row_schema_forbids_unknown_keys() -> None:
    for path in (ROOT / "schemas" / "rows").glob("*.json"):
        assert '"additionalProperties": false' in path.read_text(encoding="utf-8"), path
