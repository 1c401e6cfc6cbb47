"""Pairs of documents with known right answers, made by another project: all verdicts agree."""

import copy
import json
from pathlib import Path

import pytest

from gates.core.compat.changes import worst
from gates.core.compat.compare import compare
from gates.core.target import OpenApi
from gates.shell.documents import read_source

FOREIGN = Path(__file__).parents[4] / "shared" / "data" / "openapi-pairs"
EXPECTED = FOREIGN / "expected.json"
CASES = json.loads(EXPECTED.read_text()) if EXPECTED.is_file() else []
FILES = sorted({case[side] for case in CASES for side in ("base", "revision")})
TODAY = "2026-01-15"
VERDICTS = {"breaking": "breaking", "warning": "warning", "not-breaking": "compatible"}
# Where our name of a rule is another one.
NAMES = {"response-mediatype-enum-value-removed": "response-body-enum-value-removed"}


def read(name):
    return read_source(FOREIGN, OpenApi(file=name), "", (), {}).bundle.document


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['base']}-{case['revision']}")
def test_the_verdict_is_the_expected_one(case):
    found = compare(read(case["base"]), read(case["revision"]), today=TODAY).changes
    assert worst(found) == VERDICTS[case["verdict"]]
    wanted = {NAMES.get(rule, rule) for rule in case["expected_ids"]}
    assert wanted <= {change.rule for change in found}


@pytest.mark.parametrize("name", [name for name in FILES if "invalid" not in name])
def test_a_document_against_itself_has_no_changes(name):
    whole = read(name)
    assert compare(whole, copy.deepcopy(whole), today=TODAY).changes == ()
