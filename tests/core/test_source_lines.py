"""The name of a line in a text without a parser of ours."""

import pytest

from gates.core.source_lines import contexts

RUN = "FROM a\nRUN b \\\n    && c\nUSER d\n"
JOBS = 'jobs:\n  test:\n    steps:\n      - uses: "a@b"\n      - run: c\n'


def at(text, line, suffix="", *, masked=False):
    return contexts(text, {line: masked}, suffix)[line]


def test_an_instruction_on_several_lines_is_one_place():
    assert at(RUN, 2) == at(RUN, 3) == at("RUN b && c", 1) == "|RUNb&&c"
    assert at(RUN, 4) == "|USERd"


def test_a_line_is_named_with_the_keys_around():
    assert at(JOBS, 5, ".yaml") == "jobs.test.steps|-run:c"


def test_indentation_and_quotes_change_no_name():
    other = "jobs:\n    test:\n        steps:\n        - uses: a@b\n"
    assert at(JOBS, 4, ".yml") == at(other, 4, ".yml")


def test_the_second_of_two_lines_alike_has_another_name():
    assert at("a\nb\na\n", 1) != at("a\nb\na\n", 3)


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("password = hunter-two", "password"),
        ('  "api_key": "hunter-two",', "api_key"),  # pragma: allowlist secret
        ("hunter-two", ""),
        ("AKIA" + "QQQQPLANTEDKEY42: x", ""),
    ],
)
def test_a_masked_line_keeps_its_key_alone(line, left):
    assert at(line, 1, masked=True) == f"|{left}"


def test_a_line_that_is_not_there_has_no_name():
    assert contexts("a", {9: False}) == {}
