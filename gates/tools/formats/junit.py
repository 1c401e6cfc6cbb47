"""JUnit XML as test runners write it: bounded, without DTDs, with every count checked.

Rules (spec B16 to B20): a document type, text that is no XML, deep nesting and oversize are
refused; counts that promise more than there is are refused; one test written several times is one
test with several attempts, as is one with the `flakyFailure` or `rerunFailure` of Maven Surefire.
"""

import io
from collections.abc import Iterator
from enum import StrEnum
from typing import NoReturn
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import ParseError as XmlError

import msgspec
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from gates.core.model import Reason
from gates.core.tool import ParseError

LIMIT_BYTES = 64 * 2**20
DEPTH = 50
REQUIREMENT = "requirement"  # property of a test that names what it shows
_BAD = {"failure", "error"}


class Outcome(StrEnum):
    """How one attempt ended."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """One test. `attempts` in the order written; `message` is the first line of the last failure.

    `line` is 1-based, 0 if unknown (pytest writes it 0-based in its xunit1 family).
    `requirements` are the values of its properties of that name.
    """

    name: str
    classname: str
    attempts: tuple[Outcome, ...]
    message: str = ""
    file: str = ""
    line: int = 0
    requirements: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The last attempt decides."""
        return self.attempts[-1]

    @property
    def flaky(self) -> bool:
        """Failed first and passed in the end."""
        failed = {Outcome.FAILED, Outcome.ERROR} & set(self.attempts)
        return self.outcome is Outcome.PASSED and bool(failed)


class Results(msgspec.Struct, frozen=True):
    """All tests of a document, how many `testcase` elements and how many suites it had."""

    tests: tuple[Test, ...]
    cases: int
    suites: int


def read(data: bytes | None, *, what: str) -> Results:
    """Read a document whose root is `testsuites` or `testsuite`. Raises ParseError."""
    if data is None:
        raise ParseError(Reason.NO_RESULT, f"{what}: no result was written")
    if not data.strip():
        raise ParseError(Reason.EMPTY_RESULT, f"{what}: the result is empty")
    if len(data) > LIMIT_BYTES:
        detail = f"{what}: {len(data)} bytes, at most {LIMIT_BYTES} are read"
        raise ParseError(Reason.OUTPUT_TOO_LARGE, detail)
    root = _tree(data, what)
    if root.tag not in ("testsuites", "testsuite"):
        _refuse(f"schema: the root is <{root.tag[:40]}>, not <testsuites>", what)
    for suite in (*root.iter("testsuites"), *root.iter("testsuite")):
        _check_counts(suite, what)
    cases = tuple(root.iter("testcase"))
    return Results(_grouped(cases), len(cases), sum(1 for _ in root.iter("testsuite")))


def _tree(data: bytes, what: str) -> Element:
    """The whole document, read with its depth bounded."""
    root: Element | None = None
    depth = 0
    try:
        for event, element in iterparse(io.BytesIO(data), ("start", "end"), forbid_dtd=True):
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            if depth > DEPTH:
                _refuse(f"too-deep: nested more than {DEPTH} levels", what)
    except DefusedXmlException:
        _refuse("dtd-forbidden: the document declares a type or an entity", what)
    except XmlError as error:
        _refuse(f"not-well-formed: {error}", what)
    except (ValueError, LookupError) as error:
        _refuse(f"encoding: {error}", what)
    if root is None:
        _refuse("not-well-formed: no element", what)
    return root


def _check_counts(suite: Element, what: str) -> None:
    """A suite may not promise another number of tests, or more failures, than it holds.

    pytest counts a test that fails and then errs in its tear-down once, but writes it twice.
    """
    cases = tuple(suite.iter("testcase"))
    promised = _number(suite, "tests", what)
    if promised is not None and promised not in (len(cases), len(_grouped(cases))):
        _refuse(f"count mismatch: tests={promised}, but {len(cases)} test cases", what)
    bad = sum(len(_bad_parts(case)) for case in cases)
    counts = (_number(suite, name, what) or 0 for name in ("failures", "errors"))
    failures = sum(counts)
    if failures > bad:
        _refuse(
            f"count mismatch: {failures} failures and errors, but {bad} test cases say so", what
        )


def _bad_parts(case: Element) -> list[Element]:
    return [part for part in case if part.tag in _BAD]


def _number(element: Element, name: str, what: str) -> int | None:
    text = element.get(name)
    if text is None or not text.strip():
        return None
    if not text.strip().isdecimal() or len(text) > 12:
        _refuse(f"schema: {name}={text[:40]!r} is no count", what)
    return int(text)


def _grouped(cases: tuple[Element, ...]) -> tuple[Test, ...]:
    attempts: dict[tuple[str, str, str], list[Element]] = {}
    for case in cases:
        key = (case.get("file", ""), case.get("classname", ""), case.get("name", ""))
        attempts.setdefault(key, []).append(case)
    return tuple(_test(same) for same in attempts.values())


def _test(attempts: list[Element]) -> Test:
    last = attempts[-1]
    line = last.get("line", "")
    messages = [message for case in attempts for message in _messages(case)]
    return Test(
        name=last.get("name", ""),
        classname=last.get("classname", ""),
        attempts=tuple(end for case in attempts for end in (*_earlier(case), _outcome(case))),
        message=messages[-1] if messages else "",
        file=last.get("file", ""),
        line=int(line) + 1 if line.isdecimal() and len(line) < 10 else 0,
        requirements=tuple(dict.fromkeys(id for case in attempts for id in _requirements(case))),
    )


def _requirements(case: Element) -> Iterator[str]:
    """Ids of requirements; one property may name several, with commas."""
    for one in case.iterfind("properties/property"):
        if one.get("name") == REQUIREMENT:
            said = one.get("value") or one.text or ""
            yield from (id for part in said.split(",") if (id := part.strip()))


def _earlier(case: Element) -> Iterator[Outcome]:
    """Attempts before the one that counts, which Surefire writes inside it."""
    for part in case:
        if part.tag in ("flakyFailure", "rerunFailure"):
            yield Outcome.FAILED
        elif part.tag in ("flakyError", "rerunError"):
            yield Outcome.ERROR


def _outcome(case: Element) -> Outcome:
    tags = {part.tag for part in case}
    if "error" in tags:
        return Outcome.ERROR
    if "failure" in tags:
        return Outcome.FAILED
    return Outcome.SKIPPED if "skipped" in tags else Outcome.PASSED


def _messages(case: Element) -> Iterator[str]:
    for part in _bad_parts(case):
        lines = (part.get("message") or part.text or "").strip().splitlines()
        yield lines[0].strip() if lines else "no message"


def _refuse(word: str, what: str) -> NoReturn:
    raise ParseError(Reason.UNREADABLE_RESULT, f"{word} ({what})")
