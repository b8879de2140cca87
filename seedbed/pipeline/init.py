"""`seedbed init`: create a new project that builds at once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory

from seedbed.kits import LANGUAGES, language_name
from seedbed.pipeline.template import WORKFLOW, make_executable, project_files
from seedbed.project.root import find_project
from seedbed.util.errors import UserError
from seedbed.util.words import count

_AUTHOR = {"GIT_AUTHOR_NAME": "Seedbed", "GIT_AUTHOR_EMAIL": "seedbed@localhost"}
_COMMITTER = {"GIT_COMMITTER_NAME": "Seedbed", "GIT_COMMITTER_EMAIL": "seedbed@localhost"}


def init_project(folder: Path, language: str, bare: bool = False) -> str:
    """Write a project into an empty folder, make it a git and DVC repository, and commit it.

    Args:
        folder: made where it is not there; nothing is written into one that is not empty.
        language: ISO 639 code of the target language.
        bare: whether to leave the example rows out.

    Returns:
        What was written, and what to do next.

    Raises:
        UserError: the folder is not empty, lies in another project or cannot be written, `language` is no code, git is not
            installed, or git or DVC fails.
    """
    if shutil.which("git") is None:
        raise UserError("git is not installed, so nothing was written; install it and run `seedbed init` again")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = "the folder is not empty" if folder.is_dir() else "this is a file"
        raise UserError(f"{folder}: {what}, so nothing was written; choose a new folder")
    if around := find_project(folder.resolve().parent):
        raise UserError(
            f"{folder}: this folder is inside the project {around}, so nothing was written; choose a folder outside of it"
        )
    files = project_files(language, bare)
    try:
        for path, content in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror}); choose another folder") from None
    make_executable(folder)
    _refuse_ignored(folder, files)
    is_top = _version(folder, files)
    kit = (
        "" if language in LANGUAGES else f"; there is no language kit for {language_name(language)}: the prompts are in English"
    )
    examples = "no rows" if bare else "with 8 example seed tasks, 8 questions and 3 baseline tasks"
    steps = " && make repro" if not bare else ", write rows into the files that `seedbed check` names, and make repro"
    moved = "" if is_top else f"\nGitHub runs workflows only from the top of a repository: move {WORKFLOW} there to use it"
    return f"{folder}: a project in {language_name(language)}, {examples}{kit}; now: cd {quote(str(folder))}{steps}{moved}"


def _refuse_ignored(folder: Path, files: dict[str, bytes]) -> None:
    """Raise `UserError`, and leave nothing behind, where a rule from outside the project has git ignore files of it.

    Nobody would notice: `git add` passes over them without a word, and a clone would lack them.
    """
    prefix = _run(folder, "git", "rev-parse", "--show-prefix", check=False)
    with TemporaryDirectory() as elsewhere:
        where: list[str] = []
        if prefix is None:  # no repository around it: the rules of the user and the machine hold all the same
            _run(Path(elsewhere), "git", "init", "--quiet")
            where = [f"--git-dir={elsewhere}/.git", f"--work-tree={folder.resolve()}"]
        verbose = _run(folder, "git", *where, "check-ignore", "--no-index", "--verbose", "--", *files, check=False) or ""
    own = (f"{(prefix or '').strip()}.gitignore:", f"{(prefix or '').strip()}.dvc/")
    outside = [
        (rule, path)
        for rule, _, path in (line.partition("\t") for line in verbose.splitlines())
        if not rule.startswith(own) and ":!" not in rule
    ]
    if outside:
        for each in folder.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        rule, path = outside[0]
        raise UserError(
            f"{folder}: git would ignore {count(len(outside), 'file')} of the project, such as {path}, by the rule {rule}; "
            "nothing was written; change the rule, or choose another folder"
        )


def _version(folder: Path, files: dict[str, bytes]) -> bool:
    """Put the project under git and DVC, in a repository of its own or in the one around it; return whether it is the top."""
    inside = _run(folder, "git", "rev-parse", "--is-inside-work-tree", check=False)
    if inside is None:
        _run(folder, "git", "init", "--quiet", "--initial-branch", "main")
    # `dvc init` writes a configuration of its own: ours is put back.
    top = (_run(folder, "git", "rev-parse", "--show-prefix", check=False) or "").strip() == ""
    (folder / ".dvc" / "config").unlink()
    _run(folder, sys.executable, "-m", "dvc", "init", "--quiet", "--force", *([] if top else ["--subdir"]))
    for path in (path for path in files if path.startswith((".dvc/", ".dvcignore"))):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(files[path])
    _run(folder, "git", "add", "--all", ".")
    named = _run(folder, "git", "var", "GIT_COMMITTER_IDENT", check=False) is not None
    commit = ("git", "commit", "--quiet", "--message", "Create the project with seedbed init", "--", ".")
    _run(folder, *commit, env={} if named else _AUTHOR | _COMMITTER)
    return top


def _run(folder: Path, *command: str, check: bool = True, env: dict[str, str] | None = None) -> str | None:
    """Run a command in the project and return what it printed; None where it failed and need not succeed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=os.environ | (env or {}))
    if done.returncode and check:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise UserError(f"{' '.join(command[:3])}: {''.join(last)}; the files are in {folder}")
    return done.stdout if done.returncode == 0 else None
