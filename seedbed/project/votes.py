"""Votes: people's verdicts on two answers, one file per person, and whether they are still valid.

A line of `data/votes/yuki.jsonl` (the hashes say which answers were shown):

    {"baseline_hash":"…","match":"good-vs-thin","model_hash":"…","question":"fermi-01","verdict":"model"}
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import regex

from seedbed.project.params_types import Match
from seedbed.project.row_types import CastVote, Vote
from seedbed.util.canonical import canonical, content_hash
from seedbed.util.errors import UserError
from seedbed.util.rows import checked_rows
from seedbed.util.visible import HIDDEN

_NAME = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*")
_MOST_BYTES = 200
"""Of a name in UTF-8: a file's name has 255 at most."""


def is_annotator(name: str) -> bool:
    """Whether a person may be called so: the name, in Unicode's compatibility form, names their file."""
    plain = unicodedata.normalize("NFKC", name) == name and not HIDDEN.search(name)
    return plain and len(name.encode()) <= _MOST_BYTES and _NAME.fullmatch(name) is not None


def read_votes(folder: Path) -> list[CastVote]:
    """Return the votes of all `<annotator>.jsonl` in `folder`, by annotator and line, each with its `annotator`.

    Raises:
        UserError: a file's name is no annotator's, a row breaks its schema, or a person votes twice on one item.
    """
    votes: list[CastVote] = []
    for vote in checked_votes(folder):
        if isinstance(vote, UserError):
            raise vote
        votes.append(vote)
    return votes


def checked_votes(folder: Path) -> Iterator[CastVote | UserError]:
    """Yield each vote, or what is wrong with its line or file, for those who want every mistake; see `read_votes`."""
    for path in sorted(folder.glob("[!.]*.jsonl"), key=lambda path: path.name):
        annotator = unicodedata.normalize("NFC", path.name.removesuffix(".jsonl"))  # some file systems take names apart
        if not is_annotator(annotator):
            yield UserError(
                f"{path}: {annotator!r} is not a valid annotator name; use letters and digits of any script, - and _, starting "
                "with a letter or digit"
            )
            continue
        seen: dict[tuple[str, str], int] = {}
        for number, row in checked_rows(path, "vote", unique=None):
            if isinstance(row, UserError):
                yield row
                continue
            match, question = item = (row["match"], row["question"])
            if item in seen:
                yield UserError(
                    f"{path}:{number}: two votes on question {question!r} of match {match!r} (first on line {seen[item]}); "
                    "delete one of the lines"
                )
                continue
            seen[item] = number
            vote: Any = {"annotator": annotator, **row}  # its schema has been checked
            yield vote


def votes_notices(votes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield what votes cannot say, one by one: those of one person alone, and those that are all ties.

    Args:
        votes: each with its `annotator` and `verdict`.

    Yields:
        A key of the reports' texts, and the values that it takes.
    """
    people = sorted({vote["annotator"] for vote in votes})
    if len(people) == 1:
        yield "notice_one_person", {"person": people[0]}
    if votes and all(vote["verdict"] in ("tie", "both_bad") for vote in votes):
        yield "notice_all_ties", {"n": len(votes)}


def answer_hash(text: str) -> str:
    """Return the hash by which a vote names the answer that was shown."""
    return content_hash(text)


def left_is_model(annotator: str, match: str, question: str) -> bool:
    """Say whether the model's answer stands on the left for this person: a coin that always falls the same way."""
    return sha256(canonical([annotator, match, question]).encode()).digest()[0] % 2 == 0


def vote_status(vote: Vote, matches: Mapping[str, Match], answers: Mapping[tuple[str, str], str | None]) -> str:
    """Return what a vote is worth: `counted`, `stale` or `orphaned`.

    Stale: one of the answers is another one than the person saw. Orphaned: the match, or an answer to the question, is
    gone. Both are kept and shown, and neither counts.

    Args:
        vote: a row of `read_votes`.
        matches: `model` and `baseline` by match, as in `params.yaml`.
        answers: text by (model, question); None where the answer failed.
    """
    match = matches.get(vote["match"])
    if match is None:
        return "orphaned"
    model, baseline = (answers.get((name, vote["question"])) for name in (match["model"], match["baseline"]))
    if model is None or baseline is None:
        return "orphaned"
    same = vote["model_hash"] == answer_hash(model) and vote["baseline_hash"] == answer_hash(baseline)
    return "counted" if same else "stale"
