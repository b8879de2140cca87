"""`seedbed upgrade`: the installed library's files, with what people changed kept."""

import json
import shutil
from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
import yaml

from seedbed.pipeline.plan import Plan
from seedbed.pipeline.template import blob_hash, project_files, scaffold_files
from seedbed.pipeline.template_lock import LOCK
from seedbed.pipeline.upgrade import apply_upgrade, plan_upgrade, shown, upgrade_project
from seedbed.pipeline.upgrade_bill import bill_in_words
from seedbed.project import paths
from seedbed.store.store import Store
from seedbed.util.canonical import canonical, content_hash
from seedbed.util.errors import UserError
from tests.harness import ROOT, Project, git
from tests.pipeline.test_migrate import OLD

FIRST: dict[str, str] = json.loads((ROOT / "seedbed" / "pipeline" / "first_template.json").read_text(encoding="utf-8"))["files"]
MOVED = ("queries/annotators.sql", "queries/human/annotators.sql")
"""A query that only moved since the first form."""


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Korean project of this library, committed; the tests copy it."""
    made = Project(tmp_path_factory.mktemp("committed") / "mine")
    for path, content in project_files("ko", bare=False).items():
        (made.root / path).parent.mkdir(parents=True, exist_ok=True)
        (made.root / path).write_bytes(content)
    (made.root / ".ci" / "install").chmod(0o755)
    (made.root / ".dvc" / ".gitignore").write_text("/cache\n/tmp\n")  # as `dvc init` does
    git(made.root.parent, "init", "-q", "-b", "main", "mine")
    (made.root / ".git" / "info" / "exclude").write_text("/data/build/*.jsonl\n")  # as the first form did
    made.commit("start")
    return made.root


@pytest.fixture
def project(committed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A Korean project of this library, committed, in the current folder."""
    shutil.copytree(committed, tmp_path / "mine")
    monkeypatch.chdir(tmp_path / "mine")
    return Project(tmp_path / "mine")


