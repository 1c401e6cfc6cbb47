"""Sets what a log says beside what the gates of the run found."""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from gates.core.claims.log import Claim, Detail, Log
from gates.core.claims.statements import (
    Statement,
    is_of_all,
    names,
    percentages,
    statements,
    words_of,
)
from gates.core.model import GateReport, GateStatus

ROUNDED = 0.5  # per cent of coverage that a stated figure may be above the measured one
BEYOND = 0.05  # share by which a measured lifetime may be above the stated one
_SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(
    r"(?P<count>\d{1,6}(?:\.\d{1,3})?) ?(?P<unit>s|sec|m|min|h|d|w)[a-z]*\b", re.IGNORECASE
)
_COUNT = re.compile(r"\b(?P<count>\d{1,9})\b")
# Words of a statement -> the count that has to be 0 for it to hold; the first that fits counts.
_CLEAN = (
    ({"integration", "test"}, "integration.failed"),
    ({"contract", "test"}, "contracts.unmet"),
    ({"test"}, "tests.failed"),
    ({"lint"}, "lint.errors"),
    ({"linter"}, "lint.errors"),
    ({"mypy"}, "types.errors"),
    ({"type", "check"}, "types.errors"),
    ({"typecheck"}, "types.errors"),
    ({"oracle"}, "oracles.failed"),
)
_NOTE = re.compile(r"oracle (?P<id>[^:]+): (?P<state>passed|failed)")
_TITLE = re.compile(r"(?P<id>\S+) \((?P<title>.*?)\), ")


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the log says and the run measured; `holds` tells whether the two agree."""

    source: str
    line: int
    claimed: str
    observed: str
    holds: bool


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """What the ended gates of a run know: oracles by id, numbers by metric, verdicts by gate."""

    oracles: dict[str, bool] = {}
    titles: dict[str, str] = {}
    failures: dict[str, str] = {}
    metrics: dict[str, float] = {}
    gates: dict[str, GateStatus] = {}


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What could be set side by side, what no gate looked at, and how many statements there are."""

    beside: tuple[Beside, ...] = ()
    open_ones: tuple[tuple[Claim, Detail], ...] = ()
    statements: int = 0


def observed(reports: Iterable[GateReport], gates: Mapping[str, GateStatus]) -> Observed:
    """Return what the reports say."""
    tools = [report for gate in reports for report in gate.reports]
    notes = [match for tool in tools for note in tool.notes if (match := _NOTE.fullmatch(note))]
    failed = {
        match["id"]: (match["title"], finding.message)
        for tool in tools
        for finding in tool.findings
        if finding.rule == "oracles.failed" and (match := _TITLE.match(finding.message))
    }
    return Observed(
        oracles={match["id"]: match["state"] == "passed" for match in notes},
        titles={id: title for id, (title, _) in failed.items()},
        failures={id: message for id, (_, message) in failed.items()},
        metrics={
            name: measured.value
            for tool in tools
            for name, measured in tool.measurements.items()
            if measured.value is not None
        },
        gates=dict(gates),
    )


def compared(log: Log, source: str, seen: Observed) -> Compared:
    """Set the log beside the run."""
    told = statements(log.prose)
    pairs = [(claim, detail) for claim in log.claims for detail in claim.details]
    stated = [(pair, _stated(*pair, seen)) for pair in pairs if pair[1].key in _STATED]
    return Compared(
        beside=(
            *(one for say in told for one in _of_oracles(say, source, seen)),
            *(one for say in told for one in _of_gates(say, source, seen)),
            *_coverage(log, source, seen),
            *(one for _, one in stated if one is not None),
        ),
        open_ones=tuple(pair for pair, one in stated if one is None),
        statements=len(told),
    )


def _of_oracles(say: Statement, source: str, seen: Observed) -> Iterator[Beside]:
    for id, holds in seen.oracles.items():
        if names(say, id, seen.titles.get(id, "")):
            found = f"oracle {id} holds" if holds else f"oracle fails: {seen.failures.get(id, id)}"
            yield Beside(
                source=source, line=say.line, claimed=say.text, observed=found, holds=holds
            )


def _of_gates(say: Statement, source: str, seen: Observed) -> Iterator[Beside]:
    about = next((one for one in _CLEAN if one[0] <= {*say.words}), (set[str](), ""))
    metric = about[1] if is_of_all(say, about[0]) else ""
    if metric in seen.metrics:
        value = seen.metrics[metric]
        found = f"{metric} is {value:g}"
        yield Beside(
            source=source, line=say.line, claimed=say.text, observed=found, holds=value == 0
        )
    for id, status in seen.gates.items():
        if status in _ENDED and {"gate", *words_of(id)} <= {*say.words}:
            found = f"the gate {id} is {status}"
            holds = status in (GateStatus.PASS, GateStatus.WARN)
            yield Beside(
                source=source, line=say.line, claimed=say.text, observed=found, holds=holds
            )


_ENDED = (GateStatus.PASS, GateStatus.WARN, GateStatus.FAIL)  # what nobody saw speaks for neither


def _coverage(log: Log, source: str, seen: Observed) -> Iterator[Beside]:
    value = seen.metrics.get("coverage.percent")
    for line, stated in percentages(log.prose) if value is not None else ():
        yield Beside(
            source=source,
            line=line.number,
            claimed=line.text.strip(),
            observed=f"the tests cover {value:g} % of the lines",
            holds=stated <= (value or 0.0) + ROUNDED,
        )


def _stated(claim: Claim, detail: Detail, seen: Observed) -> Beside | None:
    """One stated lifetime, limit or coverage beside the measured one; None if nobody measured."""
    found = _STATED[detail.key](claim, detail, seen)
    if found is None:
        return None
    text, holds = found
    return Beside(
        source=claim.source,
        line=detail.line,
        claimed=f"{detail.key.capitalize()}: {detail.value}",
        observed=text,
        holds=holds,
    )


def _lifetime(claim: Claim, detail: Detail, seen: Observed) -> tuple[str, bool] | None:
    span = _SPAN.search(detail.value)
    is_refresh = "refresh" in f"{claim.text} {detail.value}".lower()
    metric, unit, seconds = (
        ("auth.refresh_days", "d", 86_400) if is_refresh else ("auth.access_minutes", "min", 60)
    )
    value = seen.metrics.get(metric)
    if span is None or value is None:
        return None
    stated = float(span["count"]) * _SECONDS[span["unit"].lower()]
    kind = "a refresh token" if is_refresh else "an access token"
    apart = abs(value * seconds - stated)
    return f"{kind} lives {value:g} {unit}", apart <= BEYOND * stated + 1


def _limit(claim: Claim, detail: Detail, seen: Observed) -> tuple[str, bool] | None:
    count = _COUNT.search(detail.value)
    first = seen.metrics.get("throttle.login_attempts")
    if count is None or first is None or "login" not in f"{claim.text} {detail.value}".lower():
        return None
    return f"wrong password {first:g} is the first one refused", first - 1 == int(count["count"])


def _covered(_: Claim, detail: Detail, seen: Observed) -> tuple[str, bool] | None:
    count = re.search(r"\d{1,3}(?:\.\d{1,3})?", detail.value)
    value = seen.metrics.get("coverage.percent")
    if count is None or value is None:
        return None
    return f"the tests cover {value:g} % of the lines", float(count[0]) <= value + ROUNDED


_STATED = {"lifetime": _lifetime, "limit": _limit, "coverage": _covered}
