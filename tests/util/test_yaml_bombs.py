"""A document that would fill the memory, or the stack, is refused before anything of it is built."""

import time
from pathlib import Path

import pytest

from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml

DOUBLED = "a0: &a0 [lol, lol]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 64))
BOMBS = {
    "aliases": (DOUBLED, "after its aliases are expanded"),
    "a long text repeated": (f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 1000)}]\n", "after its aliases are expanded"),
    "itself": ("a: &a [*a]\n", "holds itself"),
    "brackets": ("a: " + "[" * 100_000 + "]" * 100_000, "nested more than 60 levels deep"),
    "braces": ("a: " + "{a: " * 50_000 + "1" + "}" * 50_000, "nested more than 60 levels deep"),
    "dashes": ("- " * 50_000 + "a\n", "nested more than 60 levels deep"),
    "lines": ("".join(f"{' ' * n}a:\n" for n in range(2000)), "nested more than 60 levels deep"),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    text, words = BOMBS[kind]
    began = time.process_time()
    with pytest.raises(UserError, match=words) as error:
        load_yaml(tmp_path / "params.yaml", text)
    assert str(error.value).startswith(str(tmp_path / "params.yaml"))
    assert time.process_time() - began < 5


def test_aliases_and_nesting_that_people_write_are_read(tmp_path: Path) -> None:
    nested = "".join(f"{'  ' * n}a:\n" for n in range(20))
    assert load_yaml(tmp_path / "a", "a: &a {x: 1}\nb: *a\nc: [*a, *a]\n") == {
        "a": {"x": 1},
        "b": {"x": 1},
        "c": [{"x": 1}] * 2,
    }
    assert load_yaml(tmp_path / "a", nested)
    assert len(load_yaml(tmp_path / "a", "".join(f"- {{a: [{n}]}}\n" for n in range(1000)))) == 1000
