"""Language kits: the files of a new project that depend on its language, for `seedbed init --language CODE`.

A kit is a folder: `prompts/*.yaml`, `filter.yaml` (the project's `data/languages/<code>.yaml`), `pairs.jsonl` (its
`data/pairs/<code>.jsonl`), `review.yaml` (its `data/review/<code>.yaml`), `generation.yaml` (its
`data/generation/<code>.yaml`) and `criteria.yaml` (a block of its `params.yaml`). What this repository has for its own project
is not kept twice: in a checkout the Japanese kit, and the filter and review words of the English one, are read from `prompts/`
and `data/`; a wheel carries them in the folders `ja/` and `en/` here.
"""

import re
from pathlib import Path

from seedbed.kits.names import NAMES
from seedbed.util.errors import UserError

LANGUAGES = ("ja", "en", "ko", "de")
"""Languages that have a kit of their own; every other one gets `generic/`."""
SOURCE = "en"
"""Language of the example rows that are translated; the review page reads the numerals of its words too."""
_HERE = Path(__file__).parent
_CHECKOUT = _HERE.parents[1]


def kit_files(code: str) -> dict[str, str]:
    """Return the files that a project in a language begins with.

    Args:
        code: ISO 639 code of the language. Where there is no kit of it, the prompts are English ones that ask for that
            language and say what to translate; the filter knows refusals in English, and the review page no words.

    Returns:
        The text of each file, by its path in the project, e.g. `prompts/judge.yaml`.

    Raises:
        UserError: `code` has not the form of a language code.
    """
    if not re.fullmatch("[a-z]{2,3}", code):
        meant = _code_meant(code)
        example = f"{meant} for {NAMES[meant]}" if meant else "e.g. ko for Korean"
        raise UserError(f"language {code!r}: expected an ISO 639 code, two or three small letters: {example}")
    kit = code if code in LANGUAGES else "generic"
    files = {f"prompts/{path.name}": path.read_text(encoding="utf-8") for path in sorted(_prompts(kit).glob("*.yaml"))}
    files |= _words("generation", code, kit) | _words("languages", code, kit)
    if kit == "generic":
        language = f"{NAMES[code]} ({code})" if code in NAMES else f"{code} (ISO 639 code)"
        filled = {path: text.replace("{language}", language).replace("{code}", code) for path, text in files.items()}
        return filled | _words("review", SOURCE)
    return files | _pairs(code) | _words("review", code) | _words("review", SOURCE)


def _code_meant(text: str) -> str | None:
    """Return the code of a language that is given by its English name, or with a region, as in `ko-KR`."""
    by_name = {name.lower(): code for code, name in NAMES.items()}
    code = by_name.get(text.lower()) or re.split("[-_]", text.lower())[0]
    return code if code in NAMES else None


def criteria_block(code: str) -> str:
    """Return the entries of `criteria` of a new project's `params.yaml`, a line each; none where no kit has any.

    The Japanese ones are those of the library's own `params.yaml`.
    """
    path = _HERE / code / "criteria.yaml"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return "".join(f"  {line}\n" for line in lines if not line.startswith("#"))


def language_name(code: str) -> str:
    """Return the English name of a language, `Korean` for `ko`; the code itself where its name is not known here."""
    return NAMES.get(code, code)


def _prompts(kit: str) -> Path:
    """Return the folder of a kit's prompts."""
    own = _HERE / kit / "prompts"
    return own if own.is_dir() else _CHECKOUT / "prompts"


def _pairs(code: str) -> dict[str, str]:
    """Return the pairs of instructions that a person judged, by their path in the project."""
    own, path = _HERE / code / "pairs.jsonl", f"data/pairs/{code}.jsonl"
    return {path: (own if own.is_file() else _CHECKOUT / path).read_text(encoding="utf-8")}


def _words(folder: str, code: str, kit: str | None = None) -> dict[str, str]:
    """Return one file of words, by its path in the project.

    Args:
        folder: of `data/`.
        code: of the file's language.
        kit: where it is from; by default the language's own.
    """
    path = f"data/{folder}/{code}.yaml"
    own = _HERE / (kit or code) / ("filter.yaml" if folder == "languages" else f"{folder}.yaml")
    return {path: (own if own.is_file() else _CHECKOUT / path).read_text(encoding="utf-8")}
