"""A tool with nothing to look at leaves no report; a gate in which nobody looked is an ERROR."""

import os
import sys
from pathlib import Path

import msgspec
import pytest

from gates.core.judge import judge
from gates.core.model import GateReport, GateStatus, Reason
from gates.core.plan import PlannedGate
from gates.core.policy import GatePolicy
from gates.core.target import Dependencies, Target
from gates.runner.gate import run_gate
from gates.runner.session import Secrets, Session
from gates.runner.stage import Grant
from gates.shell.cancellation import Cancellation

CRITERION = {"title": "Components", "metric": "sbom.components", "pass": [[">= 1"]]}


@pytest.fixture
def session(tmp_path: Path) -> Session:
    for name in ("tree", "results", "scratch", "cache"):
        (tmp_path / name).mkdir()
    (tmp_path / "tree" / "package-lock.json").write_text(
        '{"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.0"}}}'
    )
    return Session(
        target=Target(name="t", dependencies=Dependencies(files=("package-lock.json",))),
        tree=tmp_path / "tree",
        files=("package-lock.json",),
        base_tree=None,
        results=tmp_path / "results",
        scratch=tmp_path / "scratch",
        cache=tmp_path / "cache",
        presets=tmp_path,
        environ=os.environ,
        secrets=Secrets({}),
        cancel=Cancellation(),
        revision="unknown",
        signoff_subject="",
        today="2026-01-12",
    )


def ran(session: Session, *tools: str) -> tuple[GateReport, GateStatus]:
    policy = msgspec.convert(
        {"level": 1, "title": "Dependencies", "tools": tools, "criteria": {"c": CRITERION}},
        GatePolicy,
    )
    gate = PlannedGate(id="dependencies", policy=policy, tools=tools)
    report = run_gate(gate, Grant(python=sys.executable), session)
    return report, judge(gate, report, {}).status


def test_the_others_are_the_evidence(session: Session) -> None:
    report, status = ran(session, "pip_audit", "sbom")
    assert [one.tool for one in report.reports] == ["sbom"]
    assert (report.failure, status) == (None, GateStatus.PASS)


def test_nobody_looked(session: Session) -> None:
    report, status = ran(session, "pip_audit")
    assert report.failure is not None
    assert report.failure.reason is Reason.NOTHING_EXAMINED
    assert "(tools: pip_audit)" in report.failure.detail
    assert status is GateStatus.ERROR
