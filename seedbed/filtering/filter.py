"""The filter: candidates are decided one by one, in slot order, and each that is kept joins the pool."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from string import Template
from typing import Any, Self

from seedbed.filtering.alone import rules_alone
from seedbed.filtering.background import Ahead, Look, compared
from seedbed.filtering.engines import Engine, Local, load_engine
from seedbed.filtering.language import Language, load_language
from seedbed.filtering.meanings import Embed, Meaning, Meanings, Vector
from seedbed.filtering.rules import RULES, Context, Rejection, Rule
from seedbed.filtering.similarity import Pool
from seedbed.project import paths
from seedbed.project.corpora import turns_of
from seedbed.project.params_types import FilterSettings, Params
from seedbed.project.plugins import load_plugins, plugin_error
from seedbed.project.prompts import Prompt
from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError
from seedbed.util.registry import place_of
from seedbed.util.rows import Row
from seedbed.util.visible import is_blank

SEMANTIC = "semantic_duplicate"
"""The rule that takes embeddings."""
_EMBEDDED = 1_000
"""Candidates whose embeddings are asked for in one go."""
_SAME = 0.9
"""The default of `filter.semantic.threshold`."""


class Filter:
    """Decides candidates one by one, in slot order; each that it keeps joins the pool that later ones are held against.

    A context manager, since many candidates are tokenised in a second process, which ends with the block.

    Args:
        settings: the block `filter` of `params.yaml`.
        language: words and patterns of the target language.
        seeds: the seed tasks, as edited; they are the first rows of the pool.
        questions: the benchmark's questions, for the rule `benchmark_leak`.
        prompt: the prompt of `generate`, for the rule `template_leak`.
        embed: returns the vectors of texts, for the rule `semantic_duplicate`; None where it is off.
        remember: the file in which tokens are kept for the next time; None for no file.
        engine: where near-duplicates are looked for; in this process by default.

    Raises:
        UserError: `filter.rules` or `filter.tokeniser` names what is not registered, or a plug-in cannot be imported.
    """

    def __init__(
        self,
        settings: FilterSettings,
        language: Language,
        seeds: Iterable[Mapping[str, Any]],
        questions: Iterable[Mapping[str, Any]],
        prompt: Prompt,
        embed: Embed | None = None,
        remember: Path | None = None,
        engine: Engine | None = None,
    ) -> None:
        load_plugins()
        own = settings.get("settings", {})
        rules = [(name, RULES.get(name, "filter.rules"), own.get(name, {})) for name in settings["rules"]]
        alone = rules_alone(settings, language, _sentences(prompt))
        self._rules: list[tuple[str, Rule, JsonObject]] = rules[len(alone.names) :]
        self._ahead = Ahead(settings["tokeniser"], remember, alone if alone.names else None)
        similarity = settings["similarity"]
        strict = similarity["reject"] == ">"
        engine = engine or Local()
        self._window = engine.window
        encode = self._ahead.encode
        self._embed = embed if SEMANTIC in settings["rules"] else None
        self._vectors: dict[str, Vector | None] = {}
        seeds = list(seeds)
        self._context = Context(
            language=language,
            least_characters=settings["characters"]["least"],
            most_characters=settings["characters"]["most"],
            wording=alone.wording,
            pool=Pool(similarity["threshold"], strict, engine),
            questions=Pool(similarity["leak_threshold"], strict),
            meanings=Meanings(settings.get("semantic", {}).get("threshold", _SAME), strict),
            encode=encode,
            text=encode([]),
            instruction=encode([]),
            meaning=None,
            settings={},
        )
        list(self._embedded(seeds))
        for seed, meaning in zip(seeds, self._meanings(seeds), strict=True):
            self._context.meanings.add(seed["id"], meaning)
        for seed in seeds:
            self._context.pool.add(seed["id"], encode(list(chain.from_iterable(map(self._ahead.one, compared(seed))))))
        for question in questions:
            for turn in turns_of(question):
                self._context.questions.add(question["id"], encode(self._ahead.one(turn)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._ahead.__exit__(*error)

    @property
    def tokenising_s(self) -> float:
        """CPU seconds that `decide_all` spent on tokenising, in whichever process."""
        return self._ahead.tokenising_s

    def decide(self, candidate: Row) -> Rejection | None:
        """Return why `candidate` is rejected; None where it is kept, and from now on part of the pool.

        Raises:
            UserError: a plug-in's rule or tokeniser raised an exception, or gave what none may give.
        """
        list(self._embedded([candidate]))
        return next(self._decide_piece([candidate], [self._ahead.look(candidate)]))[1]

    def decide_all(self, candidates: Iterable[Any]) -> Iterator[tuple[Any, Rejection | None]]:
        """Yield each candidate with what `decide` says of it, in order."""
        for piece, looks in self._ahead.all(self._embedded(candidates), self._window):
            yield from self._decide_piece(piece, looks)

    def _decide_piece(self, piece: list[Row], looks: list[Look]) -> Iterator[tuple[Row, Rejection | None]]:
        texts = [look.text for look in looks if look.text]
        instructions = [look.instruction for look in looks if look.instruction and look.instruction is not look.text]
        self._context.pool.expect(texts)
        self._context.questions.expect([*instructions, *texts])
        for candidate, look, meaning in zip(piece, looks, self._meanings(piece), strict=True):
            self._context.meaning = meaning
            yield candidate, self._decide(candidate, look)

    def _embedded(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
        """Yield the rows, their vectors asked for, many at a time."""
        rest = iter(rows)
        while chunk := list(islice(rest, _EMBEDDED)):
            if self._embed:
                texts = [(row["id"], text) for row in chunk if not is_blank(text := "\n".join(compared(row)))]
                self._vectors |= zip((id for id, _ in texts), self._embed(texts), strict=True)
            yield from chunk

    def _meanings(self, piece: Sequence[Mapping[str, Any]]) -> list[Meaning | None]:
        """Return what a piece's rows mean, held against the pool; None of a row without a vector."""
        if self._embed is None:
            return [None] * len(piece)
        return self._context.meanings.look([self._vectors.pop(row["id"], None) for row in piece])

    def _decide(self, candidate: Row, look: Look) -> Rejection | None:
        context = self._context
        if not (look.text and look.instruction):
            return look.rejection
        context.text, context.instruction = look.text, look.instruction
        for name, rule, context.settings in self._rules:
            try:
                objection = rule(candidate.copy(), context)  # a plug-in that writes into it changes no output
            except (Exception, SystemExit) as error:  # one that ends the process would leave nothing to look at
                raise plugin_error(error, f"rule {name!r}, candidate {candidate['id']!r}") from None
            if objection is not None:
                return _rejection(name, rule, objection)
        context.pool.add(candidate["id"], look.text)
        context.meanings.add(candidate["id"], context.meaning)
        return None


