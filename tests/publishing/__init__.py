"""The tests of `seedbed.review`."""
