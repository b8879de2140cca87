"""Every path of a project, relative to its folder, defined in one place."""

import os
import tempfile
from hashlib import sha256
from pathlib import Path

from seedbed.util.errors import UserError

PARAMS = Path("params.yaml")
DVC_YAML = Path("dvc.yaml")
DVC_LOCK = Path("dvc.lock")
PROMPTS = Path("prompts")
PLUGINS = Path("plugins")

DATA = Path("data")
EMPTY = DATA / "empty.jsonl"
"""Where a set has no seeds, or no rows."""
AGAIN = DATA / "again.jsonl"
EDITS = DATA / "edits"
NO_EDITS = DATA / "none"
"""An empty folder: where `translate` depends on no edit."""
VOTES = DATA / "votes"
DRAWS = VOTES / "draws"
"""How likely each item was to be drawn for votes; a folder below, since each file beside it is a person's."""
LABELS = VOTES / "labels"
"""What a judge and people said of another benchmark."""
LANGUAGES = DATA / "languages"
GENERATION = DATA / "generation"
MATERIAL = GENERATION / "material.jsonl"
"""Passages of the team's own documents; in a folder that `generate` depends on."""
PAIRS = DATA / "pairs"
REVIEW_WORDS = DATA / "review"
RECORDED = DATA / "recorded"

BUILD = DATA / "build"
EDITED_QUESTIONS = BUILD / "edited" / "questions"
"""The edited questions, a file a corpus."""
RESPONSES = BUILD / "responses"
FAILED = BUILD / "failed"
"""What a stage leaves to look at when it gives up: no DVC output, since DVC deletes those of a failed stage."""

REPORTS = Path("reports")
WIN_RATES = REPORTS / "win_rates.csv"
METHODS = REPORTS / "methods.csv"
TURNS = REPORTS / "turns.csv"
"""Win rates of conversations by turn, and of other corpora than the benchmark's."""
RATINGS = REPORTS / "ratings.csv"
"""Mean ratings of single grading."""
JUDGE_HEALTH = REPORTS / "judge_health.csv"


def prompt(name: str) -> Path:
    """Return the file of a prompt, e.g. of `judge`."""
    return PROMPTS / f"{name}.yaml"


def language_file(language: str) -> Path:
    """Return the filter's words and patterns of a language."""
    return LANGUAGES / f"{language}.yaml"


def generation_lists(language: str) -> Path:
    """Return the file of what generated tasks are about, in a language."""
    return GENERATION / f"{language}.yaml"


def glossary(language: str) -> Path:
    """Return the file of terms and how they are translated into a language."""
    return DATA / f"glossary.{language}.csv"


def pairs(language: str) -> Path:
    """Return the pairs of instructions that people judged as duplicates or not."""
    return PAIRS / f"{language}.jsonl"


def references(language: str) -> Path:
    """Return the file of known-good answers."""
    return DATA / f"references.{language}.jsonl"


def edits(corpus: str, language: str) -> Path:
    """Return the file of a corpus's post-edits."""
    return EDITS / f"{corpus}.{language}.jsonl"


def votes(annotator: str) -> Path:
    """Return the file of a person's votes."""
    return VOTES / f"{annotator}.jsonl"


def draws(match: str) -> Path:
    """Return the file of the probabilities with which a match's items were drawn for votes."""
    return DRAWS / f"{match}.jsonl"


def labels(name: str) -> Path:
    """Return a file of what a judge and people said of another benchmark."""
    return LABELS / f"{name}.jsonl"


def translated(corpus: str) -> Path:
    """Return what `translate@corpus` writes."""
    return BUILD / "translated" / f"{corpus}.jsonl"


def edited(corpus: str, kind: str) -> Path:
    """Return what `post_edit@corpus` writes: questions of every corpus lie in one folder, which other stages read whole."""
    return (EDITED_QUESTIONS if kind == "question" else EDITED_QUESTIONS.parent) / f"{corpus}.jsonl"


def seeds(form: str) -> Path:
    """Return the seed tasks in one form: `edited` by people, or as the `machine` translated them."""
    return BUILD / form / "seed_tasks.jsonl"


def candidates(generation: str) -> Path:
    """Return what `generate@generation` wrote, kept or not."""
    return BUILD / "candidates" / f"{generation}.jsonl"


def decisions(generation: str) -> Path:
    """Return what the filter says of each candidate."""
    return BUILD / "decisions" / f"{generation}.jsonl"


def instructions(generation: str) -> Path:
    """Return the candidates that the filter kept."""
    return BUILD / "instructions" / f"{generation}.jsonl"


def rejected(generation: str) -> Path:
    """Return the candidates that the filter rejected, each with its reason."""
    return BUILD / "rejected" / f"{generation}.jsonl"


def export(training_set: str) -> Path:
    """Return the folder of a training set."""
    return BUILD / "export" / training_set


def messages(training_set: str) -> Path:
    """Return what training reads of a set."""
    return export(training_set) / "messages.jsonl"


def training(trained: str) -> Path:
    """Return what `train@trained` saw."""
    return BUILD / "training" / f"{trained}.json"


def adapter(trained: str) -> Path:
    """Return the folder of what `train@trained` wrote."""
    return BUILD / "adapters" / trained


