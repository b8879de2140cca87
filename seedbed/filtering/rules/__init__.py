"""The filter's rules, which each return None, or why a candidate is rejected.

Rules are tried in the order of `filter.rules`; the first that objects decides. Words and patterns of a language are in
`data/languages/<language>.yaml`; a language without such a file gets the rules that need none.

    @rule
    def too_short(candidate: Row, context: Context) -> str | None:
        length, least = len(candidate["instruction"]), context.least_characters
        return f"{length} characters, fewer than {least}" if length < least else None

Importing this package registers the built-in rules; a project's own are in its `plugins/`.
"""

from seedbed.filtering.rules import language, length, output, overlap
from seedbed.filtering.rules.registry import RULES, Context, Rejection, Rule, fields_of, rule

__all__ = ["RULES", "Context", "Rejection", "Rule", "fields_of", "language", "length", "output", "overlap", "rule"]
