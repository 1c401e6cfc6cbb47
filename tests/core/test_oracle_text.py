"""Names in the texts of an oracle: filled in, and taken out again."""

import pytest

from gates.core.openapi import quoted
from gates.core.oracle_text import Unknown, filled, filled_text, names, shell, shown, steady

VALUES = {"id": 7, "word": "a b", "flag": True, "list": [1, 2], "brace": "{id}"}
SECRETS = {"KEY": "made-{id}-up"}


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ("{id}", 7),
        ("{flag}", True),
        ("{list}", [1, 2]),
        ("n{id}", "n7"),
        ("{flag}!", "true!"),
        ("x{list}", "x[1, 2]"),
        ("{{id}}", "{id}"),
        ("{{id}} {id}", "{id} 7"),
        ("${KEY}", "made-{id}-up"),
        ("{brace}{brace}", "{id}{id}"),
        ("{ID} {} {1,2} { id }", "{ID} {} {1,2} { id }"),
        ({"a{id}": ["{word}", 1, None]}, {"a7": ["a b", 1, None]}),
        (5, 5),
    ],
)
def test_names_are_filled_in_one_pass(value: object, made: object) -> None:
    assert filled(value, VALUES, SECRETS) == made


def test_paths_are_encoded() -> None:
    assert filled_text("/n/{word}/{id}", VALUES, {}, quoted) == "/n/a%20b/7"


@pytest.mark.parametrize("text", ["{other}", "a{other}", "${OTHER}", "${other}"])
def test_a_name_without_a_value_is_refused(text: str) -> None:
    with pytest.raises(Unknown):
        filled(text, VALUES, SECRETS)


def test_all_names_of_a_value_are_found() -> None:
    found = set(names({"{a}": ["${B}", "{{c}}", 5, {"x": "{d} {a}"}]}))
    assert found == {("a", False), ("B", True), ("d", False)}


def test_what_differs_by_run_is_taken_out() -> None:
    text = (
        'expected "qwertyuiop@example.com", found "qwertyuiop", id '
        "0b0c6c0e-8c2e-4a8e-9f34-2a1f7a1c9f10 at 2026-11-21T12:00:00.123Z of 65f1c0ffee65f1c0ffee7"
        " and 7"
    )
    values = {"unique": "qwertyuiop", "email": "qwertyuiop@example.com", "id": 7}
    assert steady(text, values) == (
        'expected "{email}", found "{unique}", id ‹id› at ‹time› of ‹id› and 7'
    )


def test_a_text_becomes_one_word_of_a_shell() -> None:
    assert shell('a "{id}" $x `y` \\ ${KEY} {{id}}') == (
        '"a \\"${id}\\" \\$x \\`y\\` \\\\ ${KEY} {id}"'
    )


def test_long_values_are_cut() -> None:
    assert shown("x" * 500) == '"' + "x" * 119 + "…"
