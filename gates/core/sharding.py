"""Deals the gates of a plan to several machines, and says so in a plan file that all of them read.

Gates that read what others left on the machine (exchanges with the service) stay with them; those
that read the results alone are run where all results meet: by the merge.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from gates.core.plan import PlannedGate

SCHEMA: Final = "gatescore.plan/1"
SERVING = ("service", "exclusive")  # resources of gates that speak to the running service


class Subject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is judged: `path` as the command line named it, "" for the current folder's."""

    name: str
    revision: str
    path: str = ""


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By which policy: `wish` as the command line named it, `digest` of what it came to."""

    name: str
    digest: str
    wish: str = "standard"


class Share(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The gates of one shard, in the order of the policy."""

    id: str
    gates: tuple[str, ...]


class PlanFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What several machines run together. `nonce` are 128 random bits in hex.

    `level` and `gates` are those that the command line named, `merge` the gates that the merge
    runs, `base` the commit to compare with.
    """

    schema: Literal["gatescore.plan/1"] = SCHEMA
    nonce: str
    version: str  # of gatescore
    target: Subject
    policy: Rules
    profile: str
    level: int | None = None
    gates: tuple[str, ...] = ()
    base: str = ""
    shards: tuple[Share, ...]
    merge: tuple[str, ...] = ()

    def share(self, id: str) -> Share | None:
        """The share of a shard; None where there is no such shard."""
        return next((one for one in self.shards if one.id == id), None)

    @property
    def owners(self) -> dict[str, str]:
        """The shard of each gate that one has."""
        return {gate: share.id for share in self.shards for gate in share.gates}


def flaws(plan: PlanFile) -> tuple[str, ...]:
    """What is wrong in a plan file whose types are right, a sentence each."""
    ids = [share.id for share in plan.shards]
    gates = [gate for share in plan.shards for gate in share.gates] + list(plan.merge)
    texts = [f'shards: the id "{id}" occurs more than once' for id in repeated(ids)]
    texts += [f'shards: the gate "{gate}" is dealt more than once' for gate in repeated(gates)]
    texts += [f'shards: "{share.id}" has no gates' for share in plan.shards if not share.gates]
    if not plan.shards and not plan.merge:
        texts.append("shards: there is none, and no gate for the merge")
    if len(plan.nonce) != 32 or set(plan.nonce) - set("0123456789abcdef"):
        texts.append("nonce: it has to be 32 hex digits (128 bits)")
    return tuple(texts)


def repeated(names: Iterable[str]) -> tuple[str, ...]:
    """The names that occur more than once, in their order."""
    return tuple(name for name, count in Counter(names).items() if count > 1)


def for_merge(gates: Sequence[PlannedGate]) -> tuple[str, ...]:
    """The gates that read the results of others and need nothing else of the machine they ran on.

    What is to run after one of them is the merge's too.
    """
    planned = {gate.id for gate in gates}
    reading = {
        gate.id
        for gate in gates
        if gate.policy.resource not in SERVING and planned & {*gate.policy.after} - {gate.id}
    }
    before = -1
    while before != len(reading):
        before = len(reading)
        reading |= {gate.id for gate in gates if reading & {*gate.policy.after}}
    return tuple(gate.id for gate in gates if gate.id in reading)


def dealt(
    gates: Sequence[PlannedGate], seconds: Mapping[str, float], shards: int
) -> tuple[Share, ...]:
    """At most so many shares that take about equally long; none is empty.

    `gates` are those to be dealt, `seconds` what each is expected to take.
    """
    loads: list[tuple[float, list[str]]] = []
    groups = sorted(together(gates), key=lambda ids: -duration(ids, seconds))
    for ids in groups:
        if len(loads) < shards:
            loads.append((duration(ids, seconds), list(ids)))
            continue
        least = min(range(len(loads)), key=lambda number: loads[number][0])
        loads[least] = (loads[least][0] + duration(ids, seconds), [*loads[least][1], *ids])
    return tuple(
        Share(id=f"{number}", gates=tuple(gate.id for gate in gates if gate.id in ids))
        for number, (_, ids) in enumerate(loads, start=1)
    )


def duration(ids: Iterable[str], seconds: Mapping[str, float]) -> float:
    """Seconds that some gates take together."""
    return sum(seconds.get(id, 0.0) for id in ids)


def together(gates: Sequence[PlannedGate]) -> list[tuple[str, ...]]:
    """The gates in groups that have to run on one machine, because one reads what others left."""
    group = {gate.id: {gate.id} for gate in gates}
    for gate in gates:
        for other in gate.policy.after:
            if other in group and group[other] is not group[gate.id]:
                group[gate.id] |= group[other]
                for id in group[gate.id]:
                    group[id] = group[gate.id]
    found = {frozenset(ids): None for ids in group.values()}
    return [tuple(gate.id for gate in gates if gate.id in ids) for ids in found]
