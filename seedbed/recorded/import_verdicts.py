"""`seedbed import verdicts`: a judge's verdicts on two models, kept in FastChat's format as the stage `judge` reads it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml.comments import CommentedMap

from seedbed.project import paths
from seedbed.project.model_settings import answering_models
from seedbed.project.params import load_params
from seedbed.project.params_types import Params
from seedbed.recorded.fastchat import recorded_turns
from seedbed.recorded.fastchat_files import Line, check_quoted, read_answers
from seedbed.recorded.formats import VERDICTS
from seedbed.recorded.known_questions import Known
from seedbed.recorded.placing import finish, preview, stage, staging
from seedbed.recorded.reading import Reading, Source
from seedbed.recorded.records import VerdictRecord
from seedbed.recorded.slugs import slug
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import Row, read_rows
from seedbed.util.words import count
from seedbed.util.yaml_edit import add_entries

_ONE_ORDER = "judged once, in an order that was drawn; recorded for both orders"


def import_verdicts(source: Source, model: str | None, baseline: str | None, *, one_order: bool, yes: bool) -> str:
    """Record the verdicts of a match.

    Args:
        source: what is imported; rows on models that are not in `params.yaml` are left out, and the others are of the same two.
        model: id of the model, where the file calls it otherwise than `params.yaml` does, or has further pairs of models.
        baseline: id of the baseline, likewise.
        one_order: whether a verdict given in one order counts for both.
        yes: whether to write it, or only to show it.

    Returns:
        What is, or would be, imported.

    Raises:
        UserError: the source or a row cannot be read, is of other models or an unknown question, judges one order alone, or
            quotes another answer than there is.
    """
    params = load_params()
    known, reading = Known(params), Reading(source, VERDICTS)
    with staging() as folder:
        rows = _verdicts(reading, known, params, (model, baseline), one_order=one_order)
        if not rows:
            raise UserError(f"{source.path}: none of {count(reading.read, 'row')} gives a verdict")
        names, orders = rows[0].record.models, sum(row.record.g2 is None for row in rows)
        first, second = (_id_of(params, name) for name in names)
        if (first is not None and first == baseline) or (second is not None and second == model):
            names = (names[1], names[0])
        ids = _models(params, names, model, baseline)
        called = {name: params["models"].get(id, {}).get("name", id) for name, id in zip(names, ids, strict=True)}
        match = next(
            (key for key, each in params["matches"].items() if (each["model"], each["baseline"]) == ids),
            f"{ids[0]}-vs-{ids[1]}",
        )
        target = paths.RECORDED / "judgments" / f"{match}.jsonl"
        lines = [Line(row.where, row.question, _verdict(row, called)) for row in rows]
        answers = {called[name]: _answers(params, id, known) for name, id in zip(names, ids, strict=True)}
        _refuse_other_answers(source.path, lines, answers)
        staged = stage(folder, (line.row for line in lines), "fastchat_verdict")
        remarks = [f"writes {target}; matches.{match} of {paths.PARAMS} will refer to it: {ids[0]} against {ids[1]}"]
        if orders:
            remarks.append(f"{count(orders, 'verdict')} {_ONE_ORDER}; the report shows no order agreement for them")
        unjudged = sum(known.turns.values()) - len(rows)
        if unjudged:
            remarks.append(f"{count(unjudged, 'turn')} of questions without a verdict will be invalid in this match")
        shown = preview(reading, staged, f"verdicts of {match}", remarks)

        def change(document: CommentedMap) -> None:
            entry = {"model": ids[0], "baseline": ids[1], "recorded": str(target)}
            if match in document["matches"]:
                document["matches"][match].update(entry)
            else:
                add_entries(document, "matches", {match: entry})

        done = f"{count(staged.rows, 'verdict')} imported; `seedbed repro benchmark` builds the report"
        return finish(shown, done, target, reading, staged, change, yes=yes)


class _Judged(NamedTuple):
    """A row's verdict, with its place, and the question and turn that it is about."""

    where: str
    question: str
    turn: int
    record: VerdictRecord


def _of_one_pair(reading: Reading, params: Params, given: tuple[str | None, str | None]) -> Iterator[tuple[str, VerdictRecord]]:
    """Yield the rows on the two models: a file may have the verdicts on all models of a benchmark.

    Those are the models that were `given` where the file calls both by names that are known; where none was given, those of
    the rows on which both are known.
    """
    rows = [(where, record) for where, record in reading if isinstance(record, VerdictRecord)]
    ids = [{_id_of(params, name) for name in record.models} for _, record in rows]
    chosen = None not in given and {*given} in ids
    known = not any(given) and any(None not in pair for pair in ids)
    for (where, record), pair in zip(rows, ids, strict=True):
        if chosen and pair != {*given}:
            reading.leave_out("it is on other models than those of --model and --baseline", where)
        elif known and None in pair:
            reading.leave_out(f"it is on a model that is not in {paths.PARAMS}", where)
        else:
            yield where, record


