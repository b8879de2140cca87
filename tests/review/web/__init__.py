"""The tests of `seedbed.review.web`."""
