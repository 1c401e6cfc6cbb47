"""Looks at the headers of real answers: security headers, cookies, CORS, and https itself.

Input: base_url, health, document (file or ""), login, login_method, deadline_s.
"""

import shlex
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from gates.core import security_headers
from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.security_headers import FOREIGN_ORIGIN, Flaw, Headers
from gates.probes import _common, _tls
from gates.probes._answers import Sample, samples
from gates.shell.network import NetworkError, Problem, Response, request

TOOL = "headers"
_NO_TLS = "http target: not applicable"
_FIXES = {
    "headers.missing": "Set it on every answer, those of errors too: in one middleware.",
    "headers.weak-cookie": "Set HttpOnly, Secure and SameSite where the cookie is made.",
    "headers.cors-reflected": "Compare Origin with a list of trusted ones before it is sent back.",
    "headers.cors-any-with-credentials": "Name the trusted origins instead of `*`.",
    "headers.insecure-redirect": "Redirect to https, or to a path.",
    "headers.certificate-expires": "Renew the certificate.",
    "headers.tls-version": "Switch TLS 1.1 and older off.",
    "headers.tls-untrusted": "Serve a valid certificate with its whole chain.",
}


class Look(msgspec.Struct, frozen=True):
    """How to send: where to, what with, and under which trust."""

    base_url: str
    deadline_s: float
    auth: dict[str, str]
    tls: _tls.Tls | None = None

    @property
    def trusted(self) -> bool:
        """Whether secrets may be sent."""
        return self.tls is None or not self.tls.problem


class Seen(msgspec.Struct, frozen=True):
    """One flaw and the request that showed it."""

    sample: Sample
    flaw: Flaw
    extra: tuple[str, ...] = ()  # header lines of the request, for reproduction


def measure(given: dict[str, Any]) -> ToolReport:
    """Send the requests and judge their answers. Raises ProbeError if none is answered."""
    look = _look(given)
    document = _document(given.get("document", ""))
    asked = samples(
        given["health"], document, given.get("login", ""), given.get("login_method", "POST")
    )
    answers, unanswered = _ask_all(look, asked)
    if not answers:
        raise _common.ProbeError(f"no answer at all: {unanswered[0]}", Reason.TARGET_DOWN)
    https = look.tls is not None
    missing = [Seen(s, f) for s, a in answers for f in _missing(a, https)]
    cookies = [Seen(s, f) for s, a in answers for f in security_headers.cookie_flaws(a.headers)]
    tls = _tls_flaws(look, asked[0], answers)
    cors = _cors(look, tuple(sample for sample, _ in answers[:2]))
    return ToolReport(
        tool=TOOL,
        examined=len(answers),
        examined_unit="answers",
        measurements=_measurements(missing, cookies, tls, cors, look, _cookies_set(answers)),
        findings=tuple(_finding(seen) for seen in (*missing, *cookies, *tls, *cors)),
        incomplete=unanswered,
        notes=_notes(answers, look),
    )


def _look(given: dict[str, Any]) -> Look:
    base_url, deadline_s = given["base_url"], float(given.get("deadline_s", 10.0))
    tls = None
    if base_url.startswith("https:"):
        url = base_url + given["health"]
        now = datetime.now(UTC)
        try:
            tls = _tls.inspect(url, (base_url,), now=now, deadline_s=deadline_s)
        except NetworkError as error:
            detail = f"GET {given['health']}: {error}"
            raise _common.ProbeError(detail, Reason.TARGET_DOWN) from None
    return Look(base_url, deadline_s, _common.auth_headers(), tls)


def _document(path: str) -> Any:
    try:
        return msgspec.json.decode(Path(path).read_bytes()) if path else None
    except (OSError, msgspec.DecodeError) as error:
        raise _common.ProbeError(f"OpenAPI document {path}: {error}") from error


def _ask_all(
    look: Look, asked: tuple[Sample, ...]
) -> tuple[list[tuple[Sample, Response]], tuple[str, ...]]:
    answers, unanswered = [], []
    for sample in asked:
        if sample.with_auth and not look.trusted:
            continue
        try:
            answers.append((sample, _ask(look, sample)))
        except NetworkError as error:
            unanswered.append(f"{sample.label}: {error}")
    return answers, tuple(unanswered)


def _ask(look: Look, sample: Sample, extra: Headers = ()) -> Response:
    headers = [*extra, *(look.auth.items() if sample.with_auth and look.trusted else ())]
    if sample.body:
        headers.append(("Content-Type", "application/json"))
    try:
        return request(
            sample.method,
            look.base_url + sample.path,
            allow=(look.base_url,),
            headers=tuple(headers),
            body=sample.body,
            deadline_s=look.deadline_s,
            tls=None if look.trusted else _tls.unverified(),
        )
    except NetworkError as error:
        if error.kind is Problem.BODY_TOO_LARGE and error.response:
            return error.response  # its headers are whole
        raise


