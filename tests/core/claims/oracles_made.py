"""What the gate of the oracles leaves of a run, made by hand."""

from gates.core.model import Finding, GateReport, Measurement, Severity, ToolReport


def oracles(failed: dict[str, str], passed: tuple[str, ...] = ()) -> GateReport:
    """The report on oracles by id: those that failed with their titles, and those that passed."""
    findings = tuple(
        Finding(
            tool="oracles",
            rule="oracles.failed",
            severity=Severity.HIGH,
            message=f"{id} ({title}), step 2: POST: 500",
        )
        for id, title in failed.items()
    )
    report = ToolReport(
        tool="oracles",
        examined=len(failed) + len(passed),
        examined_unit="oracles",
        measurements={"oracles.failed": Measurement(value=len(failed))},
        findings=findings,
        notes=(
            *(f"oracle {id}: passed" for id in passed),
            *(f"oracle {id}: failed" for id in failed),
        ),
    )
    return GateReport(gate="oracles", reports=(report,))
