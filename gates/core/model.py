"""The nouns of a verdict: what was judged and decided, and by their names what it is made of."""

from enum import StrEnum

import msgspec

from gates.core.reported import (
    Aspect,
    Execution,
    Failure,
    Finding,
    FindingState,
    GateReport,
    Measurement,
    OperationEvidence,
    Proof,
    ProofKind,
    Series,
    ToolReport,
)
from gates.core.states import GateStatus, Reason, Severity, Status, Verdict, Weight

__all__ = [
    "Aspect",
    "BaselineUse",
    "CategoryResult",
    "Cell",
    "ChecklistResult",
    "CriterionResult",
    "Earlier",
    "Evidence",
    "Execution",
    "Failure",
    "Finding",
    "FindingState",
    "GateReport",
    "GateResult",
    "GateStatus",
    "ItemResult",
    "ItemState",
    "Known",
    "LevelResult",
    "MappedCriterion",
    "Measurement",
    "OperationEvidence",
    "OperationRow",
    "PolicyState",
    "Proof",
    "ProofKind",
    "Reason",
    "RunInfo",
    "Scorecard",
    "Series",
    "Severity",
    "Status",
    "TargetState",
    "ToolReport",
    "Verdict",
    "WaiverState",
    "WaiverUse",
    "Weight",
]


