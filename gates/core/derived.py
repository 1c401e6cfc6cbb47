"""Derived gates: judged on what the other gates of the run came to, with no tool of their own."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from gates.core.derivations import done, evidence, freshness, owasp
from gates.core.derivations.seen import Seen
from gates.core.model import GateReport, ToolReport
from gates.core.policy import GatePolicy
from gates.core.tool import Metric


class Derivation(msgspec.Struct, frozen=True):
    """How one derived gate comes about: its metrics, its settings, and the pure function."""

    metrics: Mapping[str, Metric]
    settings: type[msgspec.Struct]
    derive: Callable[[Any, Seen], ToolReport]


DERIVATIONS: Mapping[str, Derivation] = {
    "evidence": Derivation(evidence.METRICS, evidence.Settings, evidence.derive),
    "owasp": Derivation(owasp.METRICS, owasp.Settings, owasp.derive),
    "freshness": Derivation(freshness.METRICS, freshness.Settings, freshness.derive),
    done.DONE: Derivation(done.METRICS, done.Settings, done.derive),
}


def metrics(name: str) -> Mapping[str, Metric]:
    """Every metric of a derivation; none of one that nobody knows."""
    return DERIVATIONS[name].metrics if name in DERIVATIONS else {}


def misfit(gate: GatePolicy) -> str:
    """What is wrong with the options of a derived gate, or an empty string."""
    try:
        settings(gate)
    except msgspec.ValidationError as error:
        return str(error)
    return ""


def settings(gate: GatePolicy) -> msgspec.Struct:
    """The options of a derived gate as its derivation reads them. Raises ValidationError."""
    return msgspec.convert(gate.options, DERIVATIONS[gate.derived].settings)


def report(id: str, gate: GatePolicy, seen: Seen) -> GateReport:
    """The report of a derived gate, to be judged like any other."""
    known = DERIVATIONS[gate.derived]
    return GateReport(gate=id, reports=(known.derive(settings(gate), seen),))
