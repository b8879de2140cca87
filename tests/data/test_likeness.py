"""No two seeds or questions resemble each other, and none resembles one of a public benchmark."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from rapidfuzz.distance import LCSseq

from seedbed.filtering.similarity import Encoder, Pool, rouge_l
from seedbed.filtering.tokenisers import Tokenise, load_tokeniser, space
from seedbed.project.corpora import FIELDS, fields_of
from seedbed.util.rows import Row, read_rows
from tests.data.bundled import (
    KINDS,
    PARAMS,
    corpus,
    final,
    report,
)


@cache
def sudachi() -> Tokenise:
    """Return the tokeniser that params.yaml names."""
    return load_tokeniser(PARAMS["filter"]["tokeniser"])


class Corpus(NamedTuple):
    """Texts by id, and how they are cut into tokens."""

    texts: dict[str, str]
    tokenise: Tokenise


def texts_of(name: str, language: str) -> Corpus:
    """Return the instructions or questions of a corpus."""
    rows = corpus(name) if language == "en" else final(name)
    field = FIELDS[KINDS[name]][0]
    return Corpus({row["id"]: row[field] for row in rows}, space if language == "en" else sudachi())


def too_close(ours: Corpus, others: Corpus | None, threshold: float) -> list[str]:
    """Return each of our texts that is at `threshold` or above with one of `others`, or of its own predecessors."""
    pool, encode = Pool(threshold, strict=False), Encoder()
    shown = dict((others or ours).texts)
    for id, text in others.texts.items() if others else ():
        pool.add(id, encode(ours.tokenise(text)))
    problems = []
    for id, text in ours.texts.items():
        encoded = encode(ours.tokenise(text))
        near = pool.nearest(encoded)
        if near:
            problems.append(f"{id}: ROUGE-L {near.score:.3f} with {near.id}: {text[:60]!r} / {shown[near.id][:60]!r}")
        if not others:
            pool.add(id, encoded)
    return problems


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_two_seeds_and_no_two_questions_are_close(language: str) -> None:
    report(too_close(texts_of("seed_tasks", language), None, 0.7) + too_close(texts_of("questions", language), None, 0.5))


@pytest.mark.parametrize(("language", "folder"), [("en", "vicuna"), ("ja", "ja-vicuna")])
def test_no_question_is_close_to_vicunas(language: str, folder: str, reference: Path) -> None:
    ours = texts_of("questions", language)
    others = {
        f"{folder} {row['question_id']}": row["turns"][0] for row in reference_rows(reference / folder / "question.jsonl")
    }
    assert len(others) == 80
    report(too_close(ours, Corpus(others, ours.tokenise), 0.5))


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", ["seed_tasks", "baseline"])
def test_no_training_task_leaks_a_question(name: str, language: str) -> None:
    """What the filter refuses of generated instructions, the tasks that are trained on must not do either."""
    leak = PARAMS["filter"]["similarity"]["leak_threshold"]
    report(too_close(texts_of(name, language), texts_of("questions", language), leak))


def test_no_task_is_self_instructs(reference: Path) -> None:
    """Of whole tasks, since "Translate the sentence into French." is anybody's."""
    others = {}
    for row in reference_rows(reference / "self-instruct" / "seed_tasks.jsonl"):
        first = row["instances"][0]
        others[row["id"]] = space(f"{row['instruction']} {first['input']} {first['output']}")
    problems = []
    for name in ("seed_tasks", "baseline"):
        for row in corpus(name):
            ours = space(" ".join(fields_of(row, "task").values()))
            for id, theirs in others.items():
                score = rouge_l(LCSseq.similarity(ours, theirs), len(ours), len(theirs))
                if score >= 0.5:
                    problems.append(f"{name} {row['id']}: ROUGE-L {score:.3f} with {id}")
    report(problems)


def reference_rows(path: Path) -> list[Row]:
    """Return the rows of a file of the reference data."""
    return list(read_rows(path, unique=None))
