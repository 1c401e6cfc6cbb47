"""Whether the target installs and builds from its own files in a clean environment."""

import msgspec

from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import planted, report, scope

DISTRIBUTION = "gatescore"
LANGUAGE = "python"
METRICS = {"build.succeeded": Metric("Installs and builds (1) or not (0)", combine=Combine.LOW)}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of our probe; it may talk to registries."""
    code = target.code
    if code is None:
        return ()
    given = {
        "tree": options.tree,
        "python": options.target_python or options.python,
        "uv": f"{options.bin}/uv" if options.bin else "",
        "build": code.build,
        "requirements": code.requirements,
        "packages": code.packages,
    }
    return (msgspec.structs.replace(report.probe("build", options, given), registry=True),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's answer. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "build")
    return report.read_report(outputs[0], "build")


def control() -> Control:
    """A package without anything to build it from: its own metadata is no TOML."""
    return planted.control("build")
