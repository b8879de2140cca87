"""The tests of `seedbed.review.queue`."""
