"""Migrate `params.yaml` of an older project to the current format; comments are kept."""

import io
import re
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any

from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from seedbed.project import paths
from seedbed.project.editions import EDITIONS
from seedbed.project.params_types import Endpoint
from seedbed.util.errors import UserError
from seedbed.util.library import library_file
from seedbed.util.yaml_edit import yaml_editor

_BLOCK_ORDER = (
    *("editions", "language", "endpoints", "servers", "labels", "corpora", "translate", "post_edit", "generate"),
    *("generations", "filter", "sets", "export", "bases", "train", "trained", "answer", "models"),
    *("judge", "judges", "criteria", "matches", "scores", "budget", "prices", "report"),
)
_KEY = re.compile(r"^([A-Za-z_][\w-]*):", re.MULTILINE)
_BETWEEN = re.compile(r"(?:^(?:#.*|[ \t]*)\n)*\Z", re.MULTILINE)
"""The comments and empty lines at the end of a block, which belong to the next one."""


def migrated(text: str) -> tuple[str, list[str]]:
    """Return the text of `params.yaml` in this library's form, and what was done, a line each.

    Blocks that stay as they are keep every byte; in the others comments are kept.

    Raises:
        UserError: the text is not a YAML mapping, a block of it has another form than any library's, or the project is of a
            newer library.
    """
    yaml = yaml_editor()
    try:
        before, params = yaml.load(text), yaml.load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}" if mark else ""
        raise UserError(f"params.yaml{where}: not YAML; `seedbed check` shows details; fix it before you upgrade") from None
    if not isinstance(params, CommentedMap):
        raise UserError("params.yaml: not a mapping; restore it from git before you upgrade")
    notes = migrate_blocks(params) + ([note] if (note := _editions(params)) else [])
    if not notes:
        return text, []
    with suppress(YAMLError):
        after = _written(text if text.endswith("\n") else f"{text}\n", before, params)
        if yaml.load(after) == params:
            return after, notes
    params.fa.set_block_style()
    return _dumped(params), notes  # a file that is not in block style, a key a line, is written anew as a whole


def with_language(text: str, code: str) -> str:
    """Return the text of a prompt, or of a file of words, with the language that it is written in."""
    head, blocks = _blocks(text if text.endswith("\n") else f"{text}\n")
    first = next(iter(blocks), "")
    if first in ("description", "name"):
        blocks[first] += f"language: {code}\n"
    else:
        head += f"language: {code}\n"
    return head + "".join(blocks.values())


def _blocks(text: str) -> tuple[str, dict[str, str]]:
    """Split a file into what comes before its first key, and the text of each block, which begins with what is above its key.

    The comment directly above the first key is part of the first block.
    """
    starts = [match.start() for match in _KEY.finditer(text)]
    if not starts:
        return text, {}
    cuts = [text.rfind("\n\n", 0, starts[0]) + 2 if "\n\n" in text[: starts[0]] else starts[0]]
    for start in starts[1:]:
        between = _BETWEEN.search(text, 0, start)
        cuts.append(between.start() if between else start)
    names = _KEY.findall(text)
    return text[: cuts[0]], {name: text[cut:end] for name, cut, end in zip(names, cuts, [*cuts[1:], len(text)], strict=True)}


def _written(text: str, before: Mapping[str, Any], params: CommentedMap) -> str:
    """Return a file's text with the blocks of `params`; those that are as `before` keep their bytes."""
    head, old = _blocks(text)
    order = [name for name in before if name in params]
    for place, name in enumerate(_BLOCK_ORDER):
        if name in params and name not in order:
            earlier = [order.index(other) for other in _BLOCK_ORDER[:place] if other in order]
            order.insert(max(earlier, default=-1) + 1, name)
    written = head
    for number, name in enumerate(order):
        if name in before and params[name] == before[name]:
            block = old.get(name, "")
        else:
            above = _above(old.get("task_types" if name == "labels" else name, ""))
            block = above + _dumped(CommentedMap({name: params[name]}))
            if name not in before:
                block = re.sub(rf"(?m)^{name}:(?: \{{\}})?$", lambda match, name=name: match[0] + _remark(name), block)  # type: ignore[misc]
        new = name not in before or (number > 0 and order[number - 1] not in before)
        if new and number and not block.startswith("\n") and not written.endswith("\n\n"):
            block = f"\n{block}"
        written += block
    return written


