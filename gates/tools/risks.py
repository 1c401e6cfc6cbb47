"""Adapter of the risks probe: what the target's register of risks leaves undone."""

from gates.core.model import Reason, ToolReport
from gates.core.risks import HIGH_FROM, MOST
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "risks.unmitigated": Metric("Open risks without what they need: an owner, a mitigation"),
    "risks.overdue": Metric("Risks after the day by which they were to be dealt with"),
    "risks.high": Metric("Open risks that are grave"),
}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a register. Raises ParseError.

    Settings: `high_from`, impact times probability from which a risk is grave, 1 to 25.
    """
    if target.risks is None:
        return ()
    given = {
        "tree": options.tree,
        "file": target.risks.file,
        "today": options.today,
        "high_from": _high_from(options),
    }
    return (probe("risks", options, given),)


def _high_from(options: Options) -> int:
    found = options.settings.get("high_from", HIGH_FROM)
    if not isinstance(found, int) or isinstance(found, bool) or not 1 <= found <= MOST * MOST:
        detail = f"options.high_from of the gate: found {found!r}; allowed: 1 to {MOST * MOST}"
        raise ParseError(Reason.INCOMPLETE, detail)
    return found


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [risks]")
    return read_report(outputs[-1], "risks")


def control() -> Control:
    """A grave risk that is nobody's."""
    return planted.control("risks")
