"""The check before a build: everything that is wrong, a line each, and nothing is sent before it is mended."""

import json
import re
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from seedbed.pipeline.check import check_all
from seedbed.pipeline.plan import Plan
from seedbed.pipeline.status import Status
from seedbed.project import paths
from seedbed.project.lock import locked_stages
from seedbed.project.prompts import VARIABLES
from seedbed.util.errors import UserError
from tests.harness import Project, git

SEEDS, QUESTIONS = Path("data/seed_tasks.en.jsonl"), Path("data/questions.en.jsonl")
EDIT = json.dumps(
    {"id": "x", "decision": "edited", "fields": {"text": "文"}, "source_hash": "0" * 64, "machine_hash": "0" * 64},
    ensure_ascii=False,
)


def mistakes() -> list[str]:
    """Return the lines of what is wrong."""
    with pytest.raises(UserError) as error:
        check_all()
    return str(error.value).splitlines()


def append(path: Path, *lines: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))


def test_what_there_is_in_one_line(here: Project) -> None:
    assert check_all() == f"params.yaml, {len(VARIABLES)} prompts, 8 seed tasks, 3 questions, 2 baseline: all valid"


def test_files_of_another_build_are_told_from_missing_ones(built_here: Project) -> None:
    """As after a merge of a branch that was built elsewhere: `dvc.lock` names what this cache lacks."""
    stage = "translate@questions"
    outs = {out["path"]: out["md5"] for out in locked_stages(Path("dvc.lock"))[stage]["outs"]}
    for digest in outs.values():
        built_here.replace("dvc.lock", digest, digest[::-1])
    (why,) = Status([stage]).why(stage)
    assert why.startswith(
        "its files are another build's, and those of dvc.lock are not in the cache; `dvc pull` downloads what dvc.lock"
    )
    for path in outs:
        Path(path).unlink()
    assert Status([stage]).why(stage) == ["never built here; `dvc pull` downloads what dvc.lock names, if somebody pushed it"]


