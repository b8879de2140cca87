"""The tests of `seedbed.stand_in`."""
