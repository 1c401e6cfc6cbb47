"""Adapter of the authentication probe: false credentials, sessions, forged writes, strangers."""

from typing import Any

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import VARIABLES, caller_input, identity_secrets
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "auth.refused_percent": Metric("Operations that refuse false credentials", "%", Combine.LOW),
    "auth.access_minutes": Metric("Lifetime of an access token", "min", Combine.HIGH),
    "auth.refresh_days": Metric("Lifetime of a refresh token", "d", Combine.HIGH),
    "auth.personal_claims": Metric("Claims that tell of a person, a password or a hash"),
    "auth.refresh_violations": Metric("Tokens accepted twice, or as what they are not"),
    "auth.csrf_violations": Metric("Writes that another site can make with the session's cookie"),
    "auth.enumeration": Metric("Ways to tell an unknown user from a wrong password"),
}
MAX_REQUESTS = 500
MAX_SECONDS = 45.0


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service."""
    if target.service is None:
        return ()
    given = caller_input(target, options, max_requests=MAX_REQUESTS, max_seconds=MAX_SECONDS)
    given |= {
        "refused": options.settings.get("refused", [401]),
        "session": session(target),
        "refresh": msgspec.to_builtins(target.auth.refresh) if target.auth.refresh else None,
    }
    return (probe("auth", options, given, secrets=(*identity_secrets(target), VARIABLES)),)


def session(target: Target) -> dict[str, Any]:
    """Where the login's answer holds the session, and how a request carries it."""
    login = target.auth.login
    if login is None:
        return {}
    names = ("token", "cookie", "header", "format")
    return {name: getattr(login, name) for name in names}


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [service]")
    return read_report(outputs[-1], "auth")


def control() -> Control:
    """A service that takes an unsigned token."""
    return planted.control("auth")