def _above(block: str) -> str:
    """Return the comments and empty lines above a block's key."""
    match = _KEY.search(block)
    return block[: match.start()] if match else ""


def _dumped(params: CommentedMap) -> str:
    """Return a mapping as YAML, without the comments that stood before whatever came next."""
    out = io.StringIO()
    yaml_editor().dump(params, out)
    return _BETWEEN.sub("", out.getvalue(), count=1) if len(params) == 1 else out.getvalue()


def _remark(name: str) -> str:
    """Return the comment that the library's own `params.yaml` has beside a block's name."""
    match = re.search(rf"(?m)^{name}:(?: \{{\}})?( +#.*)$", library_file("params.yaml").read_text(encoding="utf-8"))
    return match[1] if match else ""


def migrate_blocks(params: MutableMapping[str, Any]) -> list[str]:
    """Bring the blocks of `params.yaml` into this library's form, in place, and return what was done, a line each.

    `editions` stay as they are: an older project had none, or was built with others.

    Raises:
        UserError: a block has another form than any library's.
    """
    for name in ("endpoints", "servers"):
        for id, entry in _mapping(params, name).items():
            if entry is not None and not isinstance(entry, Mapping):
                raise _no_mapping(f"{name}.{id}", _line(params[name], id), entry)
    for name in ("corpora", "export"):
        _mapping(params, name)
    steps = (_servers, _labels, _post_edit, _sets, _training, _judging, _scoring, _examples)
    return [note for step in steps if (note := step(params))]


def editions_of(params: Mapping[str, Any]) -> dict[str, int]:
    """Return the editions that `params.yaml` has, by stage; those that are no number are left out.

    Raises:
        UserError: `editions` is no mapping.
    """
    return {stage: number for stage, number in _mapping(params, "editions").items() if isinstance(number, int)}


