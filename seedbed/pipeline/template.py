"""The files of a new project: library files, a language kit, example rows, and language-specific files.

The files that the library may change later (`dvc.yaml`, `stages/`, `schemas/`, `queries/`, the Makefile, the lock files)
are the *template*: `template.lock` records what each was, so that `seedbed upgrade` can tell what people changed.
"""

import json
import re
import stat
from hashlib import sha1, sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from seedbed import __version__
from seedbed.kits import criteria_block, kit_files, language_name
from seedbed.pipeline.template_lock import LOCK
from seedbed.project import paths
from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError
from seedbed.util.library import library_file

TRAIN_LOCK = "requirements-train.lock"
"""What training needs beside torch; `make .venv/train` installs it."""
WORKFLOW = ".github/workflows/diff.yml"
_FILES = (
    *(".ci/install", ".ci/uv.txt", ".dvc/config", ".dvcignore", ".gitattributes", ".gitignore", "Makefile", "dvc.yaml"),
    *(".dvc/plots/*.json", "plugins/.gitkeep", "queries/*/*.sql", "schemas/*.json", "schemas/*/*.json", "stages/*.py"),
    WORKFLOW,
)
"""The template: files and patterns."""
_STAGE_FOLDERS = ("translate", "generate", "answer", "answer_base", "answer_trained", "judge", "score")
_BUILD_FOLDERS = (
    *("candidates", "decisions", "edited", "edited/questions", "export", "instructions", "judgments", "answers", "machine"),
    *("rejected", "scores", "training", "translated", *(f"responses/{stage}" for stage in _STAGE_FOLDERS)),
)
_DATA_FOLDERS = ("generation", "languages", "none", "pairs", "recorded/answers", "recorded/judgments", "votes")
_JAPANESE_ONLY = ("sudachidict-core", "sudachipy")
OUTPUT_PROMPT = "generate_output"
GLOSSARY = "term,translation,note\n"
"""A glossary without terms."""
_NO_ROWS = b"\n"
"""DVC warns of a file without a byte."""
_EXAMPLES = ("seed_tasks", "questions", "baseline")
_SPACED = {"th", "lo", "km", "my", "zh", "yue", "bo"}
"""Languages that put no spaces between words: characters are compared in them."""


def make_executable(project: Path) -> None:
    """Let the installer be run, as far as it is there."""
    if (path := project / ".ci" / "install").is_file():
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def template_files(language: str) -> dict[str, bytes]:
    """Return the template of this library, by path in a project.

    Args:
        language: ISO 639 code of the project's language; `requirements.lock` rests on it.
    """
    root = library_file("")
    sources = sorted(path for pattern in _FILES for path in root.glob(pattern) if path.is_file())
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in sources}
    return files | {"requirements.lock": lock_text(language).encode(), TRAIN_LOCK: _pins(TRAIN_LOCK, language).encode()}


def scaffold_files() -> dict[str, bytes]:
    """Return what holds the place of something that stages depend on: an empty file, and one in each folder."""
    folders = [*(f"data/build/{folder}" for folder in _BUILD_FOLDERS), *(f"data/{folder}" for folder in _DATA_FOLDERS)]
    placeholders = {f"{folder}/.gitkeep": b"" for folder in folders}
    return placeholders | {"data/again.jsonl": _NO_ROWS, "data/empty.jsonl": _NO_ROWS}


def project_files(language: str, bare: bool) -> dict[str, bytes]:
    """Return every file of a new project, by path.

    Args:
        language: ISO 639 code of the target language.
        bare: whether to leave the example rows out.

    Raises:
        UserError: `language` has not the form of a code.
    """
    template = template_files(language)
    files = template | scaffold_files() | {path: text.encode() for path, text in kit_files(language).items()}
    files["params.yaml"] = params_text(language).encode()
    files["README.md"] = _readme(language).encode()
    examples = Path(__file__).parents[1] / "examples"
    for corpus in _EXAMPLES:
        files[f"data/{corpus}.en.jsonl"] = _NO_ROWS if bare else (examples / f"{corpus}.en.jsonl").read_bytes()
    files |= glossary_file(language)
    for path in ("data/edits/seed_tasks", "data/edits/questions", "data/references"):
        files[f"{path}.{language}.jsonl"] = _NO_ROWS
    files[LOCK] = lock_of(template)
    return files


def glossary_file(language: str) -> dict[str, bytes]:
    """Return the empty glossary of a language, by its path in the project."""
    return {str(paths.glossary(language)): GLOSSARY.encode()}


def new_files(language: str) -> dict[str, bytes]:
    """Return the files of a language that came after the first library, and that stages depend on, by path in the project."""
    kit = kit_files(language)
    prompts = [name for name in kit if Path(name).parent == paths.PROMPTS]
    return {name: kit[name].encode() for name in (*prompts, f"data/generation/{language}.yaml")} | glossary_file(language)


def lock_of(template: dict[str, bytes]) -> bytes:
    """Return `template.lock`: the library's version, and the git hash of each file of the template."""
    hashes = {path: blob_hash(content) for path, content in sorted(template.items())}
    return (json.dumps({"seedbed": __version__, "files": hashes}, indent=2) + "\n").encode()


