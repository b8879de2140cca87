"""Check that a project's files and the stand-in's models are of the language that `params.yaml` builds."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seedbed.project import paths
from seedbed.project.model_settings import is_stand_in_here, named_blocks
from seedbed.project.params_types import Params
from seedbed.project.prompts import VARIABLES
from seedbed.stand_in.models import LEVELS, language_of_model
from seedbed.util.yaml12 import line_of, load_yaml, located


def language_mismatches(params: Params) -> list[str]:
    """Return one sentence for each file, and each model of the stand-in, that is of another language than the one to build.

    The files are the prompts, and the words of the filter and of the review page. A file that is not there, or that declares
    no language, is passed over: `load_prompt` and the other readers say what is wrong with it. Only one that does not plainly
    declare the language is read as YAML, since every stage that sends looks at all of them.

    Args:
        params: `params.yaml`.

    Raises:
        UserError: a file that does not plainly declare the language is not YAML.
    """
    target = params["language"]
    prompts = [Path("prompts") / f"{name}.yaml" for name in VARIABLES]
    words = [Path("data") / folder / f"{target}.yaml" for folder in ("languages", "review", "generation")]
    mismatches = []
    for path in [*prompts, *words]:
        if not path.is_file() or _declares(path, target):
            continue
        document: Any = load_yaml(path)
        declared = document.get("language") if isinstance(document, dict) else None
        if isinstance(declared, str) and declared != target:
            remedy = f"set language to {declared!r}" if path in prompts else "rename the file after its language"
            mismatches.append(
                f"{path}:{line_of(path, ['language'])}: language: {declared!r}, but params.yaml:"
                f"{line_of(Path('params.yaml'), ['language'])} builds {target!r}; write the file in that language, or {remedy}"
            )
    return [*mismatches, *_models_of_another(params)]


def _models_of_another(params: Params) -> Iterator[str]:
    """Yield a sentence for each model that the stand-in has not, or has in another language; embeddings are of no language."""
    target = params["language"]
    for block, settings in named_blocks(params).items():
        model = settings.get("model", "")
        speaks = language_of_model(model)
        if model and speaks is None and is_stand_in_here(params, settings.get("endpoint", ""), settings.get("server")):
            words = f"the stand-in has no model {model!r}; use stand-in-{target}-{LEVELS[0]}, or the endpoint of this model"
            yield located(paths.PARAMS, [*block.split("."), "model"], words)
        elif block != "filter.semantic" and speaks not in (None, target):
            level = model.removeprefix("stand-in").removeprefix(f"-{speaks}")
            words = f"{model} of the stand-in writes {speaks!r}, but language is {target!r}; use stand-in-{target}{level}"
            yield located(paths.PARAMS, [*block.split("."), "model"], words)


def _declares(path: Path, language: str) -> bool:
    """Whether a line of the file, not indented and so of no text in it, declares the language."""
    line = rf"""^language: *(["']?){re.escape(language)}\1 *(?:#.*)?$"""
    return re.search(line.encode(), path.read_bytes(), re.MULTILINE) is not None
