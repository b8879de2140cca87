"""What the browser of questions on the benchmark page shows: an index of all questions, and a block for each.

The index lists, filters and sorts; a block has all texts of one question. Each answer and each word of a judge is in it once,
however many matches show it, and the page unpacks a block when its question is chosen.

A question of the index (lists go by the places of `models` and `matches`; `-` is not judged):

    {"id": "fermi-01", "category": "fermi", "corpus": "questions", "text": "How many …", "turns": 1, "outcomes": "wl-",
     "orders": "01-", "people": "00-", "rates": [1, 0, null], "lengths": [210, 96, null]}

Its block:

    {"texts": ["…"], "sources": ["…"], "rubric": ["…"], "reference": {"text": "…", "html": "…"}, "checks": ["length: …"],
     "answers": [{"turns": [{"text": "…", "html": "…"}], "failure": null, "tokens": 108, "cut": false, "checks": [true]}, …],
     "judged": [{"match": 0, "judge": "judge", "turn": 1, "ab": {"verdict": "first", "strength": null, "words": "…"}, "ba": …}],
     "votes": [{"match": 0, "annotator": "yuki", "verdict": "model", "status": "counted", "reason": "…"}]}
"""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from seedbed.project import paths
from seedbed.project.corpora import BENCHMARK, WHOLE, fields_of, question_corpora
from seedbed.project.model_settings import answering_models
from seedbed.project.params_types import Params
from seedbed.project.row_types import Answer, Check, EditedQuestion, Fields, Judgment
from seedbed.reporting.answer_markup import rendered
from seedbed.reporting.outcomes import OutcomeRow, outcome_rows
from seedbed.reporting.short_codes import short_codes
from seedbed.reporting.turns import corpora_and_turns, load_corpora, part_of
from seedbed.util.canonical import JsonObject, canonical
from seedbed.util.rows import Rows, read_rows
from seedbed.util.tables import Tables

EXCERPT = 160
"""Characters of a question that the list shows."""
_CODES = {"win": "w", "loss": "l", "tie": "t", "invalid": "i"}
Key = tuple[str, str]


@dataclass(frozen=True)
class QuestionBrowser:
    """The data of the browser, each piece gzipped and in base 64.

    Attributes:
        alphabet: what the codes of index and blocks stand for, as from `short_codes`.
        index: what lists, filters and sorts.
        blocks: of each question of the index, in its order.
    """

    alphabet: str
    index: str
    blocks: list[str]


class _Question(EditedQuestion):
    corpus: str


class _Outcome(OutcomeRow):
    differs: bool
    """From what most people say."""


@dataclass(frozen=True)
class _Build:
    """The build's rows by question.

    Attributes:
        questions: of every corpus, each with its `corpus`; the benchmark's first, in the order of the categories.
        models: ids.
        matches: names.
        answers: by model and question.
        judgments: by question.
        votes: by question.
        outcomes: by match and question.
        checks: by model and question, whether the answer passes each check.
        tokens: of the reply, by the key of its request.
        sources: the question as people wrote it, where it was translated.
        references: by question.
    """

    questions: list[_Question]
    models: list[str]
    matches: list[str]
    answers: dict[Key, Answer]
    judgments: dict[str, list[Judgment]]
    votes: dict[str, Rows]
    outcomes: dict[Key, _Outcome]
    checks: dict[Key, list[bool | None]]
    tokens: dict[str, int]
    sources: dict[str, Fields]
    references: dict[str, str]


def question_browser(tables: Tables, params: Params) -> QuestionBrowser:
    """Return the browser's data.

    Args:
        tables: the benchmark's, with the votes and the results of the checks.
        params: the whole of `params.yaml`.
    """
    build = _read(tables, params)
    matches = [{"name": name, **_sides(params, name)} for name in build.matches]
    questions = [_indexed(build, params, question) for question in build.questions]
    documents: list[JsonObject] = [{"models": build.models, "matches": matches, "questions": questions}]
    documents += [_block(build, question) for question in build.questions]
    alphabet, texts = short_codes([canonical(document) for document in documents])
    first, index, *blocks = (b64encode(piece).decode() for piece in tables.compressed([canonical(alphabet), *texts]))
    return QuestionBrowser(first, index, blocks)


def _sides(params: Params, match: str) -> dict[str, str]:
    return {side: params["matches"][match][side] for side in ("model", "baseline")}


def _read(tables: Tables, params: Params) -> _Build:
    models, matches, corpora = list(answering_models(params)), list(params["matches"]), question_corpora(params)
    places = {name: place for place, name in enumerate(params["labels"]["question"])}
    questions: list[_Question] = []
    for corpus in sorted(corpora, key=lambda name: name != BENCHMARK):
        rows: list[EditedQuestion] = [*_rows(paths.edited(corpus, "question"))]
        rows.sort(key=lambda row: places.get(row["category"], len(places)))
        questions += [{**row, "corpus": corpus} for row in rows]
    references = paths.references(params["language"])
    checks = defaultdict[Key, list[bool | None]](list)
    for row in tables.select("select model, question, passed from check_results order by rowid"):
        checks[row["model"], row["question"]].append(row["passed"])
    votes = tables.select("select match, question, annotator, verdict, status, reason from votes order by annotator")
    return _Build(
        questions=questions,
        models=models,
        matches=matches,
        answers={(model, row["id"]): row for model in models for row in _rows(paths.answers(model))},
        judgments=_by_question(row for match in matches for row in _rows(paths.judgments(match))),
        votes=_by_question(row for row in votes if row["match"] in params["matches"]),
        outcomes={(row["match"], row["question"]): row for row in _outcomes(tables, params)},
        checks=checks,
        tokens={row["key"]: row["output_tokens"] for row in tables.select("select key, output_tokens from responses")},
        sources={row["id"]: row["source"] for row in questions if "source" in row},
        references={row["id"]: row["reference"] for row in _rows(references)},
    )


