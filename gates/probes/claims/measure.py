"""Reads the log and the tags in the source, checks every claim, and puts it all into one report."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from gates.core.claims.log import Claim, Log, Unknown, numbered, read
from gates.core.claims.observed import Compared, Observed, compared, observed
from gates.core.claims.rules import Claims
from gates.core.claims.tags import FILES, Kind
from gates.core.documented import documented
from gates.core.model import GateReport, GateResult, GateStatus, Measurement, Reason, ToolReport
from gates.probes import _common
from gates.probes._common import ProbeError
from gates.probes.claims import (
    comments,
    details,
    difference,
    files,
    manifests,
    organisation,
    unmentioned,
    verifying,
)
from gates.probes.claims.difference import Changed
from gates.probes.claims.outcome import METRICS, TOOL, Outcome, State, finding, note
from gates.probes.claims.tree import UNREADABLE, Absent, Blocked, TooLarge, Tree
from gates.probes.claims.world import Bounds, Times, World, named, outcome

MOST_BYTES = 4 * 2**20  # of the log
MOST_CLAIMS = 5_000
MOST_NOTES = 500
NO_BASE = "there is no base revision to compare with: name one with --base"


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input. Files are relative to `tree`; `base_tree`, `times` and documents may be ""."""

    tree: str
    claims: Claims
    base_tree: str = ""
    files: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()  # what belongs to other targets
    sources: tuple[str, ...] = ()
    variables_in: tuple[str, ...] = ()  # files and folders of the source
    root_files: tuple[str, ...] = ()
    document: str = ""
    base_document: str = ""
    openapi_file: str = ""
    results: str = ""
    times: str = ""
    bounds: Bounds = Bounds()


def measure(given: dict[str, Any]) -> ToolReport:
    """Return the report of the claims probe. Raises ProbeError."""
    asked = _common.given(given, Given)
    now = Tree(asked.tree)
    text = _log_text(now, asked.claims.log)
    before = _text_at_base(asked)
    logs = (_marked(read(numbered(text), asked.claims.log), before), *_tagged(asked, now))
    claims = tuple(claim for log in logs for claim in log.claims)
    if len(claims) > MOST_CLAIMS:
        raise ProbeError(f"{asked.claims.log}: more than {MOST_CLAIMS} claims")
    world = _world(asked, now, claims)
    seen = _observed(asked.results)
    side_by_side = compared(logs[0], asked.claims.log, seen)
    outcomes = (
        *_checked(claims, world),
        *(_unknown(one) for log in logs for one in log.unknown),
        *_contradictions(side_by_side),
        *_unmentioned(asked, world, text, before or ""),
        *organisation.misplaced(asked.files, claims, asked.claims, asked.root_files),
    )
    return _report(outcomes, len(claims), world, _contradicted(side_by_side, seen))


def _log_text(now: Tree, path: str) -> str:
    try:
        return now.read(path, MOST_BYTES).decode("utf-8-sig", "replace")
    except Absent as error:
        raise ProbeError(
            f"there is no implementation log: {error}; write it, name it in claims.log, or say "
            'why there is none: [absent] claims = "reason"'
        ) from None
    except (Blocked, TooLarge) as error:
        raise ProbeError(f"the implementation log: {error}") from None


def _text_at_base(asked: Given) -> str | None:
    """The log at the base, "" where there was none, None where there is no base."""
    if not asked.base_tree:
        return None
    try:
        return Tree(asked.base_tree).text(asked.claims.log)
    except UNREADABLE:
        return ""


def _marked(log: Log, before: str | None) -> Log:
    """The log with the claims marked that it made at the base already."""
    if before is None:
        return log
    known = {claim.said for claim in read(numbered(before), "", strict=False).claims}
    marked = (msgspec.structs.replace(one, earlier=one.said in known) for one in log.claims)
    return msgspec.structs.replace(log, claims=tuple(marked))


def _tagged(asked: Given, now: Tree) -> Iterator[Log]:
    """The tags in source comments, those of the base marked."""
    then = Tree(asked.base_tree) if asked.base_tree else None
    for log in comments.tagged(asked.sources, now):
        before = comments.tagged((log.source,), then) if then else ()
        known = {claim.said for one in before for claim in one.claims}
        marked = (msgspec.structs.replace(one, earlier=one.said in known) for one in log.claims)
        yield msgspec.structs.replace(log, claims=tuple(marked), prose=())


def _world(asked: Given, now: Tree, claims: tuple[Claim, ...]) -> World:
    then = Tree(asked.base_tree) if asked.base_tree else None
    document = _document(asked.document)
    return World(
        now=now,
        then=then,
        files=frozenset(asked.files),
        diff=None if then is None else _diff(asked, now, then),
        times=_times(asked.times),
        bounds=asked.bounds,
        document=None if document is None else documented(document),
        manifests=manifests.named(asked.files, now),
        sources=asked.sources,
        named=named(claims),
    )


def _diff(asked: Given, now: Tree, then: Tree) -> dict[str, Changed]:
    try:
        return dict(difference.difference(now, then, asked.files, asked.left_out))
    except TooLarge as error:
        raise ProbeError(f"the base revision: {error}") from None


