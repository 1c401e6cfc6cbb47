"""JUnit files as other tools wrote them, with the counts that another reader got of them."""

import json
from pathlib import Path

import pytest

from gates.core.tool import ParseError
from gates.tools.formats import junit
from gates.tools.formats.junit import Outcome

FOREIGN = Path(__file__).parents[3] / "shared" / "data" / "junit"
EXPECTED = FOREIGN / "expected.json"
CASES = json.loads(EXPECTED.read_text()) if EXPECTED.is_file() else []
COUNTED = [pytest.param(case, id=case["file"]) for case in CASES if "exception" not in case]
REFUSED = [pytest.param(case, id=case["file"]) for case in CASES if "exception" in case]


@pytest.mark.parametrize("case", COUNTED)
def test_every_count_is_exactly_the_expected_one(case):
    results = junit.read((FOREIGN / case["file"]).read_bytes(), what=case["file"])
    ends = [test.outcome for test in results.tests]
    assert {
        "suites": results.suites,
        "tests": len(results.tests),
        "cases": results.cases,
        "skipped": ends.count(Outcome.SKIPPED),
        "failures": ends.count(Outcome.FAILED),
        "errors": ends.count(Outcome.ERROR),
    } == {key: case[key] for key in ("suites", "tests", "cases", "skipped", "failures", "errors")}


@pytest.mark.parametrize("case", REFUSED)
def test_what_another_reader_refused_is_refused(case):
    with pytest.raises(ParseError):
        junit.read((FOREIGN / case["file"]).read_bytes(), what=case["file"])
