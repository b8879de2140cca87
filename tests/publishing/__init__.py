"""The tests of `seedbed.publishing`."""
