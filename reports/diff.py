"""What is different between two runs: verdict, gates, criteria, and which findings came or went."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from gates.core.model import CriterionResult, Finding, GateResult, GateStatus, Scorecard

LOOKED = (GateStatus.PASS, GateStatus.WARN, GateStatus.FAIL)


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two runs."""

    run: str
    target: str
    revision: str
    dirty: bool
    policy: str
    began: str
    complete: bool
    verdict: str
    score: float | None


class GateChange(msgspec.Struct, frozen=True, kw_only=True):
    """A gate that came to something else; "" where a run did not plan it."""

    id: str
    before: str
    after: str
    why: str


class CriterionChange(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion with another value or status; "" where a run did not have it."""

    id: str
    gate: str
    unit: str
    bound: str
    before: float | None
    after: float | None
    status_before: str
    status_after: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is different. `notes` say where the two cannot be compared."""

    before: Side
    after: Side
    notes: tuple[str, ...]
    gates: tuple[GateChange, ...]
    criteria: tuple[CriterionChange, ...]
    new: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    known: int
    unseen: int  # findings of a gate that only one of the two runs could look at
    compared: bool = True  # whether findings were: the history holds none
    schema_version: int = 1

    @property
    def is_none(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.gates or self.criteria or self.new or self.fixed)


def change(before: Scorecard, after: Scorecard) -> Change:
    """Compare two scorecards; findings are told apart by fingerprint, within their gate."""
    seen = frozenset(looked_at(before)) & frozenset(looked_at(after))
    old, now = findings(before), findings(after)
    return Change(
        before=side(before),
        after=side(after),
        notes=tuple(notes(before, after)),
        gates=tuple(gates(before, after)),
        criteria=tuple(criteria(before, after)),
        new=tuple(one for key, one in now.items() if key not in old and key[0] in seen),
        fixed=tuple(one for key, one in old.items() if key not in now and key[0] in seen),
        known=len(old.keys() & now.keys()),
        unseen=sum(key[0] not in seen for key in old.keys() ^ now.keys()),
    )


def side(card: Scorecard) -> Side:
    """One of the runs, in short."""
    return Side(
        run=card.run.id,
        target=card.target.name,
        revision=card.target.revision,
        dirty=card.target.dirty,
        policy=card.policy.name,
        began=card.run.started_at,
        complete=card.complete,
        verdict=card.verdict.value,
        score=card.score,
    )


def notes(before: Scorecard, after: Scorecard) -> Iterator[str]:
    """What has to be known of the two before anything is concluded from their difference."""
    if before.target.name != after.target.name:
        yield f"two targets: {before.target.name} and {after.target.name}"
    if before.policy.digest != after.policy.digest:
        yield f"two policies: {before.policy.name} and {after.policy.name} do not demand the same"
    if before.run.profile != after.run.profile:
        yield f"two profiles: {before.run.profile} and {after.run.profile} do not measure as much"
    for name, card in (("first", before), ("second", after)):
        if not card.complete:
            yield f"the {name} run did not end: what it lacks is not told apart from what is gone"
        elif card.partial:
            yield f"the {name} run planned only chosen gates"


def looked_at(card: Scorecard) -> Iterator[str]:
    """The gates that came to a result: only there can a finding be new or gone."""
    return (gate.id for gate in card.gates if gate.status in LOOKED)


def findings(card: Scorecard) -> dict[tuple[str, str, int], Finding]:
    """Every finding by gate, fingerprint and how often that was there before."""
    found: dict[tuple[str, str, int], Finding] = {}
    count: dict[tuple[str, str], int] = {}
    for gate in card.gates:
        for one in gate.findings:
            name = (gate.id, one.fingerprint or f"{one.tool}|{one.rule}|{one.path}|{one.message}")
            found[(*name, count.get(name, 0))] = one
            count[name] = count.get(name, 0) + 1
    return found


def gates(before: Scorecard, after: Scorecard) -> Iterator[GateChange]:
    """The gates with another status, in the order of the later run."""
    old, now = by_id(before.gates), by_id(after.gates)
    for id in (*now, *(id for id in old if id not in now)):
        first, second = old.get(id), now.get(id)
        words = tuple(one.status.value if one else "" for one in (first, second))
        if words[0] != words[1]:
            why = second.detail if second else "not planned"
            yield GateChange(id=id, before=words[0], after=words[1], why=why)


def by_id(results: Iterable[GateResult]) -> dict[str, GateResult]:
    """Gates by id."""
    return {one.id: one for one in results}


def criteria(before: Scorecard, after: Scorecard) -> Iterator[CriterionChange]:
    """The criteria with another status or value, those with another status first."""
    old, now = judged(before), judged(after)
    every = (*now, *(id for id in old if id not in now))
    found = [one for id in every if (one := differing(id, old, now))]
    yield from sorted(found, key=lambda one: one.status_before == one.status_after)


def judged(card: Scorecard) -> dict[str, tuple[str, CriterionResult]]:
    """Criteria with their gate, by id; those that are skipped are left out."""
    return {
        one.id: (gate.id, one) for gate in card.gates for one in gate.criteria if not one.skipped
    }


def differing(
    id: str,
    old: Mapping[str, tuple[str, CriterionResult]],
    now: Mapping[str, tuple[str, CriterionResult]],
) -> CriterionChange | None:
    """One criterion, None where both runs say the same of it."""
    (_, first), (_, second) = old.get(id, ("", None)), now.get(id, ("", None))
    gate, shown = now[id] if id in now else old[id]
    found = CriterionChange(
        id=id,
        gate=gate,
        unit=shown.unit,
        bound=shown.passes,
        before=first.value if first else None,
        after=second.value if second else None,
        status_before=first.status.value if first else "",
        status_after=second.status.value if second else "",
    )
    same = found.before == found.after and found.status_before == found.status_after
    return None if same else found
