"""The filter: candidates are decided one by one, in slot order, and each that is kept joins the pool."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from operator import itemgetter
from string import Template
from typing import Self

from seedbed.filtering.background import Ahead
from seedbed.filtering.language import Language, load_language
from seedbed.filtering.rules import Rejection, Rule, _seen
from seedbed.filtering.similarity import Encoder, Pool, Text
from seedbed.filtering.tokenisers import fold
from seedbed.project import paths
from seedbed.project.params import FilterSettings, Params
from seedbed.project.prompts import Prompt
from seedbed.util.rows import Row


class Filter:
    """Decides candidates one by one, in slot order; each that it keeps joins the pool that later ones are held against.

    A context manager, since many candidates are tokenised in a second process, which ends with the block.

    Args:
        settings: the block `filter` of `params.yaml`.
        language: words and patterns of the target language.
        seeds: the seed tasks, as edited; they are the first rows of the pool.
        questions: the benchmark's questions, for the rule `benchmark_leak`.
        prompt: the prompt of `generate`, for the rule `template_leak`.
    """

    def __init__(
        self, settings: FilterSettings, language: Language, seeds: Iterable[Row], questions: Iterable[Row], prompt: Prompt
    ) -> None:
        self._language, self._characters = language, settings["characters"]
        self._rules: list[Rule] = [getattr(self, f"_{name}") for name in settings["rules"]]
        self._ahead = Ahead(settings["tokeniser"])
        similarity = settings["similarity"]
        self._pool = Pool(similarity["threshold"], strict=similarity["reject"] == ">")
        self._questions = Pool(similarity["leak_threshold"], strict=similarity["reject"] == ">")
        self._encode = Encoder()
        for seed in seeds:
            self._pool.add(seed["id"], self._text(seed["instruction"]))
        for question in questions:
            self._questions.add(question["id"], self._text(question["text"]))
        self._wording = _sentences(prompt)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._ahead.__exit__(*error)

    def decide(self, candidate: Row) -> Rejection | None:
        """Return why `candidate` is rejected; None where it is kept, and from now on part of the pool."""
        return self._decide(candidate, self._text(candidate["instruction"]))

    def decide_all(self, candidates: Iterable[Row]) -> Iterator[tuple[Row, Rejection | None]]:
        """Yield each candidate with what `decide` says of it, in order."""
        for piece, tokens in self._ahead.all(candidates, itemgetter("instruction")):
            yield from zip(piece, map(self._decide, piece, self._encode.all(tokens)), strict=True)

    def _text(self, words: str) -> Text:
        return self._encode(self._ahead.one(words))

    def _decide(self, candidate: Row, text: Text) -> Rejection | None:
        for rule in self._rules:
            objection = rule(candidate, text)
            if objection is not None:
                name = rule.__name__.removeprefix("_")
                return objection if isinstance(objection, Rejection) else Rejection(name, objection)
        self._pool.add(candidate["id"], text)
        return None

    # The rules. Each returns None, or what it saw.

    def _empty(self, candidate: Row, text: Text) -> str | None:
        return None if candidate["instruction"].strip() else "the instruction is empty"

    def _too_short(self, candidate: Row, text: Text) -> str | None:
        length, least = len(candidate["instruction"]), self._characters["least"]
        return f"{length} characters, fewer than {least}" if length < least else None

    def _too_long(self, candidate: Row, text: Text) -> str | None:
        name, length = max(((f, len(candidate[f])) for f in ("instruction", "input", "output")), key=lambda pair: pair[1])
        most = self._characters["most"]
        return f"{name}: {length} characters, more than {most}" if length > most else None

    def _wrong_language(self, candidate: Row, text: Text) -> str | None:
        return self._language.why_foreign(candidate["instruction"])

    def _refusal(self, candidate: Row, text: Text) -> str | None:
        return _seen(self._language.refusals, candidate["output"])

    def _truncated(self, candidate: Row, text: Text) -> str | None:
        output = candidate["output"].rstrip()
        if output.count("```") % 2:
            return "a code block that is never closed"
        return _seen(self._language.truncations, output)

    def _not_text_task(self, candidate: Row, text: Text) -> str | None:
        return _seen(self._language.not_text_tasks, candidate["instruction"])

    def _template_leak(self, candidate: Row, text: Text) -> str | None:
        whole = candidate["instruction"] + "\n" + candidate["output"]
        said = next((sentence for sentence in self._wording if sentence in whole), None)
        return f"the prompt's own words: {said[:40]!r}" if said else _seen(self._language.leaks, whole)

    def _output_missing(self, candidate: Row, text: Text) -> str | None:
        if not candidate["output"].strip():
            return "the output is empty"
        return "the output repeats the instruction" if fold(candidate["output"]) == fold(candidate["instruction"]) else None

    def _repetitive(self, candidate: Row, text: Text) -> str | None:
        pieces = [piece for part in re.split(r"[。．.!?！？\n]", candidate["output"]) if len(piece := part.strip()) >= 4]
        piece, times = Counter(pieces).most_common(1)[0] if len(pieces) >= 3 else ("", 0)
        return f"{piece[:40]!r} stands {times} times" if times >= 3 else None

    def _benchmark_leak(self, candidate: Row, text: Text) -> Rejection | None:
        near = self._questions.nearest(text)
        return Rejection("benchmark_leak", "too close to a question of the benchmark", near) if near else None

    def _near_duplicate(self, candidate: Row, text: Text) -> Rejection | None:
        near = self._pool.nearest(text)
        return Rejection("near_duplicate", "too close to a seed or to an instruction kept before", near) if near else None


def load_filter(params: Params, seeds: Iterable[Row], questions: Iterable[Row], prompt: Prompt) -> Filter:
    """Return the filter that `params.yaml` describes; see `Filter`."""
    language = load_language(paths.language_file(params["language"]))
    return Filter(params["filter"], language, seeds, questions, prompt)


def _sentences(prompt: Prompt) -> list[str]:
    """The prompt's own sentences of twelve characters or more, variables cut away."""
    sentences: list[str] = []
    for text in (prompt.system, prompt.user, prompt.as_json):
        bare = Template.pattern.sub("\n", text)
        sentences += [
            sentence for piece in re.split(r"[。\n]|(?<=[.!?])\s", bare) if len(sentence := piece.strip(" -・")) >= 12
        ]
    return sentences
