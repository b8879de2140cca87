"""`seedbed init`: a project of one's own, in any language, that differs from this one in data alone."""

import hashlib
import json
import os
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from seedbed.pipeline.init import init_project
from seedbed.pipeline.template import _pin_of, blob_hash, params_text, project_files, template_files
from seedbed.pipeline.template_lock import LOCK
from seedbed.project.prompts import VARIABLES
from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml
from tests.harness import ROOT, Project, git

LIBRARY_ONLY = {
    *(".ci/run", ".pre-commit-config.yaml", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "data/LICENSE.md"),
    *(
        "data/README.md",
        "data/edits/.gitkeep",
        "data/languages/en.yaml",
        "data/two_turns.en.jsonl",
        "data/edits/two_turns.ja.jsonl",
        "development.mk",
        "dvc.lock",
        "pyproject.toml",
    ),
    *(".ci/no-torch.txt", "requirements-test.lock", ".github/pull_request_template.md", ".github/workflows/checks.yml"),
    *(".github/workflows/diff-comment.yml", ".github/workflows/wheel.yml", ".github/post-diff", ".dvc/.gitignore"),
}
"""What this repository has for the library itself, for its build and for its licence."""
PROJECT_ONLY = {LOCK, "data/languages/.gitkeep", "data/pairs/.gitkeep", "data/build/.gitkeep"}
OF_THE_PROJECT = re.compile(
    r"README\.md|params\.yaml|requirements(?:-train)?\.lock|data/(?:[a-z_]+\.[a-z]+|edits/.*|references\..*)\.?(?:jsonl)?"
)
"""What may differ: data, the README, the lock file (which pins the library), and two parameters."""


def repository() -> set[str]:
    """Return the files that git has of this repository, or would take."""
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    own = ("seedbed/", "tests/", "benchmarks/", "reports/", ".github/ISSUE_TEMPLATE/", "docs/", "engines/", "zensical.toml")
    return {path for path in listed if not path.startswith(own) and (ROOT / path).is_file()} - LIBRARY_ONLY


def test_this_repository_and_a_new_japanese_project_differ_in_data_alone() -> None:
    files = project_files("ja", bare=False)
    assert files.keys() - PROJECT_ONLY == repository() - PROJECT_ONLY
    differ = {path for path in repository() & files.keys() if files[path] != (ROOT / path).read_bytes()}
    assert {path for path in differ if not OF_THE_PROJECT.fullmatch(path)} == set()
    assert {"stages/judge.py", "dvc.yaml", "schemas/params.schema.json", "prompts/judge.yaml"} <= files.keys() - differ


def test_the_japanese_parameters_are_these_but_for_a_smaller_target_and_no_references() -> None:
    ours, theirs = ((ROOT / "params.yaml").read_text(encoding="utf-8"), params_text("ja"))
    gone = set(ours.splitlines()) - set(theirs.splitlines())
    assert {line.strip().split(":")[0] for line in gone} == {
        *("target", "reference_categories"),
        *("two_turns", "source"),  # the conversations are this repository's own
        "language",  # of the reports: this repository's are read with its README, in English
    }


@pytest.mark.parametrize(("language", "tokeniser"), [("ko", "space"), ("sw", "space"), ("th", "character"), ("no", "space")])
def test_the_parameters_of_another_language(language: str, tokeniser: str) -> None:
    text = params_text(language)
    assert f"language: {language} #" in text
    assert f"tokeniser:\n    name: {tokeniser} #" in text
    assert set(re.findall(r"model: (stand-in\S*)", text)) == {
        f"stand-in-{language}{level}" for level in ("", "-good", "-thin", "-poor")
    }


def test_a_new_project_tells_a_model_what_was_wrong_with_its_reply() -> None:
    params = load_yaml(Path("params.yaml"), params_text("ko"))
    assert {params[block]["retry"] for block in ("translate", "generate", "answer", "judge")} == {"explain"}


def test_the_lock_names_each_file_of_the_template_as_git_does() -> None:
    files = project_files("ko", bare=False)
    recorded = json.loads(files[LOCK])["files"]
    assert recorded == {path: blob_hash(files[path]) for path in template_files("ko")}
    assert {"dvc.yaml", "stages/judge.py", "queries/benchmark/win_rates.sql", "requirements.lock"} <= recorded.keys()
    assert not [path for path in recorded if path.startswith(("data/", "prompts/")) or path in ("params.yaml", "README.md")]
    assert recorded["dvc.yaml"] == git(ROOT, "hash-object", "dvc.yaml").strip()


