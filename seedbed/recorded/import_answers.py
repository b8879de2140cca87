"""`seedbed import answers`: the answers of a model, kept in FastChat's format as the stage `answer` reads it."""

from ruamel.yaml.comments import CommentedMap

from seedbed.project import paths
from seedbed.project.model_settings import answering_models
from seedbed.project.params import load_params
from seedbed.recorded.formats import ANSWERS
from seedbed.recorded.known_questions import Known
from seedbed.recorded.placing import finish, preview, stage, staging
from seedbed.recorded.reading import Reading, Source
from seedbed.recorded.records import AnswerRecord
from seedbed.recorded.slugs import slug
from seedbed.util.errors import UserError
from seedbed.util.rows import Row
from seedbed.util.words import count, few
from seedbed.util.yaml_edit import add_entries


def import_answers(source: Source, model: str, name: str | None, *, fill: bool, yes: bool) -> str:
    """Record the answers of a model.

    Args:
        source: what is imported.
        model: id that the model gets; one that is there is replaced.
        name: its name in recorded verdicts; by default as the file calls it, else its id.
        fill: whether a question without an answer, or with one of too few turns, counts as one that the model failed to answer.
        yes: whether to write it, or only to show it.

    Returns:
        What is, or would be, imported.

    Raises:
        UserError: the source or a row cannot be read, answers an unknown question or one that is answered already, or a
            question has no answer, or one of too few turns.
    """
    params, id = load_params(), slug(model)
    if (kind := answering_models(params).get(id)) and kind != "models":
        raise UserError(
            f"--model {model}: {kind}.{id} of {paths.PARAMS} has this id already; choose another id for the recorded model"
        )
    known, reading, names = Known(params), Reading(source, ANSWERS), dict[str, str]()
    target = paths.RECORDED / "answers" / f"{id}.jsonl"
    with staging() as folder:
        answers, short = _answers(reading, known, names, fill=fill)
        missing = [question for question in known.turns if question not in answers]
        if missing and not fill:
            raise UserError(
                f"{source.path}: no answer to question {missing[0]!r} ({len(missing):,} of {len(known.turns):,} missing); "
                f"every model must answer all questions. --fill counts missing answers as failed{_left_out(reading)}"
            )
        answers |= {question: [None] * known.turns[question] for question in missing}
        called = name or (next(iter(names)) if names else id)
        staged = stage(folder, (_answer(question, called, answers[question]) for question in known.turns), "fastchat_answer")
        remarks = [f"writes {target}; models.{id} of {paths.PARAMS} will refer to it; in verdicts the model is called {called}"]
        filled = {*missing, *short}
        if blank := sum(None in turns for question, turns in answers.items() if question not in filled):
            remarks.append(f"{count(blank, 'answer')} without a text: blank or marked as an error; they count as failed")
        if short:
            remarks.append(
                f"{count(len(short), 'answer')} with fewer turns than the question: {few(short, 5)}; the missing turns count "
                "as failed, and so do these conversations as a whole"
            )
        if missing:
            remarks.append(f"{count(len(missing), 'question')} without an answer: {few(missing, 5)}")
        if id in params["models"]:
            remarks.append(f"replaces the existing model {id}")
        shown = preview(reading, staged, f"answers of {id}", remarks)

        def change(document: CommentedMap) -> None:
            entry = {"recorded": str(target), "name": called}
            if id in document["models"]:
                present = document["models"][id]
                for key in ("endpoint", "model", "params", "sample", "server"):
                    present.pop(key, None)
                present.update(entry)
            else:
                add_entries(document, "models", {id: entry})

        done = f"{count(staged.rows, 'answer')} of {id} imported; add a match to {paths.PARAMS}, or import verdicts"
        return finish(shown, done, target, reading, staged, change, yes=yes)


def _answers(
    reading: Reading, known: Known, names: dict[str, str], *, fill: bool
) -> tuple[dict[str, list[str | None]], list[str]]:
    """Return the turns of each answer by question, and the questions whose answers had too few."""
    answers, short = dict[str, list[str | None]](), list[str]()
    places: dict[str, str] = {}
    for where, record in reading:
        assert isinstance(record, AnswerRecord)
        question = known.find(record.id, record.question, where)
        turns = [None if turn is None or not turn.strip() else turn for turn in record.turns]
        if (lacking := known.turns[question] - len(turns)) > 0:
            if not fill:
                raise UserError(
                    f"{where}: question {question!r} has {known.turns[question]} turns, the answer {len(turns)}; add the "
                    "missing turns (null where there was no answer). --fill counts missing turns as failed"
                )
            turns += [None] * lacking
            short.append(question)
        if question in answers:
            raise UserError(
                f"{where}: question {question!r} is answered twice (first at {places[question]}); keep one row, and give the "
                "answers of one model"
            )
        if record.model is not None:
            names.setdefault(record.model, where)
            if len(names) > 1:
                raise UserError(
                    f"{where}: answers of {record.model!r}, but earlier rows are of {next(iter(names))!r}; "
                    "use one file per model"
                )
        answers[question], places[question] = turns[: known.turns[question]], where
    return answers, short


def _answer(question: str, model: str, turns: list[str | None]) -> Row:
    return {"question_id": question, "model_id": model, "choices": [{"index": 0, "turns": turns}]}


def _left_out(reading: Reading) -> str:
    """Return which rows were passed over, which may be those that are missed."""
    return "".join(f"; left out: {reason} ({reading.first[reason]})" for reason, _ in reading.left_out.most_common(2))
