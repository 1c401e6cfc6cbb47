"""Known vulnerabilities of npm packages: lock files matched against OSV advisories by our probe.

npm's own audit needs an endpoint that mirrors and offline machines do not have.
"""

import msgspec

from gates.core import audit
from gates.core.locks import kinds
from gates.core.locks.model import Ecosystem
from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Options, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.dependencies import given
from gates.tools.formats.report import probe, read_report
from gates.tools.formats.scope import expect_outputs

DISTRIBUTION = "gatescore"
METRICS = audit.METRICS
TOOL = "npm_lock"


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe over all npm lock files; none where there is no such file."""
    dependencies = target.dependencies
    files = kinds.of(dependencies.files, Ecosystem.NPM) if dependencies else ()
    if dependencies is None or not files:
        return ()
    invocation = probe("npm_advisories", options, given(dependencies, files, options))
    return (msgspec.structs.replace(invocation, registry=True),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    expect_outputs(outputs, 1, TOOL)
    return read_report(outputs[0], TOOL)


def control() -> Control:
    """A package with a made-up advisory, and the snapshot that holds it."""
    return planted.control(TOOL)
