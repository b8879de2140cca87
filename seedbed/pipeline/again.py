"""`seedbed again STAGE [ID...]`: request rows again, although their replies are in the store."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from seedbed.pipeline.graph import stage_names
from seedbed.project import paths
from seedbed.project.again import ask_again
from seedbed.project.corpora import foreign, question_corpora, read_corpus, turns_of
from seedbed.project.model_settings import judge_blocks
from seedbed.project.params import load_params
from seedbed.project.params_types import DEFAULT_JUDGE, Params
from seedbed.steps.answering import asked_as
from seedbed.steps.judging import judge_of, request_id, request_ids
from seedbed.steps.scoring import score_id, score_ids
from seedbed.steps.slots import slot_id
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import read_rows
from seedbed.util.words import count, few
from seedbed.util.yaml12 import load_yaml

_ASKING = ("translate", "generate", "answer", "answer_base", "answer_trained", "judge", "score")
_SLOT = re.compile(r"(s\d{5,})(?:-\d+)?")
"""A slot of `generate`, or one of its candidates."""
_NONE = {"reason": None}
_NOT_ASKED = (None, "no_answer")
"""Reasons of no failure, and of that of a judgment without its answers: then the answer is what to ask for."""


def ask_once_more(stage: str, ids: list[str], failed: bool) -> str:
    """Record in `data/again.jsonl` which rows of a stage to request again; return a message with the next command.

    Args:
        stage: e.g. `answer@good`.
        ids: rows; of `generate` its slots or candidates, of `judge` questions (both orders), `question.order` (every judge) or
            `question.order.judge`.
        failed: take the rows that failed instead.

    Raises:
        UserError: no such stage, it asks nothing, no such row, or both or neither of `ids` and `failed` are given.
    """
    params = load_params()
    _refuse_unknown(stage, params)
    if bool(ids) == failed:
        raise UserError("no rows given: give either their ids, or --failed for all rows without a usable reply")
    if failed:
        requests = _failed(stage)
        if not requests:
            return f"{stage}: no row failed; nothing was written"
    else:
        requests = [asked for id in ids for asked in _asked_as(stage, id, params)]
    requests = list(dict.fromkeys(requests))
    ask_again(stage, requests)
    rows = "slot" if stage.startswith("generate") else "judgment" if stage.startswith("judge") else "row"
    return (
        f"{stage}: {count(len(requests), rows)} to be requested again: {few(requests, 10)}; `dvc repro {stage}` sends them. "
        f"This is recorded in {paths.AGAIN}; commit it together with the build"
    )


def _refuse_unknown(stage: str, params: Params) -> None:
    """Refuse a name that is no stage, or the name of one that asks no model."""
    known = stage_names(load_yaml(paths.DVC_YAML), params)
    asking = [name for name in known if name.partition("@")[0] in _ASKING]
    if stage not in known:
        raise UserError(f"{stage}: no stage of this project{did_you_mean(stage, asking)}")
    name, _, key = stage.partition("@")
    asks_nothing = (
        name not in _ASKING
        or (name == "translate" and not _to_translate(key, params))
        or (name == "answer" and "recorded" in params["models"][key])
        or (name == "judge" and "recorded" in params["matches"][key])
        or (name == "score" and "recorded" in params["scores"][key])
    )
    if asks_nothing:
        raise UserError(
            f"{stage}: this stage sends no requests to a model, so nothing can be asked again; name a stage that does, such "
            "as answer@good"
        )


def _to_translate(name: str, params: Params) -> list[str]:
    """Return the ids of the rows of a corpus that are translated."""
    corpus = params["corpora"][name]
    return [row["id"] for row in foreign(read_corpus(Path(corpus["source"]), corpus["kind"], params), corpus, params)]


def _failed(stage: str) -> list[str]:
    """Return what failed in the stage's output, or, where it stopped and has none, in what it left.

    Raises:
        UserError: the stage has not run.
    """
    name, _, key = stage.partition("@")
    outputs: dict[str, tuple[Callable[[str], Path], Callable[[Any], str]]] = {
        "translate": (paths.translated, lambda row: row["id"]),
        **dict.fromkeys(
            ("answer", "answer_base", "answer_trained"),
            (paths.answers, lambda row: asked_as(row["id"], row.get("failed_turn", 1))),
        ),
        "judge": (paths.judgments, lambda row: request_id(row["question"], row["order"], judge_of(row), row.get("turn", 1))),
    }
    outputs["score"] = (paths.scores, lambda row: score_id(row["question"], judge_of(row), row.get("turn", 1)))
    left = paths.failed(stage) / "failed.jsonl"
    if name == "generate" and paths.candidates(key).is_file() and paths.transcript(stage).is_file():
        # A slot whose request failed has no candidates.
        good = {slot_id(row["slot"]) for row in read_rows(paths.candidates(key))}
        asked = dict.fromkeys(
            row["id"] for row in read_rows(paths.transcript(stage), unique=None) if row["request"]["slot"] is not None
        )
        return [id for id in asked if id not in good]
    if name in outputs and (path := outputs[name][0](key)).is_file():
        return [
            outputs[name][1](row)
            for row in read_rows(path, unique=None)
            if (row["failure"] or _NONE)["reason"] not in _NOT_ASKED
        ]
    if left.is_file():
        return [row["id"] for row in read_rows(left)]
    raise UserError(f"{stage}: neither its output nor {left} is there; `dvc repro {stage}` builds it, or name the rows")


def _asked_as(stage: str, id: str, params: Params) -> list[str]:
    """Return the ids under which a stage asks for a row.

    Raises:
        UserError: it has no such row.
    """
    name, _, key = stage.partition("@")
    if name == "generate":
        slot = _SLOT.fullmatch(id)
        most = params["generate"]["max_slots"]
        if slot is None or int(slot[1][1:]) >= most:
            raise UserError(f"{stage}: no slot {id!r}; expected {slot_id(0)} to {slot_id(most - 1)}, or one of its candidates")
        return [slot[1]]
    corpora = [params["corpora"][id] for id in ([key] if name == "translate" else question_corpora(params))]
    sources = [row for corpus in corpora for row in read_corpus(Path(corpus["source"]), corpus["kind"], params)]
    rows, judges = [row["id"] for row in sources], judge_blocks(params)
    if name == "translate" and id in rows and id not in _to_translate(key, params):
        raise UserError(f"{stage}: row {id!r} is in the target language already, so it is copied without a request")
    asked: dict[str, list[str]]
    if name in ("judge", "score"):
        ids_of = request_ids if name == "judge" else score_ids
        names = [asked for row in sources for judge in (DEFAULT_JUDGE, *judges) for asked in ids_of(row, judge)]
        asked = {name: [name] for name in names} | {row["id"]: ids_of(row, DEFAULT_JUDGE) for row in sources}
    else:
        asked = {row: [row] for row in rows}
    if name.startswith("answer"):  # a later turn alone, too
        asked |= {
            turn: [turn]
            for row in sources
            for number in range(2, len(turns_of(row)) + 1)
            for turn in [asked_as(row["id"], number)]
        }
    if id not in asked:
        near, files = did_you_mean(id, list(asked)), few([corpus["source"] for corpus in corpora], 3)
        raise UserError(f"{stage}: no row {id!r}{near if 'did you mean' in near else ''} in {files}")
    ids: list[str] = asked[id]
    return ids
