"""The closed lists of words that verdicts are made of: states, weights, reasons, severities."""

from enum import StrEnum


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
