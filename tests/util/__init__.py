"""The tests of `seedbed.util`."""