def test_every_folder_that_a_report_rests_on_is_there_before_a_stage_writes_into_it() -> None:
    """DVC refuses a stage with a dependency that is not there, and no stage need write answers of bases or trained models."""
    folders = {str(parent) for path in project_files("ko", bare=True) for parent in Path(path).parents}
    stages = load_yaml(ROOT / "dvc.yaml")["stages"]
    needed = {dep for name in ("benchmark", "dataset") for dep in stages[name]["deps"] if not Path(dep).suffix}
    assert "data/build/responses/answer_trained" in needed
    assert needed <= folders


def test_without_rows() -> None:
    full, bare = (project_files("ko", bare) for bare in (False, True))
    assert full.keys() == bare.keys()
    rows = {path for path in full if full[path] != bare[path]}
    assert rows == {f"data/{corpus}.en.jsonl" for corpus in ("seed_tasks", "questions", "baseline")}
    assert {bare[path] for path in rows} == {b"\n"}


def test_example_rows_cover_their_types() -> None:
    rows = {
        corpus: [json.loads(line) for line in project_files("ko", bare=False)[f"data/{corpus}.en.jsonl"].splitlines()]
        for corpus in ("seed_tasks", "questions")
    }
    assert len({row["task_type"] for row in rows["seed_tasks"]}) == len(rows["seed_tasks"]) == 8
    assert len({row["category"] for row in rows["questions"]}) == len(rows["questions"]) == 8


def test_a_language_without_a_kit_gets_english_prompts_that_name_it() -> None:
    files = project_files("sw", bare=False)
    prompts = [files[path].decode() for path in files if path.startswith("prompts/")]
    assert len(prompts) == len(VARIABLES)
    for text in prompts:
        assert 'language: "sw"' in text
        assert "into Swahili (sw)" in text
        assert "{" + "language}" not in text
    assert "As an AI" in files["data/languages/sw.yaml"].decode()  # models refuse in English too


def test_only_a_japanese_project_installs_the_japanese_dictionary() -> None:
    for lock in ("requirements.lock", "requirements-train.lock"):
        assert [b"sudachi" in project_files(language, bare=True)[lock] for language in ("ja", "ko")] == [True, False]


@pytest.mark.parametrize(
    ("folder", "language", "message"),
    [
        ("full", "ko", r"full: the folder is not empty, so nothing was written; choose a new folder$"),
        ("full/file", "ko", r"full/file: this is a file, so nothing was written; choose a new folder$"),
        ("full/file/below", "ko", r"full/file/below: cannot be written \(Not a directory\); choose another folder$"),
        ("new", "korean", r"language 'korean': expected an ISO 639 code, two or three small letters: ko for Korean$"),
        ("new", "../k", r"language '\.\./k': expected an ISO 639 code"),
        (
            "mine/new",
            "ko",
            r"mine/new: this folder is inside the project \S+mine, so nothing was written; choose a folder outside of it$",
        ),
        (f"{ROOT}/new", "ko", r"is inside the project .*, so nothing was written; choose a folder outside of it$"),
    ],
)
def test_a_refusal_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, language: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in ("full/file", "mine/dvc.yaml", "mine/params.yaml"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match=message):
        init_project(Path(folder), language)
    assert sorted(tmp_path.rglob("*")) == before
    assert not (ROOT / "new").exists()


@pytest.mark.parametrize(("inside", "rules"), [(True, "data/\n"), (True, "!data/\n*.lock\n"), (False, "*.csv\n")])
def test_rules_that_would_leave_files_out_of_git_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: bool, rules: str
) -> None:
    """`git add` says nothing of what it leaves out, and a clone would lack it."""
    monkeypatch.chdir(tmp_path)
    place = tmp_path / ("around/.gitignore" if inside else "excludes")
    place.parent.mkdir(exist_ok=True)
    place.write_text(rules, encoding="utf-8")
    if inside:
        git(place.parent, "init", "-q")
    else:
        for name, value in (("COUNT", "1"), ("KEY_0", "core.excludesFile"), ("VALUE_0", str(place))):
            monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    folder = Path("around/new" if inside else "new")
    named = rf"such as \S+, by the rule {re.escape(str(place) if not inside else place.name)}:\d:"
    with pytest.raises(UserError, match=rf"git would ignore \d+ files? of the project, {named}.*; nothing was written"):
        init_project(folder, "ko")
    assert not any(folder.iterdir())


def test_without_git_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        UserError, match=r"^git is not installed, so nothing was written; install it and run `seedbed init` again$"
    ):
        init_project(tmp_path / "new", "ko")
    assert list(tmp_path.iterdir()) == []


