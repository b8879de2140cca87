"""Answers and verdicts in the files of other tools."""
