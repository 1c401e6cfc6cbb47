"""Adapter of the documentation probe: what a service says about itself, checked against itself."""

from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import planted, report, scope

DISTRIBUTION = "gatescore"
METRICS = {
    "documentation.operations_percent": Metric("Operations documented completely", "%"),
    "documentation.missing": Metric("Documents missing or stubs"),
    "documentation.contract_violations": Metric("Violations of the integration contract"),
    "documentation.undocumented_env": Metric("Environment variables read and not documented"),
}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """Return the one start of the probe; it reads the snapshot and the bundled document.

    Settings: `absent`, the metrics that the target has not got: their findings would be noise.
    """
    absent = options.settings.get("absent", ())
    given = {
        "tree": options.tree,
        "documentation": target.documentation,
        "document": options.document,
        "openapi_file": target.openapi.file if target.openapi else "",
        "base_path": target.openapi.base_path if target.openapi else "",
        "has_service": target.service is not None,
        "has_code": bool(target.code and target.code.paths),
        "code_paths": target.code.paths if target.code else (),
        "absent": absent if isinstance(absent, list | tuple) else (),
    }
    return (report.probe("documentation", options, given),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Return the probe's report. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "documentation")
    return report.read_report(outputs[0], "documentation")


def control() -> Control:
    """Return a target whose README is a stub."""
    return planted.control("documentation")
