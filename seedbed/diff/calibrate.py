"""`seedbed calibrate`: find the judge or judge prompt that agrees best with the votes.

The questions are split in two by a hash. The choice is made on one part; what the chosen one is worth is said of the other
part, since the best of several looks better than it is on the questions that it was chosen by.

A row of `candidates`' measures (agreement and `off` in percent and points, `off` the judge's score less the people's):

    {"candidate": "HEAD: judge", "chosen_by": 71.2, "items": 38, "agreement": 66.7, "low": 50.1, "high": 79.9, "off": 9.2, …}
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np

from seedbed.diff.results import categories
from seedbed.diff.revisions import Revision, params_of, revision
from seedbed.pipeline.graph import mapping
from seedbed.project import paths
from seedbed.project.draws import chance, read_levels
from seedbed.project.params_types import Match
from seedbed.project.votes import answer_hash, read_votes, vote_status
from seedbed.reporting.corrected_rates import CorrectedRow, correct, draw_of
from seedbed.reporting.judgments import load_judgments
from seedbed.reporting.scores import Scores
from seedbed.reporting.statistics.intervals import rate_interval
from seedbed.reporting.statistics.paired import mean_interval
from seedbed.reporting.statistics.resamples import Floats
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError
from seedbed.util.git import git_text
from seedbed.util.markdown import table
from seedbed.util.rows import read_rows, write_rows
from seedbed.util.tables import Tables

LEAST = 10
"""Questions with votes below which a part says nothing."""
_SAYS = {"model": "win", "baseline": "loss", "tie": "tie", "both_bad": "tie"}
_SCORES = {"win": 1.0, "tie": 0.5, "loss": 0.0}
_NAME = re.compile("[a-z0-9][a-z0-9_-]*")
Item = tuple[str, str]
"""A match and a question."""


@dataclass(frozen=True)
class Candidate:
    """One judge of one revision, on the items that people voted on.

    Attributes:
        name: the revision and the judge.
        judged: the judge's outcome of each item of the revision's matches: win, loss or tie; those that are invalid left out.
        votes: what each person said of an item whose answers are those of the revision, as outcomes.
        draws: with which probabilities an item was drawn, from the smallest, and its own number, where they are logged.
    """

    name: str
    judged: Mapping[Item, str]
    votes: Mapping[Item, Sequence[str]]
    draws: Mapping[Item, tuple[Sequence[float], float]]


def calibrate(revisions: Sequence[str], experiments: bool, confidence: float, as_json: bool, labels: str | None = None) -> str:
    """Return the comparison of the working tree's judges with those of other revisions, as a table in Markdown or as JSON.

    Args:
        revisions: commits, branches, tags, or names of DVC experiments.
        experiments: whether every experiment of `dvc exp` is taken too.
        confidence: of the intervals, in percent.
        as_json: the form.
        labels: name of the file to write of what the chosen judge and people said, for other benchmarks; None for none.

    Raises:
        UserError: no such revision, nothing judged, too few votes, or the file of labels cannot be written.
    """
    known = _experiments()
    names = [*revisions, *(name for name in known if experiments and name not in revisions)]
    sides = [revision(None), *(revision(known.get(name, name)) for name in names)]
    candidates = [one for at, name in zip(sides, ["workspace", *names], strict=True) for one in _candidates(at, name)]
    if not candidates:
        raise UserError("no judgments, neither in the working tree nor in the given revisions; run `seedbed repro` first")
    result = compared(candidates, confidence)
    if labels:
        _write_labels(labels, next(one for one in candidates if one.name == result["chosen"]))
    return json.dumps(result, ensure_ascii=False, indent=2) + "\n" if as_json else in_words(result, confidence)


def _write_labels(name: str, one: Candidate) -> None:
    """Write what the judge and more than half of the votes said of each item, where more than half say one thing.

    Raises:
        UserError: the name is none, or the file is there.
    """
    path = paths.labels(name)
    if not _NAME.fullmatch(name):
        raise UserError(f"--labels {name!r}: use small letters, digits, - and _, first a letter or digit")
    if path.exists():
        raise UserError(f"{path}: this file exists already; remove it, or choose another name with --labels")
    rows = []
    for item in sorted(one.judged.keys() & one.votes.keys()):
        verdict, times = Counter(one.votes[item]).most_common(1)[0]
        if 2 * times > len(one.votes[item]):
            rows.append({"judge": one.judged[item], "people": verdict})
    write_rows(path, rows, "label")


class Measured(TypedDict):
    """What votes say of a candidate, in percent: how often they agree with it, and by how much its scores are off theirs.

    `chosen_by` is the agreement on the questions that the choice is made by, the others are of the rest.
    """

    candidate: str
    chosen_by: float
    chosen_by_items: int
    items: int
    agreement: float
    low: float
    high: float
    off: float
    off_low: float
    off_high: float
    rates: list[CorrectedRow]


class Calibration(TypedDict):
    """What votes say of the candidates; those with too few votes are left out."""

    chosen: str
    candidates: list[Measured]
    left_out: list[str]


def compared(candidates: Sequence[Candidate], confidence: float) -> Calibration:
    """Return what the votes say of each candidate: the choice by one part of the questions, the figures of the other.

    Raises:
        UserError: a part has votes on too few questions for every candidate.
    """
    rows = []
    for one in candidates:
        parts: dict[bool, list[Item]] = {True: [], False: []}
        for item in sorted(one.judged.keys() & one.votes.keys()):
            parts[_chooses(item[1])].append(item)
        questions = min(len({question for _, question in part}) for part in parts.values())
        if questions >= LEAST:
            rows.append(_measured(one, parts[True], parts[False], confidence))
    if not rows:
        raise UserError(
            f"too few votes to choose a judge: each half of the questions needs votes that are not tied on at least {LEAST} "
            "questions; vote with `seedbed review`"
        )
    best = max(rows, key=lambda row: (row["chosen_by"], -abs(row["off"])))
    left_out = [one.name for one in candidates if one.name not in {row["candidate"] for row in rows}]
    return {"chosen": best["candidate"], "candidates": rows, "left_out": left_out}


def _chooses(question: str) -> bool:
    """Whether a question is of the part that the choice is made by."""
    return int(content_hash(["calibrate", question])[:8], 16) % 2 == 0


def _measured(one: Candidate, first: Sequence[Item], rest: Sequence[Item], confidence: float) -> Measured:
    chosen_by, _ = _agreement(one, first)
    shares, counts = _agreement(one, rest), len(rest)
    low, high = rate_interval(shares[1], confidence)
    off = _by_question(rest, [_SCORES[one.judged[item]] - _people(one, item) for item in rest])
    off_low, off_high = mean_interval(off, confidence)
    return {
        "candidate": one.name,
        "chosen_by": round(100 * chosen_by, 2),
        "chosen_by_items": len(first),
        "items": counts,
        "agreement": _percent(shares[0]),
        "low": _percent(low),
        "high": _percent(high),
        "off": _percent(off.mean()),
        "off_low": _percent(off_low),
        "off_high": _percent(off_high),
        "rates": _rates(one, confidence),
    }


def _percent(share: float | Floats) -> float:
    return round(100 * float(share), 2) + 0.0  # no -0.0


def _agreement(one: Candidate, items: Sequence[Item]) -> tuple[float, Floats]:
    """Return the mean over questions of the share of votes that agree with the judge, ties among them; and each question's."""
    shares = _by_question(items, [float(np.mean([vote == one.judged[item] for vote in one.votes[item]])) for item in items])
    return float(shares.mean()), shares


