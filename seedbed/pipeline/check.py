"""Everything that can be checked before the first request, all of it: params, prompts, data."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from string import Template
from typing import Any, cast

from seedbed.filtering.language import load_language
from seedbed.filtering.tokenisers import TOKENISERS, load_tokeniser
from seedbed.pipeline.graph import mapping
from seedbed.pipeline.plugin_names import unknown_names
from seedbed.pipeline.prune import prune
from seedbed.pipeline.repair import mend_half_files
from seedbed.project import paths
from seedbed.project.corpora import Places, fields_of, label_problem, question_corpora
from seedbed.project.edits import check_edit
from seedbed.project.generation_lists import lists_problems
from seedbed.project.glossary import load_glossary
from seedbed.project.judges import is_judged, judge_notices
from seedbed.project.languages import language_mismatches
from seedbed.project.material import material_of, read_passages
from seedbed.project.model_settings import asking_blocks, blocks_asked, model_settings, server_id, writes_outputs_apart
from seedbed.project.params import load_params, params_problems
from seedbed.project.params_types import Corpus, Params
from seedbed.project.prompts import VARIABLES, load_prompt, prompt_problems, with_material, without_outputs
from seedbed.project.review_words import words_problems
from seedbed.project.row_types import Edit, Question
from seedbed.project.sign_off import holds
from seedbed.project.votes import checked_votes, votes_notices
from seedbed.reporting.checks.kinds import check_problem
from seedbed.reporting.texts import ENGLISH_WORDS
from seedbed.stand_in.models import language_of_model
from seedbed.steps.judging import used_references
from seedbed.util.errors import UserError, did_you_mean, variable_not_set
from seedbed.util.rows import Row, checked_rows
from seedbed.util.words import count, few
from seedbed.util.yaml12 import load_yaml, located

_MOST = 50
"""Mistakes that are listed before the rest is only counted."""


def check_all() -> str:
    """Check the whole project, repair partial files of an interrupted `dvc`, and return a summary in one line.

    Raises:
        UserError: everything that is wrong, a line each.
    """
    mistakes: list[str] = []

    def collect(look: Callable[[], Iterator[str]]) -> None:
        try:
            mistakes.extend(look())
        except UserError as error:
            mistakes.append(str(error))

    collect(_repaired)
    collect(lambda: _loads(lambda: load_yaml(paths.DVC_YAML)))
    before = len(mistakes)
    collect(lambda: iter(params_problems()))
    params_are_whole = len(mistakes) == before
    for name in VARIABLES:
        collect(lambda name=name: prompt_problems(name))  # type: ignore[misc]
    if not params_are_whole:  # of the data only the form of the rows can be checked
        collect(_rows_alone)
        raise UserError(_listed(mistakes))
    params = load_params()
    rows: dict[str, list[Any]] = {}
    whole: set[str] = set()
    places = Places()
    for name, corpus in params["corpora"].items():
        rows[name] = []
        before = len(mistakes)
        collect(lambda name=name, corpus=corpus: _corpus(corpus, params, rows[name], places))  # type: ignore[misc]
        if len(mistakes) == before:
            whole.add(name)
    collect(lambda: _names(params))
    collect(lambda: _languages(params))
    collect(lambda: _loads(lambda: load_language(paths.language_file(params["language"]))))
    if (lists := paths.generation_lists(params["language"])).is_file():
        collect(lambda: lists_problems(lists, params["labels"]["task"]))
    collect(lambda: _loads(read_passages))
    collect(lambda: _loads(lambda: load_glossary(paths.glossary(params["language"]))))
    collect(lambda: _shown(params))
    if (pairs := paths.pairs(params["language"])).is_file():
        collect(lambda: (str(row) for _, row in checked_rows(pairs, "pair") if isinstance(row, UserError)))
    collect(
        lambda: _references([row for name in question_corpora(params) for row in _in_build(name, rows[name], params)], params)
    )
    collect(lambda: _edits(params, rows, whole))
    for path in sorted(paths.REVIEW_WORDS.glob("*.yaml")):
        collect(lambda path=path: words_problems(path))  # type: ignore[misc]
    collect(lambda: (str(vote) for vote in checked_votes(paths.VOTES) if isinstance(vote, UserError)))
    for path in sorted(paths.DRAWS.glob("*.jsonl")):
        collect(lambda path=path: _rows_of(path, "draw"))  # type: ignore[misc]
    if labels := params["report"].get("labels"):
        collect(lambda: _rows_of(paths.labels(labels), "label"))
    collect(lambda: _sets(params))
    if mistakes:
        raise UserError(_listed(mistakes))
    for path in prune(params):
        print(f"{path}: deleted, since params.yaml no longer lists it; it is in the DVC cache", file=sys.stderr)
    for warning in (*_judging(params, rows["questions"]), *_keys_not_set(params)):
        print(warning, file=sys.stderr)
    counts = [f"{len(rows_of_kind)} {name.replace('_', ' ')}" for name, rows_of_kind in rows.items()]
    return f"{paths.PARAMS}, {count(len(VARIABLES), 'prompt')}, {', '.join(counts)}: all valid"


def _listed(mistakes: list[str]) -> str:
    unique = list(dict.fromkeys(mistakes))
    if len(unique) == 1:
        return unique[0]
    more = f"\nand {len(unique) - _MOST} more" if len(unique) > _MOST else ""
    return f"{count(len(unique), 'mistake')}:\n" + "\n".join(unique[:_MOST]) + more


def _repaired() -> Iterator[str]:
    mend_half_files()
    return iter(())


def _loads(load: Callable[[], object]) -> Iterator[str]:
    load()
    return iter(())


def _names(params: Params) -> Iterator[str]:
    """Check that what params.yaml names is registered, by the library or a plug-in, and that the tokeniser works."""
    yield from unknown_names(params)
    if params["filter"]["tokeniser"]["name"] in TOKENISERS.names():
        load_tokeniser(params["filter"]["tokeniser"])


def _languages(params: Params) -> Iterator[str]:
    """Check that prompts, word lists and models of the stand-in are of the language to build."""
    yield from language_mismatches(params)
    for block, settings in asking_blocks(params).items():
        model = settings.get("model", "")
        speaks = language_of_model(model)
        if speaks not in (None, params["language"]):
            problem = f"{model} of the stand-in writes {speaks!r}, but language is {params['language']!r}; "
            yield located(paths.PARAMS, [*block.split("."), "model"], problem + f"take stand-in-{params['language']}")


def _corpus(corpus: Corpus, params: Params, rows: list[Row], places: Places) -> Iterator[str]:
    """Yield what is wrong with a corpus; its rows are added to `rows`."""
    path, kind = Path(corpus["source"]), corpus["kind"]
    number = 0
    for number, row in checked_rows(path, kind):
        if isinstance(row, UserError):
            yield str(row)
        elif words := label_problem(row, kind, params):
            yield f"{path}:{number}: {words}"
        elif problems := _checks(row):
            yield from (f"{path}:{number}: {problem}" for problem in problems)
        elif kind == "question" and (words := places.add(row["id"], path, number)):
            yield words
        else:
            rows.append(row)
    if not number and path != paths.EMPTY:
        yield f"{path}: no rows; write at least one (format: schemas/rows/{kind}.schema.json)"


def _rows_alone() -> Iterator[str]:
    """Yield what is wrong with the form of the corpora's rows, where `params.yaml` is a mapping that names them at least."""
    for corpus in mapping(mapping(load_yaml(paths.PARAMS)).get("corpora")).values():
        source, kind = mapping(corpus).get("source"), mapping(corpus).get("kind")
        if isinstance(source, str) and Path(source).is_file() and kind in ("task", "question"):
            yield from (str(row) for _, row in checked_rows(Path(source), kind) if isinstance(row, UserError))


