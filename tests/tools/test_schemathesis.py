"""The contract gate's adapter: recorded runs, and the real program against a real service."""

import gzip
import io
import json
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gates.core import contract_events
from gates.core.contract_reading import Facts, Reading
from gates.core.model import Reason, Severity, ToolReport
from gates.core.openapi import base_path, operations
from gates.core.target import Auth, Login, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import schemathesis
from tests.invocations import left_by, surrounded
from tests.servers import printing

DATA = Path(__file__).parent / "data" / "schemathesis"
BIN = Path(sys.executable).parent


DOCUMENTS = {"bare": "bare.json"}


def digested(case: str, events: bytes) -> bytes:
    """The digest that the launcher makes of a run's events."""
    document = json.loads((DATA / DOCUMENTS.get(case, "openapi.json")).read_text())
    base = base_path(document)
    labels = {one.label: f"{one.method} {base}{one.path}" for one in operations(document)}
    protected = frozenset({"GET /closed"} if case == "bare" else ())
    reading = Reading(Facts(labels=labels, seed=1, protected=protected))
    for event in contract_events.events(io.BytesIO(events)):
        reading.take(event)
    return msgspec.json.encode(reading.digest())


def recorded(case: str) -> bytes:
    return gzip.decompress((DATA / f"4.32.5-{case}" / "events.ndjson.gz").read_bytes())


def output(case: str, events: bytes | None = None, **change: bytes | None) -> ToolOutput:
    files = {
        "run": (DATA / f"4.32.5-{case}" / "run.json").read_bytes(),
        "digest": digested(case, recorded(case) if events is None else events),
    }
    kept = {name: data for name, data in (files | change).items() if data is not None}
    return ToolOutput(exit_code=1, files=kept)


def changed(case: str, **change: Any) -> ToolOutput:
    run = json.loads((DATA / f"4.32.5-{case}" / "run.json").read_text())
    return output(case, run=json.dumps(run | change).encode())


def values(report: ToolReport) -> dict[str, float | None]:
    return {
        name.partition(".")[2]: measured.value for name, measured in report.measurements.items()
    }


CLEAN = {
    "server_errors": 0,
    "response_violations": 0,
    "invalid_accepted": 0,
    "valid_rejected": 0,
    "exercised_percent": 100,
}


def test_a_recorded_clean_run() -> None:
    report = schemathesis.parse((output("clean"),))
    assert values(report) == CLEAN
    assert report.measurements.keys() == schemathesis.METRICS.keys()
    assert (report.findings, report.incomplete, report.examined_unit) == ((), (), "requests")
    assert report.examined > 50


def test_recorded_defects_are_counted_once_for_each_operation_and_kind() -> None:
    report = schemathesis.parse((output("planted"),))
    kinds = {(finding.rule, finding.context) for finding in report.findings}
    assert kinds == {
        ("ST108", "GET /v1/items/{id} 200 /properties/id"),
        ("ST201", "POST /v1/items body name"),
        ("ST202", "POST /v1/items 422"),
    }
    assert len(kinds) == len(report.findings)
    found = values(report)
    assert found["invalid_accepted"] == sum(rule == "ST201" for rule, _ in kinds)
    assert found["response_violations"] == sum(rule == "ST108" for rule, _ in kinds)
    assert (found["valid_rejected"], found["server_errors"]) == (1, 0)
    rejected = next(finding for finding in report.findings if finding.rule == "ST202")
    assert rejected.reproduce.startswith("curl -si -X POST -H 'Content-Type: application/json' ")
    assert rejected.message == "POST /v1/items: Schema-valid request rejected (422)"
    assert {finding.metric for finding in report.findings} == {
        "contract.response_violations",
        "contract.invalid_accepted",
        "contract.valid_rejected",
    }


def test_a_recorded_server_error_is_critical() -> None:
    report = schemathesis.parse((output("crash"),))
    assert values(report)["server_errors"] == 1
    worst = next(finding for finding in report.findings if finding.rule == "ST101")
    assert worst.severity is Severity.CRITICAL
    assert worst.context.startswith("GET /v1/items/{id} 500")
    assert values(report)["response_violations"] == 0, "an undocumented 500 is no second failure"


