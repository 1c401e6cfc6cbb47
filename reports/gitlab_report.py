"""Renders GitLab's Code Quality report: a list of findings that the merge request compares.

Waived and known findings are in it too, as `info` and with the reason, so that a waiver does not
look as if somebody had mended something. A gate that failed without a finding, or could not be
judged, is an entry as well.
"""

import hashlib
from collections.abc import Iterator, Mapping

import msgspec

from gates.core.model import Finding, GateResult, GateStatus, Scorecard, Severity, WaiverUse
from reports import told
from reports.located import TARGET_FILE, below, located
from reports.numbers import number
from reports.order import total_findings
from reports.standing import counted_total
from reports.visible import line

MOST = 25_000  # entries, the worst of them: the page that compares two lists loads both
_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}
_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Lines(msgspec.Struct, frozen=True):
    """The line of an entry, from 1 on."""

    begin: int


class Location(msgspec.Struct, frozen=True):
    """Where an entry is: a path relative to the top of the repository."""

    path: str
    lines: Lines


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the list."""

    description: str
    check_name: str
    fingerprint: str
    severity: str
    location: Location


def render(scorecard: Scorecard) -> bytes:
    """Return the list as UTF-8 JSON, without a byte order mark. No two entries are the same."""
    encode = msgspec.json.Encoder(order="deterministic").encode
    entries = b",\n".join(encode(each) for each in _distinct(_entries(scorecard)))
    return b"[" + entries + b"]\n"


def _entries(card: Scorecard) -> Iterator[Entry]:
    folder, waivers = card.target.folder, told.waivers(card)
    for gate in card.gates:
        if text := told.unjudged(gate) or _failed(gate):
            yield _of_gate(gate, text, folder)
    every = [each for gate in card.gates for each in gate.findings]
    every.sort(key=lambda each: (each.excused, _RANKS[each.severity]))
    yield from (_entry(each, folder, waivers) for each in every[:MOST])
    hidden = sum(total_findings(gate) for gate in card.gates) - len(every[:MOST])
    if hidden:
        yield _note("left-out", f"{number(hidden)} more findings: see scorecard.json", folder)


def _entry(finding: Finding, folder: str, waivers: Mapping[str, WaiverUse]) -> Entry:
    place = located(finding, folder)
    excuse = told.excuse(finding, waivers)
    text = told.summary(finding)
    return Entry(
        description=f"{excuse}: {text}" if excuse else text,
        check_name=f"{line(finding.tool, 100)}: {told.rule(finding)}",
        fingerprint=_fingerprint(finding),
        severity="info" if excuse else _SEVERITIES[finding.severity],
        location=Location(line(place.path), Lines(place.line)),
    )


def _fingerprint(finding: Finding) -> str:
    """Ours; of a finding without one, a digest of what it says."""
    if finding.fingerprint:
        return line(finding.fingerprint, 100)
    return _digest(finding.tool, finding.rule, finding.path, finding.message)


def _digest(*parts: str) -> str:
    text = "\0".join(parts).encode("utf-8", "backslashreplace")
    return hashlib.sha256(text).hexdigest()[:16]


def _failed(gate: GateResult) -> str:
    """Why a gate failed of which no finding tells."""
    if gate.status is not GateStatus.FAIL or counted_total(gate):
        return ""
    return f"{line(gate.id)} is FAIL: {told.why(gate)}"


def _of_gate(gate: GateResult, text: str, folder: str) -> Entry:
    return msgspec.structs.replace(
        _note(f"gate {line(gate.id, 100)}", text, folder),
        fingerprint=_digest("gate", gate.id),
        severity="blocker",
    )


def _note(name: str, text: str, folder: str) -> Entry:
    return Entry(
        description=text,
        check_name=f"gatescore: {name}",
        fingerprint=_digest("gatescore", name),
        severity="info",
        location=Location(line(below(folder, TARGET_FILE)), Lines(1)),
    )


def _distinct(entries: Iterator[Entry]) -> Iterator[Entry]:
    """Entries of one fingerprint become one in the widget: the second gets another."""
    seen: dict[str, int] = {}
    for each in entries:
        count = seen[each.fingerprint] = seen.get(each.fingerprint, 0) + 1
        again = count > 1
        name = _digest(each.fingerprint, str(count)) if again else each.fingerprint
        yield msgspec.structs.replace(each, fingerprint=name) if again else each
