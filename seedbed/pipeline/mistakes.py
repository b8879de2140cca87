"""What can be wrong with a project's files: each function yields the mistakes of one kind, a sentence each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from seedbed.filtering.language import load_language
from seedbed.filtering.tokenisers import TOKENISERS, load_tokeniser
from seedbed.pipeline.graph import mapping
from seedbed.pipeline.plugin_names import unknown_names
from seedbed.pipeline.template_lock import missing_files
from seedbed.project import paths
from seedbed.project.corpora import CORPUS_OF, Places, fields_of, label_problem
from seedbed.project.edits import check_edit
from seedbed.project.generation_lists import lists_problems
from seedbed.project.glossary import load_glossary
from seedbed.project.material import material_of, read_passages
from seedbed.project.model_settings import writes_outputs_apart
from seedbed.project.params_types import Params
from seedbed.project.prompts import VARIABLES, load_prompt, prompt_problems, with_material, without_outputs
from seedbed.project.review_words import words_problems
from seedbed.project.row_types import Edit, Question
from seedbed.project.sign_off import holds
from seedbed.project.votes import checked_votes
from seedbed.recorded.fastchat_files import answers_to
from seedbed.reporting.checks.kinds import check_problem
from seedbed.steps.judging import used_references
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.git import git
from seedbed.util.rows import Row, checked_rows
from seedbed.util.schemas import FOLDER, problems, refuse_unusable
from seedbed.util.yaml12 import load_yaml

Item = TypeVar("Item")
_CREATE = "create it, or `seedbed upgrade` writes it if it is of the template"


def of_pipeline() -> Iterator[str]:
    """Check that there are stages; what is in them is for DVC to read."""
    if not mapping(mapping(load_yaml(paths.DVC_YAML)).get("stages")):
        yield f"{paths.DVC_YAML}: no stages in it; `git checkout {paths.DVC_YAML}` restores it"


def of_missing_files(params: Params) -> Iterator[tuple[str, str]]:
    """Yield the paths that stages read and no stage writes, where there is nothing, each with a sentence on it.

    DVC says so too, but only when it comes to the stage. Paths that an entry of `params.yaml` names are checked elsewhere.
    """
    template = missing_files()
    for entry in mapping(mapping(load_yaml(paths.DVC_YAML)).get("stages")).values():
        for dep in mapping(mapping(entry).get("do", entry)).get("deps") or ():
            path = str(dep).replace("${language}", params["language"])
            if path in template or "${" in path or paths.BUILD in Path(path).parents or Path(path).exists():
                continue
            restore = f"`git checkout {path}` restores it" if git("ls-files", "--", path) else _CREATE
            yield path, f"{path}: missing, and stages read it; {restore}"
    for path in template:
        yield path, f"{path}: missing, and the build reads it; `seedbed upgrade` restores it"


def loads(load: Callable[[], object]) -> Iterator[str]:
    """Load something, which says itself what is wrong with it, and yield nothing."""
    load()
    return iter(())


def _of_each(look: Callable[[Item], Iterable[str]], items: Iterable[Item]) -> Iterator[str]:
    """Yield what is wrong with each of some items, also where one cannot be read at all."""
    for item in items:
        try:
            yield from look(item)
        except UserError as error:
            yield str(error)


def of_prompts_and_replies() -> Iterator[str]:
    """Yield what is wrong with prompts, and with the schemas of replies."""
    yield from _of_each(prompt_problems, VARIABLES)
    replies = sorted((FOLDER / "replies").glob("*.schema.json"))
    yield from _of_each(lambda path: loads(lambda: refuse_unusable(f"replies/{path.name.partition('.')[0]}")), replies)


def of_other_files() -> Iterator[str]:
    """Yield what is wrong with review words, votes, draws and passages, whatever `params.yaml` holds."""
    yield from _of_each(words_problems, sorted(paths.REVIEW_WORDS.glob("*.yaml")))
    yield from (str(vote) for vote in checked_votes(paths.VOTES) if isinstance(vote, UserError))
    if paths.AGAIN.is_file():
        yield from _of_each(lambda path: of_rows(path, "again"), [paths.AGAIN])
    yield from _of_each(lambda path: of_rows(path, "draw"), sorted(paths.DRAWS.glob("*.jsonl")))
    yield from _of_each(loads, [read_passages])


def of_language_files(params: Params) -> Iterator[str]:
    """Yield what is wrong with the files of the language that is built: filter words, lists, glossary, rows to learn from."""
    language = params["language"]
    load_files = [lambda: load_language(paths.language_file(language)), lambda: load_glossary(paths.glossary(language))]
    yield from _of_each(loads, load_files)
    if (lists := paths.generation_lists(language)).is_file():
        yield from lists_problems(lists, params["labels"]["task"])
    if (pairs := paths.pairs(language)).is_file():
        yield from of_rows(pairs, "pair")


def of_tokeniser(params: Params, generates: Callable[[], bool]) -> Iterator[str]:
    """Yield why the tokeniser does not work, where instructions are generated; one of a plug-in is not tried."""
    settings = params["filter"]["tokeniser"]
    if settings["name"] in TOKENISERS.names():
        yield from (words for words in _of_each(loads, [lambda: load_tokeniser(settings)]) if generates())


def of_corpora(params: Params, rows: dict[str, list[Row]], generates: Callable[[], bool]) -> Iterator[str]:
    """Yield what is wrong with each corpus; the rows are added to `rows`. Tasks are needed where instructions are generated."""
    places = Places()

    def look(name: str) -> Iterator[str]:
        return _corpus(name, params, rows[name], places, generates)

    return _of_each(look, params["corpora"])


def _corpus(name: str, params: Params, rows: list[Row], places: Places, generates: Callable[[], bool]) -> Iterator[str]:
    path, kind = Path(params["corpora"][name]["source"]), params["corpora"][name]["kind"]
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
    if number or (kind == "task" and not generates()):
        return
    if path != paths.EMPTY:
        yield _no_rows(path, kind)
    elif name == CORPUS_OF["seed"] and params["generations"]:
        yield (
            f"{paths.PARAMS}: corpora.{name}.source: {path} has no rows, and generations show seed tasks: write some, or set "
            "generations to {}"
        )


def of_rows_alone() -> Iterator[str]:
    """Yield what is wrong with the form of the corpora's rows, where `params.yaml` is a mapping that names them at least."""
    for corpus in mapping(mapping(load_yaml(paths.PARAMS)).get("corpora")).values():
        source, kind = mapping(corpus).get("source"), mapping(corpus).get("kind")
        if isinstance(source, str) and Path(source).is_file() and kind in ("task", "question"):
            rows = [row for _, row in checked_rows(Path(source), kind)]
            yield from (str(row) for row in rows if isinstance(row, UserError))
            if not rows and source != str(paths.EMPTY):
                yield _no_rows(source, kind)