def test_an_answer_without_content_needs_no_content_type() -> None:
    """Schemathesis asks a 304 and an empty 401 for a Content-Type; RFC 9110, 8.3, does not."""
    report = schemathesis.parse((output("bare"),))
    assert json.loads(output("bare").files["run"])["failures"][0]["count"] == 3
    assert [f.context for f in report.findings if f.rule == "ST104"] == ["GET /untyped 200"]
    assert values(report)["response_violations"] == 1


def test_an_operation_that_could_not_be_asked_says_why() -> None:
    report = schemathesis.parse((output("bare"),))
    (gap,) = (finding for finding in report.findings if finding.rule == "not-exercised")
    assert gap.message.startswith(
        "GET /redirects/{n}: no request could be made: Invalid `type` definition"
    )
    assert "document" in gap.fix
    assert values(report)["exercised_percent"] == 75
    assert report.incomplete[0].startswith(
        "Schema Error: 1 (GET /redirects/{n}; the first: Invalid `type` definition"
    )


def test_operations_that_only_refused_are_told() -> None:
    notes = schemathesis.parse((output("bare"),)).notes
    assert notes[0].startswith("answered with 401 or 403 alone: GET /closed; ")
    assert schemathesis.parse((output("clean"),)).notes == ()


@pytest.mark.parametrize(
    ("case", "reason", "words"),
    [
        ("dead", Reason.TARGET_DOWN, "0 of 3 operations tested: Network Error"),
        ("die", Reason.TARGET_DOWN, "went away during the run"),
        ("interrupted", Reason.INCOMPLETE, "interrupted"),
    ],
)
def test_recorded_runs_that_are_none(case: str, reason: Reason, words: str) -> None:
    with pytest.raises(ParseError, match=words) as caught:
        schemathesis.parse((output(case),))
    assert caught.value.reason is reason


EVENTS = gzip.decompress((DATA / "4.32.5-clean" / "events.ndjson.gz").read_bytes())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"run": b""}, Reason.EMPTY_RESULT),
        ({"run": None}, Reason.NO_RESULT),
        ({"run": b"{"}, Reason.UNREADABLE_RESULT),
        ({"run": b"null"}, Reason.UNREADABLE_RESULT),
        ({"run": b"[]"}, Reason.UNREADABLE_RESULT),
        ({"run": b"{}"}, Reason.UNREADABLE_RESULT),
        ({"run": b'{"results": []}'}, Reason.UNREADABLE_RESULT),
        ({"digest": None}, Reason.NO_RESULT),
        ({"digest": b""}, Reason.EMPTY_RESULT),
        ({"digest": b"[]"}, Reason.UNREADABLE_RESULT),
        ({"digest": b"{}"}, Reason.UNREADABLE_RESULT),
        ({"events": EVENTS[: len(EVENTS) * 6 // 10]}, Reason.UNREADABLE_RESULT),
        ({"events": EVENTS[: EVENTS.rindex(b'{"EngineFinished"')]}, Reason.UNREADABLE_RESULT),
    ],
)
def test_p4_to_p6_reports_that_cannot_be_believed(
    change: dict[str, bytes | None], reason: Reason
) -> None:
    with pytest.raises(ParseError) as caught:
        schemathesis.parse((output("clean", **change),))
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"stop_reason": "failure_limit"}, Reason.INCOMPLETE),
        ({"stop_reason": "error"}, Reason.INCOMPLETE),
        ({"complete": False}, Reason.INCOMPLETE),
        ({"operations": {"total": 3, "tested": 0, "errored": 0}}, Reason.NOTHING_EXAMINED),
        ({"operations": {"total": 3, "tested": 2, "errored": 1}}, Reason.INCOMPLETE),
        ({"operations": {"total": -3, "tested": 2, "errored": 0}}, Reason.UNREADABLE_RESULT),
        ({"failures": [{"code": "ST101", "count": 1}]}, Reason.UNREADABLE_RESULT),
    ],
)
def test_runs_that_did_not_do_their_job(change: dict[str, Any], reason: Reason) -> None:
    with pytest.raises(ParseError) as caught:
        schemathesis.parse((changed("clean", **change),))
    assert caught.value.reason is reason


def test_errors_of_the_run_are_incomplete_and_findings_stay() -> None:
    errors = [{"title": "Network Error", "count": 2}]
    report = schemathesis.parse((changed("planted", errors=errors),))
    assert report.incomplete == ("Network Error: 2",)
    assert report.findings


