"""YAML is read as DVC reads it, so that the two never see different values in one file."""

from pathlib import Path

import pytest
from dvc.utils.serialize import YAMLFileCorruptedError, parse_yaml

from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml


@pytest.mark.parametrize(
    "scalar",
    [
        *("1e-1", "1E3", "1.5e+3", "no", "yes", "on", "off", "y", "true", "True", "TRUE", "false", "null", "~", "Null", "''"),
        *("0o17", "017", "0x1F", "1_000", "+5", "-5", ".5", "5.", ".inf", "-.Inf", "1:30", "2024-01-02", "0b11", "'1'"),
        *("12e03", "-2E+05", "1.2.3", "abc", "+0x1", "1e5", ".5e3", "1_0.5", "0o8", "0", "-0", "0.0"),
    ],
)
def test_scalars_are_those_that_dvc_reads(tmp_path: Path, scalar: str) -> None:
    # DVC's C parser refuses a colon within brackets that is not quoted: a sentence with its place, and no other value.
    text = f"a: {scalar}\n" if ":" in scalar else f"a: {scalar}\nb: [{scalar}]\n"
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    ours, theirs = load_yaml(path), parse_yaml(text, str(path))
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("text", ["a: [1:30]\n", "a: {b: https://c/d}\n", "a: {b:c: 1}\n"])
def test_a_bare_colon_within_brackets_is_refused_as_by_dvc_with_what_to_do(tmp_path: Path, text: str) -> None:
    with pytest.raises(YAMLFileCorruptedError):
        parse_yaml(text, "x.yaml")
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"x.yaml:1:\d+: not valid YAML: put '.*' in quotes: DVC reads no colon"):
        load_yaml(path)


def test_a_colon_in_quotes_or_outside_of_brackets_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: {b: 'https://c/d', \"e:f\": [g]}\nh: https://i:1/j\nk:\n- l:m\n", encoding="utf-8")
    ours = load_yaml(path)
    assert ours == {"a": {"b": "https://c/d", "e:f": ["g"]}, "h": "https://i:1/j", "k": ["l:m"]}
    assert ours == parse_yaml(path.read_text(encoding="utf-8"), str(path))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\na: 2\n", "x.yaml:2:1: not valid YAML: the key 'a' appears twice (first on line 1); make one of the two"),
        ("1: a\n", "a key that is no text; put it in quotes"),
        ("a: [b", "not valid YAML"),
        ("a:\n\tb: 1\n", "x.yaml:2:1: not valid YAML: a tab or another character that cannot stand here; indent with spaces"),
        ("a: [b]\n  - c\n", "x.yaml:2:3: not valid YAML: this line does not fit the lines above; check indentation,"),
        ("a: 1\n---\nb: 1\n", "x.yaml:2:1: not valid YAML: a second document begins here; remove this line"),
        ('a: 1\nb: "\0"\n', "x.yaml:2: not valid YAML: the control character U+0000; remove it"),
        (f"a: {'1' * 5000}\n", "x.yaml:1:4: not valid YAML: a number of more than 4,000 digits"),
        ("a: |\n  b\n<<<<<<< HEAD\nc: 1\n=======\nc: 2\n>>>>>>> theirs\n", "x.yaml:3: merge conflict (<<<<<<<)"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as error:
        load_yaml(path)
    assert words in str(error.value)


def test_a_folder_of_the_files_name_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot be read \(Is a directory\); restore it, for example with git"):
        load_yaml(tmp_path)
