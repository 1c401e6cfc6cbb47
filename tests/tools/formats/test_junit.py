"""JUnit documents, bad ones refused with their word (B16 to B20), foreign ones counted."""

import json
from pathlib import Path

import pytest

from gates.core.model import Reason
from gates.core.tool import ParseError
from gates.tools.formats import junit
from gates.tools.formats.junit import Outcome

FOREIGN = Path(__file__).parents[4] / "shared" / "data" / "junit"
EXPECTED = FOREIGN / "expected.json"
BOMB = "<!DOCTYPE a [" + "".join(
    f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9)
)  # fmt: skip


def read(text: str | bytes | None) -> junit.Results:
    data = text.encode() if isinstance(text, str) else text
    return junit.read(data, what="the JUnit file")


def suite(*cases: str, **attributes: object) -> str:
    given = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<testsuites><testsuite{given}>{''.join(cases)}</testsuite></testsuites>"


GOOD = '<testcase classname="t.a" name="good" file="t/a.py" line="4"/>'
BAD = '<testcase classname="t.a" name="bad"><failure message="assert 1 == 2&#10;more">x</failure></testcase>'  # noqa: E501
ERR = '<testcase classname="t.a" name="bad"><error message="teardown"/></testcase>'
SKIP = '<testcase classname="t.a" name="skip"><skipped message="later"/></testcase>'


def test_outcomes_places_and_messages():
    results = read(suite(GOOD, BAD, SKIP, tests=3, failures=1, skipped=1))
    assert [(t.name, t.outcome) for t in results.tests] == [
        ("good", Outcome.PASSED),
        ("bad", Outcome.FAILED),
        ("skip", Outcome.SKIPPED),
    ]
    good, bad, _ = results.tests
    assert (good.file, good.line) == ("t/a.py", 5)
    assert (bad.message, bad.line) == ("assert 1 == 2", 0)


@pytest.mark.parametrize(
    ("attempts", "tests", "outcome", "flaky"),
    [
        ((GOOD.replace("good", "bad"), BAD), 2, Outcome.FAILED, False),
        ((BAD, GOOD.replace(' file="t/a.py" line="4"', "").replace("good", "bad")), 2, "", True),
        ((BAD, BAD), 2, Outcome.FAILED, False),
        ((BAD, ERR), 1, Outcome.ERROR, False),
    ],
)
def test_a_test_written_twice_is_one_test_with_attempts_b20(attempts, tests, outcome, flaky):
    results = read(
        suite(*(a.replace(' file="t/a.py" line="4"', "") for a in attempts), tests=tests)
    )
    (only,) = results.tests
    assert len(only.attempts) == 2
    assert only.outcome == (outcome or Outcome.PASSED)
    assert only.flaky is flaky


@pytest.mark.parametrize(
    ("text", "reason", "word"),
    [
        pytest.param(None, Reason.NO_RESULT, "the JUnit file: no result", id="B1"),
        pytest.param("", Reason.EMPTY_RESULT, "the JUnit file: the result is empty", id="B2"),
        pytest.param(suite(GOOD)[:60], Reason.UNREADABLE_RESULT, "not-well-formed", id="B3"),
        pytest.param("{}", Reason.UNREADABLE_RESULT, "not-well-formed", id="json"),
        pytest.param("<html/>", Reason.UNREADABLE_RESULT, "schema: the root is <html>", id="B13"),
        pytest.param(
            f'{BOMB}]><testsuites a="&e9;"/>', Reason.UNREADABLE_RESULT, "dtd-forbidden", id="B16"
        ),
        pytest.param(
            '<!DOCTYPE a SYSTEM "file:///etc/passwd"><testsuites/>',
            Reason.UNREADABLE_RESULT,
            "dtd-forbidden",
            id="B16-external",
        ),
        pytest.param(
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuites>&x;</testsuites>',
            Reason.UNREADABLE_RESULT,
            "dtd-forbidden",
            id="B16-xxe",
        ),
        pytest.param(
            suite('<testcase name="\x1b[31m"/>'),
            Reason.UNREADABLE_RESULT,
            "not-well-formed",
            id="B17-esc",
        ),
        pytest.param(
            suite('<testcase name="\x08"/>'), Reason.UNREADABLE_RESULT, "not-well-formed", id="B17"
        ),
        pytest.param(
            suite(GOOD, BAD, SKIP, tests=10),
            Reason.UNREADABLE_RESULT,
            "count mismatch: tests=10, but 3",
            id="B18",
        ),
        pytest.param(
            suite(GOOD, tests=0), Reason.UNREADABLE_RESULT, "count mismatch: tests=0", id="B18-less"
        ),
        pytest.param(
            suite(GOOD, tests=1, failures=1),
            Reason.UNREADABLE_RESULT,
            "count mismatch: 1 failures",
            id="lost-failure",
        ),
        pytest.param(
            suite(GOOD, tests=-1), Reason.UNREADABLE_RESULT, "schema: tests='-1'", id="B14"
        ),
        pytest.param(
            "<testsuites>" + "<testsuite>" * 60 + "</testsuite>" * 60 + "</testsuites>",
            Reason.UNREADABLE_RESULT,
            "too-deep",
            id="deep",
        ),
        pytest.param(
            b'<?xml version="1.0" encoding="klingon"?><testsuites/>',
            Reason.UNREADABLE_RESULT,
            "encoding: unknown encoding: klingon",
            id="encoding",
        ),
    ],
)
def test_bad_documents_are_refused_with_their_word(text, reason, word):
    with pytest.raises(ParseError) as caught:
        read(text)
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(word)


@pytest.mark.skipif(not EXPECTED.is_file(), reason="the recordings are not beside this checkout")
def test_foreign_documents_have_the_totals_that_they_should():
    for case in json.loads(EXPECTED.read_text()):
        data = (FOREIGN / case["file"]).read_bytes()
        if "exception" in case:
            with pytest.raises(ParseError):
                read(data)
            continue
        results = read(data)
        ends = [test.outcome for test in results.tests]
        assert results.cases == case["cases"], case["file"]
        assert ends.count(Outcome.SKIPPED) == case["skipped"], case["file"]
        assert ends.count(Outcome.FAILED) == case["failures"], case["file"]
        assert ends.count(Outcome.ERROR) == case["errors"], case["file"]
