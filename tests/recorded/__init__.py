"""The tests of `seedbed.recorded`."""