def _rows_of(path: Path, schema: str) -> Iterator[str]:
    return (str(row) for _, row in checked_rows(path, schema, unique=None) if isinstance(row, UserError))


def _checks(row: Row) -> list[str]:
    """Return what is wrong with a question's checks, each with its field."""
    problems = ((place, check_problem(check)) for place, check in enumerate(row.get("checks", [])))
    return [f"question {row['id']!r}: field checks.{place}: {problem}" for place, problem in problems if problem]


def _in_build(corpus: str, rows: list[Any], params: Params) -> list[Any]:
    """Return the rows of a corpus that nobody has rejected as they are now."""
    kind, path = params["corpora"][corpus]["kind"], paths.edits(corpus, params["language"])
    lines = checked_rows(path, "edit") if path.is_file() else ()
    edits = {edit["id"]: edit for _, edit in lines if not isinstance(edit, UserError)}
    return [row for row in rows if row["id"] not in edits or not holds(cast(Edit, edits[row["id"]]), fields_of(row, kind))]


def _references(questions: Sequence[Question], params: Params) -> Iterator[str]:
    """Check that there is a reference for every question that the judge is to see with one."""
    judged = any("recorded" not in each for each in [*params["matches"].values(), *params["scores"].values()])
    dropped = params["post_edit"]["unreviewed"] == "drop"  # which questions stay is not known yet
    categories = params["judge"]["reference_categories"] if judged and not dropped else []
    path = paths.references(params["language"])
    if not path.is_file():
        yield (
            f"{path}: no such file; write the references of the categories in judge.reference_categories, or remove these "
            "categories and create an empty file"
        )
    else:
        used_references(questions, path, categories)


