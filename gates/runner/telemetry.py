"""Opens the receiver of spans for a gate that reads them, where the target sends any."""

from contextlib import ExitStack
from pathlib import Path

import msgspec

from gates.core.plan import PlannedGate
from gates.core.target import Target
from gates.shell.otlp import receiving


class Telemetry(msgspec.Struct, frozen=True, kw_only=True):
    """Where a service sends its spans, and the file in which they are; both "" where nowhere."""

    address: str = ""
    spans: str = ""


def is_wanted(gate: PlannedGate, target: Target) -> bool:
    """Whether the service has to be started so that it sends spans to us."""
    service, database = target.service, target.database
    sends = database is not None and database.spans
    return gate.policy.telemetry and sends and service is not None and bool(service.start)


def opened(wanted: bool, file: Path, until: ExitStack) -> Telemetry:
    """A receiver that takes spans into the file until the stack is closed. Raises OSError."""
    if not wanted:
        return Telemetry()
    receiver = until.enter_context(receiving(file))
    return Telemetry(address=receiver.address, spans=str(file))