def _rows(path: Path) -> Iterable[Any]:
    """Yield the rows of a file; none where a build has no such file, as of a corpus that is not translated."""
    return read_rows(path, unique=None) if path.is_file() else ()


def _by_question(rows: Iterable[Any]) -> dict[str, list[Any]]:
    grouped = defaultdict[str, list[Any]](list)
    for row in rows:
        grouped[row["question"]].append(row)
    return grouped


def _outcomes(tables: Tables, params: Params) -> Iterable[_Outcome]:
    """Yield the outcome of each question of each match: of the benchmark, and of conversations and further corpora whole."""
    majorities = {(row["match"], row["question"]): row["majority"] for row in tables.query("human/voted")}
    for row in outcome_rows(tables):
        majority = majorities.get((row["match"], row["question"]))
        yield {**row, "differs": majority is not None and row["outcome"] not in ("invalid", majority)}
    if len(question_corpora(params)) > 1:
        loaded = load_corpora(params)
        for corpus, _ in corpora_and_turns(loaded):
            if corpus != BENCHMARK:
                for row in outcome_rows(part_of(loaded, params, corpus, WHOLE)):
                    yield {**row, "differs": False}


def _indexed(build: _Build, params: Params, question: _Question) -> JsonObject:
    """Return a question of the index."""
    id, found = question["id"], [build.outcomes.get((match, question["id"])) for match in build.matches]
    scores = defaultdict[str, list[float]](list)
    for match, row in zip(build.matches, found, strict=True):
        if row and row["score"] is not None:
            sides = _sides(params, match)
            scores[sides["model"]].append(row["score"])
            scores[sides["baseline"]].append(1 - row["score"])
    answers = [build.answers.get((model, id)) for model in build.models]
    texts = [answer["text"] if answer else None for answer in answers]
    return {
        "id": id,
        "category": question["category"],
        "corpus": question["corpus"],
        "text": question["text"][:EXCERPT],
        "turns": len(fields_of(question, "question")),
        "outcomes": "".join(_CODES[row["outcome"]] if row else "-" for row in found),
        "orders": "".join(str(int(row["inconsistent"] or row["tie"] == "split")) if row else "-" for row in found),
        "people": "".join(str(int(row["differs"])) if row else "-" for row in found),
        "rates": [round(fmean(scores[model]), 4) if scores[model] else None for model in build.models],
        "lengths": [len(text) if text else None for text in texts],
    }


def _block(build: _Build, question: _Question) -> JsonObject:
    """Return the texts of one question."""
    id = question["id"]
    return {
        "texts": list(fields_of(question, "question").values()),
        "sources": _in_turn(build.sources.get(id, {})),
        "rubric": question.get("rubric", []),
        "reference": _marked_up(build.references[id]) if id in build.references else None,
        "checks": [check_in_words(check) for check in question.get("checks", ())],
        "answers": [_answer(build, build.answers.get((model, id)), (model, id)) for model in build.models],
        "judged": _judged(build, build.judgments.get(id, [])),
        "votes": [vote | {"match": build.matches.index(vote["match"])} for vote in build.votes.get(id, [])],
    }


def _in_turn(source: Mapping[str, str]) -> list[str]:
    """Return a question as people wrote it: its text, then its follow-ups."""
    return [source[name] for name in sorted(source, key=lambda name: (name != "text", name))]


def _marked_up(text: str) -> dict[str, str]:
    return {"text": text, "html": rendered(text)}


def check_in_words(check: Check) -> str:
    """Return what a check asks for, as its row has it: `length: most 400, unit characters`."""
    if "tests" in check:
        return f"{check['kind']}:\n{check['tests']}"
    settings = (
        f"{name} {value if isinstance(value, str) else canonical(value)}" for name, value in check.items() if name != "kind"
    )
    return f"{check['kind']}: {', '.join(settings)}"


def _answer(build: _Build, row: Answer | None, key: Key) -> JsonObject | None:
    """Return one model's answer; None where the model was not asked."""
    if row is None:
        return None
    turns = row.get("turns") or ([row["text"]] if row["text"] is not None else [])
    return {
        "turns": [_marked_up(turn) for turn in turns],
        "failure": row["failure"] and row["failure"]["reason"],
        # The row names its last request: of a conversation that is one turn's, and no count of the whole.
        "tokens": build.tokens.get(row.get("request") or "") if len(turns) == 1 else None,
        "cut": bool(row.get("cut")),
        "checks": build.checks.get(key, []),
    }


def _judged(build: _Build, rows: list[Judgment]) -> list[JsonObject]:
    """Return what each judge said of each match and turn in both orders, matches in the order of the index."""
    places = {name: place for place, name in enumerate(build.matches)}
    found: dict[tuple[int, str, int], JsonObject] = {}
    for row in rows:
        place = (places[row["match"]], row["judge"], row.get("turn", 1))
        said = found.setdefault(place, dict(zip(("match", "judge", "turn"), place, strict=True)))
        failure = row["failure"]
        words = row["explanation"] or (failure["text"] or failure["detail"] if failure else None)
        said[row["order"]] = {"verdict": row["verdict"], "strength": row.get("strength"), "words": words}
    return [found[place] for place in sorted(found)]
