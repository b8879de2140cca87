"""Take over questions, answers and verdicts that were recorded elsewhere, and declare them in `params.yaml`.

Everything is checked and shown before the first file is written.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml.comments import CommentedMap

from seedbed.project import paths
from seedbed.project.corpora import BENCHMARK, question_corpora, turns_of
from seedbed.project.methods import Made
from seedbed.project.params import load_params
from seedbed.project.params_types import Params
from seedbed.project.row_types import Question, Reference
from seedbed.recorded.fastchat_files import Line, question_rows, read_questions, read_references
from seedbed.recorded.fastchat_given import (
    Match,
    Model,
    compositions_of,
    matches_of,
    models_of,
    names_used,
    ratings_of,
    to_judge,
)
from seedbed.recorded.placing import (
    DRY_RUN,
    changed_params,
    origin,
    put_in_place,
    shown_rows,
    source_file,
    staging,
    written_to,
    yaml_text,
)
from seedbed.recorded.slugs import slug
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.rows import Row, read_rows, write_rows
from seedbed.util.safe_text import safe
from seedbed.util.words import count, few

_QUESTIONS = paths.RECORDED / "questions.jsonl"
_ANSWERS, _JUDGMENTS = paths.RECORDED / "answers", paths.RECORDED / "judgments"


class _Part(NamedTuple):
    """A file that an import writes.

    Attributes:
        what: its rows, in words.
        target: its place.
        user: the entry of `params.yaml` that refers to it.
        before: the file that this entry refers to now; None where it is new.
        rows: what it gets.
        schema: of the rows; None where they are as they were read.
        sources: the files that they are from.
    """

    what: str
    target: Path
    user: str
    before: str | None
    rows: Collection[Mapping[str, Any]]
    schema: str | None
    sources: Collection[Path]


def import_fastchat(
    questions: Path,
    answers: list[tuple[str, Path]],
    judgments: list[Path],
    baseline: str,
    references: Path | None,
    language: str | None,
    made_of: Sequence[tuple[str, str, str | None]] = (),
    scores: Sequence[Path] = (),
    license: str | None = None,
    address: str | None = None,
    *,
    yes: bool,
) -> str:
    """Copy recorded files under `data/recorded/` and write `models`, `matches` and labels of `params.yaml`.

    Args:
        questions: FastChat's question.jsonl.
        answers: (id, file) of each model.
        judgments: files of verdicts on pairs of models; none where our judge is to judge each model against the baseline.
        baseline: id of the model that the others are compared with.
        references: reference answers, in the answers' format.
        language: what the questions are written in; None for the language of the project.
        made_of: (id, base, set) of models that were fine-tuned, the set None for a base as it was. Their sets are matched with
            each other and with the base as it was, and judged by our judge where no verdicts are recorded.
        scores: files of ratings of single answers.
        license: of the data, to be noted beside it.
        address: where it is from, to be noted beside it.
        yes: whether to write it, or only to show it.

    Returns:
        What is, or would be, imported.

    Raises:
        UserError: a row that is not of its format, equal slugs, an unknown or repeated id in `made_of`, an answer to an
            unknown question, a question without an answer, a verdict on unknown questions or other answers, no verdict
            against the baseline, no rating of one of the models.
    """
    for path in (questions, *(path for _, path in answers), *judgments, *filter(None, [references]), *scores):
        if not path.is_file():
            raise UserError(f"{path}: {'not a file' if path.exists() else 'no such file'}; give the file to import")
    params = load_params()
    asked = read_questions(questions)
    models = models_of(answers, asked)
    if slug(baseline) not in models:
        raise UserError(f"--baseline {baseline!r}: no --answers of this id{did_you_mean(slug(baseline), list(models))}")
    compositions = compositions_of(made_of, models)
    matches, not_judged = matches_of(judgments, models, slug(baseline), asked)
    matches |= to_judge(matches, models, slug(baseline), compositions, recorded=bool(judgments))
    known, whole = _references(references, asked, questions)
    own = paths.references(params["language"])
    present: dict[str, Reference] = {row["id"]: row for row in (read_rows(own, "reference") if own.is_file() else ())}
    rated, remarks = ratings_of(scores, models, asked)
    used = language or params["language"]
    declared = changed_params(
        lambda document: _declare(document, asked, models, matches, whole, used, compositions, list(rated))
    )
    judged = {id: lines for id, (_, _, lines) in matches.items() if lines}
    names = names_used(models, matches)
    ratings = {id: [row | {"model": names.get(id, id)} for row in rows] for id, rows in rated.items()}
    parts = _parts(
        params, (questions, asked), [(models[slug(name)], path) for name, path in answers], judged, (scores, ratings)
    )
    left_over = sorted({*_ANSWERS.glob("*.jsonl"), *_JUDGMENTS.glob("*.jsonl")} - {part.target for part in parts})
    counts = f"{count(len(asked), 'question')}, {count(len(models), 'model')}, {count(len(matches), 'match', 'matches')}"
    lines = [f"{questions}: a benchmark in FastChat's files; {counts} will be imported"]
    lines += [f"  {part.what}: {written_to(part.target, part.user, part.before)}" for part in parts]
    if known:
        lines.append(f"  {count(len(known), 'reference')}: {'changes' if own.is_file() else 'writes'} {own}")
    if ours := [id for id in matches if id not in judged]:
        lines.append(
            f"  {count(len(ours), 'match', 'matches')} without verdicts, for the judge of {paths.PARAMS}: {few(ours, 5)}"
        )
    lines += [f"  {remark}" for remark in not_judged + remarks]
    if dropped := _dropped(questions):
        lines.append(f"  fields of {questions.name} that are not imported: {few(dropped, 8)}")
    if goes := _replaced(params, models, matches, left_over):
        lines.append(f"  replaces {goes}")
    shown = safe("\n".join([*lines, *shown_rows(asked)]))
    if not yes:
        return f"{shown}\n{DRY_RUN}"
    with staging() as folder:
        files: dict[Path, Path | str] = {}
        for part in parts:
            staged = folder / str(len(files))
            write_rows(staged, part.rows, part.schema)
            about = origin({path.name: path for path in part.sources}, "FastChat's files", len(part.rows), license, address)
            files |= {part.target: staged, source_file(part.target): yaml_text(about)}
        merged = folder / "references"
        write_rows(merged, (present | {row["id"]: row for row in known}).values(), "reference")
        files |= {own: merged, paths.PARAMS: declared}
        put_in_place(files)
    for path in (*_ANSWERS.iterdir(), *(_JUDGMENTS.iterdir() if _JUDGMENTS.is_dir() else ())):
        if path.name.endswith((".jsonl", ".source.yaml")) and path not in files:
            path.unlink()  # of an earlier import, which this one takes the place of
    sends = f", {len(ours)} of them for the judge of params.yaml (`seedbed plan` shows its requests)" if ours else ""
    return f"{shown}\n{counts} imported{sends}; now run `seedbed repro benchmark`"


def _parts(
    params: Params,
    asked: tuple[Path, list[Question]],
    models: Sequence[tuple[Model, Path]],
    judged: Mapping[str, Sequence[Line]],
    rated: tuple[Sequence[Path], Mapping[str, Sequence[Row]]],
) -> list[_Part]:
    """Return the files that an import writes under `data/recorded/`, of questions, answers, verdicts and ratings."""
    source = params["corpora"][BENCHMARK]["source"]
    what = count(len(asked[1]), "question")
    parts = [_Part(what, _QUESTIONS, f"corpora.{BENCHMARK}", source, asked[1], "question", [asked[0]])]
    for model, path in models:
        failed = sum(None in turns for turns in model.answers.values())
        what = f"{count(len(model.rows), 'answer')} of {model.id}{f' ({failed:,} without a text)' if failed else ''}"
        before = params["models"].get(model.id, {}).get("recorded")
        parts.append(_Part(what, _ANSWERS / f"{model.id}.jsonl", f"models.{model.id}", before, model.rows, None, [path]))
    for id, lines in judged.items():
        what, match = f"{count(len(lines), 'verdict')} of {id}", params["matches"].get(id)
        before = match.get("recorded") if match else None
        rows, sources = [line.row for line in lines], dict.fromkeys(Path(line.where.rpartition(":")[0]) for line in lines)
        parts.append(_Part(what, _JUDGMENTS / f"{id}.jsonl", f"matches.{id}", before, rows, None, sources))
    for id, ratings in rated[1].items():
        what, before = f"{count(len(ratings), 'rating')} of {id}", params["scores"].get(id, {}).get("recorded")
        parts.append(_Part(what, _scores(id), f"scores.{id}", before, ratings, None, rated[0]))
    return parts


def _dropped(questions: Path) -> list[str]:
    """Return the fields of a file of questions that are not read."""
    names = dict.fromkeys(name for row in question_rows(questions) for name in row)
    return [name for name in names if name not in ("question_id", "category", "turns")]


def _references(path: Path | None, asked: Sequence[Question], questions: Path) -> tuple[list[Reference], set[str]]:
    """Return the references of a file, and the questions that have one of every turn."""
    known = read_references(path) if path else []
    turns = {question["id"]: len(turns_of(question)) for question in asked}
    if unknown := [row["id"] for row in known if row["id"] not in turns]:
        raise UserError(f"{path}: a reference for question {unknown[0]!r}, which {questions} does not have")
    return known, {row["id"] for row in known if 1 + len(row.get("follow_ups", ())) == turns[row["id"]]}


def _scores(model: str) -> Path:
    """Return the file of a model's recorded ratings."""
    return _JUDGMENTS / f"score.{model}.jsonl"


