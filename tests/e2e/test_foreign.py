"""Three services that are not ours, as users install them; every verdict was checked by hand.

httpbin and Kinto are Swagger 2.0 and only serve their document; Prism plays one that lies beside
it, so that hardly anything said of it can be true. What fails here really is so: see each row.
"""

import json
import os
import shutil
import tomllib
from typing import NamedTuple

import pytest

from tests.e2e.conftest import REPOSITORY, Judge, Run

pytestmark = pytest.mark.beside

POLICY = tomllib.loads((REPOSITORY / "config" / "policy" / "standard.toml").read_text())["gates"]
BELOW = ("schema", "smoke")
ABOVE = ("documentation",)
# Nobody expects any load of them.
LEVEL_2 = tuple(
    id for id, gate in POLICY.items() if gate["level"] == 2 and "load" not in gate["needs"]
)


class Foreign(NamedTuple):
    """A service: its operations, what is not PASS and why, and findings that must be there.

    `untold` are criteria that could not be judged, with the reason.
    """

    name: str
    operations: int
    failing: dict[str, str]
    findings: tuple[tuple[str, str], ...]
    untold: dict[str, str]
    has_base: bool = False


# None of them says which request is whose, or that it is ready, the way the criteria ask for it.
UNOBSERVED = {
    "observability.readiness": "curl /ready: no 2xx",
    "observability.metrics": "curl /metrics: no 2xx",
    "observability.request-id": "curl -H 'X-Request-ID: a' /: it does not come back",
    "observability.logs": "plain lines",
    "observability.audit": "no line with an action",
}
UNTOLD = {
    "observability.traces": "nothing says how a trace would be seen",
    "resilience.upstreams": "none is named",
}


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
        "api-design.rules": "/delete, /get; no version; ids without 404",
        "errors.envelope": "curl /status/500: text; curl /image -H 'Accept: a/b': JSON",
        "documentation.operations": "no operation says which authentication it needs",
        "documentation.files": "no file at all lies beside the target file",
    }
    | UNOBSERVED,
    untold={"api-design.idempotency": "it has no objects"} | UNTOLD,
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
        "api-design.rules": "/v1/__version__; 201 without Location; _limit without a default",
        "observability.secrets": "curl '/v1/?token=a': the log has it",
        "resilience.restart": "SIGTERM ends it with requests in flight",
        "documentation.operations": "no operation has a summary",
        "documentation.files": "no file at all lies beside the target file",
    }
    | UNOBSERVED,
    untold=UNTOLD,
    findings=(
        ("ST101", "GET /v1/__version__"),
        ("ST108", "GET /v1/permissions"),
        ("ST202", "POST /v1/accounts"),
        ("headers.missing", "GET /v1/__heartbeat__ and 2 more"),
    ),
)
PRISM = Foreign(
    name="prism",
    operations=4,
    failing={
        "headers.missing": "curl -i /v1/stations: none of the four headers",
        "headers.cors": "curl -H 'Origin: https://evil.example': reflected, with credentials",
        "contract.response-violations": "a mock keeps nothing: what was deleted is still there",
        "contract.invalid-accepted": "curl '/v1/stations?country=': 200, minLength is 2",
        "api-design.rules": "the document lists no codes of its errors",
        "errors.envelope": "a body that is no JSON gets an error of Prism's own",
        "resilience.restart": "SIGTERM ends it with requests in flight",
        "documentation.operations": "no operation says which authentication it needs",
        "documentation.files": "nothing but the document lies beside the target file",
        "documentation.contract": "nothing but the document lies beside the target file",
    }
    | UNOBSERVED,
    untold={"api-design.idempotency": "nothing can be made"} | UNTOLD,
    findings=(
        ("ST301", "DELETE /v1/stations/{station_id}"),
        ("headers.cors-reflected", "GET /v1/stations"),
    ),
    has_base=True,
)
BASELESS = {
    *("compatibility.breaking", "compatibility.removals", "compatibility.warnings"),
    "operations.changed",
}


@pytest.fixture(scope="session", params=[HTTPBIN, KINTO, PRISM], ids=lambda one: one.name)
def foreign(request: pytest.FixtureRequest, judge: Judge) -> tuple[Foreign, Run]:
    """A service and its run; its packages come from the registry."""
    if request.param is PRISM and shutil.which("npm") is None and not os.environ.get("CI"):
        pytest.skip("Node and npm are not installed")
    options = [part for gate in (*BELOW, *LEVEL_2, *ABOVE) for part in ("--gate", gate)]
    run = judge(f"tests/targets/{request.param.name}", *options)
    if any(gate["reason"] == "environment-failed" for gate in run.card["gates"]):
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"no registry to install from:\n{run.told}")
    return request.param, run


def test_it_fails_for_what_is_really_so_and_for_nothing_else(foreign: tuple[Foreign, Run]) -> None:
    service, run = foreign
    criteria = [one for gate in run.card["gates"] for one in gate["criteria"] if not one["skipped"]]
    judged = {one["id"]: one["status"] for one in criteria}
    if "smoke" in run.busy():
        del judged["smoke.p95"]
    other = {id: status for id, status in judged.items() if status != "PASS"}
    assert other == {
        **dict.fromkeys(service.failing, "FAIL"),
        **dict.fromkeys(service.untold, "NO_DATA"),
        **dict.fromkeys(() if service.has_base else BASELESS, "WARN"),
    }
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
