"""The tests of `seedbed.review.sheets`."""
