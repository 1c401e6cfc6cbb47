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
        assert invocation.secrets == ("GATESCORE_AUTH", "GATESCORE_IDENTITIES")
        auth = {"Authorization": "Bearer canary-55"}
        known = {"login": {"method": "POST", "path": "/login", "body": {"u": "canary-66"}}}
        given = {
            "GATESCORE_AUTH": json.dumps(auth),
            "GATESCORE_IDENTITIES": json.dumps({"default": {"headers": auth, **known}}),
        }
        return headers.parse((run_probe(invocation, **given, **env),))

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
    assert report.measurements["headers.weak_cookies"].detail == "1 set in 8 answers: sid"
    # health, books, me with and without a token, no such path, books/, login without and with body
    assert (report.examined, report.findings, report.incomplete) == (8, (), ())
    assert report.notes == ()


def test_its_leaky_twin(site: Site, look: Callable[..., ToolReport]) -> None:
    report = look(site(leaky))
    assert figures(report) == {
        "missing": 4.0,  # on the error answer of the unknown path alone
        "weak_cookies": 1.0,
        "tls_violations": 0.0,
        "cors_violations": 2.0,  # the request and its preflight
    }
    assert report.measurements["headers.weak_cookies"].detail == "1 set in 8 answers: sid"
    found = {(finding.rule, finding.message.split(": ")[0]) for finding in report.findings}
    assert len(report.findings) == 4 + 1 + 2
    assert {finding.metric for finding in report.findings} == {
        "headers.missing",
        "headers.weak_cookies",
        "headers.cors_violations",
    }
    assert found == {
        ("headers.missing", "GET /gatescore-no-such-path and 1 more"),
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
        "GET /api/me: cookie sid: found no Secure, SameSite=lax; allowed: Secure; SameSite=Strict"
    ]


def setting(cookie: str, *, at: str = "/login") -> Callable[..., tuple[int, Pairs]]:
    """A clean service but for the cookie that its login sets."""

    def answer(method: str, path: str, given: dict[str, str]) -> tuple[int, Pairs]:
        if path == at and method == "POST" and int(given["content-length"]) > 2:
            return 200, [*GOOD, ("Set-Cookie", cookie)]
        return route(method, path, given), list(GOOD)

    return answer


@pytest.mark.parametrize(
    ("cookie", "weak"),
    [
        ("sid=canary-88; Path=/", 1),  # three things of it are wrong: it is one weak cookie
        ("sid=canary-88; HttpOnly; Secure; SameSite=Strict", 0),
        ("csrftoken=canary-88; Secure; SameSite=Lax", 0),  # scripts have to read it
        ("csrftoken=canary-88; SameSite=Lax", 1),
        ("sid=gone; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ],
)
def test_the_cookie_that_a_real_login_sets(
    site: Site, look: Callable[..., ToolReport], cookie: str, weak: int
) -> None:
    report = look(site(setting(cookie)))
    assert figures(report)["weak_cookies"] == weak
    assert len(report.findings) == weak
    assert "canary" not in repr(report)
    if weak:
        assert '-d "$LOGIN_BODY"' in report.findings[0].reproduce


def letting(trusts: Callable[[str], bool]) -> Callable[..., tuple[int, Pairs]]:
    """A clean service but for the origins that it lets in."""

    def answer(method: str, path: str, given: dict[str, str]) -> tuple[int, Pairs]:
        origin = given.get("origin", "")
        allowed = [("Access-Control-Allow-Origin", origin)] if origin and trusts(origin) else []
        return route(method, path, given), [*GOOD, *allowed]

    return answer


@pytest.mark.parametrize(
    ("trusts", "rule"),
    [
        (lambda origin: origin == "null", "headers.cors-null"),
        (lambda origin: origin.startswith("http://localhost"), "headers.cors-lookalike"),
        (lambda origin: origin.startswith("http://127.0.0.1"), "headers.cors-lookalike"),
        (lambda origin: origin == "http://localhost:3000", None),
        (lambda origin: origin == "https://shop.example", None),
    ],
)
def test_origins_that_look_like_a_friend(
    site: Site, look: Callable[..., ToolReport], trusts: Callable[[str], bool], rule: str | None
) -> None:
    report = look(site(letting(trusts)))
    assert {finding.rule for finding in report.findings} == ({rule} if rule else set())
    # the health path and the first operation, each with its preflight
    assert figures(report)["cors_violations"] == (4.0 if rule else 0.0)


def test_an_origin_that_is_let_in_by_its_ending(
    site: Site, look: Callable[..., ToolReport]
) -> None:
    """It names the trusted origin to whoever asks, and so tells what to imitate."""

    def answer(method: str, path: str, given: dict[str, str]) -> tuple[int, Pairs]:
        origin = given.get("origin", "")
        said = origin if origin.endswith("shop.example") else "https://shop.example"
        sent = [*GOOD, ("Access-Control-Allow-Origin", said)]
        return route(method, path, given), sent if path == "/api/books" else list(GOOD)

    report = look(site(answer))
    assert {finding.rule for finding in report.findings} == {"headers.cors-lookalike"}
    assert "https://evilshop.example" in repr(report.findings)


def test_what_a_policy_does_not_keep_out_is_noted(
    site: Site, look: Callable[..., ToolReport]
) -> None:
    policy = "default-src *; style-src 'unsafe-inline'; frame-ancestors 'none'"
    sent = [("Content-Security-Policy", policy), *GOOD[1:]]
    report = look(site(lambda method, path, given: (route(method, path, given), sent)))
    assert report.findings == ()
    assert [note for note in report.notes if "policy" in note] == [
        "the policy allows inline scripts or styles, or eval",
        "default-src of the policy allows any origin",
    ]


def test_a_redirect_is_not_followed_and_lacks_nothing_b41(
    site: Site, look: Callable[..., ToolReport]
) -> None:
    asked: list[str] = []

    def answer(method: str, path: str, given: dict[str, str]) -> tuple[int, Pairs]:
        asked.append(path)
        if path == "/api/books/":
            return 307, [("Location", "/elsewhere")]
        return route(method, path, given), list(GOOD)

    report = look(site(answer))
    assert report.findings == ()
    assert "/api/books/" in asked
    assert "/elsewhere" not in asked


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
    assert report.examined == 6  # the protected operation without its token alone, no real login
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