def test_an_operation_without_an_answer_is_named() -> None:
    lines = [json.loads(line) for line in EVENTS.splitlines()]
    for event in lines:
        recorder = event.get("ScenarioFinished", {}).get("recorder", {})
        for name, case in recorder.get("cases", {}).items():
            value = case["value"]
            if (value["method"], value["path"]) == ("GET", "/items"):
                recorder.get("interactions", {}).get(name, {})["response"] = None
    events = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    report = schemathesis.parse((output("clean", events=events),))
    assert values(report)["exercised_percent"] == pytest.approx(200 / 3)
    assert [finding.message for finding in report.findings] == [
        "GET /v1/items: gave no answer to any request"
    ]


@pytest.mark.parametrize("code", [1, 2, 139, -9])
def test_a_crash_keeps_the_last_line(code: int) -> None:
    stderr = b"Traceback (most recent call last):\nModuleNotFoundError: allure\n"
    with pytest.raises(ParseError, match="ModuleNotFoundError: allure") as caught:
        schemathesis.parse((ToolOutput(exit_code=code, stderr=stderr, files={"run": b""}),))
    assert caught.value.reason is Reason.TOOL_CRASHED
    with pytest.raises(ParseError):
        schemathesis.parse(())


def test_secrets_are_named_and_never_written() -> None:
    login = Login(path="/login", body={}, token="/t")
    auth = Auth(headers={"X-Key": "${KEY}", 'X-"Odd': "${ODD}"}, login=login)
    target = Target(name="t", auth=auth)
    (invocation,) = schemathesis.commands(target, Options(tree="/t", output="/o"))
    assert schemathesis.header_names(target) == ("Authorization", 'X-"Odd', "X-Key")
    config = json.loads(invocation.inputs["run-0.input.json"])["config"]
    assert config.startswith(
        '[headers]\n"Authorization" = "${GATESCORE_HEADER_0}"\n'
        '"X-\\"Odd" = "${GATESCORE_HEADER_1}"\n"X-Key" = "${GATESCORE_HEADER_2}"\n[checks'
    )
    assert invocation.secrets == ("GATESCORE_HEADERS",)
    assert invocation.interrupt_first
    assert invocation.fresh
    (plain,) = schemathesis.commands(Target(name="t"), Options(tree="/t", output="/o"))
    assert plain.secrets == ()


def items_service(**env: str) -> AbstractContextManager[str]:
    return printing(DATA / "items_service.py", **env)


def run(folder: Path, origin: str, auth: Auth, **env: str) -> ToolReport:
    """Run the adapter's program as the runner does, and parse what it left."""
    options = Options(
        tree=str(folder),
        output=str(folder),
        bin=str(BIN),
        python=sys.executable,
        base_url=origin,
        document=str(DATA / "openapi.json"),
        settings={"max_examples": 5, "seed": 1, "request_timeout_s": 5},
    )
    target = Target(name="t", auth=auth)
    outputs = [
        left_by(invocation, folder, surrounded(**env))
        for invocation in schemathesis.commands(target, options)
    ]
    return schemathesis.parse(tuple(outputs))


def test_the_real_program_with_authentication_finds_nothing_and_keeps_the_secret(
    tmp_path: Path,
) -> None:
    secret = "canary-7f3a91"  # pragma: allowlist secret
    auth = Auth(headers={"X-Key": "${KEY}"})
    with items_service(KEY=secret) as origin:
        report = run(tmp_path, origin, auth, GATESCORE_HEADER_0=secret)
    assert values(report) == CLEAN
    held = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert [file.name for file in held if secret.encode() in file.read_bytes()] == []
    assert len(held) >= 3


def test_the_real_program_finds_what_is_planted(tmp_path: Path) -> None:
    with items_service(PLANT="accept,lie") as origin:
        report = run(tmp_path, origin, Auth())
    found = values(report)
    assert found["exercised_percent"] == 100
    assert found["invalid_accepted"]
    assert found["response_violations"]


def test_the_control_names_an_undocumented_status() -> None:
    control = schemathesis.control()
    assert control.rule == "ST103"
    assert json.loads(control.files["openapi.json"])["paths"]["/"]["get"]["responses"].keys() == {
        "299"
    }
