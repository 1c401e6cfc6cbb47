"""Asks whether a stranger learns who has an account: unknown user against wrong password."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gates.core import telling_apart
from gates.core.exchanges import text_of
from gates.core.model import Finding, Measurement, Severity
from gates.core.telling_apart import Reply
from gates.probes._auth_login import Words, log_in, words, wrong
from gates.probes._caller import Caller, curl
from gates.shell.network import NetworkError

PAIRS = 15
SOON_S = 3.0  # after so long, the least number of pairs has to do
WRONG_IN_A_ROW = 2  # of one account, before it logs in rightly: no throttle counts so few
METRIC = "auth.enumeration"
_THROTTLED = (423, 429)
_FIX = (
    "Answer both alike, and verify a decoy hash where there is no user, so that both take as long."
)


class Samples(msgspec.Struct):
    """What was seen so far, in pairs."""

    known: list[Reply]
    unknown: list[Reply]
    stopped: str = ""


def enumeration(
    caller: Caller, given: Mapping[str, Any], tool: str
) -> tuple[Measurement, list[Finding], list[str]]:
    """The metric, its findings, and what could not be told."""
    accounts = [
        one for name in sorted(caller.identities) if (one := words(caller.identities[name]))
    ]
    if not accounts:
        why = "no identity logs in with a name and a password"
        return Measurement(value=None, why=why), [], []
    samples = _sampled(caller, accounts, int(given.get("pairs", PAIRS)))
    if not samples.known or not samples.unknown:
        why = f"no wrong login was answered: {samples.stopped or 'nothing was sent'}"
        return Measurement(value=None, why=why), [], []
    login = accounts[0]
    told = list(_told(samples))
    findings = [_finding(tool, login, rule, text) for rule, text in told]
    timed = telling_apart.by_time(_times(samples))
    notes = _notes(samples, timed is not None)
    pairs = min(len(samples.known), len(samples.unknown))
    detail = f"{pairs} pairs of an unknown user and a wrong password"
    return Measurement(value=float(len(findings)), detail=detail), findings, notes


def _sampled(caller: Caller, accounts: list[Words], pairs: int) -> Samples:
    """Interleaved, the order of a pair changing, until one is throttled."""
    samples = Samples([], [])
    try:
        begin = time.monotonic()
        for number in range(pairs):
            if number > telling_apart.NEEDED and time.monotonic() - begin > SOON_S:
                break
            account = accounts[number % len(accounts)]
            if number and number % (WRONG_IN_A_ROW * len(accounts)) == 0:
                for one in accounts:
                    log_in(caller, one)  # forgives the wrong ones, where they are counted
            for kind in ("known", "unknown") if number % 2 else ("unknown", "known"):
                reply = _reply(caller, account, kind, number)
                if reply.status in _THROTTLED:
                    samples.stopped = f"throttled ({reply.status}) after {number} pairs"
                    return samples
                (samples.known if kind == "known" else samples.unknown).append(reply)
    except NetworkError as error:
        samples.stopped = f"no answer: {error.kind}"
    return samples


def _reply(caller: Caller, account: Words, kind: str, number: int) -> Reply:
    user = account.user if kind == "known" else _stranger(account.user, number)
    answer = log_in(caller, account, user=user, password=wrong(account.password))
    return Reply(
        user=user,
        status=answer.status,
        body=text_of(answer.body),
        elapsed_ms=answer.elapsed_s * 1000,
    )


def _stranger(user: str, number: int) -> str:
    """A name that nobody has, of the same kind: an e-mail address for an e-mail address."""
    name = f"gatescore-nobody-{number}"
    _, at, host = user.partition("@")
    return f"{name}@{host}" if at else name


def _times(samples: Samples) -> list[tuple[float, float]]:
    pairs = zip(samples.known, samples.unknown, strict=False)
    # The first pair warms up what is made on the first use.
    return [(one.elapsed_ms, two.elapsed_ms) for one, two in pairs][1:]


def _told(samples: Samples) -> Iterator[tuple[str, str]]:
    if statuses := telling_apart.by_status(samples.known, samples.unknown):
        known, unknown = statuses
        text = f"a wrong password is answered {known}, an unknown user {unknown}"
        yield "auth.enumeration-status", text
    elif paths := telling_apart.by_body(samples.known, samples.unknown):
        named = ", ".join(paths[:5])
        yield "auth.enumeration-body", f"a wrong password and an unknown user differ in {named}"
    gap = telling_apart.by_time(_times(samples))
    if gap and gap.told:
        kind = "a wrong password" if gap.median_ms > 0 else "an unknown user"
        other = "an unknown user" if gap.median_ms > 0 else "a wrong password"
        yield "auth.enumeration-time", f"{kind} takes longer than {other}"


def _notes(samples: Samples, timed: bool) -> list[str]:
    notes = []
    if samples.stopped:
        notes.append(f"unknown users: {samples.stopped}")
    if not timed:
        notes.append("unknown users: too few pairs to compare their times")
    return notes


def _finding(tool: str, login: Words, rule: str, text: str) -> Finding:
    body = {name: f"${name.upper()}" for name in login.body}
    return Finding(
        tool=tool,
        rule=rule,
        severity=Severity.MEDIUM,
        message=f"{login.label}: {text}",
        fix=_FIX,
        reproduce=curl(
            login.method,
            login.path,
            headers=(("Content-Type", "application/json"),),
            body=msgspec.json.encode(body),
        ),
        context=f"{login.label} {rule}",
        metric=METRIC,
    )
