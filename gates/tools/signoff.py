"""Adapter of the sign-off probe: which people have signed the commit that is judged.

The gate of this tool is judged when all that people sign is there: after every other gate.
"""

from gates.core.model import ToolReport
from gates.core.signing import UNKNOWN
from gates.core.target import Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import planted, report, scope

DISTRIBUTION = "gatescore"
METRICS = {
    "signoff.missing_roles": Metric("Roles that have not signed this commit"),
    "signoff.level_2_missing": Metric("Roles of level 2 that have not signed this commit"),
    "signoff.refused": Metric("Signed files that are refused"),
    "signoff.regimes_missing": Metric("Regimes and audits without a signature that holds"),
    "signoff.drills_missing": Metric("Drills without a signature that holds"),
    "signoff.rating": Metric("Mean rating by stakeholders", "of 5", Combine.LOW),
}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """Return the one start of the probe.

    Settings: `roles`, those of the policy; `signoff_subject`, the commit to sign (the last that
    changed anything but sign-offs), by default the revision.
    """
    roles = options.settings.get("roles", ())
    asked = {
        "target": target.name,
        "commit": options.settings.get("signoff_subject") or options.revision or UNKNOWN,
        "roles": roles if isinstance(roles, list | tuple) else (),
        "now": f"{options.today}T00:00:00Z",
    }
    return (report.probe("signoff", options, {"tree": options.tree, "asked": asked}),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Return the probe's report. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "signoff")
    return report.read_report(outputs[0], "signoff")


def control() -> Control:
    """Return a target with a sign-off that names nobody."""
    return planted.control("signoff")
