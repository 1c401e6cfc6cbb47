"""Markdown and reStructuredText are read as far as the checks need."""

import pytest

from gates.probes.documentation import text


def parts(content: str) -> tuple[text.Section, ...]:
    return text.sections(text.lines(content))


def test_sections_of_hashes_and_of_underlines() -> None:
    found = parts("intro\n\n# One\na\n## Two ##\nb\n\nThree\n=====\nc\n\nFour\n----\nd\n")
    assert [(section.title, section.level, section.line) for section in found] == [
        ("", 0, 1),
        ("One", 1, 3),
        ("Two", 2, 5),
        ("Three", 1, 8),
        ("Four", 2, 12),
    ]
    assert [line.text for line in found[3].lines if line.text] == ["c"]


def test_what_stands_in_code_is_no_heading() -> None:
    found = parts("# One\n```sh\n# a comment\nmake\n```\n~~~\n# b\n")
    assert [section.title for section in found] == ["", "One"]
    assert [line.text for line in found[1].lines if line.code] == ["# a comment", "make", "# b"]


def test_a_table_is_no_heading_and_comments_are_nothing() -> None:
    found = parts("| a | b |\n|---|---|\n<!-- # gone\n TODO -->\n# Here\n")
    assert [section.title for section in found] == ["", "Here"]
    assert found[1].line == 5


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("TODO", True),
        ("- TODO: write", True),
        ("**TBD**", True),
        ("| port | TBD |", True),
        ("To be written.", True),
        ("Coming soon!", True),
        ("text lorem ipsum text", True),
        ("TODO list service", False),
        ("the TODO app", False),
        ("todo items are stored", False),
        ("`TODO`s are found by grep: see above", True),
        ("nothing to be done here", False),
    ],
)
def test_placeholders_are_told_from_talk_about_them(line: str, found: bool) -> None:
    assert bool(list(text.placeholders(text.lines(line)))) is found
    assert not list(text.placeholders(text.lines(f"```\n{line}\n```\n")))


@pytest.mark.parametrize(
    ("content", "empty"),
    [
        ("# A\n\n# B\nx\n", ["A"]),
        ("# A\n## B\nx\n", []),
        ("# A\nx\n## B\n", ["B"]),
        ("# A\n```\ncode\n```\n", []),
        ("# A\n<!-- later -->\n", ["A"]),
    ],
)
def test_empty_sections_are_those_with_nothing_below(content: str, empty: list[str]) -> None:
    assert [section.title for section in text.empty_sections(parts(content))] == empty


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("```\nmake\n```\n", True),
        ("```\n\n```\n", False),
        ("Run `make run` now", True),
        ("See `Makefile` and `setup.py`", False),
        ("Do::\n\n    make run\n", True),
        ("- a point\n    that goes on\n", False),
    ],
)
def test_commands_are_blocks_of_code_or_inline_code_of_two_words(content: str, found: bool) -> None:
    assert text.has_command(text.lines(content)) is found
