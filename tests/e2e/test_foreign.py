"""Two services that are not ours, as their users install them; every verdict was checked by hand.

Both are Swagger 2.0 and only serve their document. What fails here really is so: see each row.
"""

import json
import os
from typing import NamedTuple

import pytest

from tests.e2e.conftest import Judge, Run

GATES = ("schema", "smoke", "headers", "contract", "documentation")


class Foreign(NamedTuple):
    """A service: its operations, what is not PASS and why, and findings that must be there."""

    name: str
    operations: int
    failing: dict[str, str]
    findings: tuple[tuple[str, str], ...]


HTTPBIN = Foreign(
    name="httpbin",
    operations=78,
    failing={
        "schema.valid": "int is no type; trace is no method of Swagger 2.0",
        "headers.missing": "curl -i /get: none of the four headers",
        "headers.cors": "curl -H 'Origin: https://evil.example': reflected, with credentials",
        "contract.server-errors": "curl '/drip?numbytes=null': 500",
        "contract.response-violations": "curl /cookies/set/0/0: 302, documented is 200",
        "contract.valid-rejected": "curl /image: 406, though no Accept is documented",
        "contract.exercised": "17 operations have parameters of the type int, which is none",
        "documentation.operations": "no operation says which authentication it needs",
        "documentation.files": "no file at all lies beside the target file",
    },
    findings=(
        ("ST103", "GET /cookies/set/{name}/{value}"),
        ("ST105", "GET /bearer"),
        ("ST202", "GET /status/{codes}"),
        ("not-exercised", "GET /redirect/{n}"),
        ("headers.cors-reflected", "GET /status/200"),
    ),
)
KINTO = Foreign(
    name="kinto",
    operations=44,
    failing={
        "headers.missing": "curl -i /v1/: a good policy and nosniff, but no Referrer-Policy",
        "contract.server-errors": "curl /v1/__version__: 500",
        "contract.response-violations": "curl /v1/permissions: an entry without bucket_id",
        "contract.invalid-accepted": "POST /batch: a request without the required path is taken",
        "contract.valid-rejected": "POST /accounts: 400, data.id is required but not documented",
        "documentation.operations": "no operation has a summary",
        "documentation.files": "no file at all lies beside the target file",
    },
    findings=(
        ("ST101", "GET /__version__"),
        ("ST108", "GET /permissions"),
        ("ST202", "POST /accounts"),
        ("headers.missing", "GET /v1/"),
    ),
)
SKIPPED = {"documentation.contract", "documentation.env", "smoke.required"}


@pytest.fixture(scope="session", params=[HTTPBIN, KINTO], ids=lambda one: one.name)
def foreign(request: pytest.FixtureRequest, judge: Judge) -> tuple[Foreign, Run]:
    """A service and its run; its packages come from the registry."""
    options = [part for gate in GATES for part in ("--gate", gate)]
    run = judge(f"tests/targets/{request.param.name}", *options)
    if any(gate["reason"] == "environment-failed" for gate in run.card["gates"]):
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"no registry to install from:\n{run.told}")
    return request.param, run


def test_it_fails_for_what_is_really_so_and_for_nothing_else(foreign: tuple[Foreign, Run]) -> None:
    service, run = foreign
    judged = {one["id"]: one["status"] for gate in run.card["gates"] for one in gate["criteria"]}
    if "smoke" in run.busy():
        del judged["smoke.p95"]
    other = {id: status for id, status in judged.items() if status != "PASS"}
    assert other == {**dict.fromkeys(service.failing, "FAIL"), **dict.fromkeys(SKIPPED, "NO_DATA")}
    assert run.code == 1


def test_no_gate_is_an_error(foreign: tuple[Foreign, Run]) -> None:
    _, run = foreign
    assert {gate["reason"] for gate in run.card["gates"]} <= {None, "generator-unhealthy"}


def test_every_operation_of_the_served_document_was_looked_at(foreign: tuple[Foreign, Run]) -> None:
    service, run = foreign
    assert run.criterion("schema.operations")["value"] == service.operations
    assert run.gate("schema")["evidence"]["examined"] == {"operations": service.operations}
    labels = {one["message"].split(" lacks")[0] for one in run.gate("documentation")["findings"]}
    assert len([label for label in labels if " /" in label]) == service.operations


def test_findings_name_the_operation(foreign: tuple[Foreign, Run]) -> None:
    service, run = foreign
    found = {
        (one["rule"], one["message"].split(": ")[0])
        for gate in run.card["gates"]
        for one in gate["findings"]
    }
    assert set(service.findings) <= found


def test_an_answer_without_content_is_no_violation(foreign: tuple[Foreign, Run]) -> None:
    """`curl -i /basic-auth/0/0` of httpbin: 401, no content, and rightly no Content-Type."""
    _, run = foreign
    untyped = [one["message"] for one in run.gate("contract")["findings"] if one["rule"] == "ST104"]
    assert not any("GET /basic-auth" in message for message in untyped)


def test_nothing_of_this_run_alone_stands_in_the_scorecard(foreign: tuple[Foreign, Run]) -> None:
    """Neither the port of the service, nor a folder of this machine: they would be noise."""
    _, run = foreign
    lasting = json.dumps({key: value for key, value in run.card.items() if key != "run"})
    assert "127.0.0.1:" not in lasting
    assert "/site-packages/" not in lasting
