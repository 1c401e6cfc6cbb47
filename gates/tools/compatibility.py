"""Breaking changes between the OpenAPI document of the base and today's, by rules of our own."""

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "compatibility.breaking": Metric("Breaking changes without a major version step"),
    "compatibility.removals": Metric("Operations removed without notice, or before their sunset"),
    "compatibility.warnings": Metric("Changes that may break a client"),
}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a document."""
    if target.openapi is None:
        return ()
    named = target.compatibility.base
    given = {
        "document": options.document,
        "base_document": options.base_document,
        "base_address": named if named.startswith(("http://", "https://")) else "",
        "allow": _allow(target, options),
        "path": target.openapi.file,
        "today": options.today,
        "semver": options.settings.get("semver", True),
        "levels": options.settings.get("levels", {}),
    }
    return (probe("compatibility", options, given),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        detail = "nothing was run: the target file has no [openapi]"
        raise ParseError(Reason.NO_RESULT, detail)
    return read_report(outputs[-1], "compatibility")


def _allow(target: Target, options: Options) -> list[str]:
    """Where the base document may be fetched from: the service itself, and what it names."""
    own = [options.base_url] if options.base_url else []
    return [*own, *(target.service.allow if target.service is not None else ())]


def control() -> Control:
    """A document that lacks an operation of its base."""
    return planted.control("compatibility")
