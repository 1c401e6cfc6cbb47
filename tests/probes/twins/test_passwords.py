"""The password probe against a clean service and its twins with one defect each."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from gates.core.behaviour import Passwords
from gates.core.model import ToolReport
from gates.core.target import Auth
from gates.tools import passwords

Start = Callable[..., Any]
STORE = Passwords(database="{state}/users.db", query="SELECT hash FROM users WHERE name = :name")


def look(service: Any, **changes: Any) -> ToolReport:
    report: ToolReport = service.report(
        passwords,
        target=service.target(**{"passwords": STORE, **changes}),
        process=service.style == "cookie",
    )
    assert set(report.measurements) == set(passwords.METRICS)
    return report


def value(report: ToolReport, name: str) -> float | None:
    return report.measurements[f"passwords.{name}"].value


def rules(report: ToolReport) -> set[str]:
    return {finding.rule for finding in report.findings}


@pytest.mark.parametrize("style", ["jwt", "opaque", "cookie", "key", "basic"])
def test_a_clean_service_is_not_accused(twin: Start, style: str) -> None:
    report = look(twin(style))
    assert report.findings == ()
    assert {name: found.value for name, found in report.measurements.items()} == dict.fromkeys(
        passwords.METRICS, 0.0
    )


@pytest.mark.parametrize(
    ("defect", "how"),
    [
        ("plain", "plain: plain text"),
        ("base64", "reversible: base64"),
        ("reversed", "reversible: written backwards"),
        ("encrypted", "reversible: its length grows with the password: no hash"),
        ("md5", "fast hash: md5 without a salt"),
        ("sha1-salted", "fast hash: sha1 with a salt"),
        ("sha256-named", "fast hash: sha256 with a salt"),
    ],
)
def test_a_weak_form_is_shown_to_be_weak(twin: Start, defect: str, how: str) -> None:
    report = look(twin("jwt", defect))
    assert rules(report) == {"passwords.weak-storage"}
    assert report.measurements["passwords.weak_storage"].detail == how
    assert value(report, "weak_storage") == 1.0


@pytest.mark.parametrize(
    ("defect", "rule", "metric"),
    [
        ("pbkdf2-low", "passwords.low-cost", "low_cost"),
        ("bcrypt-low", "passwords.low-cost", "low_cost"),
        ("one-lane", "passwords.one-lane", "low_parallelism"),
    ],
)
def test_a_cheap_form_is_told_from_a_weak_one(
    twin: Start, defect: str, rule: str, metric: str
) -> None:
    report = look(twin("jwt", defect))
    assert rules(report) == {rule}
    assert (value(report, "weak_storage"), value(report, metric)) == (0.0, 1.0)


def test_a_form_that_nothing_is_known_of_is_neither_fine_nor_weak(twin: Start) -> None:
    report = look(twin("jwt", "unknown"))
    found = report.measurements["passwords.weak_storage"]
    assert (found.value, report.findings) == (None, ())
    assert found.why.startswith("the stored form is 64 characters of no known form")


def test_without_registration_a_known_identity_is_looked_at(twin: Start) -> None:
    service = twin("jwt", "md5")
    auth = service.target().auth
    report = look(service, auth=Auth(login=auth.login))
    assert rules(report) == {"passwords.weak-storage"}
    assert value(report, "weak_accepted") is None


@pytest.mark.parametrize(
    ("store", "why"),
    [
        (Passwords(database="{state}/none.db", query=STORE.query), "there is no file none.db"),
        (
            Passwords(
                database=STORE.database,
                query="SELECT hash FROM users WHERE name = '' || :name || 'x'",
            ),
            "gives no row",
        ),
        (
            Passwords(
                database=STORE.database, query="SELECT missing FROM users WHERE name = :name"
            ),
            "no such column",
        ),
        (
            Passwords(database=STORE.database, query="DELETE FROM users WHERE name = :name"),
            "SELECT",
        ),
        (Passwords(database="${NOT_SET}", query=STORE.query), "NOT_SET is not set"),
        (Passwords(database="mysql://localhost/x", query=STORE.query), "mysql is not known"),
        (
            Passwords(database="postgresql://192.0.2.7/x", query=STORE.query),
            "192.0.2.7 is not this machine",
        ),
    ],
)
def test_a_store_that_cannot_be_read_says_why(twin: Start, store: Passwords, why: str) -> None:
    report = look(twin("jwt"), passwords=store)
    found = report.measurements["passwords.weak_storage"]
    assert found.value is None
    assert why in found.why


def test_the_store_is_never_written(twin: Start) -> None:
    service = twin("jwt")
    before = (service.folder / "users.db").read_bytes()
    query = "WITH gone AS (SELECT :name) SELECT 1 FROM gone"
    look(
        service,
        passwords=Passwords(database=STORE.database, query=query),
        auth=Auth(login=service.target().auth.login),
    )
    assert (service.folder / "users.db").read_bytes() == before
    with sqlite3.connect(service.folder / "users.db") as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (2,)


@pytest.mark.parametrize(
    ("defect", "expected"),
    [
        (
            "leaks-hash",
            {
                "GET /v1/items: the field items[].owner.password_hash of an answer holds "
                "a password hash"
            },
        ),
        (
            "leaks-value",
            {
                "GET /v1/items: the field items[].owner.note of an answer holds "
                "the password of the identity other"
            },
        ),
        (
            "leaks-token",
            {
                "GET /v1/items: the field items[].owner.note of an answer holds "
                "a token of the identity other"
            },
        ),
        (
            "leaks-own",
            {"GET /v1/me: the field password of an answer holds a password or its hash"},
        ),
    ],
)
def test_leaks_are_named_by_field_and_kind(twin: Start, defect: str, expected: set[str]) -> None:
    report = look(twin("opaque", defect))
    assert {finding.message for finding in report.findings} == expected
    assert value(report, "leaks") == len(expected)


def test_answers_that_other_gates_noted_are_read_too(twin: Start) -> None:
    service = twin("jwt")
    line = {
        "probe": "injection",
        "method": "GET",
        "path": "/v1/items/7?x=1",
        "status": 200,
        "body": json.dumps({"dump": {"passwordHash": "$2b$10$abcdefghijklmnopqrstuv"}}),
    }
    # pragma: allowlist nextline secret
    refused = {**line, "status": 422, "body": '{"errors": {"password": "too short, really"}}'}
    text = "".join(json.dumps(one) + "\n" for one in (line, refused))
    (service.recorded / "injection.ndjson").write_text(text)
    report = look(service)
    assert [finding.message for finding in report.findings] == [
        "GET /v1/items/{item_id}: the field dump.passwordHash of an answer holds a password hash"
    ]


@pytest.mark.parametrize(
    ("defect", "expected"),
    [("weak-accepted", 6.0), ("short-accepted", 1.0), ("", 0.0), ("no-registration", None)],
)
def test_weak_examples(twin: Start, defect: str, expected: float | None) -> None:
    report = look(twin("jwt", defect))
    assert value(report, "weak_accepted") == expected
    assert len(report.findings) == (expected or 0)


def test_two_runs_find_the_same(twin: Start) -> None:
    first, second = (look(twin("jwt", "weak-accepted")) for _ in range(2))
    assert first.findings == second.findings
