"""Benchmark contamination: character n-grams and subject words that examples share with benchmark questions.

Both measures are of one question and one example, from 0 to 1; a question's overlap is that with the nearest example.

- *characters*: the share of the question's runs of n letters and digits, case and width folded, that the example holds.
- *subject*: the share of the question's words that the example's task holds, a word weighing the more the rarer it is:
  log((1 + N) / (1 + texts that hold it)), over the N questions and tasks.

Of a question with several turns, each turn is compared by itself, and the whole: the largest share counts. A follow-up of a few
letters ("Explain why.") counts only with the whole, since texts of any origin hold it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from math import log
from pathlib import Path
from typing import NamedTuple

from seedbed.filtering.tokenisers import Tokenise, character, fold, load_tokeniser, separates_words
from seedbed.project import paths
from seedbed.project.corpora import read_questions, turns_of
from seedbed.project.params_types import Params
from seedbed.publishing.examples import Example
from seedbed.recorded.formats import QUESTIONS
from seedbed.recorded.reading import Reading, Source
from seedbed.recorded.records import QuestionRecord
from seedbed.util.errors import UserError

OWN = "own"
"""The name of the project's own questions, beside those of `publish.benchmarks`."""
OVERLAP = 0.5
SUBJECT = 0.8
_BY_ITSELF = 3
"""Runs, laid end to end, that a follow-up has at least as many letters as to be compared by itself."""
REPORT_COLUMNS = ["benchmark", "question", "characters", "characters_example", "subject", "subject_example"]


class Nearest(NamedTuple):
    """How near a question comes to the examples.

    Attributes:
        benchmark: its name in `publish.benchmarks`, or `own`.
        question: its id, or its place in the file.
        characters: the largest share of its runs of characters, or of those of a turn, in one example.
        characters_example: that example, as `set/id`; empty where nothing is shared.
        subject: the largest share of its words, or of those of a turn, in one task.
        subject_example: that of it.
    """

    benchmark: str
    question: str
    characters: float
    characters_example: str
    subject: float
    subject_example: str


def ngram(params: Params) -> int:
    """Return the length of a run: as `publish.gates` says, else 13 in a language that separates words and 8 in another."""
    length = params.get("publish", {}).get("gates", {}).get("ngram")
    return length or (13 if separates_words(params["filter"]["tokeniser"]) else 8)


def benchmarks(params: Params) -> dict[str, dict[str, list[str]]]:
    """Return the questions of each benchmark, by name and id: the text of each turn.

    Raises:
        UserError: the own questions are not built, or a file of `publish.benchmarks` cannot be read.
    """
    known = {OWN: {row["id"]: turns_of(row) for row in read_questions()}}
    for name, path in params.get("publish", {}).get("benchmarks", {}).items():
        try:
            known[name] = dict(_read(Path(path)))
        except UserError as error:
            raise UserError(f"publish.benchmarks.{name} of {paths.PARAMS}: {error}") from None
    return known


def _read(path: Path) -> Iterator[tuple[str, list[str]]]:
    for where, record in Reading(Source(path), QUESTIONS):
        assert isinstance(record, QuestionRecord)
        yield where if record.id is None else str(record.id), record.turns


def overlaps(params: Params, examples: Sequence[Example]) -> list[Nearest]:
    """Return how near each question of each benchmark comes to the examples, in order.

    Raises:
        UserError: see `benchmarks`; or the tokeniser is not installed.
    """
    asked = benchmarks(params)
    questions = [(name, id, turns) for name, each in asked.items() for id, turns in each.items()]
    size, tokenise = ngram(params), load_tokeniser(params["filter"]["tokeniser"])
    of_runs = [_compared(turns, size, lambda text: _runs(text, size)) for _, _, turns in questions]
    runs = _best_of_each(of_runs, (_runs(example.text, size) for example in examples))
    words = [_compared(turns, size, lambda text: _words(text, tokenise)) for _, _, turns in questions]
    tasks = [_words(example.task, tokenise) for example in examples]
    held = Counter(word for each in (*(whole for whole, *_ in words), *tasks) for word in each)
    weights = {word: log((1 + len(words) + len(tasks)) / (1 + number)) for word, number in held.items()}
    subjects = _best_of_each(words, tasks, weights)

    def name(place: int | None) -> str:
        return "" if place is None else examples[place].name

    return [
        Nearest(benchmark, id, round(shared, 3), name(near), round(common, 3), name(alike))
        for (benchmark, id, _), (shared, near), (common, alike) in zip(questions, runs, subjects, strict=True)
    ]


def _compared(turns: Sequence[str], size: int, units: Callable[[str], set[str]]) -> list[set[str]]:
    """Return the units of a whole question, then of each of its turns that is compared by itself."""
    found = [units(turn) for turn in turns]
    alone = [
        each
        for place, (turn, each) in enumerate(zip(turns, found, strict=True))
        if place == 0 or len("".join(character(turn))) >= _BY_ITSELF * size
    ]
    return [set[str]().union(*found), *alone] if len(turns) > 1 else found


def _best_of_each(
    wanted: Sequence[Sequence[set[str]]],
    texts: Iterator[set[str]] | Sequence[set[str]],
    weights: Mapping[str, float] | None = None,
) -> list[tuple[float, int | None]]:
    """Return for each question the largest share that one text holds of any of its sets of units, and the first such text."""
    best = iter(_best([units for each in wanted for units in each], texts, weights))
    return [max(islice(best, len(each)), key=lambda found: found[0]) for each in wanted]


def _best(
    wanted: Sequence[set[str]], texts: Iterator[set[str]] | Sequence[set[str]], weights: Mapping[str, float] | None = None
) -> list[tuple[float, int | None]]:
    """Return for each set of units the largest share that one text holds, by weight, and the first text that does."""

    def weight(unit: str) -> float:
        return 1.0 if weights is None else weights[unit]

    with_unit: dict[str, list[int]] = defaultdict(list)
    for place, units in enumerate(wanted):
        for unit in units:
            with_unit[unit].append(place)
    whole = [sum(map(weight, units)) for units in wanted]
    best: list[tuple[float, int | None]] = [(0.0, None)] * len(wanted)
    for number, text in enumerate(texts):
        found: dict[int, float] = defaultdict(float)
        for unit in text:
            for place in with_unit.get(unit, ()):
                found[place] += weight(unit)
        for place, sum_ in found.items():
            if whole[place] and (share := min(sum_ / whole[place], 1.0)) > best[place][0]:
                best[place] = (share, number)
    return best


def _runs(text: str, size: int) -> set[str]:
    """Return the runs of `size` letters and digits; the whole of a text that has fewer."""
    letters = "".join(character(text))
    return {letters[start : start + size] for start in range(max(len(letters) - size, 0) + 1)} - {""}


def _words(text: str, tokenise: Tokenise) -> set[str]:
    """Return the tokens, or their pairs where each is one character."""
    tokens = tokenise(text)
    if tokens and all(len(token) == 1 for token in tokens):
        letters = fold("".join(tokens))
        return {letters[start : start + 2] for start in range(len(letters) - 1)}
    return {*tokens}


def overlapping(params: Params, nearest: Sequence[Nearest]) -> list[Nearest]:
    """Return the questions at or above the thresholds of `publish.gates`, the nearest first."""
    gates = params.get("publish", {}).get("gates", {})
    characters, subject = gates.get("overlap", OVERLAP), gates.get("subject", SUBJECT)
    found = [each for each in nearest if each.characters >= characters or each.subject >= subject]
    return sorted(found, key=lambda each: (-max(each.characters, each.subject), each.benchmark, each.question))
