"""Looks at the headers of real answers: security headers, cookies, CORS, and https itself.

Input: base_url, health, document (file or ""), login, login_method, deadline_s, max_seconds,
session_cookie (name or ""), origins (that the target trusts).
"""

import math
import shlex
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from gates.core import security_headers, texts
from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.security_headers import Flaw, Headers, cookie_flaws, policy_notes
from gates.probes import _caller, _common, _cors, _openapi, _tls
from gates.probes._answers import Sample, real_login, samples
from gates.probes._cors import Trial
from gates.shell.network import NetworkError, Problem, Response, request

TOOL = "headers"
METRICS = (
    "headers.missing",
    "headers.weak_cookies",
    "headers.tls_violations",
    "headers.cors_violations",
)
_NO_TLS = "http target: not applicable"
_FIXES = {
    "headers.missing": "Set it on every answer, those of errors too: in one middleware.",
    "headers.weak-cookie": "Set HttpOnly, Secure and SameSite where the cookie is made.",
    "headers.cors-reflected": "Compare Origin with a list of trusted ones before it is sent back.",
    "headers.cors-null": "Refuse the origin `null`: any sandboxed page has it.",
    "headers.cors-lookalike": "Compare the whole origin, not how it begins or ends.",
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
    ends: float = math.inf  # monotonic time after which nothing more is asked

    @property
    def trusted(self) -> bool:
        """Whether secrets may be sent."""
        return self.tls is None or not self.tls.problem


class Seen(msgspec.Struct, frozen=True):
    """One flaw and the request that showed it."""

    sample: Sample
    flaw: Flaw
    extra: Headers = ()  # headers of the request, for reproduction


def measure(given: dict[str, Any]) -> ToolReport:
    """Send the requests and judge their answers. Raises ProbeError if none is answered."""
    look = _look(given)
    document = _openapi.document(given.get("document", ""))
    asked = samples(
        given["health"], document, given.get("login", ""), given.get("login_method", "POST")
    )
    default = _caller.identities().get(_caller.DEFAULT)
    asked += real_login(default.login if default and look.trusted else None)
    answers, unanswered = _ask_all(look, asked)
    if not answers:
        raise _common.ProbeError(f"no answer at all: {unanswered[0]}", Reason.TARGET_DOWN)
    trials = _trials(look, answers, given.get("origins", ()))
    session = given.get("session_cookie", "")
    https = look.tls is not None
    found = {
        "headers.missing": [Seen(s, f) for s, a in answers for f in _missing(a, https)],
        "headers.weak_cookies": [
            *(Seen(s, f) for s, a in answers for f in cookie_flaws(a.headers, session)),
            *(_seen(one, f) for one in trials for f in cookie_flaws(one.answer.headers, session)),
        ],
        "headers.tls_violations": _tls_flaws(look, asked[0], answers),
        "headers.cors_violations": [_seen(one, flaw) for one in trials for flaw in one.flaws],
    }
    findings = tuple(f for metric, seen in found.items() for f in _findings(metric, seen))
    return ToolReport(
        tool=TOOL,
        examined=len(answers),
        examined_unit="answers",
        measurements=_measurements(findings, look, _cookies_set(answers)),
        findings=findings,
        incomplete=unanswered,
        notes=_notes(answers, look),
    )


def _seen(trial: Trial, flaw: Flaw) -> Seen:
    return Seen(trial.sample, flaw, trial.extra)


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
    ends = time.monotonic() + float(given.get("max_seconds", 20.0))
    return Look(base_url, deadline_s, _common.auth_headers(), tls, ends)


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
        headers.append(("Content-Type", sample.kind))
    left_s = look.ends - time.monotonic()
    if left_s <= 0:
        raise NetworkError(Problem.TIMEOUT, "not asked: the time of this probe is used up")
    try:
        return request(
            sample.method,
            look.base_url + sample.path,
            allow=(look.base_url,),
            headers=tuple(headers),
            body=sample.body,
            deadline_s=min(look.deadline_s, max(left_s, 0.1)),
            tls=None if look.trusted else _tls.unverified(),
        )
    except NetworkError as error:
        if error.kind is Problem.BODY_TOO_LARGE and error.response:
            return error.response  # its headers are whole
        raise


def _missing(answer: Response, https: bool) -> tuple[Flaw, ...]:
    """What a page or its data lacks; a redirect shows neither."""
    if 300 <= answer.status < 400:
        return ()
    return security_headers.missing(answer.headers, https=https)


def _trials(
    look: Look, answers: list[tuple[Sample, Response]], origins: Iterable[str]
) -> tuple[Trial, ...]:
    """Requests of other origins to the first two operations."""

    def ask(sample: Sample, extra: Headers) -> Response:
        return _ask(look, sample, extra)

    # Many a service lets any port of its own machine in, and compares the beginning alone.
    friends = (*origins, "http://localhost", look.base_url)
    return tuple(_cors.trials(ask, tuple(sample for sample, _ in answers[:2]), friends))


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
    findings: tuple[Finding, ...], look: Look, cookies_set: str
) -> dict[str, Measurement]:
    """As many as there are findings: each names its metric."""
    details = {
        "headers.missing": _subjects(findings),
        "headers.weak_cookies": cookies_set,
        "headers.tls_violations": _NO_TLS if look.tls is None else look.tls.version,
    }
    return {
        name: Measurement(
            value=float(sum(finding.metric == name for finding in findings)),
            detail=details.get(name, ""),
        )
        for name in METRICS
    }