def _verdicts(
    reading: Reading, known: Known, params: Params, given: tuple[str | None, str | None], *, one_order: bool
) -> list[_Judged]:
    """Return the verdict of each row; all rows are of the same two models."""
    rows, places, names = list[_Judged](), dict[tuple[str, int], str](), tuple[str, ...]()
    for where, record in _of_one_pair(reading, params, given):
        names = names or record.models
        if {*record.models} != {*names}:
            raise UserError(
                f"{where}: a verdict on {' and '.join(record.models)}, but earlier rows are on {' and '.join(names)}; use "
                "one file per pair of models, or choose a pair with --model ID --baseline ID"
            )
        question = known.find(record.id, record.question, where)
        if record.turn > known.turns[question]:
            reading.leave_out("its question has no such turn", where)
            continue
        if first := places.get((question, record.turn)):
            raise UserError(f"{where}: question {question!r} is judged twice (first at {first}); keep one row")
        if record.g2 is None and not one_order:
            raise UserError(
                f"{where}: {reading.label} judge each pair in one order only, but both orders are expected. With "
                "--one-order each verdict counts for both orders; the report then shows no order agreement for them"
            )
        places[question, record.turn] = where
        rows.append(_Judged(where, question, record.turn, record))
    return rows


def _id_of(params: Params, name: str) -> str | None:
    """Return the id of the model that a file calls so; None where there is none."""
    for id, each in params["models"].items():
        if each.get("name") == name:
            return id
    with suppress(UserError):  # a name that cannot be an id
        return next((id for id in params["models"] if id in (name, slug(name))), None)
    return None


def _models(params: Params, names: tuple[str, str], model: str | None, baseline: str | None) -> tuple[str, str]:
    """Return the ids of the two models that a file names; those that the user names go before."""
    ids = []
    for name, given, option in ((names[0], model, "--model"), (names[1], baseline, "--baseline")):
        if given is not None:
            if given not in answering_models(params):
                raise UserError(f"{option} {given}: no such model{did_you_mean(given, list(answering_models(params)))}")
            ids.append(given)
            continue
        found = _id_of(params, name)
        if found is None:
            raise UserError(
                f"verdicts on {name!r}, a model that is not in {paths.PARAMS}; import its answers first (`seedbed import "
                f"answers FILE --model ID --name {name!r}`), or name the model with {option} ID"
            )
        ids.append(found)
    if ids[0] == ids[1]:
        raise UserError(
            f"{names[0]!r} and {names[1]!r} are both {ids[0]}; name two different models with --model and --baseline"
        )
    return ids[0], ids[1]


def _answers(params: Params, id: str, known: Known) -> dict[str, list[str | None]]:
    """Return the answers that there are of a model, turn by turn: the recorded ones, else those of the last build."""
    recorded = params["models"].get(id, {}).get("recorded")
    path = Path(recorded) if recorded else paths.answers(id)
    if not path.is_file():
        return {}
    if recorded:
        return read_answers(path)
    rows = (row for row in read_rows(path, "answer") if row["id"] in known.turns and "failed_turn" not in row)
    return {row["id"]: recorded_turns(row, known.turns[row["id"]]) for row in rows}


def _refuse_other_answers(path: Path, lines: Sequence[Line], answers: dict[str, dict[str, list[str | None]]]) -> None:
    """Refuse verdicts that quote other answers than there are, as the stage `judge` does."""
    wrong = []
    for line in lines:
        try:
            check_quoted(line, answers)
        except UserError as error:
            wrong.append(str(error))
    if wrong:
        raise UserError(
            f"{path}: {len(wrong):,} of {count(len(lines), 'verdict')} quote other answers than the recorded ones, e.g. "
            f"{wrong[0]}"
        )


def _verdict(judged: _Judged, called: Mapping[str, str]) -> Row:
    """Return a verdict as FastChat writes it; one that was given in one order stands for both, and says so."""
    _, question, turn, record = judged
    g2 = record.g1 if record.g2 is None else record.g2
    words = (_ONE_ORDER, _ONE_ORDER) if record.g2 is None else record.explanations
    row: Row = {"question_id": question, "model_1": called[record.models[0]], "model_2": called[record.models[1]]}
    row |= {"g1_winner": record.g1, "g2_winner": g2, "g1_judgment": words[0], "g2_judgment": words[1]}
    row |= {f"answer_{n}": text for n, text in enumerate(record.answers, start=1) if text is not None}
    return row | ({"turn": turn} if turn > 1 else {}) | ({"one_order": True} if record.g2 is None else {})