def older(project: Project, path: str, before: bytes | None) -> None:
    """Let the project be of a library in whose template `path` held `before`, or was not there yet."""
    lock = json.loads((project.root / LOCK).read_text(encoding="utf-8"))
    if before is None:
        del lock["files"][path]
        (project.root / path).unlink()
    else:
        (project.root / path).write_bytes(before)
        lock["files"][path] = blob_hash(before)
    (project.root / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    project.commit("as an older library left it")


def upgraded() -> str:
    """Upgrade, confirming everything, and return what was said."""
    return upgrade_project(lambda question: True, dry_run=False)


def changed(project: Project) -> set[str]:
    """Return the files that differ from the last commit."""
    return {line[3:] for line in git(project.root, "status", "--porcelain", "-uall").splitlines()}


MAKEFILE = (ROOT / "Makefile").read_bytes()
FIRST_LINE, LAST_LINE = MAKEFILE.splitlines()[0], MAKEFILE.splitlines()[-1]


def test_what_nobody_changed_is_replaced(project: Project) -> None:
    older(project, "Makefile", b"# another first line\n" + MAKEFILE)
    assert upgraded() == "2 files written; now: make repro, and commit"
    assert changed(project) == {"Makefile", LOCK}
    assert (project.root / "Makefile").read_bytes() == MAKEFILE


def test_outputs_in_a_folder_that_a_stage_still_writes_stay(project: Project) -> None:
    written = project.root / "data" / "build" / "export" / "native" / "messages.jsonl"
    listing = json.dumps([{"md5": md5(b"{}\n", usedforsecurity=False).hexdigest(), "relpath": written.name}]).encode()
    cached = {written: b"{}\n"}
    for content, end in ((b"{}\n", ""), (listing, ".dir")):
        digest = md5(content, usedforsecurity=False).hexdigest()
        cached[project.root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / f"{digest[2:]}{end}"] = content
    for path, content in cached.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    outs = [{"path": "data/build/export/native", "md5": f"{digest}.dir", "nfiles": 1}]
    lock = {"schema": "2.0", "stages": {"export@native": {"cmd": "python -m stages.export", "outs": outs}}}
    (project.root / "dvc.lock").write_text(yaml.safe_dump(lock), encoding="utf-8")
    older(project, "dvc.yaml", b"# another first line\n" + (ROOT / "dvc.yaml").read_bytes())
    assert upgraded() == "2 files written; now: make repro, and commit"
    assert written.read_bytes() == b"{}\n"


def test_what_was_changed_elsewhere_is_merged(project: Project) -> None:
    older(project, "Makefile", b"# another first line\n" + MAKEFILE)
    mine = b"# another first line\n" + MAKEFILE.replace(LAST_LINE, LAST_LINE + b"\n# mine")
    (project.root / "Makefile").write_bytes(mine)
    upgraded()
    assert (project.root / "Makefile").read_bytes() == mine.removeprefix(b"# another first line\n")
    assert plan_upgrade().files == {}


@pytest.mark.parametrize("held_by_git", [True, False])
def test_what_both_changed_is_kept_and_named(project: Project, capsys: pytest.CaptureFixture[str], held_by_git: bool) -> None:
    mine = MAKEFILE.replace(FIRST_LINE, b"# mine")
    older(project, "Makefile", MAKEFILE.replace(FIRST_LINE, b"# an older line") if held_by_git else mine)
    if not held_by_git:
        lock = json.loads((project.root / LOCK).read_text(encoding="utf-8"))
        lock["files"]["Makefile"] = blob_hash(b"nobody has this any more\n")
        (project.root / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    (project.root / "Makefile").write_bytes(mine)
    upgraded()
    assert (project.root / "Makefile").read_bytes() == mine
    assert (project.root / "Makefile.new").read_bytes() == MAKEFILE
    output = capsys.readouterr()
    assert (
        "kept: Makefile, changed both by you and by the library; the library's version is written to Makefile.new" in output.out
    )
    assert output.err == "to merge by hand: Makefile\n"
    assert upgraded() == "the project is up to date"


def test_what_the_library_left_as_it_was_stays_as_people_have_it(project: Project) -> None:
    (project.root / "Makefile").write_text("# all mine\n")
    (project.root / ".github" / "workflows" / "diff.yml").unlink()
    assert upgraded() == "the project is up to date"
    assert changed(project) == {"Makefile", ".github/workflows/diff.yml"}


def test_what_a_build_reads_is_brought_back(project: Project) -> None:
    """And the check names it, before a stage deletes its outputs and fails."""
    gone = ("queries/benchmark/win_rates.sql", "schemas/rows/task.schema.json", "stages/judge.py")
    for path in gone:
        (project.root / path).unlink()
    said = project.run("seedbed", "check", fails=True)
    assert all(f"{path}: missing, and the build reads it; `seedbed upgrade` restores it" in said for path in gone)
    assert upgraded() == "3 files written; now: make repro, and commit"
    assert changed(project) == set()


def test_a_new_file_is_added_and_one_that_is_no_more_is_deleted(project: Project) -> None:
    older(project, "stages/judge.py", None)
    older(project, "stages/gone.py", b"# the library's\n")
    older(project, "stages/gone_too.py", b"# the library's\n")
    (project.root / "stages" / "gone_too.py").write_text("# mine\n")
    (project.root / "stages" / "never.py").write_text("# mine\n")
    notes = plan_upgrade().notes
    upgraded()
    assert (project.root / "stages" / "judge.py").read_bytes() == (ROOT / "stages" / "judge.py").read_bytes()
    left = {path.name for path in (project.root / "stages").iterdir()} - {path.name for path in (ROOT / "stages").iterdir()}
    assert left == {"gone_too.py", "never.py"}
    assert notes == ["stages/gone_too.py: no longer part of the template; kept, since you changed it"]


def test_a_file_of_ones_own_in_the_place_of_a_new_one_is_kept(project: Project) -> None:
    older(project, "queries/dataset/roots.sql", None)
    (project.root / "queries" / "dataset" / "roots.sql").write_text("select 1\n")
    upgrade = plan_upgrade()
    assert upgrade.kept == ["queries/dataset/roots.sql"]
    apply_upgrade(upgrade)
    assert (project.root / "queries" / "dataset" / "roots.sql").read_text() == "select 1\n"


def test_people_are_shown_what_changes_and_asked(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    older(project, "Makefile", b"# another first line\n" + MAKEFILE)
    older(project, "requirements.lock", b"old==1 \\\n    --hash=sha256:00\n")
    asked: list[str] = []

    def refuse(question: str) -> bool:
        asked.append(question)
        return False

    assert upgrade_project(refuse, dry_run=False) == "nothing was written"
    assert upgrade_project(lambda question: True, dry_run=True) == "nothing was written"
    assert asked == ["Write 3 files?"]
    assert changed(project) == set()
    output = capsys.readouterr().out
    assert "\n-# another first line\n" in output
    assert "\n-old==1 \\\n" in output
    assert "--hash" not in output


def test_remotes_stay_and_what_holds_a_folder_comes_back(project: Project) -> None:
    (project.root / ".dvc" / "config").write_text("[core]\n    remote = team\n")
    shutil.rmtree(project.root / "data" / "build")
    (project.root / "data" / "empty.jsonl").unlink()
    folders = sum(path.startswith("data/build/") for path in scaffold_files())
    assert upgraded().startswith(f"{folders + 1} files written")
    assert changed(project) == {".dvc/config"}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda root: (root / LOCK).write_text("{"), r"template\.lock: not what `seedbed init` wrote; `git checkout"),
        (lambda root: (root / LOCK).write_text('{"files": 3}'), r"template\.lock: not what `seedbed init` wrote"),
        (
            lambda root: (root / "seedbed").mkdir(),
            r"seedbed/: an older copy of the library is in the project.*git rm -r seedbed",
        ),
        (lambda root: (root / "params.yaml").write_text("- a\n"), r"params\.yaml: not a mapping"),
        (lambda root: (root / "params.yaml").unlink(), r"params\.yaml: no such file"),
        (lambda root: (root / "params.yaml").write_bytes(b"a: \xff\n"), r"params\.yaml"),
        (lambda root: (root / "prompts" / "judge.yaml").write_text("a: [\n"), r"prompts/judge\.yaml"),
    ],
)
def test_what_cannot_be_upgraded(project: Project, spoil: Callable[[Path], Any], message: str) -> None:
    spoil(project.root)
    if (project.root / "seedbed").is_dir():
        (project.root / "seedbed" / "__init__.py").touch()
    older_bytes = (project.root / "Makefile").read_bytes()
    with pytest.raises(UserError, match=message):
        upgraded()
    assert (project.root / "Makefile").read_bytes() == older_bytes


