"""Foreign text: nothing that acts or hides is left, and the rest is left alone."""

import sys
import unicodedata

import pytest

from reports.visible import LONGEST, block, line, safe_url

ACTING = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs"}


def test_no_letter_that_acts_or_hides_passes() -> None:
    for point in range(sys.maxunicode + 1):
        letter = chr(point)
        if unicodedata.category(letter) in ACTING and letter not in " \n\t":
            shown = block(letter)
            assert shown.startswith("\\"), hex(point)
            assert int(shown[2:], 16) == point


def test_letters_that_are_drawn_are_left_alone() -> None:
    text = "naïve Größe 日本語 ✓ 🙂 e\u0301 a/b:12 <&>\"'\\"
    assert block(text) == text == line(text)


@pytest.mark.parametrize(
    ("text", "in_block", "in_line"),
    [
        ("a\nb\tc", "a\nb\tc", "a\\x0ab\\x09c"),
        ("a\r\nb", "a\\x0d\nb", "a\\x0d\\x0ab"),
        ("\x1b[2J", "\\x1b[2J", "\\x1b[2J"),
        ("\x9b31m\x85", "\\x9b31m\\x85", "\\x9b31m\\x85"),
        ("\ud800", "\\ud800", "\\ud800"),
        ("\u202e\U000e0041", "\\u202e\\U000e0041", "\\u202e\\U000e0041"),
    ],
)
def test_controls_become_numbers(text: str, in_block: str, in_line: str) -> None:
    assert block(text) == in_block
    assert line(text) == in_line


def test_long_text_is_cut_with_a_marker_b48() -> None:
    assert block("x" * LONGEST) == "x" * LONGEST
    assert block("x" * (LONGEST + 1)) == "x" * LONGEST + " … [cut: 1 more characters]"
    ten_megabytes = block("\x00" * 10_000_000)
    assert len(ten_megabytes) < 2 * LONGEST
    assert ten_megabytes.endswith("[cut: 9,995,904 more characters]")
    assert len(block("\x00" * LONGEST)) <= 2 * LONGEST + len(" … [cut]")


@pytest.mark.parametrize(
    "text",
    [
        "https://docs.example/rules/f401",
        "http://127.0.0.1:8000/a?b=c#d",
        "https://docs.example",
        "https://docs.example:443?x=1",
    ],
)
def test_plain_addresses_are_let_through(text: str) -> None:
    assert safe_url(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " https://docs.example/",
        "https://docs.example/\n",
        "data:text/html,x",
        "//docs.example/",
        "/relative",
        "https:docs.example",
        "https://user@docs.example/",
        "https://docs.example@evil.example/",
        "https://docs.example\\@evil.example/",
        "https://docs.example/ x",
        "https://docs.example/'x",
        'https://docs.example/"x',
        "https://docs.example/<x>",
        "https://docs.example:123456/",
        "https://docs.example/\u202e",
        "https://dоcs.example/",
        "ftp://docs.example/",
        "https://docs.example/" + "a" * 2048,
    ],
)
def test_other_addresses_are_refused_b53(text: str) -> None:
    assert safe_url(text) == ""
