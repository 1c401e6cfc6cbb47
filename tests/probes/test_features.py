"""The features gate from the list to its report: the proof of each requirement, and every gap."""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gates.core.behaviour import Integration, Oracles
from gates.core.model import (
    Aspect,
    GateReport,
    OperationEvidence,
    Proof,
    ProofKind,
    Reason,
    Status,
    ToolReport,
)
from gates.core.target import Code, OpenApi, Requirements, Service, Target
from gates.core.tool import Options, ParseError
from gates.tools import features
from tests.probes.started import started

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {"/books": {"get": {"operationId": "listBooks"}}},
}
TARGET = Target(
    name="shop",
    code=Code(paths=("src",), tests=("tests",)),
    service=Service(start=("serve", "{port}")),
    openapi=OpenApi(file="openapi.json"),
    integration=Integration(),
    oracles=Oracles(),
    requirements=Requirements(),
)
LIST = """
[[requirements]]
id = "FR-1"
title = "Books are found"
operations = ["listBooks"]
oracles = ["find"]

[[requirements.criteria]]
id = "FR-1.1"
text = "By title"

[[requirements]]
id = "FR-2"
title = "Books are ordered"
priority = "should"
"""
CALLED = OperationEvidence(operation="GET /books", aspect=Aspect.EXERCISED, state=Status.PASS)


def test_of(name: str, state: Status, *ids: str) -> Proof:
    return Proof(kind=ProofKind.TEST, name=name, state=state, requirements=ids)


test_of.__test__ = False  # type: ignore[attr-defined]
FIND = Proof(kind=ProofKind.ORACLE, name="find", state=Status.PASS)
BY_TITLE = test_of("tests/test_a.py::test_title", Status.PASS, "FR-1.1")
ORDERED = test_of("tests/test_a.py::test_order", Status.PASS, "FR-2")
ALL = {
    "pytest": [BY_TITLE, ORDERED],
    "integration": [],
    "schemathesis": [CALLED],
    "oracles": [FIND],
}


def left(folder: Path, told: dict[str, list[Proof | OperationEvidence]]) -> None:
    for tool, things in told.items():
        report = ToolReport(
            tool=tool,
            examined=1,
            examined_unit="x",
            proofs=tuple(one for one in things if isinstance(one, Proof)),
            operations=tuple(one for one in things if isinstance(one, OperationEvidence)),
        )
        place = folder / "results" / tool
        place.mkdir(parents=True)
        done = msgspec.json.encode(GateReport(gate=tool, reports=(report,)))
        (place / "report.json").write_bytes(done)


def judged(
    folder: Path,
    told: dict[str, Any],
    text: str = LIST,
    target: Target = TARGET,
    **settings: object,
) -> ToolReport:
    left(folder, told)
    (folder / "gatescore").mkdir()
    (folder / "gatescore" / "requirements.toml").write_text(text)
    (folder / "document.json").write_text(json.dumps(DOCUMENT))
    options = Options(
        tree=str(folder),
        output=str(folder),
        python=sys.executable,
        document=str(folder / "document.json"),
        results=str(folder / "results"),
        settings=settings,
    )
    (invocation,) = features.commands(target, options)
    return features.parse((started(invocation, folder),))


def values(report: ToolReport) -> tuple[float | None, float | None]:
    found = report.measurements
    return found["features.complete_percent"].value, found["features.broken_links"].value


def test_every_requirement_is_told_with_its_proof(tmp_path: Path) -> None:
    report = judged(tmp_path, ALL)
    assert values(report) == (100.0, 0.0)
    assert (report.findings, report.incomplete, report.examined) == ((), (), 2)
    assert report.notes == (
        "FR-1 complete (must): Books are found: operation listBooks, oracle find",
        "FR-1.1 complete: By title: test tests/test_a.py::test_title",
        "FR-2 complete (should): Books are ordered: test tests/test_a.py::test_order",
    )


def test_what_nobody_tests_is_missing_and_the_rest_is_partial(tmp_path: Path) -> None:
    report = judged(tmp_path, {**ALL, "pytest": []})
    assert values(report) == (0.0, 0.0)
    assert [(one.rule, one.severity, one.line) for one in report.findings] == [
        ("features.partial", "medium", 2),
        ("features.missing", "high", 8),
        ("features.missing", "medium", 12),
    ]
    assert "FR-2 (requirement, Books are ordered) is missing: no test" in report.findings[2].message
    assert report.findings[0].message.endswith("oracle find, not its criterion FR-1.1")


def test_criteria_alone_show_a_requirement(tmp_path: Path) -> None:
    text = LIST.replace('operations = ["listBooks"]\noracles = ["find"]\n', "")
    told = "FR-1 complete (must): Books are found: its acceptance criteria"
    assert judged(tmp_path, ALL, text).notes[0] == told


