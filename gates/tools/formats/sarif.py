"""SARIF 2.1.0 logs of any tool: findings with severity, place and message; excused ones apart.

Rules (spec B23, B24, B47 to B49): a result without a level has its rule's, else `warning`; only
results of kind `fail` are findings; suppressed ones are counted apart; a run that says that it did
not succeed is incomplete; a line that cannot be is unknown. Results are read one by one, counted
in full and kept as far as they can be shown. Other versions of the format are refused by name.
"""

from collections.abc import Iterable, Iterator
from typing import NoReturn

from gates.core import texts
from gates.core.model import Finding, Reason, Severity
from gates.core.tool import ParseError
from gates.tools.formats import large_json, places, strict_json
from gates.tools.formats.found import Found, Gathering, Said
from gates.tools.formats.sarif_log import (
    ArtifactLocation,
    Location,
    Log,
    Notification,
    PhysicalLocation,
    Result,
    Run,
    Suppression,
)
from gates.tools.formats.sarif_rules import Rules, name_of

VERSION = "2.1.0"
ANALYSED = "analysisTarget"
REFUSED = frozenset({"rejected", "underReview"})
_TOLD = 10  # names of suppressed results, and texts of incomplete runs


def read(data: bytes | None, tree: places.Tree, *, tool: str, what: str) -> Found:
    """Read a log; `tool` is the name that its findings get. Raises ParseError."""
    cut = large_json.cut(data, what=what)
    _expect_version(cut.frame, what)
    log = strict_json.shaped(cut.frame, Log, what=what)
    gathering, suppressed = Gathering(tool), _Suppressed()
    for run, items in zip(log.runs, cut.items, strict=True):
        results = large_json.read(items, what=what)
        shaped = (strict_json.shaped(one, Result, what=what) for one in results)
        _gather(run, shaped, tree, gathering, suppressed)
    return Found(
        counts={severity: gathering.counts[severity] for severity in Severity},
        findings=gathering.findings(),
        suppressed=suppressed.count,
        examined=_examined(log),
        version=", ".join(dict.fromkeys(_version(run) for run in log.runs if _version(run))),
        incomplete=tuple(_incomplete(log)),
        notes=(*gathering.told(), *suppressed.told()),
    )


def _expect_version(frame: strict_json.JSON, what: str) -> None:
    version = frame.get("version") if isinstance(frame, dict) else None
    if version != VERSION:
        _refuse(f"schema: SARIF version {str(version)[:40]!r} is not read, only {VERSION}", what)


class _Suppressed:
    """Counts results that were excused in the tool, and names the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self._named: list[str] = []

    def add(self, finding: Finding) -> None:
        self.count += 1
        if len(self._named) < _TOLD:
            place = f" {finding.path}:{finding.line}" if finding.path else ""
            self._named.append(f"{finding.rule}{place}")

    def told(self) -> tuple[str, ...]:
        if not self.count:
            return ()
        more = f" and {self.count - _TOLD} more" if self.count > _TOLD else ""
        return (f"suppressed in the tool: {', '.join(self._named)}{more}",)


def _gather(
    run: Run,
    results: Iterable[Result],
    tree: places.Tree,
    gathering: Gathering,
    suppressed: _Suppressed,
) -> None:
    rules = Rules(run)
    for result in results:
        if result.kind != "fail" or result.baseline_state == "absent":
            continue
        finding = gathering.finding(_said(result, run, rules, tree))
        (suppressed if _is_suppressed(result.suppressions) else gathering).add(finding)


def _is_suppressed(suppressions: tuple[Suppression, ...]) -> bool:
    """Excused, and by nobody who was refused or is still waiting (3.27.23)."""
    return bool(suppressions) and not any(one.status in REFUSED for one in suppressions)


def _said(result: Result, run: Run, rules: Rules, tree: places.Tree) -> Said:
    rule = rules.of(result)
    physical = next(_physical(result.locations), PhysicalLocation())
    place = _place(physical.artifact_location, run, tree)
    return Said(
        rule=name_of(result, rule),
        message=_with_name(rules.message(result, rule), result.locations, place),
        severity=rules.severity(result, rule),
        place=place,
        line=physical.region.start_line,
        url=rule.help_uri if rule else "",
        fix=result.fixes[0].description.text if result.fixes else "",
    )


def _physical(locations: tuple[Location, ...]) -> Iterator[PhysicalLocation]:
    """The locations that name a file."""
    for location in locations:
        artifact = location.physical_location.artifact_location
        if artifact.uri or artifact.index >= 0:
            yield location.physical_location


def _with_name(message: str, locations: tuple[Location, ...], place: places.Place) -> str:
    """The message, with the place by its name in the program where it is in no file."""
    if place.path or not locations or not locations[0].logical_locations:
        return message
    logical = locations[0].logical_locations[0]
    named = logical.fully_qualified_name or logical.name
    return f"{message} (in {texts.visible(named[:500])})" if named else message


def _place(artifact: ArtifactLocation, run: Run, tree: places.Tree) -> places.Place:
    if not artifact.uri and 0 <= artifact.index < len(run.artifacts):
        artifact = run.artifacts[artifact.index].location
    if not artifact.uri:
        return places.Place("")
    return places.of_uri(artifact.uri, _bases(artifact.uri_base_id, run), tree)


def _bases(name: str, run: Run) -> Iterator[str]:
    """The URIs that a base name stands for, innermost first; a circle ends where it closes."""
    seen: set[str] = set()
    while name and name not in seen and name in run.original_uri_base_ids:
        seen.add(name)
        base = run.original_uri_base_ids[name]
        if base.uri:
            yield base.uri
        name = base.uri_base_id


def _examined(log: Log) -> int | None:
    """The files that the tools say they analysed; None where none says so."""
    analysed = sum(ANALYSED in one.roles for run in log.runs for one in run.artifacts)
    return analysed or None


def _version(run: Run) -> str:
    driver = run.tool.driver
    return (driver.semantic_version or driver.version)[:100]


def _incomplete(log: Log) -> Iterator[str]:
    if not log.runs:
        yield "the log holds no run: nothing was scanned"
    for run in log.runs:
        named = run.tool.driver.name[:100]
        if run.results is None:
            yield f"{named}: a run without results: it did not come to scan"
        if "results" in run.external_property_file_references:
            yield f"{named}: results in external files, which are not read"
        yield from (f"{named}: {text}" for text in _trouble(run))


def _trouble(run: Run) -> Iterator[str]:
    for invocation in run.invocations:
        if not invocation.execution_successful:
            said = invocation.exit_code_description[:300]
            yield f"it says that it did not succeed{f': {said}' if said else ''}"
        errors = [
            *_errors(invocation.tool_execution_notifications),
            *_errors(invocation.tool_configuration_notifications),
        ]
        yield from errors[:_TOLD]
        if len(errors) > _TOLD:
            yield f"{len(errors) - _TOLD} more errors of its own"


def _errors(notifications: tuple[Notification, ...]) -> Iterator[str]:
    for one in notifications:
        if one.level == "error":
            said = " ".join((one.message.text or one.message.id).split())
            yield texts.bounded(said or "an error of its own", 300)


def _refuse(word: str, what: str) -> NoReturn:
    raise ParseError(Reason.UNREADABLE_RESULT, f"{word} ({what})")
