"""The headers probe against a clean service and its twin with planted defects."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gates.core.model import Reason, ToolReport
from gates.core.target import Auth, Login, Service, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import headers

Site = Callable[..., str]
Run = Callable[..., ToolOutput]
Pairs = list[tuple[str, str]]

GOOD: Pairs = [
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
]
HSTS: Pairs = [("Strict-Transport-Security", "max-age=31536000")]
DOCUMENT = {
    "openapi": "3.1.0",
    "servers": [{"url": "/api"}],
    "paths": {
        "/books": {"get": {"parameters": [{"name": "q", "in": "query"}]}},
        "/books/{id}": {"get": {}},
        "/search": {"get": {"parameters": [{"name": "q", "in": "query", "required": True}]}},
        "/me": {"get": {"security": [{"bearer": []}]}},
    },
}


def route(method: str, path: str, given: dict[str, str]) -> int:
    if path == "/api/me":
        return 200 if given.get("authorization") == "Bearer canary-55" else 401
    if path == "/login":
        return 422
    return 200 if path in ("/health", "/api/books") else 404


def clean(method: str, path: str, given: dict[str, str]) -> tuple[int, Pairs]:
    cookie = ("Set-Cookie", "sid=v; HttpOnly; Secure; SameSite=Strict")
    return route(method, path, given), [*GOOD, cookie]


def leaky(method: str, path: str, given: dict[str, str]) -> tuple[int, Pairs]:
    status = route(method, path, given)
    sent = [] if status == 404 else list(GOOD)
    if path == "/api/me" and status == 200:
        sent.append(("Set-Cookie", "sid=canary-77; HttpOnly; SameSite=Lax"))
    if path == "/api/books" and "origin" in given:
        sent.append(("Access-Control-Allow-Origin", given["origin"]))
    return status, sent


@pytest.fixture
def look(tmp_path: Path, run_probe: Run) -> Callable[..., ToolReport]:
    """Run the adapter over a site and return its report."""

    def run(url: str, **env: str) -> ToolReport:
        document = tmp_path / "document.json"
        document.write_text(json.dumps(DOCUMENT))
        login = Login(path="/login", body={"u": "${U}"}, token="/t")
        target = Target(name="t", service=Service(base_url=url), auth=Auth(login=login))
        options = Options(
            tree="", output=str(tmp_path), python="x", base_url=url, document=str(document)
        )
        (invocation,) = headers.commands(target, options)
        assert invocation.secrets == ("GATESCORE_AUTH",)
        auth = '{"Authorization": "Bearer canary-55"}'
        return headers.parse((run_probe(invocation, GATESCORE_AUTH=auth, **env),))

    return run


def figures(report: ToolReport) -> dict[str, float | None]:
    return {name.split(".")[1]: found.value for name, found in report.measurements.items()}


def test_a_clean_service(site: Site, look: Callable[..., ToolReport]) -> None:
    report = look(site(clean))
    assert figures(report) == dict.fromkeys(
        ("missing", "weak_cookies", "tls_violations", "cors_violations"), 0.0
    )
    assert set(report.measurements) == set(headers.METRICS)
    assert report.measurements["headers.tls_violations"].detail == "http target: not applicable"
    assert report.measurements["headers.weak_cookies"].detail == "1 set in 6 answers: sid"
    # health, books, me with and without a token, no such path, login
    assert (report.examined, report.findings, report.incomplete) == (6, (), ())
    assert report.notes == ()


def test_its_leaky_twin(site: Site, look: Callable[..., ToolReport]) -> None:
    report = look(site(leaky))
    assert figures(report) == {
        "missing": 4.0,  # on the error answer of the unknown path alone
        "weak_cookies": 1.0,
        "tls_violations": 0.0,
        "cors_violations": 2.0,  # the request and its preflight
    }
    assert report.measurements["headers.weak_cookies"].detail == "1 set in 6 answers: sid"
    found = {(finding.rule, finding.message.split(": ")[0]) for finding in report.findings}
    assert found == {
        ("headers.missing", "GET /gatescore-no-such-path"),
        ("headers.weak-cookie", "GET /api/me"),
        ("headers.cors-reflected", "GET /api/books"),
        ("headers.cors-reflected", "OPTIONS /api/books"),
    }


def test_findings_say_how_to_see_them_and_hold_no_secret(
    site: Site, look: Callable[..., ToolReport]
) -> None:
    """P64: neither the token nor the value of a cookie."""
    report = look(site(leaky))
    assert "canary" not in repr(report)
    commands = {finding.message.split(": ")[0]: finding.reproduce for finding in report.findings}
    assert commands["GET /api/me"] == ('curl -si -X GET -H "$AUTH_HEADER" "$BASE_URL"/api/me')
    assert "-H 'Origin: https://evil.example'" in commands["GET /api/books"]
    assert "Access-Control-Request-Method: GET" in commands["OPTIONS /api/books"]
    messages = [f.message for f in report.findings if f.rule == "headers.weak-cookie"]
    assert messages == [
        "GET /api/me: cookie sid: found no Secure; allowed: Secure",
        "GET /api/me: cookie sid: found SameSite=lax; allowed: SameSite=Strict",
    ]


def certificate(folder: Path, days: int) -> Path:
    file = folder / f"{days}.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -addext"
    words = [*command.split(), "subjectAltName=IP:127.0.0.1", "-days", str(days)]
    subprocess.run(
        [*words, "-keyout", f"{file}.key", "-out", str(file)], check=True, capture_output=True
    )
    file.write_text(file.read_text() + Path(f"{file}.key").read_text())
    return file


def secure(method: str, path: str, given: dict[str, str]) -> tuple[int, Pairs]:
    return route(method, path, given), [*GOOD, *HSTS]


def test_a_clean_https_service(site: Site, look: Callable[..., ToolReport], tmp_path: Path) -> None:
    made = certificate(tmp_path, 90)
    report = look(site(secure, made), SSL_CERT_FILE=str(made))
    assert set(figures(report).values()) == {0.0}
    assert report.measurements["headers.tls_violations"].detail == "TLSv1.3"


def test_an_https_service_with_a_short_certificate_and_a_way_out(
    site: Site, look: Callable[..., ToolReport], tmp_path: Path
) -> None:
    def downgrading(method: str, path: str, given: dict[str, str]) -> tuple[int, Pairs]:
        if path == "/api/books":
            return 307, [*GOOD, ("Location", "http://127.0.0.1/elsewhere")]
        return route(method, path, given), GOOD

    made = certificate(tmp_path, 20)
    report = look(site(downgrading, made), SSL_CERT_FILE=str(made))
    assert figures(report)["tls_violations"] == 2.0
    assert figures(report)["missing"] == 1.0  # Strict-Transport-Security
    rules = {finding.rule for finding in report.findings}
    assert {"headers.certificate-expires", "headers.insecure-redirect"} <= rules


def test_an_untrusted_certificate_gets_no_secret(
    site: Site, look: Callable[..., ToolReport], tmp_path: Path
) -> None:
    seen: list[str] = []

    def listening(method: str, path: str, given: dict[str, str]) -> tuple[int, Pairs]:
        seen.append(given.get("authorization", ""))
        return secure(method, path, given)

    report = look(site(listening, certificate(tmp_path, 90)))
    assert figures(report)["tls_violations"] == 1.0
    assert [finding.rule for finding in report.findings] == ["headers.tls-untrusted"]
    assert set(seen) == {""}
    assert report.examined == 5  # the protected operation is asked without its token alone
    assert "the connection is not trusted: no authenticated request was sent" in report.notes


def test_no_service_is_target_down(look: Callable[..., ToolReport]) -> None:
    with pytest.raises(ParseError) as caught:
        look("http://127.0.0.1:9")
    assert caught.value.reason is Reason.TARGET_DOWN
    assert "GET /health" in caught.value.detail


def test_without_a_service_nothing_runs() -> None:
    assert headers.commands(Target(name="t"), Options(tree="", output="")) == ()
    with pytest.raises(ParseError) as caught:
        headers.parse(())
    assert caught.value.reason is Reason.NO_RESULT


@pytest.mark.parametrize("data", [b"", b"null", b"{}", b"[]", b'{"tool": "headers"'])
def test_what_is_no_report(data: bytes) -> None:
    with pytest.raises(ParseError):
        headers.parse((ToolOutput(exit_code=0, stdout=data),))


def test_the_control_plants_one_missing_header(site: Site, look: Callable[..., ToolReport]) -> None:
    files = headers.control().files
    namespace: dict[str, Any] = {}
    source = files["good.py"] + files["planted.py"].replace("from good import GOOD", "")
    exec(compile(source, "planted.py", "exec"), namespace)  # our own control
    answer = namespace["answer"]

    def planted(method: str, path: str, given: dict[str, str]) -> tuple[int, Pairs]:
        status, sent = answer(path, 1)
        return status, list(sent.items())

    report = look(site(planted))
    assert {finding.rule for finding in report.findings} == {headers.control().rule}
    assert figures(report)["missing"] == 1.0