def _edits(params: Params, rows: dict[str, list[Row]], whole: set[str]) -> Iterator[str]:
    """Check every file of edits, those of other languages too, and say which edits have no row.

    Of a corpus that is not `whole`, since a mistake is in it, nothing is said: its row may be there, and only unreadable.
    """
    for path in sorted(paths.EDITS.glob("*.jsonl")):
        name = path.name.split(".")[0]
        corpus = params["corpora"].get(name)
        current = corpus is not None and path == paths.edits(name, params["language"])
        ids = {row["id"] for row in rows.get(name, [])}
        orphans, rejected = [], []
        for number, edit in checked_rows(path, "edit"):
            if isinstance(edit, UserError):
                yield str(edit)
                continue
            if corpus is not None and current:
                if words := check_edit(corpus["kind"], edit["fields"]):
                    yield f"{path}:{number}: edit {edit['id']!r}: {words}"
                orphans += [edit["id"]] if edit["id"] not in ids else []
                rejected += [edit["id"]] if edit["id"] in ids and "rejected" in edit else []
        if corpus is None:
            hint = did_you_mean(name, list(params["corpora"]))
            print(f"{path}: unknown corpus {name!r}{hint}; these edits have no effect", file=sys.stderr)
        if rejected:
            print(
                f"{path}: {count(len(rejected), 'row')} rejected ({few(rejected, 3)}); left out of the build", file=sys.stderr
            )
        if corpus is not None and orphans and name in whole:
            print(
                f"{path}: {count(len(orphans), 'orphaned edit')} ({few(orphans, 3)}), whose rows no longer exist; kept, but "
                "not applied",
                file=sys.stderr,
            )


def _shown(params: Params) -> Iterator[str]:
    """Check that the prompts show what params.yaml asks them to show."""
    if writes_outputs_apart(params):
        without_outputs(load_prompt("generate"))
    if params["generate"].get("material", 0):
        with_material(load_prompt("generate"))
        material_of(params)
    variables = [("generate.avoid", params["generate"].get("avoid", 0), "generate", "avoid")]
    for kind in ("task", "question"):
        variables.append(("translate.examples", params["translate"].get("examples", 0), f"translate_{kind}", "examples"))
    for name, number, prompt, variable in variables:
        if number and not load_prompt(prompt).shows(variable):
            yield f"{paths.PARAMS}: {name} is {number}, and {paths.prompt(prompt)} does not contain them; add ${variable} to it"