def made(tmp_path: Path, language: str) -> Project:
    """Return a project as the command line makes it, where nobody has told git a name."""
    outside = Project(tmp_path)
    output = outside.run(
        *("seedbed", "init", "mine", "--language", language), GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_SYSTEM=os.devnull
    )
    assert "now: cd mine && make repro\n" in output
    moved = "GitHub runs workflows only from the top of a repository: move .github/workflows/diff.yml there to use it"
    assert (moved in output) == (tmp_path / ".git").exists()
    return Project(tmp_path / "mine")


@pytest.mark.slow
def test_a_new_project_is_committed_and_checked(tmp_path: Path) -> None:
    project = made(tmp_path, "ko")
    assert git(project.root, "status", "--porcelain") == ""
    assert git(project.root, "log", "--format=%an: %s") == "Seedbed: Create the project with seedbed init\n"
    assert git(project.root, "ls-files", "-s", ".ci/install").startswith("100755 ")
    assert (project.root / ".dvc" / "config").read_bytes() == (ROOT / ".dvc" / "config").read_bytes()
    assert f"{len(VARIABLES)} prompts, 8 seed tasks, 8 questions, 3 baseline: all valid" in project.run("seedbed", "check")
    assert "the project is up to date" in project.run("seedbed", "upgrade", "--yes")
    assert git(project.root, "status", "--porcelain") == ""


def test_a_project_in_a_subfolder_of_a_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "theirs").write_text("not ours")
    git(tmp_path, "add", "theirs")  # what others have staged is not ours to commit
    project = made(tmp_path, "de")
    assert git(tmp_path, "status", "--porcelain") == "A  theirs\n"
    assert not (project.root / ".git").exists()
    assert "all valid" in project.run("seedbed", "check")


def sent(project: Project) -> dict[str, int]:
    """Return how many requests the store holds, by stage."""
    database = sqlite3.connect(project.root / ".dvc" / "seedbed" / "store.sqlite")
    counts = dict(database.execute("select stage, sum(requests) from sent group by stage"))
    database.close()
    return counts


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ko", "sw"])
def test_a_new_project_builds_and_an_edit_sends_what_the_plan_says(tmp_path: Path, language: str) -> None:
    project = made(tmp_path, language)
    project.run("seedbed", "repro")
    assert (project.root / "reports" / "benchmark.html").is_file()
    before, keys = sent(project), {row["key"] for row in project.rows("data/build/responses/generate/native.jsonl")}
    assert "up to date" in project.run("seedbed", "repro")
    assert sent(project) == before

    rows = project.rows("data/seed_tasks.en.jsonl")
    rows[0]["instruction"] = f"Please do this: {rows[0]['instruction']}"
    project.write_rows("data/seed_tasks.en.jsonl", rows)
    printed, _ = json.JSONDecoder().raw_decode(project.run("seedbed", "plan", "--json"))  # and a remark on stderr
    plan: dict[str, Any] = {stage["stage"]: stage for stage in printed["stages"]}
    project.run("seedbed", "repro")
    now = {stage: count - before[stage] for stage, count in sent(project).items() if count != before[stage]}
    assert now.keys() == {"translate@seed_tasks", "generate@native"}
    assert now["translate@seed_tasks"] == plan["translate@seed_tasks"]["new"] == 1
    slots = [row["key"] for row in project.rows("data/build/responses/generate/native.jsonl")]
    assert now["generate@native"] == len(set(slots) - keys) > 0
    assert {stage for stage in plan if plan[stage]["new"]} <= now.keys()


def test_a_wheel_is_pinned_by_its_path_and_hash(tmp_path: Path) -> None:
    """What an installer notes of a wheel's hash differs; uv notes none."""
    wheel = tmp_path / "a wheel.whl"
    wheel.write_bytes(b"content")
    digest = hashlib.sha256(b"content").hexdigest()
    for archive in ({}, {"hashes": {"sha256": digest}}, {"hash": f"sha256={digest}"}):
        pin = _pin_of({"url": wheel.as_uri(), "archive_info": archive})
        assert pin == f"seedbed @ {wheel.as_uri()} \\\n    --hash=sha256:{digest}\n"
    with pytest.raises(UserError, match="whose hash is unknown"):
        _pin_of({"url": "https://example.org/seedbed.whl", "archive_info": {}})
    assert _pin_of({"url": tmp_path.as_uri(), "dir_info": {}}) == f"seedbed @ {tmp_path.as_uri()}\n"
