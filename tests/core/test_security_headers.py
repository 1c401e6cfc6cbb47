"""The header rules at both sides of each bound."""

import pytest

from gates.core import security_headers
from gates.core.security_headers import CSP, FRAMES, HSTS, NOSNIFF, REFERRER

GOOD = (
    (CSP, "default-src 'none'"),
    (NOSNIFF, "nosniff"),
    (FRAMES, "DENY"),
    (REFERRER, "no-referrer"),
    (HSTS, "max-age=31536000"),
)


def changed(name: str, value: str | None) -> security_headers.Headers:
    rest = tuple(pair for pair in GOOD if pair[0] != name)
    return rest if value is None else (*rest, (name, value))


def test_all_headers_there() -> None:
    assert security_headers.missing(GOOD, https=True) == ()


@pytest.mark.parametrize(
    ("name", "value", "missing"),
    [
        (CSP, None, True),
        (CSP, "", True),
        (NOSNIFF, None, True),
        (NOSNIFF, "sniff", True),
        (NOSNIFF, "NoSniff", False),
        (FRAMES, None, True),
        (FRAMES, "ALLOW-FROM https://a.example", True),
        (FRAMES, "sameorigin", False),
        (REFERRER, None, True),
        (REFERRER, "unsafe-url", True),
        (REFERRER, "nonsense", True),
        (REFERRER, "no-referrer, strict-origin", False),
        (REFERRER, "no-referrer, unsafe-url", True),
        (HSTS, None, True),
        (HSTS, "max-age=0", True),
        (HSTS, "includeSubDomains", True),
        (HSTS, 'max-age="1"', False),
    ],
)
def test_one_header(name: str, value: str | None, missing: bool) -> None:
    flaws = security_headers.missing(changed(name, value), https=True)
    assert [flaw.subject for flaw in flaws] == ([name] if missing else [])


def test_header_names_have_no_case() -> None:
    assert security_headers.missing(tuple((k.lower(), v) for k, v in GOOD), https=True) == ()


def test_transport_security_is_asked_of_https_alone() -> None:
    assert security_headers.missing(changed(HSTS, None), https=False) == ()


@pytest.mark.parametrize(
    ("policy", "missing"),
    [
        ("frame-ancestors 'none'", False),
        ("default-src 'self'; Frame-Ancestors https://a.example", False),
        ("frame-ancestors *", True),
        ("frame-ancestors", True),
        ("default-src frame-ancestors", True),
    ],
)
def test_frame_ancestors_stands_for_the_frame_header(policy: str, missing: bool) -> None:
    headers = ((CSP, policy), (NOSNIFF, "nosniff"), (REFERRER, "origin"))
    found = [flaw.subject for flaw in security_headers.missing(headers, https=False)]
    assert found == ([FRAMES] if missing else [])


@pytest.mark.parametrize(
    ("cookie", "found"),
    [
        ("sid=1; HttpOnly; Secure; SameSite=Strict", []),
        ("sid=1; HttpOnly; Secure; SameSite=Lax", ["SameSite=lax"]),
        ("theme=1; httponly; secure; samesite=lax", []),
        ("theme=1; HttpOnly; Secure; SameSite=None", ["SameSite=none"]),
        ("theme=1; Secure; SameSite=Strict", ["no HttpOnly"]),
        ("theme=1; HttpOnly; SameSite=Strict", ["no Secure"]),
        ("session_id=s3cret", ["no HttpOnly", "no Secure", "no SameSite"]),
        ("sid=; Max-Age=0", []),
        ("sid=gone; Max-Age=0", []),
    ],
)
def test_cookies(cookie: str, found: list[str]) -> None:
    flaws = security_headers.cookie_flaws((("set-cookie", cookie),))
    assert [flaw.found for flaw in flaws] == found
    assert "s3cret" not in repr(flaws)


@pytest.mark.parametrize(
    ("origin", "credentials", "rule"),
    [
        (None, None, None),
        ("*", None, None),
        ("*", "true", "headers.cors-any-with-credentials"),
        ("https://good.example", "true", None),
        ("https://evil.example", None, "headers.cors-reflected"),
        ("https://evil.example", "true", "headers.cors-reflected"),
    ],
)
def test_cors(origin: str | None, credentials: str | None, rule: str | None) -> None:
    given = (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", credentials),
    )
    headers = tuple((name, value) for name, value in given if value)
    assert [flaw.rule for flaw in security_headers.cors_flaws(headers)] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("location", "flaws"), [("http://a.example/x", 1), ("HTTP://a", 1), ("https://a", 0), ("/x", 0)]
)
def test_redirects_of_https(location: str, flaws: int) -> None:
    assert len(security_headers.redirect_flaws((("Location", location),))) == flaws


@pytest.mark.parametrize(("days", "flaws"), [(30.0, 1), (30.1, 0), (-1.0, 1)])
def test_certificate_days(days: float, flaws: int) -> None:
    assert len(security_headers.certificate_flaws(days)) == flaws
