"""The tests of `seedbed.sending`."""
