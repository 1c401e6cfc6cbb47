"""A load from several machines: where the master listens, and which gates of a plan it leads."""

import ipaddress
from collections.abc import Iterable

import msgspec

from gates.core.plan import Plan, PlannedGate

PORT = 5557  # Locust's own
WAIT_S = 60.0  # for workers that people start by hand
_TOOL = "locust"
_MOST_PORT = 65_535


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """The address at which master and workers meet."""

    host: str
    port: int = PORT

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def meeting(text: str) -> Meeting:
    """Read ADDRESS or ADDRESS:PORT, IPv4 or a name. Raises ValueError, which says what is wrong."""
    host, colon, port = text.partition(":")
    if colon and not (port.isascii() and port.isdigit() and 0 < int(port) <= _MOST_PORT):
        raise ValueError(f"found {text[:80]!a}; allowed: ADDRESS or ADDRESS:PORT, port 1 to 65535")
    if not host or not all(one.isalnum() or one in ".-_" for one in host) or not host.isascii():
        raise ValueError(f"found {text[:80]!a}; allowed: an IPv4 address or the name of a machine")
    return Meeting(host=host, port=int(port) if colon else PORT)


def is_here(host: str) -> bool:
    """Whether an address reaches no further than this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def leading(gates: Iterable[PlannedGate]) -> tuple[str, ...]:
    """The gates whose load can come from several generators."""
    return tuple(gate.id for gate in gates if _TOOL in gate.tools and not gate.skipped)


def led(plan: Plan, workers: int, master: Meeting | None) -> Plan:
    """The plan with its loads led: by `workers` of other machines that come to `master`.

    Without a master they are processes of this machine.
    """
    more: dict[str, object] = {"workers": workers}
    if master:
        more |= {"listen": str(master)}
    gates = tuple(_told(gate, more, bool(master)) for gate in plan.gates)
    return msgspec.structs.replace(plan, gates=gates)


def _told(gate: PlannedGate, more: dict[str, object], waits: bool) -> PlannedGate:
    if _TOOL not in gate.tools:
        return gate
    patience: dict[str, object] = {"workers_wait_s": WAIT_S} if waits else {}
    return msgspec.structs.replace(gate, settings={**patience, **gate.settings, **more})
