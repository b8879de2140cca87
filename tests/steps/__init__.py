"""The tests of `seedbed.steps`."""