def test_a_file_that_git_ignores_is_named(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    git(here.root, "init", "-q")
    check_all()
    assert "ignored by git" not in capsys.readouterr().err
    Path(".gitignore").write_text("/data/*.en.jsonl\n", encoding="utf-8")
    check_all()
    words = "data/seed_tasks.en.jsonl, and 2 more files: ignored by git (.gitignore:1:/data/*.en.jsonl), so not committed"
    assert words in capsys.readouterr().err
    git(here.root, "add", "--force", "data")
    check_all()
    assert "ignored by git" not in capsys.readouterr().err


def test_recorded_answers_to_other_questions_are_a_mistake(here: Project) -> None:
    ids = [row["id"] for row in here.rows(str(QUESTIONS))]
    answers = Path("data/recorded/answers")
    answers.mkdir(parents=True, exist_ok=True)

    def record(name: str, *asked: str) -> None:
        lines = ({"question_id": id, "model_id": name, "choices": [{"index": 0, "turns": ["x"]}]} for id in asked)
        append(answers / f"{name}.jsonl", *map(json.dumps, lines))
        here.edit_params(lambda p: p["models"].update({name: {"recorded": str(answers / f"{name}.jsonl"), "name": name}}))

    record("whole", *ids)
    assert check_all().endswith("all valid")
    record("other", *ids, "gone-01")
    record("short", *ids[1:])
    assert mistakes() == [
        "2 mistakes:",
        f"{answers}/other.jsonl: row 'gone-01': answers a question that is not among the questions; import answers to these "
        "questions, or the questions that were answered",
        f"{answers}/short.jsonl: no answer to question {ids[0]!r} (1 missing); every model must answer all questions",
    ]


def test_a_set_of_rows_that_no_stage_writes_any_more_is_a_mistake_at_once(built_here: Project) -> None:
    """And not only when the check has deleted the file that is left of it."""
    left = Path("data/build/translated/baseline.jsonl")
    assert left.is_file()
    built_here.edit_params(lambda p: p["corpora"].pop("baseline"))
    (only,) = mistakes()
    assert f"sets.direct.rows: {left}: no such file, and no stage writes it" in only
    assert left.is_file()


def test_names_and_empty_corpora_are_listed_with_the_mistakes_of_params(here: Project) -> None:
    QUESTIONS.write_text("\n", encoding="utf-8")
    here.edit_params(lambda p: p["matches"]["good-vs-thin"].update(baseline="thn") or p["filter"].update(rules=["to_short"]))
    here.edit_params(lambda p: p["sets"]["direct"].update(rows="data/build/translated/basline.jsonl"))
    assert [line.split(": ", 1)[1] for line in mistakes()[1:]] == [
        "matches.good-vs-thin.baseline: unknown model 'thn' (did you mean 'thin'?)",
        "no rows; write at least one (format: schemas/rows/question.schema.json)",
        "filter.rules.0: unknown rule 'to_short' (did you mean 'too_short'?)",
        "sets.direct.rows: data/build/translated/basline.jsonl: no such file, and no stage writes it (did you mean "
        "'data/build/translated/baseline.jsonl'?)",
    ]


def test_all_mistakes_are_listed(here: Project) -> None:
    """Of rows, references, edits, votes and sets in one go."""
    append(SEEDS, "{", '{"id":"x","task_type":"logic"}')
    append(QUESTIONS, '{"id":"x","category":"cooking","text":"?"}', '{"id":"generic-01","category":"generic","text":"?"}')
    append(Path("data/edits/questions.ja.jsonl"), EDIT.replace("文", " "))
    edits = len(here.rows("data/edits/questions.ja.jsonl"))
    Path("data/votes/yuki.jsonl").write_text('{"match":"m"}\n')
    here.edit_params(lambda p: p["judge"].update(reference_categories=["generic"]))
    here.edit_params(lambda p: p["sets"]["direct"].update(rows="data/build/translated/basline.jsonl"))
    Path("data/references.ja.jsonl").write_text("")
    first, *found = mistakes()
    assert first == "8 mistakes:"
    assert [line.split(": ")[0] for line in found] == [
        *(
            "data/seed_tasks.en.jsonl:9",
            "data/seed_tasks.en.jsonl:10",
            "data/questions.en.jsonl:4",
            "data/questions.en.jsonl:5",
        ),
        *("data/references.ja.jsonl", f"data/edits/questions.ja.jsonl:{edits}", "data/votes/yuki.jsonl:1", "params.yaml"),
    ]
    assert "field is_classification: missing; field instruction: missing; " in found[1]
    assert "unknown category 'cooking'" in found[2]
    assert "duplicate id 'generic-01' (first on line 1); give each row a different one" in found[3]
    assert "sets.direct.rows: data/build/translated/basline.jsonl: no such file, and no stage writes it" in found[-1]
    assert "did you mean 'data/build/translated/baseline.jsonl'" in found[-1]


def test_all_mistakes_of_params_and_prompts_are_listed(here: Project) -> None:
    here.replace("params.yaml", "target: 6", "target: 0")
    here.replace("params.yaml", "max_failed: 0.05", "max_faild: 0.05")
    here.replace("prompts/judge.yaml", "$answer_a", "$answers_a")
    here.replace("prompts/answer.yaml", "user: |", "usr: |")
    found = "\n".join(mistakes())
    for words in ("generate.target: 0 is less", "translate.max_faild: unknown key", "translate.max_failed: missing"):
        assert words in found
    for words in ("prompts/judge.yaml:", "unknown variable $answers_a", "prompts/answer.yaml:", "usr: unknown key"):
        assert words in found


def test_mistakes_of_params_and_prompts_hide_none_of_the_rows(here: Project) -> None:
    """The form of the rows alone, where params are wrong; all that the data is held against, where a prompt is."""
    append(SEEDS, "{")
    append(QUESTIONS, '{"id":"x","category":"cooking","text":"?"}')
    here.replace("prompts/judge.yaml", "$answer_a", "$answers_a")
    assert [line.split(":")[0] for line in mistakes()[1:]] == ["prompts/judge.yaml", str(SEEDS), str(QUESTIONS)]
    here.replace("params.yaml", "target: 6", "target: 0")
    assert [line.split(":")[0] for line in mistakes()[1:]] == ["params.yaml", "prompts/judge.yaml", str(SEEDS)]
    here.replace("params.yaml", "corpora:", "corpora: none #")
    assert str(SEEDS) not in "\n".join(mistakes())


def test_all_mistakes_inside_one_file_are_listed(here: Project) -> None:
    here.replace("prompts/judge.yaml", "$answer_a", "$answers_a")
    here.replace("prompts/judge.yaml", "schema: judgment\n", "schema: judgement\n")
    words = "\n".join(mistakes())
    assert words.count("prompts/judge.yaml:") == 2
    assert "unknown variable $answers_a (did you mean 'answer_a'?)" in words
    assert "no schema 'judgement' (did you mean 'judgment'?)" in words


def test_all_mistakes_of_votes_and_review_words_are_listed(here: Project) -> None:
    hashes = {"model_hash": "0" * 64, "baseline_hash": "0" * 64}
    vote = json.dumps({"match": "m", "question": "q", "verdict": "tie", **hashes})
    append(Path("data/votes/yuki.jsonl"), vote, vote, "{")
    append(Path("data/votes/a.b.jsonl"), "{")
    here.edit_params(lambda p: p.update(language="ja"))
    path = Path("data/review/ja.yaml")
    text = re.sub(r"(?ms)^translationese:.*?(?=^\S)", "translationese:\n  - '['\n  - '('\n", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    Path("data/review/ko.yaml").write_text("- x\n")
    found = [line.partition(" ")[0] for line in mistakes()[1:]]
    assert [re.sub(r":\d+:$", ":", word) for word in found] == [
        *("data/review/ja.yaml:", "data/review/ja.yaml:", "data/review/ko.yaml:"),
        *("data/votes/a.b.jsonl:", "data/votes/yuki.jsonl:", "data/votes/yuki.jsonl:"),
    ]


def test_a_key_that_is_not_set_is_named_where_something_would_be_sent(
    here: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here.edit_params(lambda p: p["servers"]["stand-in"].update(api_key_env="HOUSE_KEY"))
    check_all()
    warning = "servers.stand-in.api_key_env: the environment variable HOUSE_KEY is not set, but translate@seed_tasks"
    assert warning in capsys.readouterr().err
    monkeypatch.setenv("HOUSE_KEY", "a key")
    check_all()
    assert "HOUSE_KEY" not in capsys.readouterr().err


def test_a_key_that_is_not_set_is_no_matter_where_nothing_would_be_sent(
    built_here: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    built_here.edit_params(lambda p: p["servers"]["stand-in"].update(api_key_env="HOUSE_KEY"))
    check_all()
    assert "HOUSE_KEY" not in capsys.readouterr().err


def test_many_mistakes_are_counted(here: Project) -> None:
    append(SEEDS, *("{" for _ in range(200)))
    found = mistakes()
    assert found[0] == "200 mistakes:"
    assert found[-1] == "and 150 more"
    assert len(found) == 52


def test_one_mistake_is_one_sentence(here: Project) -> None:
    append(SEEDS, "{")
    (only,) = mistakes()
    assert only.startswith("data/seed_tasks.en.jsonl:9: not a JSON object")


@pytest.mark.parametrize(("path", "kind"), [(SEEDS, "task"), (QUESTIONS, "question")])
def test_an_empty_corpus_is_refused(here: Project, path: Path, kind: str) -> None:
    path.write_text("")
    (only,) = mistakes()
    unless = ", or set corpora.seed_tasks.source to data/empty.jsonl and generations to {}" if kind == "task" else ""
    assert only == f"{path}: no rows; write at least one (format: schemas/rows/{kind}.schema.json){unless}"


def test_a_build_of_the_benchmark_needs_no_seeds(here: Project) -> None:
    SEEDS.write_text("", encoding="utf-8")
    here.edit_params(lambda p: p["filter"].update({"tokeniser": {"name": "sudachi", "dictionary": "20000101"}}))
    check_all(["benchmark"])
    check_all(["judge@good-vs-thin", "answer"])
    for targets in (["benchmark", "dataset"], ["generate"], ["nothing"], []):
        with pytest.raises(UserError, match="2 mistakes"):
            check_all(targets)
    Plan(["benchmark"])


def test_generations_without_seed_tasks_are_refused(here: Project) -> None:
    here.edit_params(lambda p: p["corpora"]["seed_tasks"].update(source="data/empty.jsonl"))
    (only,) = mistakes()
    assert only.startswith(
        "params.yaml: corpora.seed_tasks.source: data/empty.jsonl has no rows, and generations show seed tasks"
    )


def test_an_unusable_schema_of_a_reply_is_named(here: Project) -> None:
    Path("schemas/replies/judgment.schema.json").write_text('{"type": "objekt"}', encoding="utf-8")
    (only,) = mistakes()
    assert only.startswith("schemas/replies/judgment.schema.json: not a JSON Schema (draft 2020-12): ")


def test_a_mistake_in_params_hides_none_in_other_files(here: Project) -> None:
    here.edit_params(lambda p: p["generate"].update(targett=3))
    for path in (Path("data/votes/ann.jsonl"), paths.DRAWS / "x.jsonl"):
        path.parent.mkdir(exist_ok=True)
        append(path, "{")
    assert [line.split(":")[0] for line in mistakes()[1:]] == [
        "params.yaml",
        "data/votes/ann.jsonl",
        str(paths.DRAWS / "x.jsonl"),
    ]


def test_a_corpus_of_which_every_row_is_wrong_is_not_called_empty(here: Project) -> None:
    QUESTIONS.write_text('{"id":"x","category":"cooking","text":"?"}\n', encoding="utf-8")
    assert not any("no rows" in line for line in mistakes())


def without_baseline(params: Any) -> None:
    del params["corpora"]["baseline"], params["sets"]["direct"]


UNUSED: dict[str, Callable[[Any], None]] = {
    "generations": lambda p: p.update(generations={}, sets={}),
    "sets": lambda p: p.update(sets={}),
    "models": lambda p: p.update(models={}, matches={}),
    "matches": lambda p: p.update(matches={}),
    "baseline": without_baseline,
    "reference_categories": lambda p: p["judge"].update(reference_categories=[]),
}


@pytest.mark.parametrize("name", UNUSED)
def test_a_part_that_is_not_used_may_be_empty(here: Project, name: str) -> None:
    here.edit_params(UNUSED[name])
    assert "all valid" in check_all()


def test_a_set_may_have_no_rows_of_its_own(here: Project) -> None:
    here.edit_params(lambda p: p["sets"]["native"].update(rows="data/empty.jsonl"))
    check_all()


BAD_ROWS = [
    (QUESTIONS, '{"id":"x","category":"cooking","text":"?"}', "unknown category 'cooking'"),
    (SEEDS, '{"id":"x","task_type":"logic"}', "field is_classification: missing"),
    (
        QUESTIONS,
        '{"id":"x","category":"fermi","text":"?","language":"German"}',
        "field language: 'German' does not have the form",
    ),
    (SEEDS, "[1]", "expected JSON Lines, found a JSON array"),
    (SEEDS, "<<<<<<< HEAD", "merge conflict (<<<<<<<)"),
]


@pytest.mark.parametrize(("path", "line", "message"), BAD_ROWS)
def test_a_bad_row_is_named(here: Project, path: Path, line: str, message: str) -> None:
    append(path, line)
    (only,) = mistakes()
    assert f"{path}:" in only
    assert message in only


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("dvc.yaml", "", "dvc.yaml: no stages in it; `git checkout dvc.yaml` restores it"),
        ("dvc.yaml", "stage: {}\n", "dvc.yaml: no stages in it"),
        ("params.yaml", "", "params.yaml:1: the file: it is empty; restore it, for example with git"),
        ("prompts/judge.yaml", "# a comment\n", "prompts/judge.yaml:1: the file: it is empty"),
        ("data/again.jsonl", '{"id":"x"}\n', "data/again.jsonl:1: field stage: missing"),
        ("schemas/replies/judgment.schema.json", "{", "schemas/replies/judgment.schema.json: not a JSON object"),
    ],
)
def test_files_that_stages_read(here: Project, path: str, text: str, said: str) -> None:
    Path(path).write_text(text, encoding="utf-8")
    assert mistakes()[0].startswith(said)


def test_a_block_with_nothing_in_it(here: Project) -> None:
    here.replace("params.yaml", "judges: {}", "judges:")
    assert "judges: expected object, found nothing; write {} for none: " in mistakes()[0]


def test_what_a_stage_reads_is_missing(here: Project) -> None:
    """DVC would say so when it comes to the stage, after others have been paid for."""
    shutil.rmtree("queries/benchmark")
    Path("data/again.jsonl").unlink()
    Path("data/references.ja.jsonl").unlink()
    assert mistakes() == [
        "3 mistakes:",
        "data/references.ja.jsonl: no such file; create an empty file",
        "data/again.jsonl: missing, and stages read it; create it, or `seedbed upgrade` writes it if it is of the template",
        "queries/benchmark: missing, and stages read it; create it, or `seedbed upgrade` writes it if it is of the template",
    ]


CONFLICTS = ["dvc.yaml", "params.yaml", "prompts/judge.yaml", "data/languages/ja.yaml", "data/review/ja.yaml"]


@pytest.mark.parametrize("path", CONFLICTS)
def test_a_merge_conflict_is_named_for_what_it_is(here: Project, path: str) -> None:
    file = here.root / path
    file.write_text(file.read_text(encoding="utf-8") + "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> theirs\n", encoding="utf-8")
    assert any(f"{path}:" in line and "merge conflict" in line for line in mistakes())


@pytest.mark.parametrize("path", CONFLICTS[:3])
def test_what_dvc_cannot_read_is_named_with_its_line(built_here: Project, path: str) -> None:
    append(built_here.root / path, "<<<<<<< HEAD")
    with pytest.raises(UserError, match=rf"^{path}:\d+: merge conflict"):
        Status()


def test_a_key_that_was_pasted_is_masked(here: Project) -> None:
    key = "sk-proj-4f9aB2c7D8e1F3a5b6C7"
    here.edit_params(lambda p: p["servers"]["stand-in"].update(api_key_env=key))
    (only,) = mistakes()
    assert "servers.stand-in.api_key_env: expected the name of an environment variable, found what looks like a key" in only
    assert key[6:] not in only


BAD_FILES = [
    ("data/review/ja.yaml", "foreign: '['\n", "data/review/ja.yaml:"),
    ("data/review/ko.yaml", "- x\n", "data/review/ko.yaml:1: the file: "),
    ("data/edits/questions.ja.jsonl", '{"id":"x"', "data/edits/questions.ja.jsonl:1: not a JSON object"),
    ("data/edits/seed_tasks.ja.jsonl", EDIT, "edit 'x': fields: expected instruction, input, output, found text"),
    ("data/edits/questions.ja.jsonl", EDIT.replace("文", " "), "edit 'x': fields.text is blank"),
    ("data/edits/questions.de.jsonl", EDIT.replace("edited", "e"), "data/edits/questions.de.jsonl:1: field decision"),
    ("data/votes/a.b.jsonl", "", "'a.b' is not a valid annotator name"),
    ("data/votes/yuki.jsonl", '{"match":"m"}', "data/votes/yuki.jsonl:1: "),
]


def test_what_people_wrote_is_checked_before_anything_is_sent(here: Project) -> None:
    for name, content, message in BAD_FILES:
        path = Path(name)
        before = path.read_bytes() if path.is_file() else None
        path.write_text(content, encoding="utf-8")
        with pytest.raises(UserError, match=re.escape(message)):
            check_all()
        path.unlink() if before is None else path.write_bytes(before)
    check_all()


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        (
            "data/references.ja.jsonl",
            "",
            "no reference for question 'generic-01', 'generic-02', 'generic-03', of a category in",
        ),
        ("data/references.ja.jsonl", "{", "data/references.ja.jsonl:1: not a JSON object"),
        ("data/references.ja.jsonl", None, "data/references.ja.jsonl: no such file; write the references"),
        ("data/languages/ja.yaml", "words: []", "data/languages/ja.yaml:1: words: unknown key"),
    ],
)
def test_what_a_late_stage_reads_is_checked_early(here: Project, path: str, text: str | None, message: str) -> None:
    here.edit_params(lambda p: p["judge"].update({"reference_categories": ["generic"]}))
    if text is None:
        Path(path).unlink()
    else:
        Path(path).write_text(text, encoding="utf-8")
    assert message in "\n".join(mistakes())


