"""params.yaml: checked whole, every mistake named with its line."""

import re
from pathlib import Path

import pytest
from dvc.utils.serialize import parse_yaml

from seedbed.project.model_settings import judge_blocks, judge_settings
from seedbed.project.params import load_params, older_project, params_problems
from seedbed.util.canonical import canonical
from seedbed.util.errors import UserError
from tests.harness import ROOT

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  sample: 0 # raise", "  sampel: 0 # raise", "translate.sampel: unknown key (did you mean 'sample'?)"),
        ("target: 200", "target: lots", "generate.target: expected integer, found 'lots'"),
        ("target: 200", "target: 0", "generate.target: 0 is less than the minimum of 1"),
        ("threshold: 0.7 ", "threshold: 1.2 ", "filter.similarity.threshold: 1.2 is greater than the maximum of 1"),
        ("    model: good\n", "    model: goood\n", "matches.good-vs-thin.model: unknown model 'goood' (did you mean 'good'?)"),
        ("    model: good\n", "    model: thin\n", "'thin' is compared with itself"),
        (
            "translate:\n  endpoint: stand-in",
            "translate:\n  endpoint: standin",
            "translate.endpoint: unknown endpoint 'standin'",
        ),
        ("  good-vs-thin:", "  good.vs.thin:", "matches"),
        ("  good-vs-thin:", "  all:", "matches.all: 'all' is reserved for the total"),
        ("    - generic\n", "    - all\n", "labels.question: 'all' is reserved for the total"),
        ("    - coding-math\n\njudges", "    - coding\n\njudges", "unknown category 'coding' (did you mean 'coding-math'?)"),
        ("report:\n", "report:\n  bootstrap: 5\n", "the key 'bootstrap' appears twice"),
        ("  good:\n", "  1:\n", "a key that is no text; put it in quotes"),
        ("language: ja", "language: [ja", "not valid YAML"),
        (
            "  stand-in: #",
            "  other:\n    structured: text\n  stand-in: #",
            "endpoints.other: servers.other",
        ),
        ("servers: #", "servers:\n  standin: {}\n# ", "servers.standin: unknown endpoint 'standin' (did you mean 'stand-in'?)"),
        (
            "    max_concurrency: 32",
            "    api_key_env: sk-proj-4f9aB2c7D8e1F3a5b6C7",
            "servers.stand-in.api_key_env: expected the name of an environment variable, found what looks like a key",
        ),
        (
            "    max_concurrency: 32",
            "    api_key_env: 0123456789abcdef0123456789abcdef",
            "servers.stand-in.api_key_env: expected the name of an environment variable, found what looks like a key",
        ),
        ("    seeds: edited", "    seeds: edits", "generations.native.seeds: expected one of edited, machine, found 'edits'"),
        ("  direct: #", "  native.2: #", "no dot, since DVC's stage names cannot hold one"),
        ("  judge: 3", "  judge: 0", "editions.judge: 0 is less than the minimum of 1"),
        ("  judge: 3", "  judge: 99", "editions.judge: the project uses edition 99, but this library only supports"),
        ("  judge: 3\n", "", "editions.judge: missing"),
        ("threshold: 0.7 ", "threshold: .nan ", "filter.similarity.threshold: expected a finite number, found nan"),
        ("  target: 200", f"  target: 1{'0' * 30}", "generate.target: expected a number below 2^64"),
        ("    temperature: 1\n", "    temperature: .nan\n", "generate.params.temperature: expected a finite number, found nan"),
        (
            "    temperature: 1\n",
            "    stop: [2024-01-01]\n",
            "generate.params.stop.0: expected a text or a number, found the date",
        ),
        ("usd: null", "usd: .inf", "budget.usd: expected a finite number, found inf"),
        ("    structured: json_schema", "    structured: xml", "expected one of json_schema, json_object, text, found 'xml'"),
        ("usd: null", "usd: -1", "budget.usd: -1 is less than the minimum of 0"),
        ("usd: null", "usd: much", "budget.usd: expected number or null, found 'much'"),
        ("prices: {}", "prices: {m: {input: -1, output: 1}}", "prices.m.input: -1 is less than the minimum of 0"),
        ("prices: {}", "prices: {m: {input: 1}}", "prices.m.output: missing"),
        ("      temperature: 0.7\n", "      stream: true\n", "models.good.params"),
    ],
)
def test_a_mistake_in_params_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TEXT
    path = tmp_path / "params.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError) as error:
        load_params(path)
    assert message in str(error.value)
    assert str(error.value).startswith(f"{path}:")


