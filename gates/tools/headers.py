"""Adapter of the headers probe: what real answers say beside their bodies."""

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import identity_secrets
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "headers.missing": Metric("Applicable security headers missing"),
    "headers.weak_cookies": Metric("Cookies without HttpOnly, Secure or SameSite"),
    "headers.tls_violations": Metric("Violations of the rules for https"),
    "headers.cors_violations": Metric("CORS answers that let a foreign origin in"),
}

MOST_SECONDS = 20.0


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service."""
    if target.service is None:
        return ()
    login = target.auth.login
    given = {
        "base_url": options.base_url,
        "health": target.service.health,
        "document": options.document,
        "login": login.path if login else "",
        "login_method": login.method if login else "POST",
        "session_cookie": login.cookie if login else "",
        "origins": options.settings.get("origins", []),
        "deadline_s": options.settings.get("request_timeout_s", 10.0),
        "max_seconds": options.settings.get("max_seconds", MOST_SECONDS),
    }
    default = ("GATESCORE_AUTH",) if login or target.auth.headers else ()
    secrets = (*default, *identity_secrets(target))
    return (probe("headers", options, given, secrets=secrets),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [service]")
    return read_report(outputs[-1], "headers")


def control() -> Control:
    """A service without X-Content-Type-Options."""
    return planted.control("headers")
