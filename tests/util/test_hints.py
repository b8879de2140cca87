"""Hints in the sentences that users read."""

from seedbed.util.errors import did_you_mean


def test_the_nearest_word_is_suggested_or_all_are_listed() -> None:
    assert did_you_mean("sampel", ["sample", "model"]) == " (did you mean 'sample'?)"
    assert did_you_mean("x", ["sample", "model"]) == " (known: sample, model)"
    assert did_you_mean("x", []) == ""
