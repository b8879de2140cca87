"""Resolve a word to an id (whole or a unique beginning), with messages for unknown and ambiguous words."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from seedbed.project import paths
from seedbed.project.corpora import CORPUS_OF, question_corpora
from seedbed.project.model_settings import answering_models
from seedbed.project.prompts import VARIABLES
from seedbed.steps.judging import ORDERS, order_of_turn
from seedbed.steps.origin import Name
from seedbed.store.store import Store
from seedbed.trace.workspace import Build
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.words import few

_HEX = re.compile(r"[0-9a-f]{6,64}")
_SHOWN = 10
"""Things named where a word is the beginning of several."""


def resolve(word: str, build: Build, kinds: Iterable[str]) -> tuple[Name, list[Name]]:
    """Return what `word` names, and the things of other kinds with the same id.

    Args:
        word: an id, or the beginning of one of `kinds`; or either behind `kind:`. Instructions and slots may go without
            their generation where only one has that id.
        build: where to look.
        kinds: the kinds that are asked for; a whole id is found in the others too.

    Raises:
        UserError: nothing is named so, or several things are.
    """
    every, wanted = list(KINDS), list(kinds)
    kind, colon, rest = word.partition(":")
    if colon and kind in KINDS:
        every, word = [kind], rest
    elif colon:
        raise UserError(f"unknown kind {_short(kind)}{did_you_mean(kind[:60], list(KINDS))}")
    if path := re.fullmatch(rf"{paths.PROMPTS}/(\w+)\.yaml", word):
        every, word = ["prompt"], path[1]
    wanted = [kind for kind in wanted if kind in every] or every
    absent: list[Path] = []
    known = {kind: _known(kind, word, build, absent) for kind in every}
    exact = [Name(kind, id) for kind in every for id in known[kind] if word in _spellings(kind, id)]
    if exact and [name.kind for name in exact].count(exact[0].kind) == 1:
        return exact[0], exact[1:]
    if exact:
        raise UserError(f"{_short(word)} is ambiguous: it matches {few(list(map(str, exact)), _SHOWN)}; choose one of them")
    begun = [
        Name(kind, id)
        for kind in wanted
        for id in known[kind]
        if any(spelling.startswith(word) for spelling in _spellings(kind, id))
    ]
    if len(begun) == 1:
        return begun[0], []
    if begun:
        names = few(list(map(str, begun)), _SHOWN)
        raise UserError(f"{_short(word)} is the beginning of {len(begun)} ids: {names}; give more characters")
    raise UserError(_unknown(word, {kind: known[kind] for kind in wanted}, absent))


def _spellings(kind: str, id: str) -> tuple[str, ...]:
    """Return how a thing may be named: by its id, and without the generation."""
    return (id, id.partition("/")[2]) if KINDS[kind].of_generation else (id,)


def _unknown(word: str, known: dict[str, list[str]], absent: list[Path]) -> str:
    ids = dict.fromkeys(spelling for kind, names in known.items() for id in names for spelling in _spellings(kind, id))
    near = process.extract(word[:200], list(ids), scorer=fuzz.ratio, limit=3, score_cutoff=70)
    hint = did_you_mean(word, [id for id, _, _ in near]) if near else ""
    looked = ", ".join(f"{len(names)} {KINDS[kind].plural}" for kind, names in known.items() if kind != "request")
    words = f"no id {_short(word)}{hint}; searched {looked}" if looked else f"no request key begins with {_short(word)}"
    if "request" in known and looked:
        words += ", and the requests (by 6 hex digits or more)"
    if absent:
        words += f"; {absent[0]} does not exist ({len(absent)} missing): `seedbed repro` builds it, `dvc pull` downloads it"
    return words


def _short(word: str) -> str:
    return repr(word if len(word) <= 60 else word[:59] + "…")


def _known(kind: str, word: str, build: Build, absent: list[Path]) -> list[str]:
    """Return the ids of a kind; outputs that are not there are added to `absent`."""

    def ids(path: Path) -> list[str]:
        if path.is_file():
            return build.ids(path)
        absent.extend([path] if path not in absent else [])
        return []

    return KINDS[kind].ids(build, word, ids)


def _corpus(kind: str) -> "Ids":
    """Return the rows that people wrote, and those of the build that they have taken out since."""

    def ids(build: Build, word: str, of: "Of") -> list[str]:
        corpora = question_corpora(build.params) if kind == "question" else [CORPUS_OF[kind]]
        names: list[str] = []
        for corpus in corpora:
            if corpus in build.params["corpora"]:
                names += [*build.written(Path(build.params["corpora"][corpus]["source"])), *of(paths.translated(corpus))]
        return list(dict.fromkeys(names))

    return ids


def _of_generations(path: Callable[[str], Path]) -> "Ids":
    """Return `GENERATION/ID` of what a file of each generation holds, each once."""

    def ids(build: Build, word: str, of: "Of") -> list[str]:
        return list(dict.fromkeys(f"{name}/{id}" for name in build.params["generations"] for id in of(path(name))))

    return ids


def _answers(build: Build, word: str, of: "Of") -> list[str]:
    return [f"{model}/{id}" for model in answering_models(build.params) for id in of(paths.answers(model))]


def _judgments(build: Build, word: str, of: "Of") -> list[str]:
    """Return the questions of each match; with their orders, turn by turn, where the word has a second slash."""
    judged: list[tuple[str, int]] = []
    for match in build.params["matches"]:
        path = paths.judgments(match)
        if not path.is_file():
            of(path)  # which notes that it is not there
            continue
        asked = dict.fromkeys(zip(*(build.values(path, field) for field in ("question", "turn")), strict=True))
        judged += [(f"{match}/{question}", int(turn or 1)) for question, turn in asked]
    if word.count("/") < 2:
        return list(dict.fromkeys(id for id, _ in judged))
    orders = [f"{id}/{order_of_turn(order, turn)}" for id, turn in judged for order in ORDERS]
    return orders + [f"{id}/{judge}" for id in orders for judge in build.params["judges"]]


def _parameters(build: Build, word: str, of: "Of") -> list[str]:
    """Return every key of `params.yaml`, dotted, blocks too."""

    def below(block: object, before: str) -> list[str]:
        keys = block.items() if isinstance(block, dict) else ()
        return [name for key, value in keys for name in (f"{before}{key}", *below(value, f"{before}{key}."))]

    return below(build.params, "")


def _requests(build: Build, word: str, of: "Of") -> list[str]:
    if not _HEX.fullmatch(word):
        return []
    keys = [row["key"] for path in paths.transcripts() for row in build.rows(path, "starts_with(json->>'key', ?)", word)]
    with Store(paths.store(), read_only=True) as store:  # which also has what a stage asked that did not end well
        keys += [key for _, key, _, _ in store.beginning(word)]
    return list(dict.fromkeys(keys))


Of = Callable[[Path], list[str]]
"""Gives the ids in an output; none where it is not there."""
Ids = Callable[[Build, str, Of], list[str]]
"""Gives the ids of a kind that `word` could be or begin."""


@dataclass(frozen=True)
class Kind:
    """A kind of thing that an id can name.

    Attributes:
        plural: its name for several.
        ids: gives its ids.
        of_generation: whether an id is `GENERATION/ID`, of which the generation may be left out.
    """

    plural: str
    ids: Ids
    of_generation: bool = False


KINDS = {
    "seed": Kind("seed tasks", _corpus("seed")),
    "question": Kind("questions", _corpus("question")),
    "baseline": Kind("baseline tasks", _corpus("baseline")),
    "instruction": Kind("instructions", _of_generations(paths.candidates), of_generation=True),
    "slot": Kind("slots", _of_generations(lambda name: paths.transcript(f"generate@{name}")), of_generation=True),
    "answer": Kind("answers", _answers),
    "judgment": Kind("judged questions", _judgments),
    "set": Kind("training sets", lambda build, word, of: list(build.params["sets"])),
    "model": Kind("models", lambda build, word, of: list(answering_models(build.params))),
    "match": Kind("matches", lambda build, word, of: list(build.params["matches"])),
    "prompt": Kind("prompts", lambda build, word, of: list(VARIABLES)),
    "parameter": Kind("parameters", _parameters),
    "request": Kind("requests", _requests),
}
"""What an id can name, in the order in which an id of several kinds is understood."""


def others(name: Name, same: list[Name], build: Build) -> list[str]:
    """Return the names of the things with the same id, and of those that belong to the same question."""
    other_names = [str(other) for other in same]
    if name.kind == "question":
        absent: list[Path] = []
        ends = f"/{name.id}"
        other_names += [id for kind in ("answer", "judgment") for id in _known(kind, "", build, absent) if id.endswith(ends)]
    return other_names
