"""The models, verdicts and ratings of an import of FastChat's files, checked against each other."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from seedbed.project.corpora import turns_of
from seedbed.project.methods import Made, study_pairs
from seedbed.project.row_types import Question
from seedbed.recorded.fastchat_files import Line, answer_rows, answers_to, check_quoted, read_scores, read_verdicts
from seedbed.recorded.slugs import refuse_equal_slugs, slug
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import Row
from seedbed.util.words import count, few


@dataclass
class Model:
    """A model with recorded answers; `rows` are its file's, `names` are further names that verdicts may know it by."""

    id: str
    name: str
    rows: list[Row]
    answers: dict[str, list[str | None]]
    names: set[str]


Match = tuple[Model, Model, list[Line]]
"""A model, the baseline, the verdicts on the two."""


def models_of(answers: list[tuple[str, Path]], questions: list[Question]) -> dict[str, Model]:
    """Return the models with their answers, by id."""
    refuse_equal_slugs([slug(name) for name, _ in answers], "--answers: two models")
    models = {}
    for name, path in answers:
        texts = answers_to(path, questions)
        rows = answer_rows(path)  # now: an import may replace the file
        names = {row["model_id"] for row in rows if "model_id" in row}
        models[slug(name)] = Model(slug(name), name, rows, texts, names)
    return models


def matches_of(
    files: list[Path], models: dict[str, Model], baseline: str, questions: list[Question]
) -> tuple[dict[str, Match], list[str]]:
    """Return the verdict rows by match id, with the two models, and in words which rows are not taken over.

    A file has the verdicts of all models that were judged, of which not all need answers here.
    """
    turns = {question["id"]: len(turns_of(question)) for question in questions}
    matches: dict[str, Match] = {}
    others, unknown = 0, _Unknown("verdict")
    for path in files:
        here: dict[str, Match] = {}
        for line in read_verdicts(path):
            where, row = f"{line.where}: row {line.row['question_id']!r}", line.row
            found = [_find(models, row[side], where) for side in ("model_1", "model_2")]
            pair = [model for model in found if model is not None]
            if len(pair) < 2:
                unknown.leave_out([row[f"model_{n}"] for n, model in enumerate(found, start=1) if model is None])
                continue
            if pair[0] is pair[1]:
                raise UserError(
                    f"{where}: {row['model_1']!r} and {row['model_2']!r} are both names of {pair[0].id}; a verdict must "
                    "compare two models"
                )
            if line.id not in turns:
                raise UserError(f"{where}: a verdict on a question that is not in the questions file")
            if line.turn > turns[line.id]:
                continue
            check_quoted(line, {row[f"model_{n}"]: model.answers for n, model in enumerate(pair, start=1)})
            if baseline not in (pair[0].id, pair[1].id):
                others += 1
                continue
            model = pair[1] if pair[0].id == baseline else pair[0]
            here.setdefault(f"{model.id}-vs-{baseline}", (model, models[baseline], []))[2].append(line)
        if not here:
            raise UserError(f"{path}: no verdict against the baseline {baseline!r}{unknown.hint(models)}")
        for id, match in here.items():
            if id in matches:
                raise UserError(f"{path}: the match {id} is in an earlier --judgments file too; use one file per match")
            matches[id] = match
    without = [f"{count(others, 'verdict')} left out: on pairs without {baseline}"] if others else []
    return matches, without + unknown.remarks()


class _Unknown:
    """Rows on models without answers, which are left out and counted."""

    def __init__(self, what: str) -> None:
        self.what, self.rows, self.names = what, 0, dict[str, None]()

    def leave_out(self, names: Sequence[str]) -> None:
        self.rows += 1
        self.names |= dict.fromkeys(names)

    def remarks(self) -> list[str]:
        left_out = f"{count(self.rows, self.what)} left out: on models without --answers ({few([*self.names], 8)})"
        return [left_out] if self.rows else []

    def hint(self, models: Collection[str]) -> str:
        """Return which models were named, for a file of which nothing is left."""
        if not self.names:
            return ""
        first = next(iter(self.names))
        return f"; there are no --answers for {few([*map(repr, self.names)], 8)}{did_you_mean(first, list(models))}"


def _find(models: dict[str, Model], name: str, where: str) -> Model | None:
    matching = [model for model in models.values() if name == model.name] or [m for m in models.values() if name in m.names]
    if len(matching) > 1:
        raise UserError(
            f"{where}: {name!r} is the model_id of both {matching[0].id} and {matching[1].id}; give each model a different name"
        )
    return matching[0] if matching else None


def to_judge(
    matches: Collection[str], models: dict[str, Model], baseline: str, compositions: dict[str, Made], *, recorded: bool
) -> dict[str, Match]:
    """Return the matches without recorded verdicts: those of a study, and of all with the baseline where none are recorded."""
    pairs = [(id, baseline) for id in models if id != baseline and not recorded]
    pairs += study_pairs(compositions, baseline) if compositions else ()
    named: dict[str, Match] = {f"{model}-vs-{other}": (models[model], models[other], []) for model, other in pairs}
    return {id: match for id, match in named.items() if id not in matches}


def compositions_of(given: Sequence[tuple[str, str, str | None]], models: Collection[str]) -> dict[str, Made]:
    """Return what models were made of, by id; those of one base and set are numbered, as trainings with other seeds."""
    compositions: dict[str, Made] = {}
    for name, base, training_set in given:
        if slug(name) not in models:
            raise UserError(f"--method {name!r}: no --answers of this id{did_you_mean(slug(name), list(models))}")
        if slug(name) in compositions:
            raise UserError(f"--method {name!r}: given twice; give one method per model")
        method = (base, training_set)
        compositions[slug(name)] = Made(*method, sum(other[:2] == method for other in compositions.values()))
    return compositions


def ratings_of(
    files: Sequence[Path], models: dict[str, Model], questions: list[Question]
) -> tuple[dict[str, list[Row]], list[str]]:
    """Return the rows of files of ratings, by model, and in words which are not taken over.

    Where a turn is rated again, the last rating counts: FastChat's viewer shows that one.
    """
    ids = {question["id"] for question in questions}
    ratings: dict[str, dict[tuple[str, int], Row]] = {}
    replaced, unknown = 0, _Unknown("rating")
    for path in files:
        any_here = False
        for line in read_scores(path):
            model = _find(models, line.row["model"], line.where)
            if model is None:
                unknown.leave_out([line.row["model"]])
                continue
            any_here = True
            if line.id not in ids:
                raise UserError(f"{line.where}: a rating of a question that is not in the questions file")
            rated = ratings.setdefault(model.id, {})
            replaced += (line.id, line.turn) in rated
            rated[line.id, line.turn] = line.row
        if not any_here:
            raise UserError(f"{path}: no rating of a model with --answers{unknown.hint(models)}")
    remarks = [f"{count(replaced, 'rating')} replaced by a later rating of the same turn"] if replaced else []
    return {id: list(rated.values()) for id, rated in ratings.items()}, remarks + unknown.remarks()


def names_used(models: dict[str, Model], matches: dict[str, Match]) -> dict[str, str]:
    """Return the name by which the verdicts know each model.

    Raises:
        UserError: they know one by several names.
    """
    names: dict[str, str] = {}
    for _, _, lines in matches.values():
        for line in lines:
            for side in ("model_1", "model_2"):
                name = line.row[side]
                model = _find(models, name, line.where)
                if model is not None and names.setdefault(model.id, name) != name:
                    raise UserError(
                        f"{line.where}: field {side}: {model.id} is called {name!r} here but {names[model.id]!r} earlier; use "
                        "one name"
                    )
    return names
