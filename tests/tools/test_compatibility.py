"""The compatibility adapter and its probe: with a base, without one, and with one from afar."""

import json
import sys

import pytest

from gates.core.compat import findings
from gates.core.fingerprint import fingerprinted
from gates.core.model import Aspect, Reason, Severity, Status
from gates.core.target import Compatibility, OpenApi, Target
from gates.core.tool import Options, ParseError
from gates.tools import compatibility
from tests.invocations import BARE, left_by

GET = {"responses": {"200": {"description": "fine"}}}


def document(version="1.0.0", **paths):
    info = {"title": "t", "version": version}
    return {"openapi": "3.0.3", "info": info, "paths": {f"/{k}": v for k, v in paths.items()}}


BASE = document(a={"get": GET, "delete": GET}, b={"get": GET})
TODAY = document(a={"get": {**GET, "deprecated": True}}, b={"get": GET}, c={"get": GET})


@pytest.fixture
def look(tmp_path):
    """Run the adapter over two documents."""

    def run(base, today, named="", **settings):
        (tmp_path / "today.json").write_text(json.dumps(today))
        path = tmp_path / "base.json"
        if base is not None:
            path.write_text(json.dumps(base))
        target = Target(
            name="t",
            openapi=OpenApi(file="docs/openapi.json"),
            compatibility=Compatibility(base=named),
        )
        options = Options(
            tree="",
            output=str(tmp_path),
            python=sys.executable,
            document=str(tmp_path / "today.json"),
            base_document=str(path) if base is not None else "",
            today="2026-01-15",
            settings=settings,
        )
        (invocation,) = compatibility.commands(target, options)
        output = left_by(invocation, tmp_path, BARE)
        return compatibility.parse((output,))

    return run


def test_a_removed_operation_breaks_and_is_one_without_notice(look):
    report = look(BASE, TODAY)
    values = {name: (one.value, one.base) for name, one in report.measurements.items()}
    assert values == {
        "compatibility.breaking": (1.0, 0.0),
        "compatibility.removals": (1.0, 0.0),
        "compatibility.warnings": (0.0, 0.0),
    }
    rules = {one.rule: (one.metric, one.severity) for one in report.findings}
    assert rules == {
        "compatibility.api-removed-without-deprecation": (findings.BREAKING, Severity.HIGH),
        "compatibility.removal": (findings.REMOVALS, Severity.MEDIUM),
    }
    assert {one.path for one in report.findings} == {"docs/openapi.json"}


def test_operations_that_changed_or_are_new_are_told(look):
    cells = look(BASE, TODAY).operations
    assert {(one.operation, one.aspect, one.state, one.count) for one in cells} == {
        ("DELETE /a", Aspect.CHANGED, Status.PASS, 1),
        ("GET /a", Aspect.CHANGED, Status.PASS, 1),
        ("GET /c", Aspect.CHANGED, Status.PASS, 1),
    }


def test_without_a_base_no_number_has_one(look):
    report = look(None, TODAY)
    for one in report.measurements.values():
        assert one.base is None
        assert one.detail.startswith("no base document: ")
    assert report.findings == report.operations == ()
    assert report.examined == 3


def test_the_same_document_breaks_nobody(look):
    report = look(TODAY, TODAY)
    assert {one.value for one in report.measurements.values()} == {0.0}
    assert report.findings == report.operations == ()


def test_a_major_step_is_told_and_not_counted(look):
    report = look(BASE, {**TODAY, "info": {"title": "t", "version": "2.0.0"}})
    assert report.measurements["compatibility.breaking"].value == 0.0
    assert report.measurements["compatibility.removals"].value == 1.0
    (excused,) = (one for one in report.findings if one.label)
    assert (excused.severity, excused.metric) == (Severity.INFO, "")
    assert "1.0.0 to 2.0.0" in excused.message
    counted = look(BASE, {**TODAY, "info": {"title": "t", "version": "2.0.0"}}, semver=False)
    assert counted.measurements["compatibility.breaking"].value == 1.0


def test_a_policy_sets_levels_and_a_wrong_one_is_refused(look):
    report = look(BASE, TODAY, levels={"api-removed-without-deprecation": "warning"})
    assert report.measurements["compatibility.breaking"].value == 0.0
    assert report.measurements["compatibility.warnings"].value == 1.0
    with pytest.raises(ParseError, match="allowed: breaking, warning, info"):
        look(BASE, TODAY, levels={"api-removed-without-deprecation": "bad"})


def test_names_of_findings_do_not_depend_on_other_changes(look):
    alone = look(BASE, TODAY)
    more = {**TODAY, "paths": {**TODAY["paths"], "/b": {"get": {"responses": {}}}}}
    wider = look(BASE, more)
    names = [{one.fingerprint for one in fingerprinted(r.findings)} for r in (alone, wider)]
    assert names[0] < names[1]
    assert all(one.fix for one in wider.findings)


def test_a_base_elsewhere_that_may_not_be_asked_is_refused(look):
    with pytest.raises(ParseError) as caught:
        look(None, TODAY, named="https://api.example.org/openapi.json")
    assert caught.value.reason is Reason.REFUSED_BY_SAFETY


def test_a_target_without_a_document_has_nothing_to_compare():
    assert compatibility.commands(Target(name="t"), Options(tree="", output="/o")) == ()
