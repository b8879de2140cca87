"""Exports: the data set with its card, and files for other tools; release checks, and where a data set is published."""
