"""The tests of `seedbed.reporting`."""
