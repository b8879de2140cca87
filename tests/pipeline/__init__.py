"""The tests of `seedbed.pipeline`."""
