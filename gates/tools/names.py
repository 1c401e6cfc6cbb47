"""Names against the convention: Python files, tables, environment variables, in any language."""

from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import planted, report, scope

DISTRIBUTION = "gatescore"
METRICS = {"review.names": Metric("Names against the convention")}
NODE = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of our probe over the source, and over all SQL of the tree."""
    python = target.code.paths if target.code else ()
    node = target.node.paths if target.node else ()
    if not python and not node:
        return ()
    given = {
        "tree": options.tree,
        "python": scope.below(options.files, python, (".py",)),
        "node": [name for name in scope.below(options.files, node, NODE) if _is_own(name)],
        "sql": [name for name in options.files if name.endswith(".sql") and _is_own(name)],
    }
    return (report.probe("names", options, given),)


def _is_own(name: str) -> bool:
    return "node_modules/" not in f"{name}/"


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's answer. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "names")
    return report.read_report(outputs[0], "names")


def control() -> Control:
    """A table in the singular."""
    return planted.control("names")
