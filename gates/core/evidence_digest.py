"""The digest of what a run found: what a sign-off is bound to.

Covered are the name of the target, whether its tree was dirty, its regimes, and of every gate:
status, reason, every criterion with its bounds, value and status, every finding, every operation
and what is awaited; of what follows from the others as it is before anybody signs, and of the
sign-offs themselves only what is asked. Left out is what differs between two runs that found the
same: times, programs and their raw outputs, curves, notes, sentences, and how many things were
examined, of which a committed sign-off is one more.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from gates.core.model import GateResult, TargetState

# Sentences are made of the numbers beside them, a fingerprint of the finding itself.
SENTENCES = frozenset({"title", "decided_by", "detail", "fix"})
HIDDEN = frozenset({"context", "fingerprint"})
LEFT_OUT: Mapping[str, frozenset[str]] = {"criteria": SENTENCES, "findings": HIDDEN}


def evidence_digest(
    target: TargetState, results: Iterable[GateResult], regimes: Iterable[str] = ()
) -> str:
    """`sha256:…` of the results, the same for any order of gates, criteria and findings.

    `results` are those that a signature covers, no sign-offs among them. The revision is left out:
    committing a sign-off changes it, and what is signed names its commit itself.
    """
    gates = in_order([canonical(result) for result in results])
    about = {"target": target.name, "dirty": target.dirty, "regimes": sorted(regimes)}
    return digest_of({**about, "gates": gates})


def canonical(result: GateResult) -> dict[str, Any]:
    """What counts of one gate, as plain values; a part that is new to a gate counts too."""
    table = without(plain(result), SENTENCES | {"evidence"})
    lists = {key: value for key, value in table.items() if isinstance(value, list | tuple)}
    parts = {key: list_of(key, entries) for key, entries in lists.items()}
    return {**table, **parts}


def list_of(key: str, entries: Sequence[Any]) -> list[Any]:
    """The entries of one list of a gate, in an order that does not depend on theirs."""
    left_out = LEFT_OUT.get(key, frozenset())
    return in_order([without(e, left_out) if isinstance(e, dict) else e for e in entries])


def without(table: dict[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    """The table without some keys."""
    return {key: value for key, value in table.items() if key not in keys}


def plain(value: msgspec.Struct) -> dict[str, Any]:
    """The value as a table of JSON."""
    table: dict[str, Any] = msgspec.to_builtins(value, str_keys=True)
    return table


def in_order(entries: list[Any]) -> list[Any]:
    """The entries in the order of their canonical text."""
    return sorted(entries, key=text)


def digest_of(value: dict[str, Any]) -> str:
    """`sha256:…` of the canonical text."""
    return f"sha256:{hashlib.sha256(text(value).encode()).hexdigest()}"


def text(value: Any) -> str:
    """One text for equal values: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
