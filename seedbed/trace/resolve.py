"""Which thing an id names: by kind, by unique beginning, and what to say where it names none or several."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from seedbed.project.paths import CANDIDATES, CORPORA, RESPONSES, answers, judgments, transcript_of, translated
from seedbed.project.prompts import VARIABLES
from seedbed.trace.workspace import Build
from seedbed.util.errors import UserError, did_you_mean

ORDERS = ("ab", "ba")
_HEX = re.compile(r"[0-9a-f]{6,64}")
_SHOWN = 10
"""Things named where a beginning is that of several."""


@dataclass(frozen=True)
class Name:
    """A thing.

    Attributes:
        kind: one of `KINDS`.
        id: its whole id, unique within the kind.
    """

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def resolve(word: str, build: Build, kinds: Iterable[str]) -> tuple[Name, list[Name]]:
    """Return what `word` names, and the things of other kinds that bear the same id.

    Args:
        word: an id, or the beginning of one of `kinds`; or either behind `kind:`.
        build: where to look.
        kinds: the kinds that are asked for; a whole id is found in the others too.

    Raises:
        UserError: nothing is named so, or several things begin so.
    """
    every, wanted = list(KINDS), list(kinds)
    kind, colon, rest = word.partition(":")
    if colon and kind in KINDS:
        every, word = [kind], rest
    elif colon:
        raise UserError(f"no kind of thing is named {_short(kind)}{did_you_mean(kind[:60], list(KINDS))}")
    if path := re.fullmatch(r"prompts/(\w+)\.yaml", word):
        every, word = ["prompt"], path[1]
    wanted = [kind for kind in wanted if kind in every] or every
    absent: list[Path] = []
    known = {kind: _known(kind, word, build, absent) for kind in every}
    exact = [Name(kind, word) for kind in every if word in known[kind]]
    if exact:
        return exact[0], exact[1:]
    begun = [Name(kind, id) for kind in wanted for id in known[kind] if id.startswith(word)]
    if len(begun) == 1:
        return begun[0], []
    if begun:
        few = ", ".join(map(str, begun[:_SHOWN]))
        more = f" and {len(begun) - _SHOWN} more" if len(begun) > _SHOWN else ""
        raise UserError(f"{_short(word)} begins {len(begun)} ids: {few}{more}; give more of the one you mean")
    raise UserError(_unknown(word, {kind: known[kind] for kind in wanted}, absent))


def _unknown(word: str, known: dict[str, list[str]], absent: list[Path]) -> str:
    ids = dict.fromkeys(id for names in known.values() for id in names)
    near = process.extract(word[:200], list(ids), scorer=fuzz.ratio, limit=3, score_cutoff=70)
    hint = did_you_mean(word, [id for id, _, _ in near]) if near else ""
    looked = ", ".join(f"{len(names)} {KINDS[kind].plural}" for kind, names in known.items() if kind != "request")
    words = f"nothing is named {_short(word)}{hint}; looked through {looked}" if looked else f"no request begins {_short(word)}"
    if "request" in known and looked:
        words += " and, by 6 hex digits or more, the requests"
    if absent:
        words += f"; {absent[0]} is not in the workspace ({len(absent)} missing), `dvc repro` builds it, `dvc pull` brings it"
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
    """The rows that people wrote, and those of the build that they have taken out since."""

    def ids(build: Build, word: str, of: "Of") -> list[str]:
        if CORPORA[kind] not in build.params["corpora"]:
            return []
        return list(dict.fromkeys([*build.written(Path(build.corpus(kind)["source"])), *of(translated(kind))]))

    return ids


def _slots(build: Build, word: str, of: "Of") -> list[str]:
    """The slots, each once, though it may have been asked for several times."""
    return list(dict.fromkeys(of(transcript_of("generate"))))


def _answers(build: Build, word: str, of: "Of") -> list[str]:
    return [f"{model}/{id}" for model in build.params["models"] for id in of(answers(model))]


def _judgments(build: Build, word: str, of: "Of") -> list[str]:
    """The questions of each match; with their orders where the word has a second slash."""
    found = []
    for match in build.params["matches"]:
        path = judgments(match)
        if not path.is_file():
            of(path)  # which notes that it is not there
            continue
        questions = dict.fromkeys(row["question"] for row in build.rows(path))
        found += [f"{match}/{question}" for question in questions]
    return [f"{id}/{order}" for id in found for order in ORDERS] if word.count("/") > 1 else found


def _parameters(build: Build, word: str, of: "Of") -> list[str]:
    """Every key of `params.yaml`, dotted, blocks too."""

    def below(block: object, before: str) -> list[str]:
        keys = block.items() if isinstance(block, dict) else ()
        return [name for key, value in keys for name in (f"{before}{key}", *below(value, f"{before}{key}."))]

    return below(build.params, "")


def _requests(build: Build, word: str, of: "Of") -> list[str]:
    if not _HEX.fullmatch(word):
        return []
    found = [
        row["key"]
        for path in sorted(RESPONSES.glob("*.jsonl"))
        for row in build.rows(path, "starts_with(json->>'key', ?)", word)
    ]
    return list(dict.fromkeys(found))


Of = Callable[[Path], list[str]]
"""Gives the ids in an output; none where it is not there."""
Ids = Callable[[Build, str, Of], list[str]]
"""Gives the ids of a kind that `word` could be or begin."""


@dataclass(frozen=True)
class Kind:
    """A kind of thing that an id can name."""

    plural: str
    ids: Ids


KINDS = {
    "seed": Kind("seed tasks", _corpus("seed")),
    "question": Kind("questions", _corpus("question")),
    "baseline": Kind("baseline tasks", _corpus("baseline")),
    "instruction": Kind("instructions", lambda build, word, of: of(CANDIDATES)),
    "slot": Kind("slots", _slots),
    "answer": Kind("answers", _answers),
    "judgment": Kind("judged questions", _judgments),
    "model": Kind("models", lambda build, word, of: list(build.params["models"])),
    "match": Kind("matches", lambda build, word, of: list(build.params["matches"])),
    "prompt": Kind("prompts", lambda build, word, of: list(VARIABLES)),
    "parameter": Kind("parameters", _parameters),
    "request": Kind("requests", _requests),
}
"""What an id can name, in the order in which one that several bear is understood."""


def others(name: Name, same: list[Name], build: Build) -> list[str]:
    """Return how the things are named that bear the same id, or speak of the same question."""
    found = [str(other) for other in same]
    if name.kind == "question":
        absent: list[Path] = []
        ends = f"/{name.id}"
        found += [id for kind in ("answer", "judgment") for id in _known(kind, "", build, absent) if id.endswith(ends)]
    return found