def _by_question(items: Sequence[Item], values: Sequence[float]) -> Floats:
    """Return the mean of the values of each question: its items of several matches are one piece of evidence."""
    _, group = np.unique([question for _, question in items], return_inverse=True)
    means: Floats = np.bincount(group, np.asarray(values, dtype=np.float64)) / np.bincount(group)
    return means


def _people(one: Candidate, item: Item) -> float:
    return float(np.mean([_SCORES[vote] for vote in one.votes[item]]))


def _rates(one: Candidate, confidence: float) -> list[CorrectedRow]:
    """Return each match's rate by the judge and as the votes correct it, on the part that the choice was not made by."""
    matches = {match: (match, "") for match, _ in one.judged}
    questions = sorted({question for _, question in one.judged if not _chooses(question)})
    shape = (len(questions), len(matches))
    judge, people = (np.full(shape, np.nan) for _ in range(2))
    logged: dict[tuple[int, int], tuple[Sequence[float], float]] = {}
    for column, match in enumerate(matches):
        for line, question in enumerate(questions):
            item, place = (match, question), (line, column)
            judge[place] = _SCORES.get(one.judged.get(item, ""), np.nan)
            people[place] = _people(one, item) if item in one.votes else np.nan
            if item in one.draws:
                logged[place] = one.draws[item]
    scores = Scores(matches, questions, [""] * len(questions), judge, judge, judge)
    return [row for row in correct(scores, people, draw_of(logged, shape), confidence) if row["name"] in matches]