def _times(path: str) -> Times:
    if not path:
        return Times(why="nobody asked git")
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=Times)
    except (OSError, msgspec.DecodeError) as error:
        raise ProbeError(f"times of the commits: {error}", Reason.ADAPTER_BUG) from error


def _document(path: str) -> dict[str, Any] | None:
    if not path:
        return None
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise ProbeError(f"OpenAPI document: {error}") from error


def _observed(results: str) -> Observed:
    """What the ended gates of this run left; a gate that is still to come has left nothing."""
    folder = Path(results) if results else None
    reports: list[GateReport] = []
    gates: dict[str, GateStatus] = {}
    for file in sorted(folder.glob("*/report.json")) if folder else ():
        reports.append(msgspec.json.decode(file.read_bytes(), type=GateReport))
        judged = file.with_name("result.json")
        if judged.is_file():
            result = msgspec.json.decode(judged.read_bytes(), type=GateResult)
            gates[result.id] = result.status
    return observed(reports, gates)


def _checked(claims: Iterable[Claim], world: World) -> Iterator[Outcome]:
    """Every claim with its file, its details and its verifications."""
    ends = time.monotonic() + world.bounds.seconds_of_all
    for claim in claims:
        if claim.kind in FILES:
            yield from files.check(claim, world)
        elif claim.kind is Kind.SUGGESTION:
            text = claim.text or "no words"
            yield outcome(claim, State.SUGGESTED, "suggestion", f"a suggestion: {text}")
        yield from details.check(claim, world)
        yield from verifying.check(claim, world, ends)


def _unknown(one: Unknown) -> Outcome:
    meant = f"; #{one.meant} may be meant" if one.meant else ""
    return Outcome(
        state=State.OPEN,
        rule="unknown-tag",
        claimed=f"#{one.tag}",
        found=f"the tag is not on the list{meant}",
        source=one.source,
        line=one.line,
        fix="Use one of the tags that docs/gates/claims.md lists.",
    )


def _contradictions(side_by_side: Compared) -> Iterator[Outcome]:
    for one in side_by_side.beside:
        yield Outcome(
            state=State.HOLDS if one.holds else State.CONTRADICTED,
            rule="contradiction",
            claimed=one.claimed,
            found=one.observed,
            source=one.source,
            line=one.line,
            fix="Mend the service, or take the sentence out of the log.",
        )
    for claim, detail in side_by_side.open_ones:
        yield Outcome(
            state=State.OPEN,
            rule="not-measured",
            claimed=f"{claim.said}, {detail.key.capitalize()}: {detail.value}",
            found="no gate of this run measured it",
            source=claim.source,
            line=detail.line,
            fix="Run the gates that measure it in the same run.",
        )


def _unmentioned(asked: Given, world: World, text: str, before: str) -> Iterator[Outcome]:
    if world.then is None:
        return
    rules = asked.claims
    new = unmentioned.new_text(text, before)
    own = (rules.log, rules.evidence, rules.logs, "gatescore/signoffs")
    yield from unmentioned.files(world, new, own)
    roots = (Path(asked.tree), Path(asked.base_tree))
    yield from unmentioned.new_variables(roots, asked.variables_in, text, world.diff or {})
    then = _document(asked.base_document)
    if world.document is not None and then is not None:
        before_it = documented(then)
        yield from unmentioned.operations(world.document, before_it, text, asked.openapi_file)


def _report(
    outcomes: tuple[Outcome, ...], claims: int, world: World, contradictions: Measurement
) -> ToolReport:
    counts = {
        metric: sum(one.state is state for one in outcomes) for state, metric in METRICS.items()
    }
    held = [note(one) for one in outcomes if one.state is State.HOLDS]
    measured = {metric: Measurement(value=count) for metric, count in counts.items()}
    if world.then is None:
        measured[METRICS[State.UNMENTIONED]] = Measurement(value=None, why=NO_BASE)
    measured[METRICS[State.CONTRADICTED]] = contradictions
    return ToolReport(
        tool=TOOL,
        examined=claims,
        examined_unit="claims",
        measurements=measured,
        findings=tuple(finding(one) for one in outcomes if one.state is not State.HOLDS),
        notes=(*_bases(world), *held[:MOST_NOTES], *_more(len(held))),
    )


def _contradicted(beside: Compared, seen: Observed) -> Measurement:
    """How many statements the run contradicts; no number where no other gate has looked."""
    if beside.statements and not seen.gates:
        why = f"no other gate of this run has ended: {beside.statements} statements stand alone"
        return Measurement(value=None, why=why)
    detail = f"{len(beside.beside)} statements set beside what the gates of this run found"
    return Measurement(value=sum(not one.holds for one in beside.beside), detail=detail)


def _bases(world: World) -> Iterator[str]:
    if world.diff is None:
        yield f"{NO_BASE}; files were asked for existence and lines alone"
    else:
        yield f"{len(world.diff)} files differ from the base revision"


def _more(held: int) -> Iterator[str]:
    if held > MOST_NOTES:
        yield f"{held - MOST_NOTES} further claims hold"
