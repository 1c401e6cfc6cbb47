"""What Schemathesis leaves, as values: its JSON report, and the stream of its events (4.32)."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from gates.core.model import Reason
from gates.core.tool import ParseError
from gates.tools.formats import curl, strict_json

NO_TYPE = "ST104"  # no Content-Type; RFC 9110, 8.3: only an answer with content needs one


class Operations(msgspec.Struct, frozen=True):
    """How many operations the document has, and what became of them."""

    total: strict_json.Count
    tested: strict_json.Count
    errored: strict_json.Count


class Cases(msgspec.Struct, frozen=True):
    """Test cases: `generated` were built, `errored` got no answer."""

    generated: strict_json.Count
    errored: strict_json.Count


class Problem(msgspec.Struct, frozen=True):
    """One kind of error of the run itself."""

    title: str
    count: strict_json.Count


class Group(msgspec.Struct, frozen=True):
    """All failures of one code; `count` is that of distinct ones."""

    code: str
    count: strict_json.Count


class Warnings(msgspec.Struct, frozen=True):
    """What it thinks of the run; `missing_auth` are operations that only refused."""

    missing_auth: tuple[str, ...] = ()


class Run(msgspec.Struct, frozen=True):
    """The JSON report (Schemathesis 4.32)."""

    seed: int
    stop_reason: str
    complete: bool
    operations: Operations
    test_cases: Cases
    failures: tuple[Group, ...]
    errors: tuple[Problem, ...]
    warnings: Warnings = Warnings()


class Failure(msgspec.Struct, frozen=True):
    """One failed check; `operation` is the one that was asked."""

    code: str
    title: str
    message: str
    severity: str
    operation: str | None = None


class FailureInfo(msgspec.Struct, frozen=True):
    """The wrapping of a failure."""

    failure: Failure


class Check(msgspec.Struct, frozen=True):
    """One check of one answer."""

    name: str
    status: str
    failure_info: FailureInfo | None = None


class Sent(msgspec.Struct, frozen=True):
    """What was generated: `path` is the template of the document."""

    method: str
    path: str


class Case(msgspec.Struct, frozen=True):
    """The wrapping of a case."""

    value: Sent


class Answer(msgspec.Struct, frozen=True):
    """What came back; `content` is None or empty where there is none."""

    content: curl.Body | None = None


class Interaction(msgspec.Struct, frozen=True):
    """A request as it went out, and what came back, if anything did."""

    request: curl.Request
    response: Answer | None = None


class Trouble(msgspec.Struct, frozen=True):
    """Why a request could not even be made."""

    message: str


class NonFatal(msgspec.Struct, frozen=True):
    """An error of the run at one operation."""

    label: str
    value: Trouble


class Recorder(msgspec.Struct, frozen=True):
    """Everything of one scenario, by the id of the case."""

    label: str
    cases: dict[str, Case] = {}
    checks: dict[str, tuple[Check, ...]] = {}
    interactions: dict[str, Interaction] = {}


class Scenario(msgspec.Struct, frozen=True):
    """One operation in one phase, or one walk of the stateful phase."""

    phase: str
    recorder: Recorder


Failed = tuple[str, Failure, Interaction | None]  # with the operation
T = TypeVar("T")


class Seen(msgspec.Struct, frozen=True):
    """What the event stream says."""

    labels: frozenset[str]
    answered: frozenset[str]
    failures: Mapping[tuple[str, str], tuple[Failure, Interaction | None]]
    codes: frozenset[str]  # of all failures, also of those that we do not count
    troubles: Mapping[str, str]  # the first of each operation
    requests: int


def read_events(data: bytes | None, what: str) -> Seen:
    """The events, which must end with the end of the run. Raises ParseError."""
    events = strict_json.decode_lines(data, what=what)
    last = events[-1] if events else None
    if not isinstance(last, dict) or "EngineFinished" not in last:
        raise ParseError(Reason.UNREADABLE_RESULT, f"unparsable: {what} end early")
    scenarios = _of_kind(events, "ScenarioFinished", Scenario, what)
    troubles = _of_kind(events, "NonFatalError", NonFatal, what)
    recorders = tuple(scenario.recorder for scenario in scenarios)
    failures = tuple(_failures(recorders))
    return Seen(
        labels=frozenset(one.recorder.label for one in scenarios if one.phase != "stateful"),
        answered=frozenset(label for one in recorders for label in _answered(one)),
        failures=_distinct(failures),
        codes=frozenset(failure.code for _, failure, _ in failures),
        troubles={one.label: one.value.message for one in reversed(troubles)},
        requests=sum(len(one.interactions) for one in recorders),
    )


def _answered(recorder: Recorder) -> Iterator[str]:
    for name, interaction in recorder.interactions.items():
        case = recorder.cases.get(name)
        if case and interaction.response is not None:
            yield f"{case.value.method} {case.value.path}"


def _of_kind(events: tuple[Any, ...], name: str, kind: type[T], what: str) -> tuple[T, ...]:
    return tuple(
        strict_json.shaped(event[name], kind, what=what)
        for event in events
        if isinstance(event, dict) and name in event
    )


def _failures(recorders: tuple[Recorder, ...]) -> Iterator[Failed]:
    """Every failure with the operation and the request that showed it."""
    for recorder in recorders:
        for name, checks in recorder.checks.items():
            for check in checks:
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    label = failure.operation or recorder.label
                    yield label, failure, recorder.interactions.get(name)


def _distinct(
    failures: tuple[Failed, ...],
) -> Mapping[tuple[str, str], tuple[Failure, Interaction | None]]:
    """One failure, the first met, for each operation and code."""
    found: dict[tuple[str, str], tuple[Failure, Interaction | None]] = {}
    for label, failure, interaction in failures:
        if not (failure.code == NO_TYPE and _without_content(interaction)):
            found.setdefault((label, failure.code), (failure, interaction))
    return found


def _without_content(interaction: Interaction | None) -> bool:
    answer = interaction.response if interaction else None
    return answer is not None and not (answer.content and answer.content.base64)
