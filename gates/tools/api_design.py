"""Adapter of the api-design probe: the document by rules, real answers by requests that write."""

from gates.core.design.model import limited
from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import caller_input, identity_secrets
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "design.violations": Metric("Breaches of the rules of API design"),
    "design.page_size_violations": Metric("Lists that give more than their greatest page"),
    "design.idempotency_violations": Metric("Requests that change something when repeated"),
}
CHOICES = ("off", "actions", "success", "envelope", "validation", "exempt")
MOST_REQUESTS = 150
MOST_SECONDS = 20.0


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service or a document."""
    if target.service is None or target.openapi is None:
        return ()
    login = target.auth.login
    given = {
        **caller_input(target, options, max_requests=MOST_REQUESTS, max_seconds=MOST_SECONDS),
        "options": {key: options.settings[key] for key in CHOICES if key in options.settings},
        "throttled": limited(target.throttles, f"{login.method} {login.path}" if login else ""),
        "forbidden": sorted({op for ops in target.authorization.roles.values() for op in ops}),
        "operational": _operational(target),
    }
    return (probe("api_design", options, given, secrets=identity_secrets(target)),)


def _operational(target: Target) -> tuple[str, ...]:
    """The paths that the target itself says are for those who run it."""
    said = target.observability
    named = (
        target.service.health if target.service else "",
        target.openapi.path if target.openapi else "",
        said.readiness,
        said.metrics,
    )
    return tuple(path for path in named if path)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        detail = "nothing was run: the target file has no [service] or no [openapi]"
        raise ParseError(Reason.NO_RESULT, detail)
    return read_report(outputs[-1], "api_design")


def control() -> Control:
    """A document whose path is a verb: `/v1/getThing`."""
    return planted.control("api_design")
