"""Tokenisers: the built-in ones, and a project's own."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from seedbed.filtering import background, tokenisers
from seedbed.filtering.background import Ahead
from seedbed.filtering.tokenisers import load_tokeniser
from seedbed.reporting.effort import words_and_marks
from seedbed.util.errors import UserError
from tests.examples import example_in
from tests.filtering.sample import SETTINGS
from tests.filtering.test_background import tokens_in


def test_tokenisers() -> None:
    text = "ＡＩは、関西国際空港(1958)を見た。"
    assert load_tokeniser(SETTINGS["tokeniser"])(text) == ["ai", "は", "関西国際空港", "1958", "を", "見", "た"]
    assert load_tokeniser({"name": "character"})("がぎ a1。") == ["が", "ぎ", "a", "1"]
    assert load_tokeniser({"name": "space"})("L'été, naïve: 3!") == ["l", "été", "naïve", "3"]


def test_a_text_too_long_for_sudachi_is_cut_up() -> None:
    assert len(load_tokeniser(SETTINGS["tokeniser"])("猫が鳴く。" * 20_000)) == 3 * 20_000


def test_another_dictionary_is_refused() -> None:
    with pytest.raises(UserError, match="'20200101' is named"):
        load_tokeniser({"name": "sudachi", "dictionary": "20200101"})


@pytest.mark.parametrize("module", ["sudachipy", "sudachidict_core"])
def test_without_the_extra_one_is_reported_its_name(monkeypatch: pytest.MonkeyPatch, module: str, tmp_path: Path) -> None:
    if module == "sudachipy":
        monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    else:
        monkeypatch.setattr(sys, "path", [str(tmp_path)])  # where no distribution is found
        import sudachipy  # noqa: F401, found before
    with pytest.raises(UserError) as error:
        load_tokeniser(SETTINGS["tokeniser"])
    assert str(error.value) == (
        "filter.tokeniser: sudachi needs an extra; install it with `pip install 'seedbed[ja]'`, or name another tokeniser"
    )


# A project's own:

WritePlugin = Callable[[str, str], Path]
HEADER = "from seedbed.filtering.tokenisers import Settings, Tokenise, fold, tokeniser\n\n"


def test_an_unknown_one_is_reported() -> None:
    with pytest.raises(UserError, match=r"filter\.tokeniser\.name: unknown tokeniser 'spaces' \(did you mean 'space'\?\)"):
        load_tokeniser({"name": "spaces"})


def test_the_example_in_the_documentation(write_plugin: WritePlugin) -> None:
    write_plugin("ngrams", HEADER + example_in(tokenisers))
    assert load_tokeniser({"name": "ngrams", "size": 3})("ＡＢcde") == ["abc", "bcd", "cde"]
    assert load_tokeniser({"name": "ngrams"})("abc") == ["ab", "bc"]


def test_it_works_in_the_second_process_too(write_plugin: WritePlugin, monkeypatch: pytest.MonkeyPatch) -> None:
    write_plugin(
        "pids",
        HEADER
        + "import os\n\n@tokeniser\ndef pids(settings):\n    return lambda text: [settings['mark'], str(os.getpid()), text]\n",
    )
    monkeypatch.setattr(background, "_IN_THIS_PROCESS", 0)
    with Ahead({"name": "pids", "mark": "m"}) as ahead:
        assert ahead.one("a") == ["m", str(os.getpid()), "a"]
        ((_, looks),) = ahead.all([{"instruction": text, "input": text * 2} for text in ("b", "c")])
        tokens = [tokens_in(ahead, look) for look in looks]
    other = tokens[0][0][1]
    assert tokens == [[["m", other, text], ["m", other, text, "m", other, text * 2]] for text in ("b", "c")]
    assert other != str(os.getpid())


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return settings['dictionary']", "plugins/mine.py:5: tokeniser 'mine': KeyError: 'dictionary'"),
        ("return lambda text: 1 // len(text)", "plugins/mine.py:3: tokeniser 'mine': expected a list of texts, found '1'"),
        ("return lambda text: [1 / (len(text) - 1)]", "plugins/mine.py:5: tokeniser 'mine': ZeroDivisionError"),
        ("return lambda text: text.split", "plugins/mine.py:3: tokeniser 'mine': expected a list of texts, found '<built-in"),
        ("return None", "plugins/mine.py:3: tokeniser 'mine': expected a function from a text to its tokens, found NoneType"),
        (
            "return lambda a, b: [a]",
            "plugins/mine.py:3: tokeniser 'mine': its function is called with (text), and takes (a, b)",
        ),
        ("return str.upper", "plugins/mine.py:3: tokeniser 'mine': expected a list of texts, found 'A'"),
    ],
)
@pytest.mark.parametrize("here", [0, 1000])
def test_its_mistakes_are_reported_from_either_process(
    write_plugin: WritePlugin, monkeypatch: pytest.MonkeyPatch, body: str, message: str, here: int
) -> None:
    write_plugin("mine", f"{HEADER}@tokeniser\ndef mine(settings):\n    {body}\n")
    monkeypatch.setattr(background, "_IN_THIS_PROCESS", here)
    with pytest.raises(UserError) as error, Ahead({"name": "mine"}) as ahead:
        list(ahead.all([{"instruction": "a"}]))
    assert str(error.value).startswith(message)


def test_tokens_that_the_text_does_not_hold_are_no_words_of_an_edit() -> None:
    """A tokeniser may give stems; the report on effort cuts the text itself, letter by letter where it finds no token."""
    assert words_and_marks("He runs fast.", lambda text: ["he", "run!", "fast"]) == ["he", "r", "u", "n", "s", "fast", "."]
