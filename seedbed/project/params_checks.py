"""Checks of `params.yaml` beyond its schema: editions, and references between entries."""

from collections.abc import Iterator
from pathlib import Path

from seedbed.project import paths
from seedbed.project.editions import other_edition
from seedbed.project.model_settings import answering_models, judge_blocks, named_blocks
from seedbed.project.params_types import STAND_IN, Params
from seedbed.util.canonical import canonical
from seedbed.util.errors import did_you_mean
from seedbed.util.schemas import Problem

Field = list[str | int]
_JURY_WORDS = {"all": "the total", "jury": "the verdict of all judges", "recorded": "verdicts that were recorded"}
_JUDGE_CONTENT = ("endpoint", "model", "params", "sample", "structured")
"""What of a judge is in its requests."""
_JUDGE_DEFAULTS = {"params": {}, "sample": 0}


def cross_problems(params: Params) -> Iterator[Problem]:
    """Yield what a schema cannot say: the edition, and that the names used are names given."""
    if other := other_edition(params["editions"]):
        yield ["editions", other[0]], other[1]
    yield from _server_problems(params)
    yield from _semantic_problems(params)
    yield from _shown_problems(params)
    for field, what, word, known in _names_used(params):
        if word not in known:
            yield field, f"unknown {what} {word!r}{did_you_mean(word, known)}"
    for id, match in params["matches"].items():
        if match["model"] == match["baseline"]:
            yield ["matches", id], f"{match['model']!r} is compared with itself; name two different models"
    yield from _corpus_problems(params)
    yield from _training_problems(params)
    if "all" in params["labels"]["question"]:
        yield ["labels", "question"], "'all' is reserved for the total in the report; use another name"
    if "all" in params["matches"]:
        yield ["matches", "all"], "'all' is reserved for the total in the report; use another name"
    yield from _jury_problems(params)


def _jury_problems(params: Params) -> Iterator[Problem]:
    """Yield what is wrong with criteria, and with the judges of a jury: each has a name, and asks something, of its own."""
    known = params["labels"]["question"]
    for category in params["criteria"]:
        if category not in known:
            words = f"unknown category {category!r}{did_you_mean(category, known)}; its criteria would apply to no question"
            yield ["criteria", category], words
    asked: dict[str, str] = {}
    for id, block in judge_blocks(params).items() if params["judges"] else ():
        if id in _JURY_WORDS:
            yield ["judges", id], f"{id!r} is reserved for {_JURY_WORDS[id]} in the report; use another name"
        content = canonical({name: block.get(name, _JUDGE_DEFAULTS.get(name)) for name in _JUDGE_CONTENT})
        if same := asked.get(content):
            yield (
                ["judges", id],
                f"identical to judges.{same}; use another model, or other params",
            )
        asked.setdefault(content, id)


def _corpus_problems(params: Params) -> Iterator[Problem]:
    """Yield what is wrong with the corpora that people edit: each has its own file, and questions lie in one folder."""
    corpora, edited = params["corpora"], params["post_edit"]["corpora"]
    for name, path in edited.items():
        field: Field = ["post_edit", "corpora", name]
        if name not in corpora:
            yield field, f"unknown corpus {name!r}{did_you_mean(name, list(corpora))}"
        elif Path(path) != (expected := paths.edited(name, corpora[name]["kind"])):
            yield field, f"expected {expected}, found {path!r}; other stages read the expected path"
    for name, corpus in corpora.items():
        if corpus["kind"] == "question" and name not in edited:
            expected = paths.edited(name, "question")
            yield ["corpora", name], f"no stage would use these questions; add `{name}: {expected}` to post_edit.corpora"


def _training_problems(params: Params) -> Iterator[Problem]:
    """Yield what is wrong with bases and trained models: each answers under its own id, on a server that is started."""
    kinds = ("models", "bases", "trained")
    for place, kind in enumerate(kinds):
        for id in params[kind]:  # type: ignore[literal-required]
            for other in kinds[:place]:
                if id in params[other]:  # type: ignore[literal-required]
                    yield [kind, id], f"{other} also contains {id!r}, and both would write {paths.answers(id)}; rename one"
    if "all" in params["bases"]:
        yield ["bases", "all"], "'all' is reserved for the mean over the bases in the report; use another name"
    first: dict[tuple[str, str, int], str] = {}
    for id, trained in params["trained"].items():
        same = first.setdefault((trained["base"], trained["set"], trained.get("seed", 0)), id)
        if same != id:
            yield (
                ["trained", id],
                f"has the same base, set and seed as {same!r}; use another seed, or remove one of the two",
            )
    if not params["bases"]:
        return
    settings = params["answer"].get("trained")
    if settings is None:
        yield ["answer"], "answer.trained is missing; it sets the endpoint for the answers of bases and trained models"
        return
    if "{model}" not in params["servers"].get(settings["endpoint"], {}).get("command", ""):
        yield (
            ["answer", "trained", "endpoint"],
            f"servers.{settings['endpoint']} has no command that contains {{model}}. Bases and trained models answer on a "
            "server that the stage starts, e.g. `python -m seedbed.training.serve {model} --port {port}`",
        )


