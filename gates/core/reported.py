"""What a gate's tools said and what they ran, free of policy: found, measured, proved."""

from enum import StrEnum

import msgspec

from gates.core.states import Reason, Severity, Status


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
