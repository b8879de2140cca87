"""Sample the rows of a training set: stable, so that a larger set contains every row of a smaller one.

A row's place in the draw is the SHA-256 of its file's name and its id; nothing else decides it. `first: 1000` takes the first
thousand of that order. A mixture takes the first rows of each file, in numbers that keep the weights.
"""

from collections.abc import Mapping
from hashlib import sha256

from seedbed.util.errors import UserError
from seedbed.util.rows import Row


def drawn(rows: list[Row], name: str, number: int) -> list[Row]:
    """Return the first `number` rows of the draw, in the order they came in.

    Args:
        rows: with ids.
        name: of their file, so that equal ids of two files have places of their own.
        number: fewer are returned where there are fewer.
    """
    order = sorted(range(len(rows)), key=lambda place: sha256(f"{name}/{rows[place]['id']}".encode()).digest())
    return [rows[place] for place in sorted(order[:number])]


def shares(available: Mapping[str, int], weights: Mapping[str, float], first: int | None) -> dict[str, int]:
    """Return how many rows each file of a mixture gives.

    Args:
        available: rows there are, by file name.
        weights: each file's share relative to the others.
        first: rows in all; None for as many as the scarcest file allows.

    Raises:
        UserError: a file has too few rows for `first`.
    """
    total = sum(weights.values())
    largest = min(int(available[name] * total / weight) for name, weight in weights.items())
    size = largest if first is None else first
    numbers = {name: int(size * weight / total) for name, weight in weights.items()}
    # What rounding down left goes to the largest remainders; ties by name.
    rest = sorted(weights, key=lambda name: (-(size * weights[name] / total - numbers[name]), name))
    for name in rest[: size - sum(numbers.values())]:
        numbers[name] += 1
    if first is None:
        return {name: min(number, available[name]) for name, number in numbers.items()}
    for name, number in numbers.items():
        if number > available[name]:
            raise UserError(
                f"first: {first} rows by these weights want {number} of {name}, which has {available[name]}; lower first to "
                f"{largest}, or change the weights"
            )
    return numbers