def _candidates(at: Revision, name: str) -> Iterator[Candidate]:
    """Yield each judge of a revision; none where its judgments are not on this machine."""
    params = params_of(at)
    matches: dict[str, Match] = {
        id: {"model": str(sides.get("model")), "baseline": str(sides.get("baseline"))}
        for id, sides in ((id, mapping(each)) for id, each in mapping(params.get("matches")).items())
    }
    files = {match: file for match in matches if (file := _output(at, paths.judgments(match)))}
    if not files:
        return
    tables = Tables()
    load_judgments(tables, list(files.values()), mapping(params.get("report")))
    tables.fill("questions", "id text, category text", categories(at).items())
    outcomes: dict[str, dict[Item, str]] = defaultdict(dict)
    for row in tables.query("benchmark/judge_outcomes"):
        if row["outcome"] != "invalid":
            outcomes[row["judge"]][row["match"], row["question"]] = row["outcome"]
    models = {model for sides in matches.values() for model in (sides["model"], sides["baseline"])}
    answers: dict[tuple[str, str], str | None] = {}
    for model in sorted(models):
        file = _output(at, paths.answers(model))
        answers |= {(model, row["id"]): row["text"] for row in (read_rows(file) if file else ())}
    votes: dict[Item, list[str]] = defaultdict(list)
    for vote in read_votes(paths.VOTES):
        if vote_status(vote, matches, answers) == "counted":
            votes[vote["match"], vote["question"]].append(_SAYS[vote["verdict"]])
    hashes = {place: answer_hash(text) for place, text in answers.items() if text is not None}
    draws = {}
    for drawn, levels in read_levels().items():
        if drawn.match not in matches:
            continue
        sides = matches[drawn.match]
        present = [hashes.get((model, drawn.question)) for model in (sides["model"], sides["baseline"])]
        if present == [drawn.model_hash, drawn.baseline_hash]:
            draws[drawn.match, drawn.question] = (levels, chance(drawn))
    for judge, judged in sorted(outcomes.items()):
        yield Candidate(f"{name}: {judge}", judged, votes, draws)


def _output(at: Revision, path: Path) -> Path | None:
    output = at.outputs.get(path.as_posix())
    return at.file(output) if output else None


def _experiments() -> dict[str, str]:
    """Return the commits of DVC's experiments, by name."""
    listed = git_text("for-each-ref", "--format=%(objectname) %(refname)", "refs/exps") or ""
    lines = (line.split(" ", 1) for line in listed.splitlines())
    # refs/exps/ab/cdef…/NAME; others of DVC's own are shorter
    return {parts[4]: commit for commit, name in lines if len(parts := name.split("/")) == 5}


def in_words(result: Calibration, confidence: float) -> str:
    """Return what `compared` found as a text in Markdown."""
    rows = result["candidates"]
    shown = [
        {"candidate": row["candidate"], "chosen by, %": f"{row['chosen_by']:.1f}", "items": row["items"]}
        | {"agreement, %": f"{row['agreement']:.1f}", "interval": _interval(row["low"], row["high"])}
        | {"off, points": f"{row['off']:+.1f}".replace("-", "−"), "its interval": _interval(row["off_low"], row["off_high"])}
        for row in rows
    ]
    names = list(shown[0])
    parts = [
        "The questions are split in two by a hash. *Chosen by* is the agreement with people's votes on the one half, by which "
        f"the choice is made; all else is of the other half, with its {confidence:g}% interval over questions. *Off* is how "
        "far the judge's score of the models lies above people's, on the items that they voted on.",
        table(shown, names, right=names[1:]),
        f"Chosen: {result['chosen']}.",
    ]
    rates = next(row for row in rows if row["candidate"] == result["chosen"])["rates"]
    if rates:
        cells = [
            {"match": row["name"], "questions": row["items"], "voted on": row["voted"], "judge": f"{row['judge']:.1f}"}
            | {"corrected": f"{row['corrected']:.1f}", "interval": _interval(row["low"], row["high"]), "draw": row["draw"]}
            for row in rates
        ]
        columns = ["match", "questions", "voted on", "judge", "corrected", "interval", "draw"]
        right = ["judge", "corrected", "interval"]
        parts += ["Its adjusted win rates on that half, and as the votes correct them:", table(cells, columns, right=right)]
    if result["left_out"]:
        parts.append(f"Left out, since the votes that count on their answers are too few: {', '.join(result['left_out'])}.")
    return "\n\n".join(parts) + "\n"


def _interval(low: float, high: float) -> str:
    return f"{low:.1f} – {high:.1f}".replace("-", "−")
