"""The authentication probe against clean services and their twins with one defect each."""

from collections.abc import Callable
from typing import Any

import pytest

from gates.core.model import Severity, Status, ToolReport
from gates.core.target import Auth
from gates.core.tool import ParseError
from gates.tools import auth

Start = Callable[..., Any]
BLOCKING = ("auth.refresh_violations", "auth.csrf_violations")


def value(report: ToolReport, name: str) -> float | None:
    return report.measurements[f"auth.{name}"].value


def rules(report: ToolReport) -> set[str]:
    return {finding.rule for finding in report.findings}


@pytest.mark.parametrize(
    ("style", "defect"),
    [
        ("jwt", ""),
        ("jwt", "opaque-refresh"),
        ("opaque", ""),
        ("cookie", ""),
        ("key", ""),
        ("basic", ""),
        ("jwt", "masks-404"),
        ("jwt", "validates-first"),
    ],
)
def test_a_clean_service_is_not_accused(twin: Start, style: str, defect: str) -> None:
    report = twin(style, defect).report(auth, process=style == "opaque")
    assert report.findings == ()
    assert value(report, "refused_percent") == 100.0
    assert report.incomplete == ()
    assert set(report.measurements) == set(auth.METRICS)
    assert {one.state for one in report.operations} == {Status.PASS}
    assert len(report.operations) == 7
    assert value(report, "csrf_violations") == 0.0
    assert value(report, "personal_claims") == 0.0


@pytest.mark.parametrize(
    ("style", "defect", "expected"),
    [
        ("jwt", "anonymous", {"auth.anonymous"}),
        ("jwt", "anonymous-item", {"auth.anonymous"}),
        (
            "jwt",
            "no-signature",
            {
                "auth.tampered-signature",
                "auth.tampered-claims",
                "auth.wrong-key",
                "auth.weak-key",
                "auth.alg-none",
            },
        ),
        ("jwt", "alg-none", {"auth.alg-none"}),
        ("jwt", "alg-none-mixed", {"auth.alg-none"}),
        ("jwt", "no-expiry", {"auth.expired"}),
        ("jwt", "weak-key", {"auth.weak-key"}),
        ("jwt", "second-key", {"auth.weak-key"}),
        ("jwt", "no-audience", {"auth.other-audience"}),
        ("jwt", "status-403", {"auth.not-401"}),
        ("jwt", "crashes", {"auth.not-401"}),
        ("opaque", "anonymous", {"auth.anonymous"}),
        ("opaque", "any-prefix", {"auth.tampered"}),
        ("key", "any-prefix", {"auth.tampered"}),
        ("cookie", "anonymous", {"auth.anonymous"}),
        ("basic", "any-password", {"auth.wrong-password"}),
    ],
)
def test_whoever_lets_false_credentials_in_is_named(
    twin: Start, style: str, defect: str, expected: set[str]
) -> None:
    report = twin(style, defect).report(auth)
    assert rules(report) == expected
    share = value(report, "refused_percent")
    assert share is not None
    assert share < 100.0
    failed = {one.operation for one in report.operations if one.state is Status.FAIL}
    assert failed == (
        {"GET /v1/items/{item_id}"}
        if defect == "anonymous-item"
        else {one.operation for one in report.operations}
    )
    assert all(
        "$FALSE_TOKEN" in f.reproduce or "anonymous" in f.rule or "no credentials" in f.message
        for f in report.findings
    )


def test_a_service_that_answers_everything_200_fails_everywhere(twin: Start) -> None:
    report = twin("jwt", "all-200").report(auth)
    assert value(report, "refused_percent") == 0.0
    assert {one.state for one in report.operations} == {Status.FAIL}
    assert {f.severity for f in report.findings if f.rule == "auth.anonymous"} == {
        Severity.CRITICAL
    }


def test_a_service_that_refuses_everybody_proves_nothing(twin: Start) -> None:
    """Nothing but 401 is no pass: nobody was let in who should have been."""
    report = twin("jwt", "all-401").report(auth)
    assert value(report, "refused_percent") is None
    assert report.examined == 0
    assert {one.state for one in report.operations} == {Status.NO_DATA}


def test_another_issuer_is_a_remark_and_no_violation(twin: Start) -> None:
    report = twin("jwt", "no-issuer").report(auth)
    assert rules(report) == {"auth.other-issuer"}
    assert {finding.severity for finding in report.findings} == {Severity.LOW}
    assert value(report, "refused_percent") == 100.0


