"""The tests of `seedbed.diff`."""
