"""The tests of `seedbed.exchange`."""
