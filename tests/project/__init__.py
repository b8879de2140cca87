"""The tests of `seedbed.project`."""
