"""Comments of the target's code that switch a check off, compared with the base revision."""

from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import node, planted, report, scope

DISTRIBUTION = "gatescore"
METRICS = {
    "suppressions.count": Metric("Comments that switch a check off"),
    "suppressions.base_count": Metric("The same at the base revision"),
}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of our probe over the source and the tests: what judges both can be silenced there.

    Nothing to run for a target without source.
    """
    code, own = target.code, target.node
    python = (*code.paths, *code.tests) if code else ()
    scripts = (*own.paths, *own.tests) if own else ()
    if not python and not scripts:
        return ()
    given = {
        "tree": options.tree,
        "base_tree": options.base_tree,
        "paths": {"python": python, "node": scripts},
        "files": sorted(
            {
                *scope.below(options.files, python, scope.PYTHON),
                *node.own(options.files, scripts, node.SCRIPTS + node.TYPED),
            }
        ),
    }
    return (report.probe("suppressions", options, given),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's answer. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "suppressions")
    return report.read_report(outputs[0], "suppressions")


def control() -> Control:
    """A line that no linter sees."""
    return planted.control("suppressions")
