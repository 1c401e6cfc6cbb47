"""Every command that a page shows is run by a test, or at least read by our own parsers.

RUN are the pages whose commands are all run, with where. PARSED are those that are only read, with
why. Other pages describe a feature: their commands are read here, and run by that feature's tests.
"""

import contextlib
import io
import re
import runpy
import shlex
from functools import lru_cache
from pathlib import Path

import nox.registry
import pytest

from manual.commands import every, inner_parsers, parser_of
from tests.docs.pages import DOCS, PAGES, ROOT, blocks, name, spoken
from tests.docs.test_walks import HOW_TO, TUTORIAL

RUN = {
    **{f"docs/tutorial/{page}.md": "tests/docs/test_walks.py" for page in TUTORIAL},
    **{f"docs/how-to/{page}.md": "tests/docs/test_walks.py" for page in HOW_TO},
}
PARSED = {
    "README.md": "whole runs of the example; its two set-ups are those of .ci/run",
    "docs/index.md": "a whole run of a service",
    "docs/how-to/load.md": "a load of half a minute on a running service: tests/e2e, tests/load",
    "docs/how-to/load-hosts.md": "needs three machines; in network namespaces: tests/load",
    "docs/how-to/postgresql.md": "needs a server and a service on it: tests/probes, tests/shell",
    "docs/how-to/nightly.md": "a night: tests/e2e, tests/reports/test_week.py",
    "docs/how-to/shards.md": "several whole runs: tests/commands/test_merge.py",
    "docs/attestation.md": "its steps are run by tests/commands/test_walkthrough.py",
}
TAUGHT = ("docs/tutorial/", "docs/how-to/", "docs/index.md", "README.md")
OTHER_PACKAGES = {"todos"}  # the command of the plugin that docs/plugins.md builds
SEPARATORS = {"&&", "||", ";", "|", "&", "(", ")", "do", "then", ">", ">>", "<"}


def shown(page: Path) -> list[tuple[str, str]]:
    """Place and line of every command of a page's blocks."""
    found = (block for block in blocks(page) if block.kind == "commands")
    return [(block.place, command.line) for block in found for command in block.commands]


def programs(line: str) -> list[list[str]]:
    """The simple commands of a line as a shell splits them, without assignments."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    parts: list[list[str]] = [[]]
    for word in lexer:
        if word in SEPARATORS:
            parts.append([])
        elif parts[-1] or not re.match(r"\w+=", word):
            parts[-1].append(word)
    return [part for part in parts if part]


def ours(words: list[str]) -> list[str] | None:
    """The arguments of our program in a simple command, None where it is another."""
    for place, word in enumerate(words):
        if word.rpartition("/")[2] == "gatescore":
            return words[place + 1 :] if place == 0 or words[0] == "ip" else None
    return None


def refusal(arguments: list[str]) -> str:
    """Why our parser refuses arguments; "" if it takes them."""
    verb, *rest = arguments
    if verb in OTHER_PACKAGES or verb in ("--version", "--help"):
        return ""
    if verb not in every():
        return f"there is no command {verb}"
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        try:
            parser_of(verb).parse_args(rest)
        except SystemExit:
            return said.getvalue().strip().splitlines()[-1]
    return ""


@lru_cache(maxsize=1)
def sessions() -> frozenset[str]:
    """The names of our nox sessions."""
    runpy.run_path(str(ROOT / "noxfile.py"))
    return frozenset(nox.registry.get())


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_our_parsers_take_every_command_that_is_shown(page: Path) -> None:
    for place, line in shown(page):
        for words in programs(line):
            if (arguments := ours(words)) and "[" not in line:
                assert refusal(arguments) == "", f"{place}: {line}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_sessions_of_nox_that_are_shown_exist(page: Path) -> None:
    for place, line in shown(page):
        for words in programs(line):
            if words[0].rpartition("/")[2] == "nox" and "-s" in words:
                assert words[words.index("-s") + 1] in sessions(), f"{place}: {line}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_and_options_in_sentences_exist(page: Path) -> None:
    for line in spoken(page):
        words = re.sub(r"[\[\]]", " ", line).split()[1:]
        if not words or words[0] in OTHER_PACKAGES or not re.fullmatch(r"[a-z-]+", words[0]):
            continue
        assert words[0] in every(), f"{name(page)}: {line}"
        given = {word.partition("=")[0] for word in words if re.fullmatch(r"--[a-z].*", word)}
        assert given <= options(words[0]), f"{name(page)}: {line}"


def options(verb: str) -> set[str]:
    """Every option of a command, and of the commands inside it."""
    parser = parser_of(verb)
    every_one = [parser, *(inner for _, inner in inner_parsers(parser))]
    return {text for one in every_one for action in one._actions for text in action.option_strings}


def test_every_page_that_teaches_says_how_its_commands_are_tested() -> None:
    with_commands = {name(page) for page in PAGES if shown(page)}
    taught = {page for page in with_commands if page.startswith(TAUGHT)}
    assert taught <= RUN.keys() | PARSED.keys()
    assert RUN.keys() | PARSED.keys() <= with_commands


@pytest.mark.parametrize(
    "line",
    [
        "gatescore rum",
        "gatescore run --no-such-option",
        "gatescore run --level 4",
        "sha256sum a && gatescore verify --envelop x",
        "X=1 gatescore keygen",
        "ip netns exec a gatescore run --load-worker",
    ],
)
def test_a_wrong_command_would_be_seen(line: str) -> None:
    wrong = [refusal(arguments) for words in programs(line) if (arguments := ours(words))]
    assert any(wrong)


def test_the_places_that_are_named_are_there() -> None:
    for reason in (*RUN.values(), *PARSED.values()):
        for place in re.findall(r"tests/[\w/.]+", reason):
            assert (ROOT / place.rstrip(".,;")).exists(), reason
    assert DOCS.is_dir()