def _rejection(name: str, rule: Rule, objection: object) -> Rejection:
    if isinstance(objection, Rejection):
        return objection
    if isinstance(objection, str) and not is_blank(objection):
        return Rejection(name, objection)
    raise UserError(f"{place_of(rule)}: rule {name!r}: expected None or a text that says what it saw, found {objection!r}")


def load_filter(
    params: Params,
    seeds: Iterable[Mapping[str, Any]],
    questions: Iterable[Mapping[str, Any]],
    prompt: Prompt,
    embed: Embed | None = None,
) -> Filter:
    """Return the filter that `params.yaml` describes; see `Filter`."""
    language = load_language(paths.language_file(params["language"]))
    tokens = paths.tokens()
    remember = tokens if tokens.parent.is_dir() else None
    engine = load_engine(params.get("engine", {}).get("filter", "local"))
    return Filter(params["filter"], language, seeds, questions, prompt, embed, remember, engine)


def _sentences(prompt: Prompt) -> list[str]:
    """The prompt's own sentences of twelve characters or more, variables cut away."""
    sentences: list[str] = []
    for text in (prompt.system, prompt.user, prompt.as_json):
        bare = Template.pattern.sub("\n", text)
        sentences += [
            sentence for piece in re.split(r"[。\n]|(?<=[.!?])\s", bare) if len(sentence := piece.strip(" -・")) >= 12
        ]
    return sentences