class Cell(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of one aspect of one operation, all tools together."""

    state: Status = Status.NO_DATA
    count: int = 0
    value: float | None = None
    detail: str = ""


class OperationRow(msgspec.Struct, frozen=True, kw_only=True):
    """One operation with the aspects of which anything is known."""

    operation: str
    cells: dict[Aspect, Cell] = {}


class CriterionResult(msgspec.Struct, frozen=True, kw_only=True):
    """One judged criterion. `decided_by` names rule, value, bound and base: nobody recomputes."""

    id: str
    title: str
    metric: str
    unit: str
    weight: Weight
    status: Status
    decided_by: str
    value: float | None = None
    passes: str = msgspec.field(name="pass", default="")  # the condition, e.g. "<= 200"
    warns: str = msgspec.field(name="warn", default="")
    base: float | None = None
    blocking: bool = False
    skipped: str = ""  # the reason, where the target names one
    detail: str = ""
    fix: str = ""
    pending: bool = False  # without data only because a person has yet to act
    headroom: float | None = None  # of a value that passes to its one bound, in its unit


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What proves a gate's result."""

    examined: dict[str, int] = {}  # unit → count
    executions: tuple[Execution, ...] = ()
    notes: tuple[str, ...] = ()
    series: tuple[Series, ...] = ()


class Known(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding as the baseline remembers it."""

    fingerprint: str
    tool: str
    rule: str
    severity: Severity
    path: str = ""
    message: str = ""


class GateResult(msgspec.Struct, frozen=True, kw_only=True):
    """One gate, judged: `results/<gate>/result.json` and a card of the scorecard.

    `fixed` are findings of the baseline that are no longer there.
    """

    id: str
    title: str
    level: int
    status: GateStatus = GateStatus.NOT_RUN
    reason: Reason | None = None
    detail: str = ""
    criteria: tuple[CriterionResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    findings_total: int = 0
    fixed: tuple[Known, ...] = ()
    awaiting: tuple[str, ...] = ()
    operations: tuple[OperationEvidence, ...] = ()  # in the scorecard they are joined instead
    evidence: Evidence = Evidence()
    blocking: bool = True


class MappedCriterion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A criterion that something rests on; without a gate it was not planned."""

    id: str
    sees: str = ""  # what of the category it looks at
    gate: str = ""
    status: Status = Status.NO_DATA
    skipped: bool = False
    pending: bool = False


class CategoryResult(msgspec.Struct, frozen=True, kw_only=True):
    """A category of threats: what looked at it, and how many findings that counted.

    `covered`: at least one of the criteria really ran.
    """

    list: str
    id: str
    title: str
    covered: bool = False
    criteria: tuple[MappedCriterion, ...] = ()
    findings: int = 0


class ItemState(StrEnum):
    """State of an item of a checklist; the first is the state before anybody looked."""

    UNKNOWN = "unknown"
    DONE = "done"
    OPEN = "open"
    PENDING = "pending"  # a person has to act, and nothing else
    ABSENT = "absent"  # the target has nothing for it, and says why


class ItemResult(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a checklist, and what proves it."""

    title: str
    group: str = ""
    state: ItemState = ItemState.UNKNOWN
    criteria: tuple[MappedCriterion, ...] = ()


class ChecklistResult(msgspec.Struct, frozen=True, kw_only=True):
    """One checklist with the state of every item."""

    id: str
    title: str
    items: tuple[ItemResult, ...] = ()


class LevelResult(msgspec.Struct, frozen=True, kw_only=True):
    """One level with the levels below it. `score` in per cent; None if nothing counts."""

    level: int
    verdict: Verdict
    decided_by: str
    score: float | None = None
    skipped: tuple[str, ...] = ()


class WaiverState(StrEnum):
    """What became of a waiver in this run."""

    IN_FORCE = "in-force"
    UNUSED = "unused"
    EXPIRED = "expired"
    REOPENED = "reopened"  # a finding of its scope has become worse, and counts again
    OVER_BUDGET = "over-budget"


class WaiverUse(msgspec.Struct, frozen=True, kw_only=True):
    """One waiver or quarantine of the target, and how many findings it excuses."""

    id: str
    kind: str  # waiver or quarantine
    scope: str
    reason: str
    owner: str
    expires: str
    state: WaiverState
    uses: int = 0


class BaselineUse(msgspec.Struct, frozen=True, kw_only=True):
    """The baseline that findings were compared with, and what came of it."""

    revision: str
    new: int = 0
    known: int = 0
    fixed: int = 0


class TargetState(msgspec.Struct, frozen=True, kw_only=True):
    """Which revision was judged. `revision` is a commit or "unknown".

    `folder` is the target's root within its repository, with `/`; empty where it is the top.
    """

    name: str
    revision: str
    dirty: bool
    folder: str = ""


class PolicyState(msgspec.Struct, frozen=True, kw_only=True):
    """Which policy judged it."""

    name: str
    digest: str


class Earlier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The earlier runs that a run continues, oldest first, as the history knew them by then.

    `began` (RFC 3339, UTC), `levels` (those that decided) and `scores` (per cent; None of a
    partial run) have an entry for each of `runs`. So have the columns of `values`, by criterion,
    None where a run has no such number; one that was the same in all of them stands there once.
    `base` has the values of the run of the base.
    """

    runs: tuple[str, ...] = ()
    began: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    scores: tuple[float | None, ...] = ()
    values: dict[str, tuple[float | None, ...]] = {}
    base: dict[str, float] = {}


class RunInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Everything volatile: the only part that differs between two runs of the same inputs."""

    id: str = ""
    profile: str = ""
    started_at: str = ""  # RFC 3339, UTC
    ended_at: str = ""
    durations_s: dict[str, float] = {}
    reused_s: dict[str, float] = {}  # gate → age in seconds of the result that was taken over
    resumed: tuple[str, ...] = ()  # those of them that this very run had measured, before a break
    notes: tuple[str, ...] = ()
    unheld_since: dict[str, str] = {}  # gate → when it began not to hold, as the history knows it
    risks_before: dict[str, float] = {}  # criterion → risks that the run before counted
    earlier: Earlier = Earlier()
    evidence: str = ""  # the folder of the run as seen from this scorecard; "" where it is there


class Scorecard(msgspec.Struct, frozen=True, kw_only=True):
    """The whole run: written with the plan, again as each gate ends, and at the end."""

    target: TargetState
    policy: PolicyState
    decisive_level: int
    schema_version: int = 1
    complete: bool = False
    partial: bool = False
    verdict: Verdict = Verdict.INCONCLUSIVE
    decided_by: str = ""
    score: float | None = None
    levels: tuple[LevelResult, ...] = ()
    gates: tuple[GateResult, ...] = ()
    operations: tuple[OperationRow, ...] = ()  # what all gates together know of each operation
    categories: tuple[CategoryResult, ...] = ()  # of threats: what looked at each
    checklists: tuple[ChecklistResult, ...] = ()
    contacts: dict[str, str] = {}  # who hears of what fails, by level of escalation
    next_steps: tuple[str, ...] = ()
    waivers: tuple[WaiverUse, ...] = ()
    baseline: BaselineUse | None = None
    notices: tuple[str, ...] = ()  # what changed of the rules themselves: policy, waivers, skips
    valid_until: str = ""
    run: RunInfo = RunInfo()