def of_params_alone() -> Iterator[str]:
    """Yield which names are not registered and which rows of sets nobody writes, where the form of `params.yaml` is right."""
    params: Any = load_yaml(paths.PARAMS)
    if not problems(params, "params"):
        yield from unknown_names(params)
        yield from of_sets(params)


def _no_rows(path: Path | str, kind: str) -> str:
    corpus = next((name for name in CORPUS_OF.values() if Path(path).name.startswith(f"{name}.")), None)
    unless = f", or set corpora.{corpus}.source to {paths.EMPTY}" if corpus else ""
    unless += " and generations to {}" if corpus == CORPUS_OF["seed"] else ""
    return f"{path}: no rows; write at least one (format: schemas/rows/{kind}.schema.json){unless}"


def of_rows(path: Path, schema: str) -> Iterator[str]:
    """Yield what is wrong with the rows of a file."""
    return (str(row) for _, row in checked_rows(path, schema, unique=None) if isinstance(row, UserError))


def _checks(row: Row) -> list[str]:
    """Return what is wrong with a question's checks, each with its field."""
    problems = ((place, check_problem(check)) for place, check in enumerate(row.get("checks", [])))
    return [f"question {row['id']!r}: field checks.{place}: {problem}" for place, problem in problems if problem]


def rows_in_build(corpus: str, rows: list[Any], params: Params) -> list[Any]:
    """Return the rows of a corpus that nobody has rejected as they are now."""
    kind, path = params["corpora"][corpus]["kind"], paths.edits(corpus, params["language"])
    lines = checked_rows(path, "edit") if path.is_file() else ()
    edits = {edit["id"]: edit for _, edit in lines if not isinstance(edit, UserError)}
    return [row for row in rows if row["id"] not in edits or not holds(cast(Edit, edits[row["id"]]), fields_of(row, kind))]


def of_references(questions: Sequence[Question], params: Params) -> Iterator[str]:
    """Check that there is a reference for every question that the judge is to see with one."""
    judged = any("recorded" not in each for each in [*params["matches"].values(), *params["scores"].values()])
    dropped = params["post_edit"]["unreviewed"] == "drop"  # which questions stay is not known yet
    categories = params["judge"]["reference_categories"] if judged and not dropped else []
    path = paths.references(params["language"])
    if not path.is_file():
        needed = "write the references of the categories in judge.reference_categories, or remove these categories and "
        yield f"{path}: no such file; {needed if params['judge']['reference_categories'] else ''}create an empty file"
    elif wrong := list(of_rows(path, "reference")):
        yield from wrong
    else:
        used_references(questions, path, categories)


def of_recorded_answers(questions: Sequence[Question], params: Params) -> Iterator[str]:
    """Check that recorded answers are to the questions that there are."""
    if params["post_edit"]["unreviewed"] == "drop":  # which questions stay is not known yet
        return
    for model in params["models"].values():
        try:
            if "recorded" in model:
                answers_to(Path(model["recorded"]), questions)
        except UserError as error:
            yield str(error)


def of_edits(params: Params) -> Iterator[str]:
    """Check every file of edits, those of other languages too."""
    for path in sorted(paths.EDITS.glob("*.jsonl")):
        corpus = params["corpora"].get(name := path.name.split(".")[0])
        current = path == paths.edits(name, params["language"])
        for number, edit in checked_rows(path, "edit"):
            if isinstance(edit, UserError):
                yield str(edit)
            elif corpus is not None and current and (words := check_edit(corpus["kind"], edit["fields"])):
                yield f"{path}:{number}: edit {edit['id']!r}: {words}"


def of_variables_to_show(params: Params) -> Iterator[str]:
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


def of_sets(params: Params) -> Iterator[str]:
    """Check that what training sets are made of is there, or is what a stage writes."""
    tasks = [name for name, corpus in params["corpora"].items() if corpus["kind"] == "task"]
    outputs = [paths.seeds("edited"), paths.seeds("machine"), *map(paths.translated, tasks)]
    outputs += [path_of(name) for name in params["generations"] for path_of in (paths.instructions, paths.rejected)]
    for id, parts in params["sets"].items():
        rows = Path(parts["rows"])
        files = [rows / f"{name}.jsonl" for name in parts["weights"]] if "weights" in parts else [rows]
        for field, path in (("seeds", Path(parts["seeds"])), *(("rows", path) for path in files)):
            if path not in outputs and (paths.BUILD in path.parents or not path.is_file()):
                hint = did_you_mean(str(path), [str(each) for each in outputs])
                yield f"{paths.PARAMS}: sets.{id}.{field}: {path}: no such file, and no stage writes it{hint}"
