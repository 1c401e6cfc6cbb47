"""Which findings are shown without being counted: those of the baseline, and those waived.

An excuse never makes a number: it takes findings from the count that they are part of. Whoever
could not look has nothing to excuse.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec

from gates.core.model import (
    BaselineUse,
    Finding,
    FindingState,
    GateResult,
    GateStatus,
    Known,
    Severity,
    WaiverState,
    WaiverUse,
)

LOOKED = (GateStatus.PASS, GateStatus.WARN, GateStatus.FAIL)
RANK = {severity: rank for rank, severity in enumerate(Severity)}  # 0 is the worst


class Waiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Findings that are accepted for a time; all the given parts of its scope have to agree."""

    id: str
    """Name of the waiver in the report."""
    gate: str
    """Gate whose findings it excuses."""
    severity: Severity
    """The worst severity that it excuses; a worse finding counts again."""
    reason: str
    """Why the findings are accepted."""
    owner: str
    """Who answers for it."""
    created: datetime.date
    """Day from which it holds."""
    expires: datetime.date
    """Last day on which it holds."""
    rule: str = ""
    """Rule of the findings."""
    path: str = ""
    """Path of the findings; * and ? stand for any characters."""
    fingerprint: str = ""
    """Fingerprint of the one finding."""


class Quarantine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A test whose failures are shown without being counted; it still runs."""

    id: str
    """Name of the quarantine in the report."""
    test: str
    """Id of the test, as tests/test_orders.py::test_total."""
    reason: str
    """Why it is not mended yet."""
    owner: str
    """Who mends it."""
    created: datetime.date
    """Day from which it holds."""
    expires: datetime.date
    """Last day on which it holds."""


class WaiverFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file gatescore/waivers.toml of a target."""

    waiver: tuple[Waiver, ...] = ()
    """Findings that are accepted for a time."""
    quarantine: tuple[Quarantine, ...] = ()
    """Tests whose failures are not counted for a time."""


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What was known at a revision: findings by gate, and values by criterion."""

    revision: str
    gates: dict[str, tuple[Known, ...]] = {}
    values: dict[str, float] = {}
    schema_version: int = 1


class Excuses(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that may excuse findings in one run. `today` is the day of the run, UTC."""

    today: datetime.date = datetime.date.max  # without a day, everything has expired
    waivers: tuple[Waiver, ...] = ()
    quarantines: tuple[Quarantine, ...] = ()
    budget: int = 0
    baseline: Baseline | None = None


