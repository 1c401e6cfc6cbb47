"""The nouns of a verdict: what was found, measured, judged and decided."""

from enum import StrEnum

import msgspec


class Status(StrEnum):
    """State of a criterion; the first is the state before anybody looked."""

    NO_DATA = "NO_DATA"
    PASS = "PASS"
    WARN = "WARN"
    FAIL = "FAIL"


class GateStatus(StrEnum):
    """State of a gate. ERROR means: we could not look."""

    NOT_RUN = "NOT_RUN"
    PASS = "PASS"
    WARN = "WARN"
    FAIL = "FAIL"
    ERROR = "ERROR"
    PENDING = "PENDING"
    SKIPPED = "SKIPPED"


class Verdict(StrEnum):
    """State of a level and of the run."""

    INCONCLUSIVE = "INCONCLUSIVE"
    PASS = "PASS"
    WARN = "WARN"
    FAIL = "FAIL"


class Weight(StrEnum):
    """How much a criterion counts: required, scored, or only shown."""

    BLOCK = "block"
    SHOULD = "should"
    INFO = "info"


class Reason(StrEnum):
    """Why a gate is ERROR: a closed list; the finer word stands in `detail`."""

    TOOL_MISSING = "tool-missing"
    TOOL_CRASHED = "tool-crashed"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    NO_RESULT = "no-result"
    EMPTY_RESULT = "empty-result"
    UNREADABLE_RESULT = "unreadable-result"
    INCOMPLETE = "incomplete"
    NOTHING_EXAMINED = "nothing-examined"
    METRIC_MISSING = "metric-missing"
    NOT_A_NUMBER = "not-a-number"
    STALE = "stale"
    TARGET_DOWN = "target-down"
    REFUSED_BY_SAFETY = "refused-by-safety"
    CONTROL_NOT_DETECTED = "control-not-detected"
    GENERATOR_UNHEALTHY = "generator-unhealthy"
    TOO_FEW_SAMPLES = "too-few-samples"
    WRONG_TARGET = "wrong-target"
    ENVIRONMENT_FAILED = "environment-failed"
    OUTPUT_TOO_LARGE = "output-too-large"
    STORAGE_FAILED = "storage-failed"
    ADAPTER_BUG = "adapter-bug"


class Severity(StrEnum):
    """Severity of a finding, worst first. A severity nobody knows is read as the worst."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class FindingState(StrEnum):
    """A finding against the baseline. `known` where only new findings count, else `old`."""

    NEW = "new"
    KNOWN = "known"
    OLD = "old"


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing a tool found.

    `path` is relative to the target's root with `/`, or empty. `line` is 1-based, 0 if unknown.
    `context` is the normalised source text that the fingerprint sees; never shown. `metric` names
    the count that the finding is part of: where it is excused or joined, that count is one less.
    """

    tool: str
    rule: str
    severity: Severity
    message: str
    path: str = ""
    line: int = 0
    url: str = ""  # documentation of the rule, http(s) only
    fix: str = ""  # what to do, one sentence
    reproduce: str = ""  # a runnable command, secrets as variables
    context: str = ""
    fingerprint: str = ""
    metric: str = ""
    label: str = ""  # a word shown beside it: FLAKY, quarantined, reopened …
    origin: str = ""  # its path at the base revision, where the file was renamed since
    witnesses: tuple[str, ...] = ()  # other tools and rules that found the same
    state: FindingState | None = None  # against the baseline; None: there is none
    waiver: str = ""  # id of the waiver or quarantine that excuses it

    @property
    def excused(self) -> bool:
        """Whether it is shown without being counted."""
        return bool(self.waiver) or self.state is FindingState.KNOWN


class Measurement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One measured number.

    `value` None: not measured, with `why`. `bound` is the upper one-sided 95 % confidence bound
    of a percentile, None where the value is exact. `samples` and `needed` belong to percentiles.
    """

    value: float | None
    why: str = ""
    samples: int | None = None
    needed: int | None = None
    bound: float | None = None
    base: float | None = None  # the same number at the base revision, where the tool looked there
    detail: str = ""  # a sentence for people: what the number is made of
    pending: bool = False  # without a value only because a person has yet to act


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A curve for a chart: `points` are (x, y) pairs in the named units."""

    name: str
    x_unit: str
    y_unit: str
    points: tuple[tuple[float, float], ...]


class Aspect(StrEnum):
    """What can be known of one operation: the columns of the evidence matrix."""

    DOCUMENTED = "documented"
    EXERCISED = "exercised"
    STATEFUL = "stateful"
    AUTHENTICATION = "authentication"
    AUTHORISATION = "authorisation"
    THROTTLED = "throttled"
    TESTED = "tested"
    LOADED = "load-tested"
    CHANGED = "changed"
    COVERED = "covered"


class OperationEvidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One cell of the matrix: what one tool knows of one operation.

    `state` is PASS, FAIL, or NO_DATA where it was not tried; `count` how often it was looked at,
    `value` a number worth showing (p95 in ms, covered lines in per cent).
    """

    operation: str  # "GET /v1/books/{book_id}", base path included
    aspect: Aspect
    state: Status = Status.NO_DATA
    count: int = 0
    value: float | None = None
    detail: str = ""


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


class ProofKind(StrEnum):
    """What kind of thing a requirement may rest on, beside operations."""

    TEST = "test"
    ORACLE = "oracle"


class Proof(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One test or oracle by name, and how it ended: PASS, FAIL, or NO_DATA where it was not run.

    `requirements` are the ids that a test bears itself, as properties of its JUnit file.
    """

    kind: ProofKind
    name: str
    state: Status = Status.NO_DATA
    requirements: tuple[str, ...] = ()


class ToolReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool said, free of policy.

    `examined` counts what was looked at, in `examined_unit` (files, operations, tests, requests,
    dependencies …). `incomplete` names what the tool could not look at: any entry is an ERROR.
    """

    tool: str
    examined: int
    examined_unit: str
    measurements: dict[str, Measurement] = {}
    findings: tuple[Finding, ...] = ()
    incomplete: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # warnings worth showing: strays killed, unknown severity read …
    series: tuple[Series, ...] = ()
    operations: tuple[OperationEvidence, ...] = ()  # what it knows of single operations
    proofs: tuple[Proof, ...] = ()  # the tests and oracles that it ran
    exposed: tuple[str, ...] = ()  # names of the metrics that the service shows, where it read them
    pending: tuple[str, ...] = ()  # what a person has to do before this can be judged
    version: str = ""  # the version that really ran, where it is not our own


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a gate could not be judged, in one closed word and one sentence."""

    reason: Reason
    detail: str


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one program that ran: redacted, without times."""

    tool: str
    argv: tuple[str, ...]
    version: str
    exit_code: int | None
    digests: dict[str, str] = {}  # file name → "sha256:…" of its raw bytes
    removed_env: tuple[str, ...] = ()  # variables of the caller that were kept from it
    stderr_tail: str = ""


class GateReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a gate's run left behind, free of policy: `results/<gate>/report.json`."""

    gate: str
    reports: tuple[ToolReport, ...] = ()
    executions: tuple[Execution, ...] = ()
    failure: Failure | None = None
    not_run: str = ""  # why it was not started, e.g. "the target is down"
    reused: bool = False  # taken over from an earlier run, everything it read being the same
    proved: tuple[str, ...] = ()  # controls that were planted before the gate ran, and came back
    schema_version: int = 1


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
