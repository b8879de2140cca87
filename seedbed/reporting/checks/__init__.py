"""Checks that code can decide of an answer: `checks` of a question, beside what the judge says."""