def answers(model: str) -> Path:
    """Return a model's answers."""
    return BUILD / "answers" / f"{model}.jsonl"


def judgments(match: str) -> Path:
    """Return a match's judgments."""
    return BUILD / "judgments" / f"{match}.jsonl"


def scores(model: str) -> Path:
    """Return the ratings of a model's answers."""
    return BUILD / "scores" / f"{model}.jsonl"


def transcript(stage: str) -> Path:
    """Return the transcript of a stage, e.g. of `answer@good`: `data/build/responses/answer/good.jsonl`."""
    name, _, key = stage.partition("@")
    return RESPONSES / name / f"{key}.jsonl"


def stage_of_transcript(path: Path | str) -> str:
    """Return the stage that a transcript is of, e.g. `answer@good`."""
    parts = Path(path).parts
    return f"{parts[-2]}@{parts[-1].removesuffix('.jsonl')}"


def transcripts() -> list[Path]:
    """Return the transcripts in the workspace, sorted."""
    return sorted(RESPONSES.glob("*/*.jsonl"))


def failed(stage: str) -> Path:
    """Return the folder for the partial results of a failed stage."""
    return FAILED / stage


def built(path: Path) -> Path:
    """Return the path of an output.

    Raises:
        UserError: it is not there.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file; `seedbed repro` builds it, or `dvc pull` downloads it if somebody pushed it")
    return path


def cache_folder(root: Path = Path()) -> Path:
    """Return the DVC cache folder of the repository at `root`, as DVC's own configuration has it."""
    dvc_folder = (root / ".dvc").resolve()
    if not any(b"[cache]" in file.read_bytes() for file in _dvc_configs(dvc_folder) if file.is_file()):
        return dvc_folder / "cache"
    from dvc.config import Config  # a tenth of a second, so only where a configuration may say something

    return Path(Config(str(dvc_folder))["cache"].get("dir") or dvc_folder / "cache")


def may_have_remote(root: Path = Path()) -> bool:
    """Whether DVC's configuration speaks of a remote for the repository at `root`."""
    return any(b"remote" in file.read_bytes() for file in _dvc_configs((root / ".dvc").resolve()) if file.is_file())


def _dvc_configs(dvc_folder: Path) -> list[Path]:
    """Return where DVC looks for its configuration: the machine's, the user's, the repository's, the checkout's."""
    from platformdirs import site_config_dir, user_config_dir

    folders = [
        os.environ.get("DVC_SYSTEM_CONFIG_DIR") or site_config_dir("dvc", "iterative"),
        os.environ.get("DVC_GLOBAL_CONFIG_DIR") or user_config_dir("dvc", "iterative"),
    ]
    return [*(Path(folder) / "config" for folder in folders), dvc_folder / "config", dvc_folder / "config.local"]


def blob(digest: str, root: Path = Path()) -> Path:
    """Return where the DVC cache keeps the output with this MD5, whether it is there or not."""
    return cache_folder(root) / "files" / "md5" / digest[:2] / digest[2:]


def store(root: Path = Path()) -> Path:
    """Return where the store of the project at `root` is; git worktrees of one repository share one."""
    named = os.environ.get("SEEDBED_STORE")
    return Path(named) if named else cache_folder(_main_worktree(root)).parent / "seedbed" / "store.sqlite"


def tokens(root: Path = Path()) -> Path:
    """Return the file of tokens by their text, beside the store; it may be deleted at any time."""
    return store(root).with_name("tokens.sqlite")


def _main_worktree(root: Path) -> Path:
    """Return the same folder in the repository's main worktree; `root` itself where it is there already.

    In another worktree `.git` is a file that names a folder `<main>/.git/worktrees/<name>`; in a submodule it names one below
    `modules`.
    """
    here = root.resolve()
    for top in (here, *here.parents):
        if (top / ".git").is_file():
            named = (top / ".git").read_text(encoding="utf-8").removeprefix("gitdir:").strip()
            worktrees = (top / named).resolve().parent
            main = worktrees.parents[1] / here.relative_to(top)
            is_worktree = worktrees.parts[-2:] == (".git", "worktrees")
            return main if is_worktree and (main / ".dvc").is_dir() else root
        if (top / ".git").is_dir():
            break
    return root


def locks(root: Path = Path()) -> Path:
    """Return the folder of the locks that processes of this machine hold; beside the store, where git does not see it."""
    return store(root).parent / "locks"


def servers() -> Path:
    """Return the folder in which keepers of servers and stages meet; short, since a socket's path may not be long."""
    return Path(tempfile.gettempdir()) / f"seedbed-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def checkpoints() -> Path:
    """Return the folder of trainings that are not done; outside every output, since DVC deletes those of a stage that runs."""
    return store().parent / "training"


def invites() -> Path:
    """Return the file of who may open the review page of the current project by a link of their own; never in git."""
    project = sha256(str(Path.cwd()).encode()).hexdigest()[:16]  # a store may be that of several projects
    return store().parent / "invites" / f"{project}.json"


def drafts() -> Path:
    """Return the folder of what was typed on the review page and not saved yet."""
    return store().parent / "drafts"
