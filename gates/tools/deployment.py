"""Adapter of the deployment probe: container, files, alerts, dashboard, staging and CI."""

import msgspec

from gates.core.deployed import is_dockerfile
from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import planted, report, scope

DISTRIBUTION = "gatescore"
METRICS = {
    "deployment.container_violations": Metric("Flaws of the Dockerfiles"),
    "deployment.file_violations": Metric("Flaws of compose files and workflows"),
    "deployment.alert_gaps": Metric("Signals without an alert, and flaws of alert rules"),
    "deployment.dashboard_violations": Metric("Flaws of the dashboards"),
    "deployment.staging_mismatches": Metric("Staging does not run this commit"),
    "deployment.pipeline_not_green": Metric("The CI of this commit is not green"),
}
ENDINGS = (".json", ".rules", ".yaml", ".yml")
UNKNOWN = "unknown"


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """Return the one start of the probe; it reads the snapshot, and asks staging and CI.

    Settings: `absent`, the metrics that the target has not got; `signoff_subject`, the last commit
    that changes more than sign-offs, which is as good as the revision itself.
    """
    absent = options.settings.get("absent", ())
    subject = options.settings.get("signoff_subject", UNKNOWN)
    given = {
        "tree": options.tree,
        "output": options.output,
        "deployment": msgspec.to_builtins(target.deployment),
        "files": tuple(name for name in options.files if may_matter(name)),
        "results": options.results,
        "staging": msgspec.to_builtins(target.staging),
        "allow": target.service.allow if target.service else (),
        "pipeline": msgspec.to_builtins(target.pipeline),
        "commits": known((options.revision, str(subject))),
        "absent": absent if isinstance(absent, list | tuple) else (),
    }
    made = report.probe("deployment", options, given)
    # The command of the target speaks to a CI server, and may need proxies and its own settings.
    return (msgspec.structs.replace(made, registry=target.pipeline is not None),)


def may_matter(path: str) -> bool:
    """Whether the probe may want to look into a file."""
    return path.lower().endswith(ENDINGS) or is_dockerfile(path)


def known(commits: tuple[str, ...]) -> tuple[str, ...]:
    """The commits that are really known, each once."""
    return tuple(dict.fromkeys(one for one in commits if one and one != UNKNOWN))


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Return the probe's report. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "deployment")
    return report.read_report(outputs[0], "deployment")


def control() -> Control:
    """Return a target whose image runs as root."""
    return planted.control("deployment")
