"""Adapter of the sign-off probe: which people have signed the commit that is judged."""

from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import planted, report, scope

DISTRIBUTION = "gatescore"
METRICS = {
    "signoff.missing_roles": Metric("Roles that have not signed this commit"),
    "signoff.refused": Metric("Sign-offs that are refused"),
}


def commands(_: Target, options: Options) -> tuple[Invocation, ...]:
    """Return the one start of the probe.

    Settings: `roles`, those of the policy; `signoff_subject`, the commit to sign (the last that
    changed anything but sign-offs), by default the revision.
    """
    roles = options.settings.get("roles", ())
    given = {
        "tree": options.tree,
        "roles": roles if isinstance(roles, list | tuple) else (),
        "subject": options.settings.get("signoff_subject") or options.revision,
    }
    return (report.probe("signoff", options, given),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Return the probe's report. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "signoff")
    return report.read_report(outputs[0], "signoff")


def control() -> Control:
    """Return a target with a sign-off that names nobody."""
    return planted.control("signoff")