def _semantic_problems(params: Params) -> Iterator[Problem]:
    """Yield what is wrong with the rule that asks for embeddings."""
    block, rules = params["filter"].get("semantic"), params["filter"]["rules"]
    if block is None and "semantic_duplicate" in rules:
        field: Field = ["filter", "rules", rules.index("semantic_duplicate")]
        yield (
            field,
            "the rule semantic_duplicate needs an embedding model; set filter.semantic.endpoint and filter.semantic.model",
        )
    elif block and params["servers"].get(block.get("server", block["endpoint"]), {}).get("mode") == "batch":
        yield (
            ["filter", "semantic"],
            "embeddings cannot be sent with the Batch API; set filter.semantic.server to a server of the endpoint without "
            "`mode: batch`",
        )


def _shown_problems(params: Params) -> Iterator[Problem]:
    """Yield what is wrong with the settings that say what requests show, and who writes outputs."""
    generate, translate = params["generate"], params["translate"]
    if generate.get("answer", "same") == "separate" and "outputs" not in generate:
        yield (
            ["generate", "answer"],
            "separate needs a model that writes the outputs; set generate.outputs.endpoint and generate.outputs.model",
        )
    if translate.get("examples", 0) and translate["examples_from"] != str(paths.EDITS):
        yield ["translate", "examples"], f"examples are read from {paths.EDITS}; set translate.examples_from to this folder"


def _server_problems(params: Params) -> Iterator[Problem]:
    """Yield what is wrong with endpoints and servers together: a server is of one endpoint, its own id's by default."""
    endpoints, servers = params["endpoints"], params["servers"]
    for name, settings in servers.items():
        endpoint = settings.get("endpoint", name)
        if endpoint not in endpoints:
            field: Field = ["servers", name, "endpoint"] if "endpoint" in settings else ["servers", name]
            yield field, f"unknown endpoint {endpoint!r}{did_you_mean(endpoint, list(endpoints))}"
    reached = {settings.get("endpoint", name) for name, settings in servers.items() if {"base_url", "command"} & {*settings}}
    for name in endpoints:
        if name != STAND_IN and name not in reached:
            yield (
                ["endpoints", name],
                f"servers.{name} with a base_url (or a command that starts it) is missing; only the endpoint {STAND_IN!r} "
                "needs none",
            )
    for name, block in named_blocks(params).items():
        named, place = block.get("server"), [*name.split("."), "server"]
        if named is not None and named not in servers:
            yield [*place], f"unknown server {named!r}{did_you_mean(named, list(servers))}"
        elif named is not None and servers[named].get("endpoint", named) != block["endpoint"]:
            yield [*place], f"the server {named!r} belongs to another endpoint than {block['endpoint']!r}"


def _names_used(params: Params) -> Iterator[tuple[Field, str, str, list[str]]]:
    """Yield (field, what it names, the name, the names there are)."""
    endpoints, models = list(params["endpoints"]), list(answering_models(params))
    for id, trained in params["trained"].items():
        yield ["trained", id, "base"], "base", trained["base"], list(params["bases"])
        yield ["trained", id, "set"], "training set", trained["set"], list(params["sets"])
    for name, block in named_blocks(params).items():
        yield [*name.split("."), "endpoint"], "endpoint", block["endpoint"], endpoints
    for id, match in params["matches"].items():
        yield ["matches", id, "model"], "model", match["model"], models
        yield ["matches", id, "baseline"], "model", match["baseline"], models
    for id in params["scores"]:
        yield ["scores", id], "model", id, models
    for category in params["judge"]["reference_categories"]:
        yield ["judge", "reference_categories"], "category", category, params["labels"]["question"]
