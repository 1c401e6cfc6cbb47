"""P64: a known secret leaves nothing behind, in any of the forms that programs give it."""

import base64
import json
import urllib.parse

import pytest

from gates.core.model import Finding, Measurement, Series, Severity, ToolReport
from gates.core.redact import MARK, Redactor, appears

SECRET = 'p@ss w/örd+"1\\'

# Put together, so that no scanner takes this file for one that holds a key.
KEY = " ".join(("PRIVATE", "KEY"))
BEGIN, RSA, END = (f"-----{word} {KEY}-----" for word in ("BEGIN", "BEGIN RSA", "END RSA"))
JWT = ".".join(("eyJhbGciOiJub25lIn0", "eyJhIjoxfQ", ""))


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        urllib.parse.quote(SECRET),
        urllib.parse.quote(SECRET, safe=""),
        urllib.parse.quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
    ],
)
def test_a_known_value_is_found_in_every_spelling(form: str) -> None:
    assert Redactor([SECRET]).text(f"a{form}b") == f"a{MARK}b"


@pytest.mark.parametrize("before", ["", "u", "us", "user:", "admin:"])
@pytest.mark.parametrize("after", ["", "x", "yz", "|tail"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_known_value_is_found_in_base64_at_each_offset(
    before: str, after: str, encode: object
) -> None:
    secret = "hunter2-hunter2-?>~"  # pragma: allowlist secret
    encoded = encode(f"{before}{secret}{after}".encode()).decode()  # type: ignore[operator]
    shown = Redactor([secret]).text(encoded)
    assert MARK in shown
    assert len(shown.replace(MARK, "")) <= len(encoded) - len(secret)


@pytest.mark.parametrize("before", ["", "u", "us"])
@pytest.mark.parametrize("length", [15, 16, 17])
@pytest.mark.parametrize("padding", ["kept", "left out"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_no_end_of_a_known_value_in_base64_stays(
    before: str, length: int, padding: str, encode: object
) -> None:
    secret = "?>~hunter2-hunter2-"[:length]  # pragma: allowlist secret
    encoded = encode(f"{before}{secret}".encode()).decode()  # type: ignore[operator]
    if padding == "left out":
        encoded = encoded.rstrip("=")
    kept = encoded[: len(before)]  # characters that hold no bit of the value
    assert Redactor([secret]).text(f"({encoded}, x)") == f"({kept}{MARK}, x)"


def test_a_line_of_a_known_value_is_hidden_too() -> None:
    secret = "short\nsixteen-letters!\nfifteen-letters"  # pragma: allowlist secret
    assert Redactor([secret]).text("a sixteen-letters! b") == f"a {MARK} b"
    assert MARK not in Redactor([secret]).text("short fifteen-letters")


def test_the_longer_of_two_values_goes_first() -> None:
    assert Redactor(["secret", "secret-and-more"]).text("x secret-and-more") == f"x {MARK}"


@pytest.mark.parametrize(("value", "hidden"), [("12345", False), ("123456", True)])
def test_short_values_are_left_alone(value: str, hidden: bool) -> None:
    assert (MARK in Redactor([value]).text(f"({value})")) is hidden


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Bearer abcdefgh12", f"Authorization: Bearer {MARK}"),
        ("authorization: basic dXNlcjpwYXNz", f"authorization: basic {MARK}"),
        (f"t={JWT}", f"t={MARK}"),
        ("key AKIAIOSFODNN7EXAMPLE.", f"key {MARK}."),
        ("ghp_0123456789abcdefghij0123", MARK),
        ("postgres://ada:hunter2@db/x", f"postgres://{MARK}@db/x"),  # pragma: allowlist secret
        (
            f"a\n{RSA}\nabc\n{END}\nb",
            f"a\n{MARK}\nb",
        ),
        (f"{BEGIN}\nMIIEvQIBADANBgkqhkiG\nMIIEvQIBADANBgkqhkiG", MARK),
        (f"{BEGIN} starts a key", f"{MARK} starts a key"),
        (
            f'["{BEGIN}\\nMIIEvQIBADANBgkqhkiG", "next"]',
            f'["{MARK}", "next"]',
        ),
        ("the bearer of information", "the bearer of information"),
        ("use Basic Authentication", "use Basic Authentication"),
        ("see http://127.0.0.1:8000/a@b", "see http://127.0.0.1:8000/a@b"),
        ("AKIA is a prefix", "AKIA is a prefix"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_and_nothing_else(text: str, expected: str) -> None:
    assert Redactor().text(text) == expected


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    assert Redactor(["hunter22"]).data(b"\xff\x00hunter22\xfe") == (
        b"\xff\x00" + MARK.encode() + b"\xfe"
    )


def test_every_text_of_a_report_is_redacted() -> None:
    secret = "hunter22"  # pragma: allowlist secret
    report = ToolReport(
        tool=secret,
        examined=1,
        examined_unit=secret,
        measurements={secret: Measurement(value=None, why=secret, detail=secret)},
        findings=(
            Finding(
                tool=secret,
                rule=secret,
                severity=Severity.HIGH,
                message=secret,
                path=secret,
                url=secret,
                fix=secret,
                reproduce=secret,
                context=secret,
            ),
        ),
        incomplete=(secret,),
        notes=(secret,),
        series=(Series(name=secret, x_unit="s", y_unit=secret, points=((1.0, 2.0),)),),
        pending=(secret,),
    )
    shown = Redactor([secret]).report(report)
    assert secret not in repr(shown)
    assert repr(shown).count(MARK) == repr(report).count(secret)
    assert Redactor().report(report) == report


def test_the_same_values_in_any_order_give_the_same_text() -> None:
    """P32."""
    values = ["secret-a", "secret-ab", "b-secret"]
    text = " ".join(values)
    assert Redactor(values).text(text) == Redactor(reversed(values)).text(text)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("x s3cret/value+1 y", True),
        ("q=s3cret%2Fvalue%2B1", True),
        (base64.b64encode(b"user:s3cret/value+1").decode(), True),
        ("s3cret/value", False),
        ("", False),
    ],
)
def test_a_value_appears_in_every_form_that_programs_give_it(text: str, seen: bool) -> None:
    assert appears("s3cret/value+1", text) is seen
