"""Check that a diff text is safe to post as a comment: it has the form written by `markdown`, with all data in code.

`python -m seedbed.diff.comment FILE` checks a file and exits with 1 and the reason where it may not. For a pull request
from a fork the file was made by the fork's own code: it is data, and this is what decides whether it is shown under
the repository's name. It needs Python alone, nothing is to be installed where a token that can write is at hand.
"""

import re
import sys
from pathlib import Path

MARKER = "<!-- seedbed diff -->"
"""The first line, by which a comment is found again. A row cannot forge it: the line is looked for at the start only."""
LIMIT = 60_000
"""Characters; GitHub takes 65,536 in a comment."""

_FENCE = re.compile(r"(`{3,})diff")
LABELS = ("What changed", "Sets", "Rates", "Cost", "Check first")
"""What a point of the answer may be about."""
_BLOCK = re.compile(r"</details>|<details(?: open)?><summary>[\w ]+</summary>")
_PREFIX = re.compile(rf"^(?:> |- \*\*(?:{'|'.join(LABELS)})\*\*:(?: |$)|  [1-9]\. )")
"""What a line of ours, but no cell of a table, may begin with."""
_WORDS = re.compile(r"[\w ,.;:()/%½→−–…+'\"-]*")
"""Our own words. No `@`, `#`, `<`, `[`, `&`, backslash or backtick: nothing that makes a mention, a link or a tag."""
_UNMARKED = re.compile(r"www\.|://|\bGH-\d|\b[0-9a-f]{7,40}\b", re.IGNORECASE)
"""What a forge makes a link of without any mark: an address, an issue, a commit."""


def problem(text: str) -> str | None:
    """Return why `text` may not be posted; None where it may."""
    if len(text) > LIMIT:
        return f"{len(text):,} characters, more than {LIMIT:,}"
    if not text.startswith(f"{MARKER}\n\n"):
        return f"the first line is not {MARKER}"
    if re.search(r"[^\n\t\x20-\x7e\xa0-\U0010ffff]", text):
        return "a control character"
    lines = [*text.split("\n"), ""]
    fence = ""
    for number in range(1, len(lines) - 1):
        line = lines[number]
        if fence:
            fence = "" if re.fullmatch(rf" {{0,3}}{fence}`*\s*", line) else fence
        elif opening := _FENCE.fullmatch(line):
            fence = opening[1]
        elif line_problem := _problem_of_line(lines[number - 1], line, lines[number + 1]):
            return f"line {number + 1}: {line_problem}"
    return "a fence that does not end" if fence else None


def _problem_of_line(last: str, line: str, following: str) -> str | None:
    """Return what is wrong with a line outside a fenced block, between its neighbours."""
    if _BLOCK.fullmatch(line):
        # Until a blank line everything is HTML, and a backtick is no more than that.
        return "a tag that no blank line follows" if following else None
    if line and line.startswith("|") != last.startswith("|") and last:
        return "a table that begins or ends without a blank line"
    if not line.startswith("|"):
        return None if _is_plain(_PREFIX.sub("", line)) else "something that is neither our words nor code"
    # A bar ends a cell, and with it a code span, unless there is a backslash before it; what two of them mean depends
    # on the reader.
    if "\\\\|" in line:
        return "two backslashes before a bar"
    plain = all(_is_plain(cell) for cell in re.split(r"(?<!\\)\|", line))
    return None if plain else "something in a table that is neither our words nor code"


def _is_plain(line: str) -> bool:
    """Whether a line, or a cell, holds our words and code spans, none of which begins on one line and ends on another."""
    rest = ""
    place = 0
    for run in re.finditer("`+", line):
        if run.start() < place:
            continue
        end = next((other for other in re.finditer("`+", line[run.end() :]) if len(other[0]) == len(run[0])), None)
        if end is None:
            return False
        rest += line[place : run.start()]
        place = run.end() + end.end()
    rest += line[place:]
    return bool(_WORDS.fullmatch(rest)) and not _UNMARKED.search(rest)


def main() -> None:
    """Check the file that the command line names."""
    path = Path(sys.argv[1])
    if path.is_symlink() or not path.is_file() or path.stat().st_size > 4 * LIMIT:
        sys.exit(f"error: {path}: not a file of at most {4 * LIMIT:,} bytes; it is not posted")
    try:
        why = problem(path.read_bytes().decode())
    except UnicodeDecodeError:
        why = "not UTF-8"
    if why:
        sys.exit(f"error: {path}: {why}; it is not posted")


if __name__ == "__main__":
    main()