class Excused(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of one gate with their states, and what of the baseline is gone."""

    findings: tuple[Finding, ...]
    fixed: tuple[Known, ...] = ()


def in_force(excuses: Excuses) -> tuple[Waiver | Quarantine, ...]:
    """Those that hold today, oldest first, as many as the budget allows."""
    every: tuple[Waiver | Quarantine, ...] = (*excuses.waivers, *excuses.quarantines)
    holding = [one for one in every if one.created <= excuses.today <= one.expires]
    return tuple(sorted(holding, key=lambda one: (one.created, one.id))[: excuses.budget])


def excuse(gate: str, new_only: bool, findings: Sequence[Finding], excuses: Excuses) -> Excused:
    """Mark the findings of one gate; they have their fingerprints and still their context."""
    holding = in_force(excuses)
    waivers = [one for one in holding if isinstance(one, Waiver) and one.gate == gate]
    quarantines = [one for one in holding if isinstance(one, Quarantine)] if holding else []
    known = remembered(gate, excuses.baseline)
    marked = tuple(
        waived(stated(finding, known, new_only), waivers, quarantines) for finding in findings
    )
    there = {finding.fingerprint for finding in findings}
    fixed = tuple(one for name, one in (known or {}).items() if name not in there)
    return Excused(findings=marked, fixed=fixed)


def remembered(gate: str, baseline: Baseline | None) -> dict[str, Known] | None:
    """The gate's findings of the baseline by fingerprint; None without a baseline."""
    if baseline is None:
        return None
    return {known.fingerprint: known for known in baseline.gates.get(gate, ())}


def stated(finding: Finding, known: Mapping[str, Known] | None, new_only: bool) -> Finding:
    """The finding with its state; one that became worse since is new again.

    What only illustrates a number is not compared: the baseline keeps the number.
    """
    if known is None or not finding.metric:
        return finding
    before = known.get(finding.fingerprint)
    if before is None:
        return msgspec.structs.replace(finding, state=FindingState.NEW)
    if RANK[finding.severity] < RANK[before.severity]:
        label = f"worse than at the baseline ({before.severity})"
        return msgspec.structs.replace(finding, state=FindingState.NEW, label=label)
    state = FindingState.KNOWN if new_only else FindingState.OLD
    return msgspec.structs.replace(finding, state=state)


def waived(
    finding: Finding, waivers: Sequence[Waiver], quarantines: Sequence[Quarantine]
) -> Finding:
    """The finding with the id of the first waiver that excuses it, if one does."""
    for quarantine in quarantines:
        if finding.metric == "tests.failed" and is_test(finding.context, quarantine.test):
            replace = msgspec.structs.replace
            return replace(finding, waiver=quarantine.id, label="quarantined")
    for waiver in waivers:
        if not covers(waiver, finding):
            continue
        if RANK[finding.severity] >= RANK[waiver.severity]:
            return msgspec.structs.replace(finding, waiver=waiver.id)
        return msgspec.structs.replace(finding, label=reopened(waiver))
    return finding


def reopened(waiver: Waiver) -> str:
    """The label of a finding that its waiver no longer covers."""
    return f"reopened: worse than waiver {waiver.id} accepts ({waiver.severity})"


def is_test(found: str, named: str) -> bool:
    """Whether a test's id is the named one, or one of its parameters."""
    return found == named or found.startswith(f"{named}[")


def covers(waiver: Waiver, finding: Finding) -> bool:
    """Whether every given part of the scope agrees with the finding."""
    rules = {finding.rule, *(witness.rpartition(" ")[2] for witness in finding.witnesses)}
    return (
        waiver.rule in ("", *rules)
        and waiver.fingerprint in ("", finding.fingerprint)
        and (not waiver.path or fnmatchcase(finding.path, waiver.path))
    )


def uncounted(findings: Iterable[Finding]) -> Counter[str]:
    """How many findings are not to be counted, by metric."""
    return Counter(finding.metric for finding in findings if finding.excused and finding.metric)


def uses(excuses: Excuses, gates: Sequence[GateResult]) -> tuple[WaiverUse, ...]:
    """What became of each waiver and quarantine in this run."""
    holding = {one.id for one in in_force(excuses)}
    counts = Counter(f.waiver for gate in gates for f in gate.findings if f.waiver)
    labels = {finding.label for gate in gates for finding in gate.findings if finding.label}
    looked = {gate.id for gate in gates if gate.status in LOOKED}
    every: tuple[Waiver | Quarantine, ...] = (*excuses.waivers, *excuses.quarantines)
    return tuple(
        WaiverUse(
            id=one.id,
            kind="waiver" if isinstance(one, Waiver) else "quarantine",
            scope=scope(one),
            reason=one.reason,
            owner=one.owner,
            expires=one.expires.isoformat(),
            state=state_of(one, excuses, holding, counts[one.id], labels, looked),
            uses=counts[one.id],
        )
        for one in every
    )


def state_of(
    one: Waiver | Quarantine,
    excuses: Excuses,
    holding: set[str],
    count: int,
    labels: set[str],
    looked: set[str],
) -> WaiverState:
    """The state of one waiver; unused only where its gate did look."""
    if not one.created <= excuses.today <= one.expires:
        return WaiverState.EXPIRED
    if one.id not in holding:
        return WaiverState.OVER_BUDGET
    if isinstance(one, Waiver) and reopened(one) in labels:
        return WaiverState.REOPENED
    gate = one.gate if isinstance(one, Waiver) else "tests"
    return WaiverState.UNUSED if not count and gate in looked else WaiverState.IN_FORCE


def scope(one: Waiver | Quarantine) -> str:
    """What it excuses, in words."""
    if isinstance(one, Quarantine):
        return f"test {one.test}"
    parts = (("rule", one.rule), ("path", one.path), ("finding", one.fingerprint))
    named = ", ".join(f"{word} {value}" for word, value in parts if value)
    return f"gate {one.gate}" + (f", {named}" if named else "")


def baseline_use(excuses: Excuses, gates: Iterable[GateResult]) -> BaselineUse | None:
    """How the findings of this run stand against the baseline."""
    if excuses.baseline is None:
        return None
    found = Counter(finding.state for gate in gates for finding in gate.findings)
    return BaselineUse(
        revision=excuses.baseline.revision,
        new=found[FindingState.NEW],
        known=found[FindingState.KNOWN] + found[FindingState.OLD],
        fixed=sum(len(gate.fixed) for gate in gates if gate.status in LOOKED),
    )