def test_the_policy_says_what_a_refusal_is(twin: Start) -> None:
    report = twin("jwt", "status-403").report(auth, refused=[401, 403])
    assert (rules(report), value(report, "refused_percent")) == (set(), 100.0)


def test_a_false_token_must_not_be_believed_where_authentication_is_optional(twin: Start) -> None:
    report = twin("jwt", "believes-optional").report(auth)
    assert [(f.rule, f.message.split(":")[0]) for f in report.findings] == [
        ("auth.tampered-signature", "GET /v1/feed")
    ]
    share = value(report, "refused_percent")
    assert share is not None
    assert share < 100.0


@pytest.mark.parametrize(
    ("style", "defect", "expected"),
    [
        ("jwt", "", (15.0, 1.0)),
        ("jwt", "long-life", (120.0, 1.0)),
        ("jwt", "long-refresh", (15.0, 30.0)),
        ("jwt", "never-expires", (5_256_000.0, 3650.0)),
        ("jwt", "opaque-refresh", (15.0, None)),
        ("opaque", "", (15.0, None)),
        ("cookie", "", (10.0, 0.0)),
        ("key", "", (None, 0.0)),
    ],
)
def test_lifetimes(
    twin: Start, style: str, defect: str, expected: tuple[float | None, float | None]
) -> None:
    report = twin(style, defect).report(auth)
    assert (value(report, "access_minutes"), value(report, "refresh_days")) == expected


@pytest.mark.parametrize(
    ("style", "defect", "metric", "expected"),
    [
        ("jwt", "personal-claims", "personal_claims", {"auth.personal-claim"}),
        ("jwt", "refresh-reuse", "refresh_violations", {"auth.refresh-reuse"}),
        ("opaque", "refresh-reuse", "refresh_violations", {"auth.refresh-reuse"}),
        ("jwt", "refresh-as-access", "refresh_violations", {"auth.refresh-as-access"}),
        ("jwt", "access-as-refresh", "refresh_violations", {"auth.access-as-refresh"}),
        ("cookie", "csrf", "csrf_violations", {"auth.csrf"}),
        ("jwt", "enum-status", "enumeration", {"auth.enumeration-status"}),
        ("jwt", "enum-body", "enumeration", {"auth.enumeration-body"}),
        ("jwt", "enum-time", "enumeration", {"auth.enumeration-time"}),
    ],
)
def test_defects_of_sessions_are_named(
    twin: Start, style: str, defect: str, metric: str, expected: set[str]
) -> None:
    report = twin(style, defect).report(auth)
    assert rules(report) == expected
    found = value(report, metric)
    assert found
    assert found == sum(finding.metric == f"auth.{metric}" for finding in report.findings)
    assert value(report, "refused_percent") == 100.0


def test_two_runs_find_the_same(twin: Start) -> None:
    first, second = (twin("jwt", "no-signature").report(auth) for _ in range(2))
    assert first.findings == second.findings
    assert "canary" not in repr(first)


@pytest.mark.parametrize(
    ("defect", "found"), [("short-alg-none", {"auth.alg-none"}), ("short-life", set())]
)
def test_a_session_that_runs_out_meanwhile_is_renewed(
    twin: Start, defect: str, found: set[str]
) -> None:
    """False tokens made of an old one would be refused for their age, and prove nothing."""
    report = twin("jwt", defect).report(auth, wait_s=4.1)
    assert rules(report) == found
    assert len({one.state for one in report.operations}) == 1
    assert value(report, "refused_percent") == (0.0 if found else 100.0)


def test_sessions_that_never_last_prove_nothing(twin: Start) -> None:
    """A service that ends every session at the first false credential it sees."""
    report = twin("opaque", "ends-early").report(auth)
    assert {one.state for one in report.operations} == {Status.NO_DATA}
    assert value(report, "refused_percent") is None
    assert rules(report) == set()


def test_html_instead_of_json_is_judged_by_its_status_b45(twin: Start) -> None:
    report = twin("jwt", "html").report(auth)
    assert value(report, "refused_percent") == 0.0
    assert rules(report) == {"auth.anonymous"}


def test_a_budget_that_ends_early_is_no_pass(twin: Start) -> None:
    report = twin("jwt").report(auth, max_requests=70)
    assert report.incomplete
    assert "budget" in report.incomplete[0]


def test_without_identities_there_is_nothing_to_falsify(twin: Start) -> None:
    service = twin("jwt")
    with pytest.raises(ParseError, match=r"name them in \[auth\]"):
        service.report(auth, target=service.target(auth=Auth()))
