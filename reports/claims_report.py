"""Renders what became of the claims of the implementation log: `verification-report.md`."""

from collections.abc import Iterable, Iterator

from gates.core.model import Finding, GateResult, Scorecard
from reports.markdown_text import cell, code, words

AREA = "claims."
MOST = 1_000  # entries of a section
_APART = " | observed: "
_HOLDS = ": holds: "
_CONTRADICTIONS = "claims.contradictions"
_SECTIONS = (
    ("claims.false", "Claims that do not hold", "Every claim that could be checked holds."),
    (_CONTRADICTIONS, "Contradictions", "Nothing that was measured contradicts the log."),
    ("claims.unverified", "Not verified", "Nothing is left to be taken on trust."),
    ("claims.unmentioned", "Not mentioned in the log", "Nothing was found that it leaves out."),
    ("claims.misplaced_files", "Files in the wrong place", "Every file lies where it belongs."),
)


def render(scorecard: Scorecard) -> bytes:
    """Return the report as UTF-8 Markdown; every text of the target is a span of code in it."""
    target = scorecard.target
    dirty = ", with changes that are not committed" if target.dirty else ""
    lines = [
        "# Verification report",
        "",
        f"What the implementation log of {code(target.name)} claims, beside what was found at "
        f"{code(target.revision)}{dirty}.",
    ]
    judged = [gate for gate in scorecard.gates if _is_of_claims(gate)]
    if not judged:
        lines += ["", "The gate `claims` is not part of this run: nothing was verified."]
    for gate in judged:
        lines += _gate(gate)
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _is_of_claims(gate: GateResult) -> bool:
    return any(criterion.metric.startswith(AREA) for criterion in gate.criteria)


def _gate(gate: GateResult) -> Iterator[str]:
    detail = f": {words(gate.detail)}" if gate.detail else ""
    yield from ("", f"**{gate.status.value}**{detail}", "")
    yield from ("| criterion | state | decided by |", "|---|---|---|")
    for one in gate.criteria:
        yield f"| {cell(one.id)} | {one.status.value} | {cell(one.skipped or one.decided_by)} |"
    looked_at = bool(gate.evidence.examined)
    for metric, title, none in _SECTIONS:
        found = sorted((one for one in gate.findings if one.metric == metric), key=_place)
        yield from _section(metric, title, found, none if looked_at else "Nobody looked.")
    yield from _suggestions(one for one in gate.findings if one.rule == "claims.suggestion")
    yield from _held(note for note in gate.evidence.notes if _HOLDS in note)


def _section(metric: str, title: str, found: list[Finding], none: str) -> Iterator[str]:
    yield from ("", f"## {title} ({len(found)})", "")
    if not found:
        yield none
        return
    if metric == _CONTRADICTIONS:
        yield from ("| where | claimed | observed |", "|---|---|---|")
    for one in found[:MOST]:
        yield from _side_by_side(one) if metric == _CONTRADICTIONS else _entry(one)
    if len(found) > MOST:
        yield from ("", f"and {len(found) - MOST} more: see scorecard.json")


def _side_by_side(one: Finding) -> Iterator[str]:
    claimed, observed = _sides(one)
    yield f"| {cell(_where(one))} | {cell(claimed)} | {cell(observed)} |"


def _entry(one: Finding) -> Iterator[str]:
    claimed, observed = _sides(one)
    excused = f", excused by the waiver {code(one.waiver)}" if one.waiver else ""
    yield f"- {code(_where(one))}, {code(one.rule)}{excused}"
    if claimed:
        yield f"  - claimed: {code(claimed)}"
    yield f"  - observed: {code(observed)}"
    if one.fix:
        yield f"  - to do: {words(one.fix)}"


def _sides(one: Finding) -> tuple[str, str]:
    """What was claimed, and what was observed; of a finding without a claim, nothing and all."""
    claimed, apart, observed = one.message.partition(_APART)
    return (claimed.removeprefix("claimed: "), observed) if apart else ("", one.message)


def _place(one: Finding) -> tuple[str, int]:
    return one.path, one.line


def _where(one: Finding) -> str:
    return f"{one.path}:{one.line}" if one.line else one.path or "the whole change"


def _suggestions(found: Iterable[Finding]) -> Iterator[str]:
    told = list(found)
    yield from ("", f"## Suggestions ({len(told)})", "")
    yield from (f"- {code(_where(one))}: {code(_sides(one)[0])}" for one in told[:MOST])
    if not told:
        yield "None."


def _held(notes: Iterable[str]) -> Iterator[str]:
    told = list(notes)
    yield from ("", f"## Claims that hold ({len(told)})", "")
    for note in told[:MOST]:
        where, _, rest = note.partition(_HOLDS)
        claimed, _, observed = rest.partition(_APART)
        yield f"- {code(where)}: {code(claimed)} ({code(observed)})"
    if not told:
        yield "None."