def _missing(answer: Response, https: bool) -> tuple[Flaw, ...]:
    return security_headers.missing(answer.headers, https=https)


def _cors(look: Look, asked: tuple[Sample, ...]) -> list[Seen]:
    """Ask as a page of a foreign origin would: the request itself, and its preflight."""
    origin = ("Origin", FOREIGN_ORIGIN)
    preflight = (
        origin,
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "authorization"),
    )
    found = []
    for sample in asked:
        for method, extra in ((sample.method, (origin,)), ("OPTIONS", preflight)):
            changed = msgspec.structs.replace(sample, method=method, body=b"")
            try:
                flaws = security_headers.cors_flaws(_ask(look, changed, extra).headers)
            except NetworkError:
                continue  # the request itself was answered: a refused preflight is no leak
            lines = tuple(f"{name}: {value}" for name, value in extra)
            found += [Seen(changed, flaw, lines) for flaw in flaws]
    return found


def _tls_flaws(look: Look, first: Sample, answers: list[tuple[Sample, Response]]) -> list[Seen]:
    if look.tls is None:
        return []
    redirects = [Seen(s, f) for s, a in answers for f in security_headers.redirect_flaws(a.headers)]
    if look.tls.problem:
        flaw = Flaw("headers.tls-untrusted", "TLS", look.tls.problem, "a trusted connection")
        return [Seen(first, flaw), *redirects]
    flaws = list(security_headers.certificate_flaws(look.tls.days_left))
    if look.tls.accepts_old:
        flaws.append(Flaw("headers.tls-version", "TLS", "TLS 1.1 or older", "TLS 1.2 or newer"))
    return [*(Seen(first, flaw) for flaw in flaws), *redirects]


def _measurements(
    missing: list[Seen],
    cookies: list[Seen],
    tls: list[Seen],
    cors: list[Seen],
    look: Look,
    cookies_set: str,
) -> dict[str, Measurement]:
    return {
        "headers.missing": _count({seen.flaw.subject for seen in missing}),
        "headers.weak_cookies": msgspec.structs.replace(
            _count({seen.flaw.subject for seen in cookies}), detail=cookies_set
        ),
        "headers.tls_violations": Measurement(
            value=float(len(tls)), detail=_NO_TLS if look.tls is None else look.tls.version
        ),
        "headers.cors_violations": _count({(s.sample.label, s.flaw.rule) for s in cors}),
    }


def _cookies_set(answers: list[tuple[Sample, Response]]) -> str:
    """How many cookies there were to look at: no weak one of none says little."""
    found = {
        text.partition("=")[0]
        for _, answer in answers
        for text in security_headers.values(answer.headers, "Set-Cookie")
    }
    named = f": {', '.join(sorted(found))}" if found else ""
    return f"{len(found)} set in {len(answers)} answers{named}"[:200]


def _count(distinct: set[Any]) -> Measurement:
    named = sorted(text for text in distinct if isinstance(text, str))
    return Measurement(value=float(len(distinct)), detail=", ".join(named))


def _notes(answers: list[tuple[Sample, Response]], look: Look) -> tuple[str, ...]:
    notes = []
    if not any(200 <= answer.status < 300 for _, answer in answers):
        notes.append("no request succeeded: only error answers were looked at")
    if not any(answer.status >= 400 for _, answer in answers):
        notes.append("no request failed: only success answers were looked at")
    if look.tls is not None and look.tls.version == "TLSv1.2":
        notes.append("the connection used TLS 1.2: offer TLS 1.3")
    if not look.trusted:
        notes.append("the connection is not trusted: no authenticated request was sent")
    return tuple(notes)


def _finding(seen: Seen) -> Finding:
    flaw, label = seen.flaw, seen.sample.label
    return Finding(
        tool=TOOL,
        rule=flaw.rule,
        severity=Severity.MEDIUM if flaw.rule == "headers.missing" else Severity.HIGH,
        message=f"{label}: {flaw.subject}: found {flaw.found}; allowed: {flaw.allowed}",
        fix=_FIXES[flaw.rule],
        reproduce=_curl(seen),
        context=f"{label} {flaw.subject} {flaw.allowed}",
    )


def _curl(seen: Seen) -> str:
    sample = seen.sample
    lines: Iterable[str] = seen.extra
    if sample.body:
        lines = (*lines, "Content-Type: application/json")
    words = ["curl", "-si", "-X", sample.method, *(w for line in lines for w in ("-H", line))]
    if sample.body:
        words += ["-d", sample.body.decode()]
    command = shlex.join(words)
    if sample.with_auth:
        command += ' -H "$AUTH_HEADER"'
    return f'{command} "$BASE_URL"{shlex.quote(sample.path)}'


if __name__ == "__main__":
    _common.run(measure)
