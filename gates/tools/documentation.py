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
    "documentation.dead_links": Metric("Links of the documents that lead nowhere"),
    "documentation.collection_violations": Metric("Violations of the request collections"),
    "documentation.seed_failures": Metric("Failures of the seed command"),
}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """Return the one start of the probe; it reads the snapshot and the bundled document.

    Settings: `absent`, the metrics that the target has not got: their findings would be noise.
    """
    code, node, service = target.code, target.node, target.service
    absent = options.settings.get("absent", ())
    given = {
        "tree": options.tree,
        "documentation": target.documentation,
        "document": options.document,
        "openapi_file": target.openapi.file if target.openapi else "",
        "base_path": target.openapi.base_path if target.openapi else "",
        "has_service": service is not None,
        "has_code": bool((code and code.paths) or (node and node.paths)),
        "code_paths": code.paths if code else (),
        "script_paths": node.paths if node else (),
        "files": tuple(name for name in options.files if may_hold_requests(name)),
        "seeding": {
            "command": service.seed if service else (),
            "started": bool(service and service.start),
            "results": options.results,
        },
        "absent": absent if isinstance(absent, list | tuple) else (),
    }
    return (report.probe("documentation", options, given),)


def may_hold_requests(path: str) -> bool:
    """Whether a file may be a request collection: the probe decides, by the whole of its name."""
    return path.lower().endswith((".json", ".yaml", ".yml", ".http", ".rest", ".bru"))


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Return the probe's report. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "documentation")
    return report.read_report(outputs[0], "documentation")


def control() -> Control:
    """Return a target whose README is a stub."""
    return planted.control("documentation")
