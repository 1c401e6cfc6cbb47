"""Secrets in any file of the tree, by the rules of Kingfisher; values are never shown."""

from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Options, ToolOutput
from gates.tools.formats import planted, report, scope, secret_scans

DISTRIBUTION = "kingfisher-bin"
METRICS = secret_scans.METRICS
every_time = secret_scans.every_time


def one_by_one(target: Target, options: Options) -> tuple[str, ...]:  # noqa: ARG001
    """Every file of the tree; nothing of the history, which is no file."""
    return () if options.history else options.files


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of our probe, which runs the scanner and keeps values to itself."""
    given = {"program": f"{options.bin}/kingfisher", **secret_scans.given(target, options)}
    return (report.probe("rule_scan", options, given),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's answer. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "kingfisher")
    return report.read_report(outputs[0], "kingfisher")


def control() -> Control:
    """A key of a payment service, put together so that nobody mistakes it."""
    held = planted.control("kingfisher")
    key = "sk" + "_live_" + "PLANTED4kingfisher0000Q1"
    files = {path: text.replace("{key}", key) for path, text in held.files.items()}
    return Control(files=files, rule=held.rule)