@pytest.mark.parametrize(("should", "share"), [("counted", 200 / 3), ("shown", 100.0)])
def test_the_policy_says_what_a_should_is_worth(tmp_path: Path, should: str, share: float) -> None:
    report = judged(tmp_path, {**ALL, "pytest": [BY_TITLE]}, should=should)
    assert values(report)[0] == pytest.approx(share)
    assert [one.rule for one in report.findings] == ["features.missing"]


def test_an_unknown_word_of_the_policy_is_refused() -> None:
    options = Options(tree="/t", output="/o", python="/p", settings={"should": "maybe"})
    with pytest.raises(ParseError, match='options.should of the gate: "maybe" is unknown; allowed'):
        features.commands(TARGET, options)


def test_a_failing_test_is_told(tmp_path: Path) -> None:
    told = {**ALL, "integration": [test_of("tests/test_a.py::test_title", Status.FAIL, "FR-1.1")]}
    report = judged(tmp_path, told)
    assert [one.rule for one in report.findings] == ["features.partial", "features.missing"]
    assert "not test tests/test_a.py::test_title (fails)" in report.findings[1].message


def test_broken_links_are_named_and_counted(tmp_path: Path) -> None:
    """Unknown tests, operations and oracles, and a marker that nobody listed."""
    text = LIST + 'tests = ["test_no"]\noperations = ["noOp"]\noracles = ["no"]\n'
    told = {**ALL, "pytest": [BY_TITLE, ORDERED, test_of("t.py::test_x", Status.PASS, "FR-9")]}
    report = judged(tmp_path, told, text)
    assert values(report)[1] == 4.0
    links = [one for one in report.findings if one.metric == "features.broken_links"]
    assert [one.message.split(":")[0] for one in links[:3]] == [
        'FR-2 names the test "test_no"',
        'FR-2 names the operation "noOp"',
        'FR-2 names the oracle "no"',
    ]
    assert links[3].message.startswith('t.py::test_x bears the requirement "FR-9", which gate')


@pytest.mark.parametrize(
    ("gone", "named"),
    [
        ("pytest", "tests: no report of pytest in this run; run tests with it"),
        ("schemathesis", "operations: no report of schemathesis in this run; run contract with"),
        ("oracles", "oracles: no report of oracles in this run"),
    ],
)
def test_without_a_gate_that_would_know_it_could_not_look(
    tmp_path: Path, gone: str, named: str
) -> None:
    """What was not looked at is neither missing nor fine."""
    report = judged(tmp_path, {tool: told for tool, told in ALL.items() if tool != gone})
    assert values(report) == (None, None)
    assert report.incomplete[0].startswith(named)
    assert report.findings == ()


def test_what_changes_nothing_need_not_be_looked_at(tmp_path: Path) -> None:
    text = '[[requirements]]\nid = "FR-2"\ntitle = "t"\n'
    report = judged(tmp_path, {"pytest": [ORDERED]}, text)
    assert (values(report)[0], report.incomplete) == (100.0, ())


def test_a_part_that_the_target_has_not_got_is_not_waited_for(tmp_path: Path) -> None:
    bare = Target(name="shop", requirements=Requirements())
    report = judged(tmp_path, {}, LIST, bare)
    assert values(report) == (0.0, 2.0)


@pytest.mark.parametrize(
    ("text", "reason", "said"),
    [
        ("requirements = []", Reason.NOTHING_EXAMINED, "lists no requirement"),
        (LIST + LIST, Reason.INCOMPLETE, 'requirements[2].id: found "FR-1" twice'),
        ("", Reason.INCOMPLETE, "gatescore/requirements.toml: is empty"),
    ],
)
def test_a_list_that_cannot_be_judged_is_refused(
    tmp_path: Path, text: str, reason: Reason, said: str
) -> None:
    with pytest.raises(ParseError) as refused:
        judged(tmp_path, ALL, text)
    assert refused.value.reason is reason
    assert said in refused.value.detail


def test_a_list_outside_of_the_target_is_refused(tmp_path: Path) -> None:
    away = msgspec.structs.replace(TARGET, requirements=Requirements(file="../list.toml"))
    with pytest.raises(ParseError, match="leads out of the target"):
        judged(tmp_path, ALL, LIST, away)


@pytest.mark.parametrize(
    ("absent", "kinds"),
    [
        ({}, (("pytest", "integration"), ("schemathesis",), ("oracles",))),
        ({"tests": "x", "contract": "x", "oracles": "x"}, (("integration",), (), ())),
    ],
)
def test_what_a_target_lacks_is_not_expected(
    absent: dict[str, str], kinds: tuple[tuple[str, ...], ...]
) -> None:
    target = msgspec.structs.replace(TARGET, absent=absent)
    assert tuple(features.sources(target).values()) == kinds
