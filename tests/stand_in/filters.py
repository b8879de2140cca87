"""Filters of several languages, as a project in each would have them."""

import re
from pathlib import Path
from typing import Any, cast

from seedbed.filtering.filter import Filter
from seedbed.filtering.language import Language, load_language
from seedbed.project.params import load_params
from seedbed.project.params_types import FilterSettings
from seedbed.project.prompts import Prompt
from seedbed.stand_in.translation import translate
from seedbed.util.rows import Row, read_rows
from tests.harness import ROOT

SETTINGS = load_params(ROOT / "params.yaml")["filter"]
EXAMPLES = ROOT / "seedbed" / "examples"
WORDING = "Write tasks for training assistants."
PROMPT = Prompt(Path("generate.yaml"), "en", f"{WORDING}\n", "Write $count tasks.\n$demonstrations", "instructions", "", None)


def _language(letters: str, least: float, **words: str) -> Language:
    refusals, not_text_tasks = [re.compile(words["refusals"])], [re.compile(words["not_text_tasks"])]
    return Language([(re.compile(letters), least)], refusals, [re.compile("[,(;]$")], not_text_tasks, [re.compile("###")])


LANGUAGES = {
    "en": load_language(ROOT / "data" / "languages" / "en.yaml"),
    "ko": _language("[가-힣]", 0.6, refusals="^죄송(?:하지만|합니다만)", not_text_tasks="이미지를 (?:생성|만들어)"),
    "de": _language(
        "[A-Za-zÄÖÜäöüßẞ]", 0.9, refusals="^(?:Es )?[Tt]ut mir leid", not_text_tasks="(?i)\\berstelle ein (?:Bild|Foto)\\b"
    ),
    "ru": _language("[А-Яа-яЁё]", 0.8, refusals="^(?:Извините|К сожалению)", not_text_tasks="(?i)создай изображение"),
    "th": _language("[ก-๛]", 0.8, refusals="^ขออภัย", not_text_tasks="สร้างภาพ"),
}
NOTHING = Language([], [], [], [], [])
"""What the filter knows of a language without a file."""


def examples(name: str, kind: str) -> list[Row]:
    """Return the example rows of a new project."""
    return list(read_rows(EXAMPLES / f"{name}.en.jsonl", kind))


def filter_of(code: str, language: Language, tokeniser: str = "space", **changes: Any) -> Filter:
    """Return the filter of a new project in a language: its seeds and questions are the example rows, unedited."""
    seeds, questions = examples("seed_tasks", "task"), examples("questions", "question")
    if code != "en":
        seeds = [row | translate({"instruction": row["instruction"]}, code) for row in seeds]
        questions = [row | translate({"text": row["text"]}, code) for row in questions]
    settings = {**SETTINGS, "tokeniser": {"name": tokeniser}, **changes}
    return Filter(cast("FilterSettings", settings), language, seeds, questions, PROMPT)