def _subjects(findings: tuple[Finding, ...]) -> str:
    missing = (one for one in findings if one.metric == "headers.missing")
    return ", ".join(sorted(one.context for one in missing))


def _cookies_set(answers: list[tuple[Sample, Response]]) -> str:
    """How many cookies there were to look at: no weak one of none says little."""
    found = {name for _, a in answers for name in security_headers.cookie_names(a.headers)}
    named = f": {', '.join(sorted(found))}" if found else ""
    return f"{len(found)} set in {len(answers)} answers{named}"[:200]


def _notes(answers: list[tuple[Sample, Response]], look: Look) -> tuple[str, ...]:
    notes = []
    if not any(200 <= answer.status < 300 for _, answer in answers):
        notes.append("no request succeeded: only error answers were looked at")
    if not any(answer.status >= 400 for _, answer in answers):
        notes.append("no request failed: only success answers were looked at")
    if look.tls is not None and look.tls.version == "TLSv1.2":
        notes.append("the connection used TLS 1.2: offer TLS 1.3")
    notes += dict.fromkeys(note for _, a in answers for note in policy_notes(a.headers))
    if not look.trusted:
        notes.append("the connection is not trusted: no authenticated request was sent")
    return tuple(notes)


def _findings(metric: str, seen: list[Seen]) -> list[Finding]:
    """One finding for each thing that counts: a header, a cookie, a leak of one operation."""
    groups: dict[str, list[Seen]] = {}
    for one in seen:
        groups.setdefault(_subject(metric, one), []).append(one)
    return [_finding(metric, subject, groups[subject]) for subject in sorted(groups)]


def _subject(metric: str, one: Seen) -> str:
    """What makes two flaws the same thing."""
    match metric:
        case "headers.missing" | "headers.weak_cookies":
            return one.flaw.subject
        case "headers.tls_violations":
            return f"{one.flaw.rule} {_place(one)}"
        case _:
            return f"{one.sample.label} {one.flaw.rule}"


def _place(one: Seen) -> str:
    return one.sample.label if one.flaw.rule == "headers.insecure-redirect" else ""


def _finding(metric: str, subject: str, seen: list[Seen]) -> Finding:
    first, flaw = seen[0], seen[0].flaw
    found = ", ".join(dict.fromkeys(one.flaw.found for one in seen))
    allowed = "; ".join(dict.fromkeys(one.flaw.allowed for one in seen))
    places = [*dict.fromkeys(one.sample.label for one in seen)]
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    message = f"{places[0]}{more}: {flaw.subject}: found {found}; allowed: {allowed}"
    return Finding(
        tool=TOOL,
        rule=flaw.rule,
        severity=Severity.MEDIUM if flaw.rule == "headers.missing" else Severity.HIGH,
        message=texts.visible(message),
        fix=_FIXES[flaw.rule],
        reproduce=_curl(first),
        context=subject,
        metric=metric,
    )


def _curl(seen: Seen) -> str:
    sample = seen.sample
    lines = [f"{name}: {value}" for name, value in seen.extra]
    if sample.body:
        lines.append(f"Content-Type: {sample.kind}")
    words = ["curl", "-si", "-X", sample.method, *(w for line in lines for w in ("-H", line))]
    if sample.body and not sample.secret:
        words += ["-d", sample.body.decode()]
    command = shlex.join(words)
    if sample.secret:
        command += ' -d "$LOGIN_BODY"'
    if sample.with_auth:
        command += ' -H "$AUTH_HEADER"'
    return f'{command} "$BASE_URL"{shlex.quote(sample.path)}'


if __name__ == "__main__":
    _common.run(measure)
