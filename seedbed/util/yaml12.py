"""YAML as DVC reads it: version 1.2, where `no` is a word and `1e-1` a number.

PyYAML follows YAML 1.1. This loader is its SafeLoader with the scalars of YAML 1.2's core schema, so that Seedbed and
DVC never see two different values in one file; a test holds the two together.
"""

import re
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

import yaml

from seedbed.util.errors import UserError

_SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Parsing in C, where PyYAML was built with it, reads `dvc.lock` five times as fast."""
_CONFLICT = re.compile(r"^(?:<<<<<<<|>>>>>>>)(?= )", re.MULTILINE)


_LARGEST, _DEEPEST = 20_000_000, 60
"""Characters of a document, its aliases expanded; and how deep it may nest."""
_MOST_DIGITS = 4_000
"""Of a number: Python reads no more."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PLAINER = {
    "found character that cannot start any token": "a tab or another character that cannot stand here; indent with spaces",
    "did not find expected key": "this line does not fit the lines above; check indentation, quotes and brackets",
    "but found another document": "a second document begins here; remove this line",
}
"""What the parser says of mistakes that are often made, in plainer words."""
_SUSPECT = re.compile(r"[*&]|(?:[\[{][^\[\]{}]*){50}|^[ ?:-]{100}", re.MULTILINE)
"""What a document has that nests deep or repeats itself; others need no second look."""


class Loader(_SafeLoader):  # type: ignore[valid-type, misc]
    """PyYAML's SafeLoader with YAML 1.2 scalars, refusing a key that is given twice."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012, as PyYAML has it

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if key.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"):
                raise yaml.MarkedYAMLError(problem="a key that is no text; put it in quotes", problem_mark=key.start_mark)
            if key.value in seen:
                words = f"the key {key.value!r} appears twice (first on line {seen[key.value]}); make one of the two"
                raise yaml.MarkedYAMLError(problem=words, problem_mark=key.start_mark)
            seen[key.value] = key.start_mark.line + 1
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


class FileLoader(Loader):
    """The loader of a project's own files, which refuses what DVC's parser does: a colon in a bare text within brackets."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        if node.flow_style:
            _refuse_colons(each for pair in node.value for each in pair)
        return super().construct_mapping(node, deep=deep)

    def construct_sequence(self, node: yaml.SequenceNode, deep: bool = False) -> list[Any]:
        if node.flow_style:
            _refuse_colons(node.value)
        items: list[Any] = super().construct_sequence(node, deep=deep)
        return items


def _refuse_colons(nodes: Iterable[yaml.Node]) -> None:
    for node in nodes:
        if isinstance(node, yaml.ScalarNode) and not node.style and ":" in node.value:
            problem = f"put {node.value!r} in quotes: DVC reads no colon within brackets without them"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


_DIGITS = "0123456789"
for tag, pattern, first in (
    # The first resolver that matches wins: integers stand before floats.
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)", f"-+{_DIGITS}"),
    ("float", r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?", f"-+{_DIGITS}"),
    ("float", r"[-+]?\.(?:[0-9][0-9_]*(?:[eE][-+][0-9]+)?|inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", _DIGITS),
    ("merge", r"<<", "<"),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))


def _construct_int(loader: Loader, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node)).replace("_", "")
    if len(text) > _MOST_DIGITS:
        raise yaml.MarkedYAMLError(problem=f"a number of more than {_MOST_DIGITS:,} digits", problem_mark=node.start_mark)
    base = {"0b": 2, "0o": 8, "0x": 16}.get(text.lstrip("-+")[:2], 10)
    return int(text, base)


def _construct_float(loader: Loader, node: yaml.ScalarNode) -> float:
    return float(str(loader.construct_scalar(node)).replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))


Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)


def load_yaml(path: Path, text: str | None = None) -> Any:
    """Return the one document in `path`, or in `text`, which is then what the file held.

    Raises:
        UserError: the file is missing, holds a merge conflict, or is not YAML; names line and column.
    """
    loader = FileLoader if text is None else Loader
    try:
        text = path.read_text(encoding="utf-8") if text is None else text
        if conflict := _CONFLICT.search(text):
            line = text.count("\n", 0, conflict.start()) + 1
            raise UserError(
                f"{path}:{line}: merge conflict ({conflict[0]}); keep the lines of one side and remove the conflict markers"
            )
        if len(text) > _LARGEST or _SUSPECT.search(text):
            _refuse_bombs(path, text)
        return yaml.load(text, loader)  # noqa: S506, both are SafeLoaders
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; restore it, or run this in the project's folder") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); restore it, for example with git") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise UserError(f"{path}{where}: not valid YAML: {_PLAINER.get(str(error.problem), error.problem)}") from None
    except (yaml.YAMLError, ValueError) as error:
        if control := _CONTROL.search(text or ""):
            line, code = (text or "").count("\n", 0, control.start()) + 1, ord(control[0])
            raise UserError(f"{path}:{line}: not valid YAML: the control character U+{code:04X}; remove it") from None
        raise UserError(f"{path}: not valid YAML: {error}") from None


def _refuse_bombs(path: Path, text: str) -> None:
    """Refuse what nests too deep, or is too large once its aliases are expanded; only events are read, nothing is built.

    Raises:
        UserError: it does.
        yaml.YAMLError: it is not YAML.
    """
    sizes: dict[str, int] = {}
    open_nodes: list[tuple[str | None, int]] = [(None, 0)]

    def add(size: int) -> None:
        anchor, before = open_nodes[-1]
        open_nodes[-1] = anchor, before + size
        if before + size > _LARGEST:
            raise UserError(f"{path}: more than {_LARGEST:,} characters after its aliases are expanded; shorten it")

    for event in yaml.parse(text, Loader):
        where = f"{path}:{event.start_mark.line + 1}" if event.start_mark else f"{path}"
        if isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append((event.anchor, 1))
            if len(open_nodes) > _DEEPEST:
                raise UserError(f"{where}: nested more than {_DEEPEST} levels deep; reduce the nesting")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, size = open_nodes.pop()
            sizes |= {anchor: size} if anchor else {}
            add(size)
        elif isinstance(event, yaml.ScalarEvent):
            sizes |= {event.anchor: len(event.value) + 1} if event.anchor else {}
            add(len(event.value) + 1)
        elif isinstance(event, yaml.AliasEvent):
            if any(anchor == event.anchor for anchor, _ in open_nodes):
                raise UserError(f"{where}: *{event.anchor} holds itself; write it out")
            add(sizes.get(str(event.anchor), 1))


def line_of(path: Path, field: list[str | int]) -> int:
    """Return the line (from 1) where `field` is in the YAML file, or where its nearest parent is."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader)
    line = node.start_mark.line if node else 0
    for step in field:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
        else:
            break
    return line + 1


def located(path: Path, field: list[str | int], words: str) -> str:
    """Return what is wrong with a field of a YAML file, with its place: `params.yaml:12: judge.model: …`."""
    return f"{path}:{line_of(path, field)}: {'.'.join(map(str, field)) or 'the file'}: {words}"
