"""The tests of `seedbed.store`."""
