"""The dependencies as a CycloneDX document: evidence of what was there to audit."""

from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.report import probe, read_report
from gates.tools.formats.scope import expect_outputs

DISTRIBUTION = "cyclonedx-python-lib"
METRICS = {"sbom.components": Metric("Components in the SBOM")}
TOOL = "sbom"
FILE = "sbom.cdx.json"


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe, which leaves the document in the tool's result folder."""
    if target.dependencies is None:
        return ()
    given = {
        "tree": options.tree,
        "files": target.dependencies.files,
        "target": target.name,
        "output": FILE,
    }
    return (probe("sbom", options, given),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    expect_outputs(outputs, 1, TOOL)
    return read_report(outputs[0], TOOL)


def control() -> Control:
    """A file with an entry that has no version: the SBOM lacks it, and says so."""
    return planted.control(TOOL)
