"""`seedbed import questions`, `answers` and `verdicts`: what other tools asked, what models answered, and what judges said.

Answers and verdicts are kept in FastChat's formats, as the stages `answer` and `judge` read them. What says which question it
is about by the question's text alone is matched by that text.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from seedbed.project import paths
from seedbed.project.corpora import BENCHMARK, question_corpora, turns_of
from seedbed.project.model_settings import answering_models
from seedbed.project.params import load_params
from seedbed.project.params_types import Params
from seedbed.project.row_types import Question
from seedbed.recorded.formats import ANSWERS, MOST_TURNS, QUESTIONS, VERDICTS
from seedbed.recorded.import_tasks import WRITE, Ids
from seedbed.recorded.placing import changed_params, preview, provenance, put_in_place, source_file, stage, staging
from seedbed.recorded.reading import Reading, Source
from seedbed.recorded.said import Answered, Asked, Judged
from seedbed.recorded.slugs import slug
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import Row, read_rows
from seedbed.util.words import count, few
from seedbed.util.yaml_edit import add_entries, add_items, keep_entries, put_items

_UNKNOWN_CATEGORY = "general"
_ONE_ORDER = "judged once, in an order that was drawn; recorded for both orders"


def import_questions(source: Source, corpus: str, language: str, category: str | None, *, yes: bool) -> str:
    """Make a file of questions the source of a corpus of questions: the benchmark's, or a further one.

    Args:
        source: what is imported.
        corpus: its id; `questions` is the benchmark.
        language: ISO 639 code of what the questions are written in.
        category: of questions that say none.
        yes: whether to write it, or only to show it.

    Returns:
        What is, or would be, imported.

    Raises:
        UserError: the source or a row cannot be read, or the corpus holds tasks.
    """
    params = load_params()
    present = params["corpora"].get(corpus)
    if present and present["kind"] != "question":
        raise UserError(
            f"--corpus {corpus}: this corpus contains tasks; import questions into {BENCHMARK} or a corpus with a new id"
        )
    if slug(corpus) != corpus:
        raise UserError(f"--corpus {corpus}: not a valid id; use lower-case letters, digits, - and _")
    target = paths.RECORDED / f"{corpus}.jsonl"
    reading, categories = Reading(source, QUESTIONS), dict[str, None]()
    with staging() as folder:
        staged = stage(folder, _questions(reading, category, categories), "question")
        kept = dict.fromkeys(
            row["category"] for name in question_corpora(params) if name != corpus for row in _source_rows(params, name)
        )
        labels = list(dict.fromkeys([*categories, *kept]))
        new = [name for name in labels if name not in params["labels"]["question"]]
        referenced = _referenced(params, staged.path, corpus)
        remarks = [f"categories: {few([*categories], 12)}"]
        remarks.append(
            f"writes {target}; corpora.{corpus} of {paths.PARAMS} will refer to it"
            + (f" instead of {present['source']}" if present else "")
        )
        if corpus == BENCHMARK:
            remarks.append(f"labels.question of {paths.PARAMS} becomes {few(labels, 12)}, the categories in use")
            if gone := [name for name in params.get("criteria", {}) if name not in labels]:
                remarks.append(f"criteria of {paths.PARAMS} loses those of categories that are not in use: {few(gone, 12)}")
            if gone := [name for name in params["judge"]["reference_categories"] if name not in referenced]:
                remarks.append(f"judge.reference_categories loses {few(gone, 12)}, not all of whose questions have a reference")
        elif new:
            remarks.append(f"new in labels.question of {paths.PARAMS}: {few(new, 12)}")
        recorded = [id for id, model in params["models"].items() if "recorded" in model]
        if recorded:
            remarks.append(f"recorded models have no answers to these questions yet: {few(recorded, 8)}")
        shown = preview(reading, staged, f"questions of {corpus}", remarks)
        if not staged.rows:
            raise UserError(f"{shown}\nnothing to import")

        def change(document: CommentedMap) -> None:
            entry = {"source": str(target), "language": language, "kind": "question"}
            if present:
                document["corpora"][corpus].update(entry)
            else:
                add_entries(document, "corpora", {corpus: entry})
                add_entries(document["post_edit"], "corpora", {corpus: str(paths.edited(corpus, "question"))})
            if corpus != BENCHMARK:
                add_items(document["labels"], "question", new)
                return
            put_items(document["labels"], "question", labels)
            keep_entries(document, "criteria", labels)
            put_items(document["judge"], "reference_categories", referenced)

        text = changed_params(change)
        if not yes:
            return f"{shown}\n{WRITE}"
        put_in_place({target: staged.path, source_file(target): provenance(reading, staged), paths.PARAMS: text})
    return f"{shown}\n{count(staged.rows, 'question')} imported as {corpus}; `seedbed plan` shows what a build would send"


def _questions(reading: Reading, default: str | None, categories: dict[str, None]) -> Iterator[Question]:
    ids = Ids(reading)
    for where, said in reading:
        assert isinstance(said, Asked)
        if len(said.turns) > MOST_TURNS:
            reading.leave_out(f"it has more than {MOST_TURNS} turns", where)
            continue
        category = said.category or default or _UNKNOWN_CATEGORY
        if category == "all":
            raise UserError(f"{where}: field category: 'all' is reserved for the total in the report; use another name")
        if (id := ids.give(said.id, said.turns, where)) is None:
            continue
        categories.setdefault(category)
        first, *others = said.turns
        question: Question = {"id": id, "category": category, "text": first}
        if others:
            question["follow_ups"] = others
        yield question


def _source_rows(params: Params, corpus: str) -> Iterator[Question]:
    path = Path(params["corpora"][corpus]["source"])
    return read_rows(path, "question") if path.is_file() else iter(())


def _referenced(params: Params, staged: Path, corpus: str) -> list[str]:
    """Return the categories that are judged by references of which every question has one, once a corpus is replaced."""
    ids: dict[str, set[str]] = {}
    for rows in (read_rows(staged), *(_source_rows(params, name) for name in question_corpora(params) if name != corpus)):
        for row in rows:
            ids.setdefault(row["category"], set()).add(row["id"])
    path = paths.references(params["language"])
    known = {row["id"] for row in read_rows(path, "reference")} if path.is_file() else set()
    return [name for name in params["judge"]["reference_categories"] if ids.get(name, {""}) <= known]


class Known:
    """The questions of a project, to be found by id, or by their text as it was written, translated or edited."""

    def __init__(self, params: Params) -> None:
        self.turns: dict[str, int] = {}
        self._by_text: dict[tuple[str, ...], str] = {}
        for corpus in question_corpora(params):
            built = paths.edited(corpus, "question")
            for row in _source_rows(params, corpus):
                self.turns.setdefault(row["id"], len(turns_of(row)))
                self._by_text.setdefault(_key(turns_of(row)), row["id"])
            for row in read_rows(built, "edited_question") if built.is_file() else ():
                if row["id"] in self.turns:  # an earlier build may have asked others
                    self._by_text.setdefault(_key(turns_of(row)), row["id"])

    def find(self, id: object, question: list[str] | None, where: str) -> str:
        """Return the id of the question that a row is about.

        Raises:
            UserError: there is none, or the row does not say.
        """
        if id is not None:
            found = slug(str(id))
            if found in self.turns:
                return found
        if question is not None:
            by_text = self._by_text.get(_key(question))
            if by_text is not None:
                return by_text
        if id is None and question is None:
            raise UserError(
                f"{where}: the row does not say which question it answers; name the field with --map id=FIELD or --map "
                "question=FIELD"
            )
        what = f"{id!r}" if id is not None else f"{(question or [''])[0][:60]!r}…"
        raise UserError(
            f"{where}: no question {what} in this project (searched by {'id' if question is None else 'text'}); import the "
            "questions first, e.g. with `seedbed import questions`"
        )


def _key(turns: list[str]) -> tuple[str, ...]:
    return tuple(" ".join(turn.split()) for turn in turns)


def import_answers(source: Source, model: str, name: str | None, *, fill: bool, yes: bool) -> str:
    """Record the answers of a model.

    Args:
        source: what is imported.
        model: id that the model gets; one that is there is replaced.
        name: its name in recorded verdicts; by default as the file calls it, else its id.
        fill: whether a question without an answer counts as one that the model failed to answer.
        yes: whether to write it, or only to show it.

    Returns:
        What is, or would be, imported.

    Raises:
        UserError: the source or a row cannot be read, answers an unknown question or one that is answered already, or a
            question has no answer.
    """
    params, id = load_params(), slug(model)
    if (kind := answering_models(params).get(id)) and kind != "models":
        raise UserError(
            f"--model {model}: {kind}.{id} of {paths.PARAMS} has this id already; choose another id for the recorded model"
        )
    known, reading, names = Known(params), Reading(source, ANSWERS), dict[str, str]()
    target = paths.RECORDED / "answers" / f"{id}.jsonl"
    with staging() as folder:
        answers = _answers(reading, known, names)
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

        text = changed_params(change)
        if not yes:
            return f"{shown}\n{WRITE}"
        put_in_place({target: staged.path, source_file(target): provenance(reading, staged), paths.PARAMS: text})
    return f"{shown}\n{count(staged.rows, 'answer')} of {id} imported; add a match to {paths.PARAMS}, or import verdicts"


def _answers(reading: Reading, known: Known, names: dict[str, str]) -> dict[str, list[str | None]]:
    answers: dict[str, list[str | None]] = {}
    places: dict[str, str] = {}
    for where, said in reading:
        assert isinstance(said, Answered)
        question = known.find(said.id, said.question, where)
        turns = [None if turn is None or not turn.strip() else turn for turn in said.turns]
        if len(turns) < known.turns[question]:
            raise UserError(
                f"{where}: question {question!r} has {known.turns[question]} turns, the answer {len(turns)}; add the missing "
                "turns (null where there was no answer)"
            )
        if question in answers:
            raise UserError(
                f"{where}: question {question!r} is answered twice (first at {places[question]}); keep one row, and give the "
                "answers of one model"
            )
        if said.model is not None:
            names.setdefault(said.model, where)
            if len(names) > 1:
                raise UserError(
                    f"{where}: answers of {said.model!r}, but earlier rows are of {next(iter(names))!r}; use one file per model"
                )
        answers[question], places[question] = turns[: known.turns[question]], where
    return answers


def _answer(question: str, model: str, turns: list[str | None]) -> Row:
    return {"question_id": question, "model_id": model, "choices": [{"index": 0, "turns": turns}]}


def import_verdicts(source: Source, model: str | None, baseline: str | None, *, one_order: bool, yes: bool) -> str:
    """Record the verdicts of a match.

    Args:
        source: what is imported; all its rows are of the same two models.
        model: id of the model, where the file calls it otherwise than `params.yaml` does.
        baseline: id of the baseline, likewise.
        one_order: whether a verdict given in one order counts for both.
        yes: whether to write it, or only to show it.

    Returns:
        What is, or would be, imported.

    Raises:
        UserError: the source or a row cannot be read, is of other models or an unknown question, or judges one order alone.
    """
    params = load_params()
    known, reading = Known(params), Reading(source, VERDICTS)
    with staging() as folder:
        rows, names, places, orders = list[tuple[str, int, Judged]](), list[str](), dict[tuple[str, int], str](), 0
        for where, said in reading:
            assert isinstance(said, Judged)
            names = names or [*said.models]
            if {*said.models} != {*names}:
                raise UserError(
                    f"{where}: a verdict on {' and '.join(said.models)}, but earlier rows are on {' and '.join(names)}; use "
                    "one file per pair of models"
                )
            question = known.find(said.id, said.question, where)
            if said.turn > known.turns[question]:
                reading.leave_out("its question has no such turn", where)
                continue
            if first := places.get((question, said.turn)):
                raise UserError(f"{where}: question {question!r} is judged twice (first at {first}); keep one row")
            if said.g2 is None and not one_order:
                raise UserError(
                    f"{where}: {reading.label} judge each pair in one order only, but both orders are expected. With "
                    "--one-order each verdict counts for both orders; the report then shows no order agreement for them"
                )
            places[question, said.turn], orders = where, orders + (said.g2 is None)
            rows.append((question, said.turn, said))
        if not rows:
            raise UserError(f"{source.path}: none of {count(reading.read, 'row')} gives a verdict")
        ids = _models(params, names, model, baseline)
        called = {name: params["models"].get(id, {}).get("name", id) for name, id in zip(names, ids, strict=True)}
        match = next(
            (key for key, each in params["matches"].items() if (each["model"], each["baseline"]) == ids),
            f"{ids[0]}-vs-{ids[1]}",
        )
        target = paths.RECORDED / "judgments" / f"{match}.jsonl"
        staged = stage(folder, (_verdict(question, turn, said, called) for question, turn, said in rows), "fastchat_verdict")
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

        text = changed_params(change)
        if not yes:
            return f"{shown}\n{WRITE}"
        put_in_place({target: staged.path, source_file(target): provenance(reading, staged), paths.PARAMS: text})
    return f"{shown}\n{count(staged.rows, 'verdict')} imported; `seedbed repro benchmark` builds the report"


def _left_out(reading: Reading) -> str:
    """Return which rows were passed over, which may be those that are missed."""
    return "".join(f"; left out: {reason} ({reading.first[reason]})" for reason, _ in reading.left_out.most_common(2))


def _models(params: Params, names: list[str], model: str | None, baseline: str | None) -> tuple[str, str]:
    """Return the ids of the two models that a file names; those that the user names go before."""
    models = params["models"]
    ids = []
    for name, given, option in ((names[0], model, "--model"), (names[1], baseline, "--baseline")):
        if given is not None:
            if given not in answering_models(params):
                raise UserError(f"{option} {given}: no such model{did_you_mean(given, list(answering_models(params)))}")
            ids.append(given)
            continue
        found = [id for id, each in models.items() if each.get("name") == name] or [
            id for id in models if id in (name, slug(name))
        ]
        if not found:
            raise UserError(
                f"verdicts on {name!r}, a model that is not in {paths.PARAMS}; import its answers first (`seedbed import "
                f"answers FILE --model ID --name {name!r}`), or name the model with {option} ID"
            )
        ids.append(found[0])
    if ids[0] == ids[1]:
        raise UserError(
            f"{names[0]!r} and {names[1]!r} are both {ids[0]}; name two different models with --model and --baseline"
        )
    return ids[0], ids[1]


def _verdict(question: str, turn: int, said: Judged, called: Mapping[str, str]) -> Row:
    """Return a verdict as FastChat writes it; one that was given in one order stands for both, and says so."""
    g2 = said.g1 if said.g2 is None else said.g2
    words = (_ONE_ORDER, _ONE_ORDER) if said.g2 is None else said.explanations
    row: Row = {"question_id": question, "model_1": called[said.models[0]], "model_2": called[said.models[1]]}
    row |= {"g1_winner": said.g1, "g2_winner": g2, "g1_judgment": words[0], "g2_judgment": words[1]}
    row |= {f"answer_{n}": text for n, text in enumerate(said.answers, start=1) if text is not None}
    return row | ({"turn": turn} if turn > 1 else {}) | ({"one_order": True} if said.g2 is None else {})
