"""DVC parses each YAML text once: in one command it reads params.yaml dozens of times, with a parser in plain Python."""

from copy import deepcopy
from typing import Any

from dvc.utils import serialize
from dvc.utils.serialize import _yaml


def parse_each_text_once() -> None:
    """Have DVC, in this process, keep what it has parsed of a text; whoever asks again gets a copy."""
    parse, parsed = _yaml.parse_yaml, dict[str, Any]()

    def parse_once(text: str, path: str, typ: str = "safe") -> Any:
        if typ != "safe":
            return parse(text, path, typ)
        if text not in parsed:
            parsed[text] = parse(text, path)
        return deepcopy(parsed[text])

    _yaml.parse_yaml = serialize.parse_yaml = parse_once