def _mapping(params: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a block, empty where there is none."""
    block = params.get(name)
    if block is not None and not isinstance(block, Mapping):
        raise _no_mapping(name, _line(params, name), block)
    return block or {}


def _line(block: Mapping[str, Any], key: str) -> str:
    """Return the line of a key as part of a message; nothing where the parser kept none."""
    return f":{block.lc.key(key)[0] + 1}" if isinstance(block, CommentedMap) else ""


def _no_mapping(field: str, line: str, value: object) -> UserError:
    return UserError(f"params.yaml{line}: {field}: expected a mapping, found {value!r}; fix it before you upgrade")


def _servers(params: MutableMapping[str, Any]) -> str | None:
    """What is no part of a request moves from `endpoints` to `servers`."""
    moved = CommentedMap()
    for id, endpoint in (params.get("endpoints") or {}).items():
        for name in [name for name in endpoint or {} if name not in Endpoint.__annotations__]:
            settings = moved.setdefault(id, CommentedMap())
            if isinstance(endpoint, CommentedMap) and name in endpoint.ca.items:
                settings.ca.items[name] = endpoint.ca.items[name]
            settings[name] = endpoint.pop(name)
    if "servers" in params and not moved:
        return None
    servers = params["servers"] = params.get("servers") or CommentedMap()
    for id, settings in moved.items():
        if servers.get(id):
            servers[id].update(settings)
        else:
            servers[id] = settings
    return "endpoints: addresses and limits moved to servers, which no stage depends on"


def _labels(params: MutableMapping[str, Any]) -> str | None:
    if "labels" in params:
        return None
    params["labels"] = CommentedMap(task=params.pop("task_types", []), question=params.pop("categories", []))
    return "task_types and categories moved to labels.task and labels.question"


def _post_edit(params: MutableMapping[str, Any]) -> str | None:
    """The corpora that people edit are listed, each with its file: the questions of all lie in one folder."""
    block = _mapping(params, "post_edit")
    if "corpora" in block:
        return None
    if "post_edit" not in params:  # a file that lacks more than this block, for `seedbed check` to refuse; DVC can read it
        block = params["post_edit"] = CommentedMap()
    if not isinstance(block, MutableMapping):
        return None
    kinds = {"seed_tasks": "task", "questions": "question"}
    listed = CommentedMap({name: paths.edited(name, kind).as_posix() for name, kind in kinds.items()})
    if not isinstance(block, CommentedMap):
        block["corpora"] = listed
    else:
        block.insert(0, "corpora", listed)  # what follows the last key is the empty line before the next block
        block.yaml_add_eol_comment(
            "what people edit, and where the edited rows go: all questions into one folder", "corpora", column=0
        )
    return "post_edit.corpora lists what people edit; the edited questions are now in data/build/edited/questions/"


def _sets(params: MutableMapping[str, Any]) -> str | None:
    if "sets" in params and "generations" in params:
        return None
    export: Any = params.get("export") or {}
    seeds = export.pop("seeds", True)
    edited = "data/build/edited/seed_tasks.jsonl" if seeds else "data/empty.jsonl"
    sets = CommentedMap(native=CommentedMap(seeds=edited, rows="data/build/instructions/native.jsonl"))
    if "baseline" in (params.get("corpora") or {}):
        sets["direct"] = CommentedMap(seeds="data/empty.jsonl", rows="data/build/translated/baseline.jsonl")
    params.setdefault("generations", CommentedMap(native=CommentedMap(seeds="edited")))
    params.setdefault("sets", sets)
    return "generations and sets declare the outputs of generate and export: native, and direct if there is a baseline"


def _training(params: MutableMapping[str, Any]) -> str | None:
    missing = _add_empty(params, "bases", "train", "trained")
    return "bases, train and trained: models that the build fine-tunes; none so far" if missing else None


def _judging(params: MutableMapping[str, Any]) -> str | None:
    missing = _add_empty(params, "judges", "criteria")
    return "judges and criteria: a jury, and criteria by category; none so far" if missing else None


def _scoring(params: MutableMapping[str, Any]) -> str | None:
    missing = _add_empty(params, "scores")
    return "scores: models whose answers are rated individually; none so far" if missing else None


def _add_empty(params: MutableMapping[str, Any], *names: str) -> bool:
    """Add the blocks that are not there, empty; return whether there was any."""
    missing = [name for name in names if name not in params]
    for name in missing:
        params[name] = CommentedMap()
        params[name].fa.set_flow_style()
    return bool(missing)


def _examples(params: MutableMapping[str, Any]) -> str | None:
    translate = params.get("translate")
    if not isinstance(translate, MutableMapping) or "examples_from" in translate:
        return None
    translate["examples_from"] = str(paths.NO_EDITS)
    return f"translate.examples_from: {paths.NO_EDITS}, so that translations depend on no edits, as before"


def _editions(params: CommentedMap) -> str | None:
    known = editions_of(params)
    if params.get("editions") == EDITIONS:
        return None
    for stage, number in EDITIONS.items():
        if known.get(stage, 0) > number:
            raise UserError(
                f"params.yaml: editions.{stage}: the project uses edition {known[stage]}, but the installed library only "
                f"supports {number}; install a newer Seedbed and run `seedbed upgrade` again"
            )
    current = params.get("editions")
    if isinstance(current, CommentedMap):  # changed in place, so that its comments stay
        for stage in [stage for stage in current if stage not in EDITIONS]:
            del current[stage]
        current.update(EDITIONS)
    else:
        params["editions"] = CommentedMap(EDITIONS)
    raised = [f"{stage} {known[stage]} to {number}" for stage, number in EDITIONS.items() if 0 < known.get(stage, 0) < number]
    return f"editions: {', '.join(raised)}" if raised else "editions: the version of this library's rules, one number per stage"