def _sets(params: Params) -> Iterator[str]:
    """Check that what training sets are made of is there, or is what a stage writes."""
    outputs = [paths.seeds("edited"), paths.seeds("machine"), *map(paths.translated, params["corpora"])]
    outputs += [path_of(name) for name in params["generations"] for path_of in (paths.instructions, paths.rejected)]
    for id, parts in params["sets"].items():
        rows = Path(parts["rows"])
        files = [rows / f"{name}.jsonl" for name in parts["weights"]] if "weights" in parts else [rows]
        for field, path in (("seeds", Path(parts["seeds"])), *(("rows", path) for path in files)):
            if path not in outputs and not path.is_file():
                hint = did_you_mean(str(path), [str(each) for each in outputs])
                yield f"{paths.PARAMS}: sets.{id}.{field}: {path}: no such file, and no stage writes it{hint}"


def _judging(params: Params, questions: Sequence[Question]) -> Iterator[str]:
    """Yield what makes the benchmark say less than it seems to: of the judges, the questions and the votes."""
    if not params["matches"]:
        return
    place: list[str | int] = ["judges" if params["judges"] else "judge"]
    yield from (located(paths.PARAMS, place, ENGLISH_WORDS(key, **values)) for key, values in judge_notices(params))
    if is_judged(params):
        yield from _unseen(params, questions)
    counted = Counter(question["category"] for question in questions)
    if single := [repr(category) for category, number in counted.items() if number == 1]:
        one = f"category {single[0]} has only one question: its rate cannot show a"
        words = (
            one if len(single) == 1 else f"categories {few(single, 3)} have only one question each: their rates cannot show a"
        )
        source = params["corpora"]["questions"]["source"]
        yield f"{source}: the {words} significant difference; write more questions, or merge categories"
    votes = [vote for vote in checked_votes(paths.VOTES) if not isinstance(vote, UserError)]
    yield from (ENGLISH_WORDS(key, **values) for key, values in votes_notices(votes))


def _unseen(params: Params, questions: Sequence[Question]) -> Iterator[str]:
    """Yield which prompts leave out criteria or grading points that there are."""
    given_by_variable = {"criteria": bool(params["criteria"]), "rubric": any(question.get("rubric") for question in questions)}
    words = {"criteria": "criteria of params.yaml", "rubric": "grading points (rubric) of the questions"}
    for name in ("judge", "judge_reference"):
        prompt = load_prompt(name)
        for variable in (variable for variable, given in given_by_variable.items() if given):
            if variable not in Template(prompt.system + prompt.user).get_identifiers():
                yield f"{paths.prompt(name)}: ${variable} is missing, so the judge does not see the {words[variable]}"


def _keys_not_set(params: Params) -> Iterator[str]:
    """Yield a warning for each API key that is not set, of a server that something would be sent to."""
    asked = {block: server_id(model_settings(params, block)) for block in asking_blocks(params)}
    variables = {id: params["servers"].get(id, {}).get("api_key_env") for id in asked.values()}
    without = {id: name for id, name in variables.items() if name and not os.environ.get(name, "").strip()}
    if not without:
        return
    from seedbed.pipeline.plan import Plan  # half a second and more, so only where a key is missing

    try:
        plans = Plan().stages
    except UserError:  # the stage that it concerns says so
        return
    for id, name in without.items():
        stages = [
            plan.stage
            for plan in plans
            if (plan.new or plan.top_up) and id in (asked.get(block) for block in blocks_asked(params, plan.stage))
        ]
        if stages:
            words = (
                f"{variable_not_set(name)}, but {few(stages, 3)} would send requests to this server; set the variable to the "
                "API key"
            )
            yield located(paths.PARAMS, ["servers", id, "api_key_env"], words)