def test_edits_of_no_corpus_are_noticed(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    Path("data/edits/question.ja.jsonl").touch()
    check_all()
    told = "data/edits/question.ja.jsonl: unknown corpus 'question' (did you mean 'questions'?); these edits have no effect"
    assert told in capsys.readouterr().err


def test_orphaned_edits_are_counted(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    check_all()
    seeds = {row["id"] for row in here.rows("data/seed_tasks.en.jsonl")}
    orphans = [row["id"] for row in here.rows("data/edits/seed_tasks.ja.jsonl") if row["id"] not in seeds]
    listed = f"{', '.join(orphans[:3])} and {len(orphans) - 3} more"
    assert (
        f"seed_tasks.ja.jsonl: {len(orphans)} orphaned edits ({listed}), whose rows no longer exist" in capsys.readouterr().err
    )
    Path("data/edits/questions.ja.jsonl").write_text(EDIT + "\n", encoding="utf-8")
    check_all()
    assert (
        "data/edits/questions.ja.jsonl: 1 orphaned edit (x), whose rows no longer exist; kept, but not applied"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize("broken", [b"", b"<<<<<<< HEAD\n", b'{"id": "x"}\n'])
def test_no_edit_is_called_orphaned_where_the_rows_cannot_be_read(
    here: Project, capsys: pytest.CaptureFixture[str], broken: bytes
) -> None:
    Path("data/seed_tasks.en.jsonl").write_bytes(broken)
    assert any("data/seed_tasks.en.jsonl" in mistake for mistake in mistakes())
    assert "data/edits/seed_tasks.ja.jsonl" not in capsys.readouterr().err


def test_another_dictionary_than_the_one_installed_is_named_early(here: Project) -> None:
    here.edit_params(lambda p: p["filter"].update({"tokeniser": {"name": "sudachi", "dictionary": "20000101"}}))
    assert "filter.tokeniser.dictionary: '20000101' is named" in "\n".join(mistakes())


def test_a_question_that_may_be_dropped_needs_no_reference(here: Project) -> None:
    Path("data/references.ja.jsonl").write_text("", encoding="utf-8")
    here.edit_params(lambda p: p["judge"].update({"reference_categories": ["generic"]}))
    mistakes()
    here.edit_params(lambda p: p["post_edit"].update({"unreviewed": "drop"}))
    check_all()


def test_a_key_with_a_dot_in_matches(here: Project) -> None:
    here.replace("params.yaml", "good-vs-thin:", "good.vs.thin:")
    assert "does not have the form" in "\n".join(mistakes())


def test_what_is_wrong_with_a_check_of_a_question_is_said_by_line_and_field(here: Project) -> None:
    row = '{"id":"%s","category":"generic","text":"?","checks":[{"kind":"length","unit":"words","most":9},%s]}'
    append(
        QUESTIONS,
        row % ("x", '{"kind":"format","pattern":"("}'),
        row % ("y", '{"kind":"python","tests":"assert ("}'),
        row % ("z", '{"kind":"number"}'),
    )
    _, *found = mistakes()
    assert [line.split(": ")[0] for line in found] == [f"data/questions.en.jsonl:{number}" for number in (4, 5, 6)]
    assert "field checks.1: pattern: not a regular expression (RE2)" in found[0]
    assert "field checks.1: tests: not Python" in found[1]
    assert "field checks.1.value: missing" in found[2]


def test_what_judges_questions_and_votes_cannot_show_is_noticed(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    def change(params: Any) -> None:
        params["judges"] = {"a": {}, "b": {"model": "stand-in-good", "family": "f"}}
        params["models"]["thin"]["family"] = "f"

    here.edit_params(change)
    rows = here.rows("data/questions.en.jsonl")
    rows[0]["category"] = "fermi"
    here.write_rows("data/questions.en.jsonl", rows)
    for prompt in ("judge", "judge_reference"):
        here.replace(f"prompts/{prompt}.yaml", "  $criteria\n\n", "")
    vote = {"match": "good-vs-thin", "question": rows[0]["id"], "verdict": "both_bad"}
    here.write_rows("data/votes/ann.jsonl", [vote | {"model_hash": "0" * 64, "baseline_hash": "0" * 64}])
    check_all()
    said = capsys.readouterr().err
    for words in (
        "judges: a jury of two, a and b, has no majority where they differ, so each such question is a tie",
        "judges: judge b and thin are of one family, f: judges favour answers like their own",
        "data/questions.en.jsonl: the category 'fermi' has only one question: its rate cannot show a significant difference",
        "prompts/judge.yaml: $criteria is missing, so the judge does not see the criteria of params.yaml",
        "data/votes: all votes are by one person, ann:",
        "data/votes: all 1 votes are ties:",
    ):
        assert words in said


def test_nothing_is_noticed_of_the_judge_of_a_project_as_it_comes(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    check_all()
    assert "judge" not in capsys.readouterr().err


def test_a_package_that_writes_other_bytes_than_the_lock_files_is_noticed(
    here: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("requirements.lock").write_text("numpy==0.1 \\\n    --hash=sha256:0\nduckdb==0.1 \\\n", encoding="utf-8")
    check_all()
    (said,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("requirements.lock: ")]
    assert said.startswith(
        f"requirements.lock: names duckdb 0.1, but {version('duckdb')} is installed, so a build here may differ"
    )
    Path("requirements.lock").write_text(f"duckdb=={version('duckdb')}\n", encoding="utf-8")
    check_all()
    assert "requirements.lock" not in capsys.readouterr().err


def test_draws_and_labels_are_checked_too(here: Project) -> None:
    draws, labels = Path("data/votes/draws/good-vs-thin.jsonl"), Path("data/votes/labels/other.jsonl")
    for path in (draws, labels):
        path.parent.mkdir(parents=True)
    append(draws, '{"match":"good-vs-thin"}')
    append(labels, '{"judge":"win","people":"won"}')
    here.edit_params(lambda p: p["report"].update(labels="other"))
    _, *found = mistakes()
    assert [line.split(": ")[0] for line in found] == [f"{draws}:1", f"{labels}:1"]
    assert "field people: expected one of win, loss, tie, found 'won'" in found[1]
