"""Adapter of the features probe: every requirement of the target's list, and what shows it."""

from gates.core.model import Reason, ToolReport
from gates.core.plan import languages
from gates.core.target import Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "features.complete_percent": Metric(
        "Requirements and acceptance criteria that are shown", "%", Combine.LOW
    ),
    "features.broken_links": Metric("Links between requirements and what is not there"),
}
SHOULD = ("counted", "shown")


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a list. Raises ParseError.

    Settings: `should`, whether requirements of that priority are counted, or shown alone.
    """
    if target.requirements is None:
        return ()
    given = {
        "tree": options.tree,
        "file": target.requirements.file,
        "document": options.document if target.openapi else "",
        "results": options.results,
        "sources": sources(target),
        "should": _should(options),
    }
    return (probe("features", options, given),)


def sources(target: Target) -> dict[str, tuple[str, ...]]:
    """The tools that have to have reported before a test, operation or oracle is missing."""
    spoken, code, node = languages(target), target.code, target.node
    tests = {
        "pytest": "python" in spoken and bool(code and code.tests),
        "node_tests": "node" in spoken and bool(node and node.tests),
        "integration": target.integration is not None,
    }
    running = target.service is not None and target.openapi is not None
    return {
        "test": _asked(target, tests),
        "operation": _asked(target, {"schemathesis": running}),
        "oracle": _asked(target, {"oracles": target.oracles is not None}),
    }


def _asked(target: Target, there: dict[str, bool]) -> tuple[str, ...]:
    gates = {"pytest": "tests", "node_tests": "tests", "schemathesis": "contract"}
    return tuple(
        tool for tool, has in there.items() if has and gates.get(tool, tool) not in target.absent
    )


def _should(options: Options) -> str:
    found = options.settings.get("should", SHOULD[0])
    if found not in SHOULD:
        detail = f'options.should of the gate: "{found}" is unknown; allowed: {", ".join(SHOULD)}'
        raise ParseError(Reason.INCOMPLETE, detail)
    return str(found)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        detail = "nothing was run: the target file has no [requirements]"
        raise ParseError(Reason.NO_RESULT, detail)
    return read_report(outputs[-1], "features")


def control() -> Control:
    """A requirement that nobody tests."""
    return planted.control("features")
