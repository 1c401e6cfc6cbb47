"""JUnit documents, bad ones refused with their word (B16 to B20)."""

import pytest

from gates.core.model import Reason
from gates.core.tool import ParseError
from gates.tools.formats import junit
from gates.tools.formats.junit import Outcome

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


@pytest.mark.parametrize(
    ("inside", "attempts", "flaky"),
    [
        ("<flakyFailure message='a'/>", ("failed", "passed"), True),
        ("<flakyError message='a'/><flakyError/>", ("error", "error", "passed"), True),
        ("<rerunFailure/><failure message='b'/>", ("failed", "failed"), False),
        ("<rerunError/><error message='b'/>", ("error", "error"), False),
        ("", ("passed",), False),
    ],
)
def test_reruns_of_surefire_are_attempts(inside, attempts, flaky):
    (test,) = read(suite(f'<testcase name="t">{inside}</testcase>', tests=1)).tests
    assert (test.attempts, test.flaky) == (attempts, flaky)


def test_nested_suites_and_a_lone_suite_are_counted():
    nested = f"<testsuites><testsuite><testsuite>{GOOD}</testsuite></testsuite></testsuites>"
    assert (read(nested).suites, read(nested).cases) == (2, 1)
    assert read(f"<testsuite>{GOOD}{BAD}</testsuite>").suites == 1
