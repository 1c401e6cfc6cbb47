"""The mass assignment probe: fields that stay are found, ignored and refused ones are not."""

from collections.abc import Callable

import pytest

from gates.core.model import ToolReport
from gates.tools import mass_assignment

Start = Callable[..., object]


def contexts(report: ToolReport) -> list[str]:
    return [finding.context for finding in report.findings]


@pytest.mark.parametrize(
    ("defects", "expected"),
    [
        ("mass-owner", ["POST /notes owner_id"]),
        ("mass-status", ["POST /notes status"]),
        ("mass-admin", ["POST /notes is_admin"]),
        ("mass-update", ["PATCH /notes/{note_id} status", "PUT /notes/{note_id} status"]),
        ("mass-owner schemaless", ["POST /notes owner_id"]),
        ("mass-owner envelope", ["POST /notes owner_id"]),
        ("mass-owner location", ["POST /notes owner_id"]),
        ("mass-owner uuid", ["POST /notes owner_id"]),
    ],
)
def test_a_field_that_stays_is_caught(desk: Start, defects: str, expected: list[str]) -> None:
    report = desk(*defects.split()).look(mass_assignment)
    assert contexts(report) == expected
    assert report.measurements["injection.mass_assignment"].value == len(expected)
    assert all(finding.metric == "injection.mass_assignment" for finding in report.findings)


@pytest.mark.parametrize(
    "shape",
    [
        "",
        "echo",
        "schemaless",
        "schemaless said",
        "strict",
        "strict one-by-one",
        "envelope",
        "location",
        "bodyless",
        "slug",
    ],
)
def test_a_correct_service_is_not_accused(desk: Start, shape: str) -> None:
    """Fields ignored, refused all at once or one by one, repeated in the answer but not stored."""
    report = desk(*shape.split()).look(mass_assignment)
    assert (report.findings, report.incomplete) == ((), ())
    assert report.measurements["injection.mass_assignment"].value == 0
    assert report.examined == 6


def test_a_service_that_answers_everything_200_is_no_pass(desk: Start) -> None:
    report = desk("all-200").look(mass_assignment, document=desk().document())
    assert report.measurements["injection.mass_assignment"].value is None


def test_a_service_that_is_not_ours_is_left_alone(desk: Start) -> None:
    running = desk("mass-owner")
    report = running.look(mass_assignment, ours=False)
    assert report.measurements["injection.mass_assignment"].value is None
    assert "foreign_target = true" in report.measurements["injection.mass_assignment"].why
    assert running.requests() == 0
    allowed = running.look(mass_assignment, ours=False, settings={"foreign_target": True})
    assert contexts(allowed) == ["POST /notes owner_id"]


def test_the_reproduction_sets_the_one_field(desk: Start) -> None:
    report = desk("mass-owner").look(mass_assignment)
    assert '"owner_id":2' in report.findings[0].reproduce
    assert "is_admin" not in report.findings[0].reproduce
    assert "t-alice" not in report.findings[0].reproduce


def test_it_is_thrifty(desk: Start) -> None:
    running = desk("strict", "one-by-one")
    running.look(mass_assignment)
    assert running.requests() <= 100


def test_where_nothing_can_be_made_no_field_can_be_set(desk: Start) -> None:
    """That is a number; that nothing could be tried (above) is none."""
    figure = desk("readonly").look(mass_assignment).measurements["injection.mass_assignment"]
    assert (figure.value, figure.detail) == (0, "0 of 0 operations tried")
