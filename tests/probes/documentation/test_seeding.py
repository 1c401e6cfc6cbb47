"""Whether the seed works is what the gates say that started the service."""

from pathlib import Path

import msgspec
import pytest

from gates.core.model import Failure, GateReport, Reason, ToolReport
from gates.probes._looks import Look
from gates.probes.documentation import seeding
from gates.probes.documentation.seeding import Seeding

ASKED = ToolReport(tool="smoke", examined=1, examined_unit="services")
SAID = "service.seed exited with 1: no such table\nTraceback and more"


def looked(tmp_path: Path, *reports: GateReport, **keys: object) -> Look:
    for report in reports:
        (tmp_path / report.gate).mkdir()
        (tmp_path / report.gate / "report.json").write_bytes(msgspec.json.encode(report))
    given = {"command": ("seed",), "started": True, "results": str(tmp_path), **keys}
    return seeding.looked(msgspec.convert(given, Seeding))


def failing(detail: str, reason: Reason = Reason.ENVIRONMENT_FAILED) -> GateReport:
    return GateReport(gate="smoke", failure=Failure(reason=reason, detail=detail))


def test_a_service_that_was_asked_was_seeded(tmp_path: Path) -> None:
    look = looked(tmp_path, GateReport(gate="smoke", reports=(ASKED,)))
    assert (look.measurement.value, look.findings, look.examined) == (0, (), 1)


def test_a_seed_that_failed_is_told_in_its_own_words(tmp_path: Path) -> None:
    look = looked(tmp_path, failing(SAID))
    assert look.measurement.value == 1
    (found,) = look.findings
    assert found.message.endswith("service.seed exited with 1: no such table")


@pytest.mark.parametrize(
    ("reports", "keys", "said"),
    [
        ((), {}, "no gate of this run has started the service"),
        ((), {"results": ""}, "no gate of this run has started the service"),
        ((GateReport(gate="smoke", not_run="down"),), {}, "no gate of this run"),
        ((GateReport(gate="lint", reports=(ASKED,)),), {}, "no gate of this run"),
        ((failing("service.migrate exited with 1"),), {}, "no gate of this run"),
        ((failing(SAID, Reason.TIMEOUT),), {}, "no gate of this run"),
        ((), {"command": ()}, "names no command that seeds"),
        ((), {"started": False}, "was running already"),
    ],
)
def test_what_nobody_saw_is_not_judged(
    tmp_path: Path, reports: tuple[GateReport, ...], keys: dict[str, object], said: str
) -> None:
    look = looked(tmp_path, *reports, **keys)
    assert look.measurement.value is None
    assert said in look.measurement.why
