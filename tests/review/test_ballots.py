"""Who is given which ballots."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from seedbed.review.ballots import Ballot, assign, draw, load_answers, sample
from seedbed.review.queue.file_cache import FileCache
from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml

pytestmark = pytest.mark.usefixtures("folder")


def ballots() -> list[Ballot]:
    return sample(load_answers(load_yaml(Path("params.yaml")), FileCache()), None)


def test_a_sample_is_spread_over_categories_and_the_first_of_a_larger_one() -> None:
    answers = load_answers(load_yaml(Path("params.yaml")), FileCache())
    two, three = sample(answers, 2), sample(answers, 3)
    for match in ("good-vs-thin", "poor-vs-thin"):
        mine = [b for b in two if b.match == match]
        assert {b.category for b in mine} == {"fermi", "generic"}
        assert mine == [b for b in three if b.match == match][:2]


def test_people_who_are_named_share_evenly_and_in_pairs() -> None:
    many = [Ballot(match, f"q-{n}", "c", n) for match in ("m", "n") for n in range(40)]
    names = ["aki", "ben", "chie", "dai"]
    shares = assign(many, names, 2)
    for match in ("m", "n"):
        assert {sum(b.match == match for b in share) for share in shares.values()} == {20}
    counts = Counter(ballot for share in shares.values() for ballot in share)
    assert set(counts.values()) == {2}
    pairs = {frozenset(name for name in names if ballot in shares[name]) for ballot in many}
    assert len(pairs) == 6  # everyone shares ballots with everyone
    assert shares == assign(many, names, 2)
    with pytest.raises(UserError, match="but --people lists only 4"):
        assign(many, names, 5)


def test_without_names_a_ballot_is_anybodys_until_enough_have_voted() -> None:
    many = [Ballot("m", f"q-{n}", "c", 0) for n in range(4)]
    votes: list[Any] = [{"annotator": name, "match": "m", "question": "q-1"} for name in ("aki", "ben")]
    assert many[1] not in draw(many, "chie", votes, (), 2)
    assert many[1] in draw(many, "aki", votes, (), 2)
    assert many[1] in draw(many, "chie", votes, (), 3)
    orders = {tuple(b.question for b in draw(many, name, [], (), None)) for name in ("aki", "ben", "chie", "dai", "emi")}
    assert len(orders) > 1
