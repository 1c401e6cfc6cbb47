"""Comments of the target's source that switch a check off, compared with the base revision.

And its settings that make a tool see less, which are shown whosever configuration counts.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath

from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import node, planted, report, scope

DISTRIBUTION = "gatescore"
METRICS = {
    "suppressions.count": Metric("Comments that switch a check off"),
    "suppressions.base_count": Metric("The same at the base revision"),
    "suppressions.configuration": Metric("Settings of the target that make a tool see less"),
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
        "settings": governing(options.files, (*python, *scripts, *([own.package] if own else []))),
    }
    return (report.probe("suppressions", options, given),)


def governing(files: Iterable[str], paths: Iterable[str]) -> list[str]:
    """Files that may hold settings for these paths: in a folder above one of them, or below."""
    places = {PurePosixPath(path) for path in paths}
    above = {PurePosixPath(), *(folder for place in places for folder in place.parents)}
    return [
        name
        for name in files
        if "node_modules" not in name.split("/")
        for folder in [PurePosixPath(name).parent]
        if folder in above or places & {folder, *folder.parents}
    ]


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's answer. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "suppressions")
    return report.read_report(outputs[0], "suppressions")


def control() -> Control:
    """A line that no linter sees."""
    return planted.control("suppressions")