def _replaced(params: Params, models: Collection[str], matches: Collection[str], left_over: Collection[Path]) -> str:
    """Return in words what an import takes away; empty where there is nothing to take away."""
    parts = []
    for what, present, imported in (("model", params["models"], models), ("match", params["matches"], matches)):
        gone = [id for id in present if id not in imported]
        if gone:
            parts.append(f"{count(len(gone), what, 'matches' if what == 'match' else None)} of params.yaml ({few(gone, 5)})")
    source = params["corpora"]["questions"]["source"]
    if source != str(_QUESTIONS):
        parts.append(f"the questions ({source} is kept)")
    if others := [name for name in question_corpora(params) if name != BENCHMARK]:
        parts.append(f"{count(len(others), 'further corpus', 'further corpora')} of questions ({few(others, 5)})")
    if left_over:
        names = few([path.name for path in left_over], 5)
        parts.append(f"{count(len(left_over), 'file')} of {_ANSWERS.parent}, which are deleted ({names})")
    return " and ".join(parts)


def _declare(
    params: CommentedMap,
    questions: list[Question],
    models: dict[str, Model],
    matches: dict[str, Match],
    referenced: set[str],
    language: str,
    compositions: dict[str, Made],
    rated: Sequence[str],
) -> None:
    """Write what is imported into the document of `params.yaml`; comments elsewhere stay."""
    params["corpora"]["questions"].update({"source": str(_QUESTIONS), "language": language})
    others = [name for name, corpus in params["corpora"].items() if corpus["kind"] == "question" and name != BENCHMARK]
    for name in others:
        del params["corpora"][name]  # no recorded model has answers to it
        params["post_edit"]["corpora"].pop(name, None)
    behind = list(params)[list(params).index("post_edit") + 1 :][:1] if others else []
    categories = list(dict.fromkeys(question["category"] for question in questions))
    params["labels"]["question"] = categories
    params["judge"]["reference_categories"] = [
        category for category in categories if all(q["id"] in referenced for q in questions if q["category"] == category)
    ]
    params["criteria"] = {name: text for name, text in params["criteria"].items() if name in categories}
    names = names_used(models, matches)
    params["models"] = {
        id: {"recorded": str(_ANSWERS / f"{id}.jsonl"), "name": names.get(id, id)} | _method(compositions.get(id))
        for id in models
    }
    params["matches"] = {
        id: {"model": model.id, "baseline": other.id} | ({"recorded": str(_JUDGMENTS / f"{id}.jsonl")} if lines else {})
        for id, (model, other, lines) in matches.items()
    }
    params["scores"] = {id: {"recorded": str(_scores(id))} for id in rated}
    # A blank line belongs to the value before it, and those values are new.
    for key in (*behind, "corpora", "judge", "judges", "matches", "scores"):
        params.yaml_set_comment_before_after_key(key, before="\n")


def _method(composition: Made | None) -> dict[str, str]:
    return (
        {}
        if composition is None
        else {"base": composition.base} | ({"set": composition.set} if composition.set is not None else {})
    )