def test_the_bill_is_that_of_the_plan_afterwards(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """Of every stage that asks; the project is as it was until one says yes, and nothing of the copy stays."""
    price = {"input": 1000, "output": 2000}

    def change(params: Any) -> None:
        params["editions"].update(translate=1, generate=1, answer=1, judge=1)
        params["generate"]["target"] = 20
        params["servers"]["stand-in"]["price"] = price

    project.edit_params(change)
    project.commit("of older editions")
    assert upgrade_project(lambda question: False, dry_run=False) == "nothing was written"
    output = capsys.readouterr().out
    assert changed(project) == set()
    assert list((project.root / ".dvc" / "tmp").glob("upgrade-*")) == []
    upgraded()
    (project.root / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")
    plan = Plan()
    requests, _, dollars = plan.total
    assert requests > 8 + 8 + 3 + 4 + 24
    assert dollars
    assert f"note: the next build will send about {requests} requests (translate@seed_tasks 8, " in output
    assert f", for about ${dollars:.2f}\n" in output


def test_a_bill_that_cannot_be_told_says_why(project: Project) -> None:
    broken = (project.root / "params.yaml").read_bytes().replace(b"language: ko", b"language: Korean")
    (project.root / "Makefile").chmod(0o444)
    said = bill_in_words({"params.yaml": broken, "Makefile": None})
    assert said.startswith("the next build's requests cannot be estimated until the files are valid: params.yaml:")
    assert changed(project) == set()


def test_the_librarys_own_files_are_the_template(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its checkout has no lock of them, and nothing to bring."""
    monkeypatch.chdir(ROOT)
    assert upgrade_project(lambda question: False, dry_run=True) == "the project is up to date"


# A project of the first form: no template.lock, no editions, prompts that declare no language, other stages.

MESSAGE = {"role": "user", "content": "한국어 과제를 써 주세요."}
CONTENT: dict[str, Any] = {
    "endpoint": "paid",
    "model": "m",
    "messages": [MESSAGE],
    "attempt": 1,
    "params": {},
    "reply": None,
    "sample": 0,
}
CONTENT["slot"] = 0
USAGE = {"input": 30, "cached_input": 0, "output": 7}
RESPONSE = {"text": "…", "usage": USAGE, "refusal": None, "finish_reason": "stop", "model": "m"}
EXCHANGE = {"id": "s00000", "key": content_hash(CONTENT), "request": CONTENT, "response": RESPONSE}
EDIT = b'{"id":"email-01",  "editor":"kim" }\n'
IGNORED = b".env\n"


@pytest.fixture
def first(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Project:
    """The same project as the first form had it, built once, with edits, as far as files matter to an upgrade."""
    monkeypatch.setenv("DVC_GLOBAL_CONFIG_DIR", str(tmp_path / "none"))
    root = project.root
    for path in [LOCK, "data/empty.jsonl", "stages/as_translated.py", ".ci/install"]:
        (root / path).unlink()
    for folder in ("queries", "plugins", "data/build"):
        shutil.rmtree(root / folder)
    for words in [*(root / "prompts").iterdir(), *(root / "data" / "languages").glob("*.yaml")]:
        lines = words.read_text(encoding="utf-8").splitlines(keepends=True)
        words.write_text("".join(line for line in lines if not line.startswith("language:")), encoding="utf-8")
    (root / MOVED[0]).parent.mkdir()
    (root / MOVED[0]).write_bytes((ROOT / MOVED[1]).read_bytes())
    (root / "queries" / "ours.sql").write_text("select 1\n")
    (root / "data" / "edits" / "seed_tasks.ko.jsonl").write_bytes(EDIT)
    (root / "params.yaml").write_text(
        f"{OLD}\nmodels: {{}}\ntranslate: {{}}\npost_edit:\n  unreviewed: use\n", encoding="utf-8"
    )
    transcript = (canonical(EXCHANGE) + "\n").encode()
    outs = []
    for path, content in {"responses/generate.jsonl": transcript, "instructions.jsonl": b"{}\n"}.items():
        file, digest = root / "data" / "build" / path, md5(content, usedforsecurity=False).hexdigest()
        for target in (file, root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        outs.append({"path": f"data/build/{path}", "md5": digest, "size": len(content)})
    lock = {"schema": "2.0", "stages": {"generate": {"cmd": "python -m stages.generate", "outs": outs}}}
    (root / "dvc.lock").write_text(yaml.safe_dump(lock), encoding="utf-8")
    project.commit("of the first form")
    return project


def test_a_project_of_the_first_form(first: Project, capsys: pytest.CaptureFixture[str]) -> None:
    said = upgraded()
    root = first.root
    assert "1 entry of removed stages taken out of dvc.lock (generate), 2 outputs of the old pipeline deleted" in said
    output = capsys.readouterr().out
    assert "note: the project has no template.lock" in output
    assert (
        "note: the next build's requests cannot be estimated until the files are valid: params.yaml:3: answer: missing"
        in output
    )
    assert "note: dvc.lock: generate is no longer a stage, its entry is removed" in output
    assert (root / "data" / "edits" / "seed_tasks.ko.jsonl").read_bytes() == EDIT
    kit = project_files("ko", bare=False)
    for path in ("prompts/judge.yaml", "data/languages/ko.yaml", "data/empty.jsonl", ".ci/install", MOVED[1], LOCK):
        assert (root / path).read_bytes() == kit[path], path
    assert "# ask Kim for the port" in (root / "params.yaml").read_text(encoding="utf-8")
    assert not (root / MOVED[0]).exists()
    assert (root / "queries" / "ours.sql").read_text() == "select 1\n"
    assert not (root / "data" / "build" / "instructions.jsonl").exists()
    assert yaml.safe_load((root / "dvc.lock").read_text())["stages"] == {}
    with Store(paths.store(), read_only=True) as store:
        assert list(store.seen(["generate@native"])) == [("generate@native", "m", canonical([MESSAGE]), 30, 7)]
    assert upgraded() == "the project is up to date"


def test_a_transcript_that_nobody_has_stops_the_upgrade_before_it_writes(first: Project) -> None:
    shutil.rmtree(first.root / ".dvc" / "cache")
    with pytest.raises(UserError, match=r"dvc\.lock: the transcript of generate is not in the DVC cache.*nothing was written"):
        upgraded()
    assert changed(first) == set()


def test_a_transcript_that_the_store_has_read_is_not_needed(first: Project) -> None:
    with Store(paths.store()) as store:
        store.remember_read(md5((canonical(EXCHANGE) + "\n").encode(), usedforsecurity=False).hexdigest())
    shutil.rmtree(first.root / ".dvc" / "cache")
    upgraded()
    assert yaml.safe_load((first.root / "dvc.lock").read_text())["stages"] == {}
    assert (first.root / "data" / "build" / "instructions.jsonl").exists()  # which neither the cache nor git holds


def test_the_diff_names_the_new_blocks(first: Project) -> None:
    text = shown(plan_upgrade())
    assert "+++ params.yaml (upgraded)" in text
    assert "+servers: #" in text
    assert "-task_types:" in text


def test_the_first_template_is_of_paths_that_a_project_had() -> None:
    assert {"dvc.yaml", "stages/report.py", "queries/win_rates.sql", "Makefile", ".gitignore"} <= FIRST.keys()
    assert FIRST[MOVED[0]] == blob_hash((ROOT / MOVED[1]).read_bytes())
    assert not [path for path in FIRST if path.startswith(("data/", "prompts/", "seedbed/"))]


def test_approvals_stay_where_every_translation_is_asked_for_anew(project: Project) -> None:
    machine, source = {"text": "몇 개입니까?"}, {"text": "How many?"}
    rows = [
        {
            **{"id": id, "decision": decision, "fields": fields, "machine": machine, "machine_hash": content_hash(machine)},
            **{"source": source, "source_hash": content_hash(source), "editor": "mina"},
        }
        for id, decision, fields in (("fermi-01", "approved", machine), ("generic-01", "edited", {"text": "몇 개인가요?"}))
    ]
    path = project.root / paths.edits("questions", "ko")
    path.write_text("".join(canonical(row) + "\n" for row in rows), encoding="utf-8")
    project.edit_params(lambda params: params["editions"].update(translate=2))  # from which on no request changed
    upgrade = plan_upgrade()
    assert str(path) not in upgrade.files
    assert not any("asked anew" in note for note in upgrade.notes)
    project.edit_params(lambda params: params["editions"].update(translate=1))
    project.commit("approved")
    upgrade = plan_upgrade()
    assert any("1 approval became edits with the same text" in note for note in upgrade.notes)
    apply_upgrade(upgrade)
    assert project.rows(str(path)) == [rows[0] | {"decision": "edited"}, rows[1]]
    assert plan_upgrade().files == {}
