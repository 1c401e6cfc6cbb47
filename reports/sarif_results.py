"""Makes findings into SARIF results and the rules that they belong to."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from gates.core.model import Finding, FindingState, Severity, WaiverUse
from reports import told
from reports.located import located, uri
from reports.sarif_format import (
    ArtifactLocation,
    Configuration,
    Location,
    PhysicalLocation,
    Region,
    Result,
    Rule,
    Suppression,
    Text,
)
from reports.visible import line, safe_url

RANKS = {severity: rank for rank, severity in enumerate(Severity)}
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# A score within the band of CVSS that bears the name; 0.0 is the band "none".
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}
_STATES = {
    None: "",
    FindingState.NEW: "new",
    FindingState.KNOWN: "unchanged",
    FindingState.OLD: "unchanged",
}
_SCORE = "security-severity"  # GitHub reads it from the rule, other readers from the result

Rules = dict[str, tuple[int, Rule]]  # id → its index and itself


def rules(findings: Sequence[Finding]) -> Rules:
    """Return the rules of findings that stand worst first: a rule is as bad as its worst."""
    found: Rules = {}
    for each in findings:
        id = told.rule(each)
        if id not in found:
            found[id] = len(found), _rule(id, each)
    return found


def _rule(id: str, worst: Finding) -> Rule:
    fix = line(worst.fix, 500)
    return Rule(
        id=id,
        short_description=Text(id),
        default_configuration=Configuration(_LEVELS[worst.severity]),
        help=Text(fix) if fix else None,
        help_uri=safe_url(worst.url),
        properties={_SCORE: _SCORES[worst.severity]},
    )


def results(
    findings: Sequence[Finding], known: Rules, waivers: Mapping[str, WaiverUse], folder: str
) -> Iterator[bytes]:
    """Yield each finding as the JSON of a result: one at a time, for thousands need much room."""
    encode = msgspec.json.Encoder(order="deterministic").encode
    for each in findings:
        yield encode(_result(each, known[told.rule(each)], waivers, folder))


def _result(
    finding: Finding, known: tuple[int, Rule], waivers: Mapping[str, WaiverUse], folder: str
) -> Result:
    index, rule = known
    excuse = told.excuse(finding, waivers)
    score = _SCORES[finding.severity]
    return Result(
        rule_id=rule.id,
        rule_index=index,
        level=_LEVELS[finding.severity],
        message=Text(_unlinked(told.message(finding))),
        locations=(_location(finding, folder),),
        suppressions=(Suppression(justification=excuse),) if excuse else (),
        partial_fingerprints=_fingerprints(finding.fingerprint),
        baseline_state=_STATES[finding.state],
        properties={} if rule.properties[_SCORE] == score else {_SCORE: score},
    )


def _location(finding: Finding, folder: str) -> Location:
    place = located(finding, folder)
    return Location(
        PhysicalLocation(ArtifactLocation(uri(place.path)), Region(start_line=place.line))
    )


def _fingerprints(name: str) -> dict[str, str]:
    """Ours, and under the one name that GitHub compares, which it would else make of the line."""
    shown = line(name, 100)
    return {"gatescore/v1": shown, "primaryLocationLineHash": f"{shown}:1"} if shown else {}


def _unlinked(text: str) -> str:
    """Plain text of SARIF may hold links, `[text](address)`: foreign text must hold none."""
    return text.replace("](", "] (")
