"""Names for functions."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest

from seedbed.util.errors import UserError
from seedbed.util.registry import Registry, shown_path


@pytest.fixture
def shapes() -> Registry[Callable[[], str]]:
    made: Registry[Callable[[], str]] = Registry("shape")

    @made.register
    def circle() -> str:
        return "round"

    @made.register("square")
    def with_corners() -> str:
        return "square"

    return made


def test_a_function_is_found_by_its_name_or_by_the_one_given(shapes: Registry[Callable[[], str]]) -> None:
    assert shapes.names() == ["circle", "square"]
    assert [shapes.get(name, "here")() for name in shapes.names()] == ["round", "square"]
    assert not shapes.is_builtin("circle")


def test_what_wraps_a_function_of_the_library_is_no_part_of_it() -> None:
    shapes: Registry[Callable[..., Any]] = Registry("shape")
    shapes.register("shown")(shown_path)
    shapes.register("wrapped")(wraps(shown_path)(lambda: "round"))
    assert shapes.is_builtin("shown")
    assert not shapes.is_builtin("wrapped")


def test_an_unknown_name_is_met_with_a_suggestion(shapes: Registry[Callable[[], str]]) -> None:
    with pytest.raises(UserError, match=r"^params\.yaml: unknown shape 'sqare' \(did you mean 'square'\?\)$"):
        shapes.get("sqare", "params.yaml")
    assert shapes.unknown("x") == "unknown shape 'x' (known: circle, square); one of your own is registered in plugins/"


def test_a_name_is_given_once(shapes: Registry[Callable[[], str]]) -> None:
    with pytest.raises(
        UserError,
        match=r"test_registry\.py:\d+: the shape 'circle' is registered already, in \S*test_registry\.py:\d+; choose",
    ):

        @shapes.register("circle")
        def other() -> str:
            return ""

    assert shapes.get("circle", "here")() == "round"


def test_a_function_that_cannot_be_called_as_its_kind_is_refused_where_it_is_written() -> None:
    shapes: Registry[Callable[..., Any]] = Registry("shape", ("size", "colour"))
    shapes.register("plain")(lambda size, colour, rounded=True: size)
    shapes.register("any")(lambda *given: given)
    shapes.register("smallest")(min)  # written in C
    for wrong, found in ((lambda size: size, "(size)"), (lambda size, colour, *, corners: size, "(size, colour, *, corners)")):
        with pytest.raises(UserError) as error:
            shapes.register("wrong")(wrong)
        assert "test_registry.py:" in str(error.value)
        assert f"the shape 'wrong' is called with (size, colour), and takes {found}" in str(error.value)
    assert "wrong" not in shapes.names()


@pytest.mark.parametrize("name", ["Circle", "1st", "a-b", "", "a\n", "é"])
def test_a_name_that_no_parameter_can_hold(shapes: Registry[Callable[[], str]], name: str) -> None:
    with pytest.raises(UserError, match="is not a valid name of a shape"):
        shapes.register(name)(lambda: "")


def test_what_python_wrote_is_named_by_its_module() -> None:
    made: Registry[Callable[..., object]] = Registry("thing")
    with pytest.raises(UserError, match=r"^builtins: 'A' is not"):
        made.register("A")(len)