def test_a_file_of_an_older_library_is_to_be_upgraded(tmp_path: Path) -> None:
    """Before anyone looks for the keys that it lacks."""
    path = tmp_path / "params.yaml"
    assert "  generate: 3" in TEXT
    path.write_text(TEXT.replace("  generate: 3", "  generate: 2").replace("\nscores: {}", "\n#"), encoding="utf-8")
    older = "editions.generate: the project uses edition 2, but this library builds edition 3; run `seedbed upgrade`"
    with pytest.raises(UserError) as error:
        load_params(path)
    assert str(error.value).endswith(older)
    assert (older_project(path) or "").endswith(older)
    path.write_text(re.sub(r"\neditions:.*\n(  .*\n)+", "\n", TEXT), encoding="utf-8")
    with pytest.raises(UserError, match=r"editions: missing: this project is from an older Seedbed; run `seedbed upgrade`"):
        load_params(path)
    assert (older_project(path) or "").endswith(
        "editions: missing: this project is from an older Seedbed; run `seedbed upgrade`"
    )
    path.write_text(TEXT.replace("\nscores: {}", "\n#"), encoding="utf-8")
    assert older_project(path) is None  # what is missing is a mistake of its author


def test_the_line_is_the_right_one(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(TEXT.replace("target: 200", "target: lots"), encoding="utf-8")
    number = 1 + next(i for i, line in enumerate(TEXT.splitlines()) if "target: 200" in line)
    with pytest.raises(UserError, match=f":{number}: generate.target"):
        load_params(path)


def test_all_mistakes_are_listed_each_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    text = (
        TEXT.replace("target: 200", "target: lots").replace("usd: null", "usd: -1").replace("threshold: 0.7 ", "threshold: 7 ")
    )
    path.write_text(text, encoding="utf-8")
    found = [words.removeprefix(f"{path}:").split(" ")[1] for words in params_problems(path)]
    assert found == ["generate.target:", "filter.similarity.threshold:", "budget.usd:"]


def test_all_names_that_name_nothing_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    text = TEXT.replace("    model: good\n", "    model: goood\n").replace("    endpoint: stand-in\n", "    endpoint: x\n")
    path.write_text(text, encoding="utf-8")
    assert len(params_problems(path)) == 3 + 1  # the endpoints of three models, the model of a match


def test_a_key_is_named_nowhere(tmp_path: Path) -> None:
    """Pasted where the name of its environment variable belongs."""
    path = tmp_path / "params.yaml"
    key = "sk-proj-4f9aB2c7D8e1F3a5b6C7"
    path.write_text(TEXT.replace("    max_concurrency: 32", f"    api_key_env: {key}"), encoding="utf-8")
    with pytest.raises(UserError) as error:
        load_params(path)
    assert key not in repr(error.value)
    assert key[8:] not in "".join(params_problems(path))


KEYS = ("sk-proj-4f9aB2c7D8e1F3a5b6C7", f"hf_{'aB3' * 12}", f"gsk_{'a1' * 20}", "0123456789abcdef" * 2)
SOMEWHERE_ELSE = [
    *((f"api_key: {key}", "models.good.params.api_key: no key may be in this file") for key in KEYS),
    *((f"user: {key}", "models.good.params.user: this looks like it holds an API key") for key in KEYS[:3]),
]


@pytest.mark.parametrize(("text", "words"), SOMEWHERE_ELSE)
def test_a_key_is_refused_wherever_it_is_and_not_repeated(tmp_path: Path, text: str, words: str) -> None:
    """What is in a model's settings goes into its requests, and with them into transcripts and reports."""
    path = tmp_path / "params.yaml"
    path.write_text(re.sub(r"(model: stand-in-good\n    params:\n)", rf"\1      {text}\n", TEXT, count=1), encoding="utf-8")
    with pytest.raises(UserError, match=words) as error:
        load_params(path)
    assert not any(key[6:] in str(error.value) for key in KEYS)


@pytest.mark.parametrize("block", ["api_key_env: {}", "headers: {{Authorization: {}}}", "query: {{key: {}}}"])
@pytest.mark.parametrize("key", KEYS)
def test_a_key_where_a_name_belongs_is_refused(tmp_path: Path, block: str, key: str) -> None:
    if block.startswith("query") and key == KEYS[3]:
        return  # a parameter of a query may be any number
    path = tmp_path / "params.yaml"
    path.write_text(TEXT.replace("    max_concurrency: 32", f"    {block.format(key)}"), encoding="utf-8")
    with pytest.raises(UserError, match="like") as error:
        load_params(path)
    assert key[6:] not in str(error.value)


@pytest.mark.parametrize("block", ["api_key_env: hf_token_of_the_whole_team", "headers: {Authorization: MY_AUTHORIZATION_2}"])
def test_a_name_of_a_variable_is_no_key(tmp_path: Path, block: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(TEXT.replace("    max_concurrency: 32", f"    {block}"), encoding="utf-8")
    assert params_problems(path) == []


UNUSED = ("generations", "sets", "models", "matches", "prices")


@pytest.mark.parametrize("name", UNUSED)
def test_a_part_that_is_not_used_may_be_empty(tmp_path: Path, name: str) -> None:
    params = parse_yaml(TEXT, "params.yaml")
    params[name] = {}
    if name == "models":
        params["matches"] = {}
    path = tmp_path / "params.yaml"
    path.write_text(canonical(params), encoding="utf-8")
    assert load_params(path)[name] == {}  # type: ignore[literal-required]


def test_the_baseline_and_the_references_may_be_left_out(tmp_path: Path) -> None:
    params = parse_yaml(TEXT, "params.yaml")
    del params["corpora"]["baseline"]
    params["judge"]["reference_categories"] = []
    path = tmp_path / "params.yaml"
    path.write_text(canonical(params), encoding="utf-8")
    assert set(load_params(path)["corpora"]) == {"seed_tasks", "questions", "two_turns"}


JURY = "judges: {} # a jury"


@pytest.mark.parametrize(
    ("judges", "message"),
    [
        ("{a: {}, b: {}}", "judges.b: identical to judges.a"),
        ("{a: {}, b: {sample: 0}}", "judges.b: identical to judges.a"),
        ("{a: {endpoint: nowhere}}", "judges.a.endpoint: unknown endpoint 'nowhere'"),
        ("{jury: {model: m}}", "judges.jury: 'jury' is reserved for the verdict of all judges"),
        ("{a: {modell: m}}", "judges.a.modell: unknown key (did you mean 'model'?)"),
        ("{a: {max_attempts: 1}}", "judges.a.max_attempts: unknown key"),
        ("[]", "judges: expected object, found []"),
    ],
)
def test_a_mistake_in_a_jury_is_named(tmp_path: Path, judges: str, message: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(TEXT.replace(JURY, f"judges: {judges} # a jury"), encoding="utf-8")
    with pytest.raises(UserError) as error:
        load_params(path)
    assert message in str(error.value)


def test_criteria_of_no_category_are_named(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(TEXT.replace("  fermi: 仮定", "  ferma: 仮定"), encoding="utf-8")
    with pytest.raises(UserError, match=r"criteria\.ferma: unknown category 'ferma' \(did you mean 'fermi'\?\); its criteria"):
        load_params(path)


def test_a_judge_of_a_jury_is_as_the_shared_block_says_but_for_what_it_names(tmp_path: Path) -> None:
    params = parse_yaml(TEXT, "params.yaml")
    params["endpoints"]["there"] = {"structured": "text"}
    params["servers"]["there"] = {"base_url": "http://localhost:1/v1"}
    params["judge"] |= {"family": "f", "structured": "json_object"}
    params["judges"] = {
        "judge": {},
        "large": {"model": "other", "params": {"seed": 1}},
        "far": {"endpoint": "there", "sample": 2},
    }
    path = tmp_path / "params.yaml"
    path.write_text(canonical(params), encoding="utf-8")
    loaded = load_params(path)
    own, far, large = (judge_settings(loaded)[judge] for judge in ("judge", "far", "large"))
    assert (own.endpoint, own.model, own.params, own.sample) == (
        "stand-in",
        "stand-in",
        {"temperature": 0, "max_tokens": 2048},
        0,
    )
    assert (large.model, large.params, large.structured) == ("other", {"seed": 1, "max_tokens": 2048}, "json_object")
    assert (far.endpoint, far.model, far.sample, far.structured) == ("there", "stand-in", 2, "text")
    assert {id: block.get("family") for id, block in judge_blocks(loaded).items()} == {"judge": "f", "large": None, "far": "f"}


def test_editors_are_pointed_to_the_schema() -> None:
    assert TEXT.startswith("# yaml-language-server: $schema=schemas/params.schema.json\n")


def test_dvc_and_we_read_the_same_params() -> None:
    assert load_params(ROOT / "params.yaml") == parse_yaml(TEXT, "params.yaml")
