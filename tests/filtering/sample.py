"""A filter as `params.yaml` has it, and a candidate that it keeps."""

from typing import Any, cast

from seedbed.filtering.filter import Filter
from seedbed.filtering.language import load_language
from seedbed.project.params import load_params
from seedbed.project.params_types import FilterSettings
from seedbed.project.prompts import load_prompt
from tests.harness import ROOT

SETTINGS = load_params(ROOT / "params.yaml")["filter"]
GOOD = {
    "id": "s00000-0",
    "instruction": "町内会の夏祭りで出す屋台の案を三つ考えてください。",
    "input": "",
    "output": "かき氷、輪投げ、焼きとうもろこしの三つです。",
}
SEED = {"id": "seed-1", "instruction": "冬の朝に窓が結露する理由を、小学生にもわかるように説明してください。"}
QUESTION = {"id": "q-1", "text": "もし月がなかったら、海の生き物の暮らしはどう変わっていたでしょうか。"}


def make(**changes: Any) -> Filter:
    language = load_language(ROOT / "data" / "languages" / "ja.yaml")
    return Filter(
        cast(FilterSettings, {**SETTINGS, **changes}), language, [SEED], [QUESTION], load_prompt("generate", ROOT / "prompts")
    )


def decided(**changes: str) -> tuple[str, str] | None:
    """Return the rule that rejects `GOOD` with these changes, and what it saw; all rules are asked."""
    rejection = make().decide(GOOD | changes)
    return (rejection.reason, rejection.detail) if rejection else None


def kept_by(rule: str, **changes: str) -> bool:
    """Whether one rule, asked alone, has nothing to say of `GOOD` with these changes."""
    return make(rules=[rule]).decide(GOOD | changes) is None