def blob_hash(content: bytes) -> str:
    """Return the hash under which git keeps a file's content."""
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def params_text(language: str) -> str:
    """Return `params.yaml` for a language, on the stand-in: this library's own, with what names the language changed."""
    text = library_file("params.yaml").read_text(encoding="utf-8")
    text = _replaced(text, r"^language: ja\b", f"language: {language}")
    text = _replaced(text, r"^  target: \d+", "  target: 100")
    text = _replaced(text, r"^  two_turns:.*\n(?:    .*\n)+", "")
    text = _replaced(text, r"^    two_turns:.*\n", "")
    text = _replaced(
        text,
        r"^  reference_categories:.*\n(?:    - .*\n)+",
        "  reference_categories: [] # the judge sees a reference answer\n",
    )
    text = _replaced(text, r"^  language: en # of the reports.*\n", "")  # a project's reports speak its own language
    if language == "ja":
        return text
    criteria = criteria_block(language)
    text = _replaced(text, r"^criteria:( #.*)\n(?:  .*\n)+", rf"criteria:\1\n{criteria}" if criteria else r"criteria: {}\1\n")
    text = _replaced(text, r"^( +model:) stand-in\b", rf"\1 stand-in-{language}")
    name = "character" if language in _SPACED else "space"
    tokeniser = f"  tokeniser:\n    name: {name} # character, or space (languages with spaces between words)\n"
    return _replaced(text, r"^  tokeniser:\n    name: sudachi.*\n    mode:.*\n    dictionary:.*\n", tokeniser)


def _replaced(text: str, pattern: str, new: str) -> str:
    text, count = re.subn(pattern, new, text, flags=re.MULTILINE)
    assert count, f"params.yaml has no {pattern}"
    return text


def lock_text(language: str) -> str:
    """Return `requirements.lock` of a project: the library's own, hashed, and the library itself."""
    return _pins("requirements.lock", language) + _own_pin()


def _pins(lock: str, language: str) -> str:
    """Return a lock file of the library's, without what only Japanese needs where the language is another."""
    pins = re.split(r"(?m)^(?=\S)", library_file(lock).read_text(encoding="utf-8"))
    return "".join(pin for pin in pins if language == "ja" or pin.partition("==")[0] not in _JAPANESE_ONLY)


def _own_pin() -> str:
    """Return the line that installs this library."""
    try:
        return _pin_of(json.loads(distribution("seedbed").read_text("direct_url.json") or "null"))
    except PackageNotFoundError:
        return _pin_of(None)


def _pin_of(url: JsonObject | None) -> str:
    """Return the line that installs this library: by version, or from where it was installed, a wheel or a folder.

    Args:
        url: what its installer noted of the origin, PEP 610's `direct_url.json`; None where it came from a package index.
    """
    if url is None:
        return f"seedbed=={__version__}\n"
    if "dir_info" in url:
        return f"seedbed @ {url['url']}\n"
    archive = url.get("archive_info", {})
    digest = archive.get("hashes", {}).get("sha256") or archive.get("hash", "").removeprefix("sha256=") or _digest(url["url"])
    return f"seedbed @ {url['url']} \\\n    --hash=sha256:{digest}\n"


def _digest(url: str) -> str:
    """Return the SHA-256 of the wheel that this library was installed from: not every installer notes it."""
    path = Path(url2pathname(urlsplit(url).path))
    if not url.startswith("file:") or not path.is_file():
        raise UserError(f"the library was installed from {url}, whose hash is unknown; install it from a wheel file")
    return sha256(path.read_bytes()).hexdigest()


def _readme(language: str) -> str:
    name = language_name(language)
    return f"""# Instruction data and a benchmark in {name}

Built with Seedbed ([paper](https://arxiv.org/abs/2403.03690)). Prompts, seed tasks and parameters are files in git.
`make repro` rebuilds only what an edit changed.

```sh
make repro             # install and build, at first with the stand-in: reports/dataset.html, reports/benchmark.html
seedbed plan           # show which requests a build would send, and their cost
seedbed review         # post-edit translations, vote on answers
```

## Next steps

1. Put your own rows into `data/seed_tasks.en.jsonl` and `data/questions.en.jsonl` (`seedbed check` lists errors).
2. Read the prompts in `prompts/` and the parameters in `params.yaml`.
3. Configure a real model: an endpoint under `endpoints`, its address under `servers`, and the model in `translate`,
   `generate`, `judge` and `models`. Until then the *stand-in* is used, a rule-based program; its texts are not real {name}.
4. Run `make repro`, then `seedbed review`, then `make repro` again. Commit your changes with `dvc.lock` and `reports/`.
5. Share the responses with your team: `dvc remote add -d team s3://bucket/path` and `dvc push`.

## Your own filter rules and formats

A rule is a function in a file of `plugins/`. It returns None to keep a candidate, or the reason to reject it. Name it in
`params.yaml` under `filter.rules`; exporters, tokenisers and verdict formats are added in the same way.

```python
# plugins/emoji.py
from seedbed.filtering.rules import Context, rule


@rule
def has_emoji(candidate, context: Context):
    found = sum(ord(character) > 0x1F300 for character in candidate["output"])
    return f"{{found}} emoji" if found else None
```

`seedbed --help` lists all commands; `seedbed upgrade` updates this project to a newer version of Seedbed.
"""
