"""Whether a Node target installs and builds from its own files, with nothing installed before.

The control needs no packages: it has none.
"""

import msgspec

from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import node, planted, report, scope

DISTRIBUTION = "gatescore"
LANGUAGE = "node"
ENVIRONMENT = False  # it makes its own: one that cannot be made is what it is to find
METRICS = {"build.succeeded": Metric("Installs and builds (1) or not (0)", combine=Combine.LOW)}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of our probe; it may talk to registries."""
    if target.node is None:
        return ()
    given = {
        "tree": options.tree,
        "package": target.node.package,
        "node": node.program(options),
        "install": target.node.install,
        "build": target.node.build,
    }
    return (msgspec.structs.replace(report.probe("node_build", options, given), registry=True),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's answer. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "node_build")
    return report.read_report(outputs[0], "node_build")


def control() -> Control:
    """A build command that a broken source ends."""
    return planted.control("node_build")
