"""Known vulnerabilities of pinned dependencies, by pip-audit against our own OSV endpoint.

pip-audit ends with 1 for findings and for its own failures alike, ends with 0 when it audited
nothing, and knows no severity: so a probe of ours runs it and adds what it leaves out.
"""

import datetime
import re
from collections.abc import Iterator, Mapping

import msgspec

from gates.core import severity
from gates.core.audit import Answer, Audited, Data
from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import strict_json
from gates.tools.formats.report import probe, read_report
from gates.tools.formats.scope import expect_outputs

DISTRIBUTION = "pip-audit"
METRICS = {
    "dependencies.high": Metric("Known vulnerabilities, critical, high or of unknown severity"),
    "dependencies.others": Metric("Other known vulnerabilities"),
    "dependencies.unaudited": Metric("Dependencies that could not be audited"),
    "advisories.age_days": Metric("Age of the advisory data", "days"),
    "advisories.complete": Metric("Advisory data is a full dated export"),
}
TOOL = "pip_audit"
WORST = (Severity.CRITICAL, Severity.HIGH)


class Vulnerability(msgspec.Struct, frozen=True):
    """One entry of `vulns` (pip-audit 2.10, JSON format)."""

    id: str
    fix_versions: tuple[str, ...]
    aliases: tuple[str, ...]
    description: str


class Dependency(msgspec.Struct, frozen=True):
    """One entry of `dependencies`: audited with `vulns`, or skipped with a reason."""

    name: str
    version: str = ""
    vulns: tuple[Vulnerability, ...] | None = None
    skip_reason: str = ""


class Audit(msgspec.Struct, frozen=True):
    """The whole document of pip-audit."""

    dependencies: tuple[Dependency, ...]


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe over all files."""
    dependencies = target.dependencies
    if dependencies is None:
        return ()
    exported = dependencies.exported
    given = {
        "tree": options.tree,
        "files": dependencies.files,
        "program": f"{options.bin}/pip-audit",
        "advisories": options.advisories,
        "service": options.osv_url,
        "partial": dependencies.partial,
        "exported": exported.isoformat() if exported else "",
        "today": options.today,
    }
    invocation = probe("advisories", options, given)
    return (msgspec.structs.replace(invocation, registry=True),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's answer and in it pip-audit's. Raises ParseError."""
    expect_outputs(outputs, 1, TOOL)
    output = outputs[0]
    if output.exit_code != 0:
        return read_report(output, TOOL)  # raises with the probe's own reason
    answer = strict_json.decode_as(output.stdout, Answer, what="answer of the probe advisories")
    audits = tuple((item, _audit(item, answer)) for item in answer.audits)
    vulnerable = tuple(_vulnerable(audits, answer.severities))
    unaudited = tuple(_unaudited(audits))
    high = sum(finding.severity in WORST for finding in vulnerable)
    return ToolReport(
        tool=TOOL,
        examined=sum(_examined(audit) for _, audit in audits),
        examined_unit="dependencies",
        measurements={
            "dependencies.high": Measurement(value=high),
            "dependencies.others": Measurement(value=len(vulnerable) - high),
            "dependencies.unaudited": Measurement(
                value=len(unaudited), detail="; ".join(finding.message for finding in unaudited)
            ),
            "advisories.age_days": _age(answer.data, answer.today),
            "advisories.complete": _complete(answer.data),
        },
        findings=(*vulnerable, *unaudited),
        notes=_notes(vulnerable),
    )


def _audit(item: Audited, answer: Answer) -> Audit:
    """pip-audit's document about one file; an exit code alone says nothing."""
    if item.stdout is None:
        return Audit(())
    if not item.stdout.strip():
        raise _crashed(item, answer)
    what = f"pip-audit's report on {item.file}"
    audit = strict_json.decode_as(item.stdout.encode("utf-8", "replace"), Audit, what=what)
    said = {_canonical(found.name) for found in audit.dependencies}
    lost = sorted(pin.name for pin in item.pins if _canonical(pin.name) not in said)
    if lost or item.exit_code not in (0, 1):
        detail = f"{what}: exit code {item.exit_code}, nothing about {', '.join(lost) or 'the end'}"
        raise ParseError(Reason.INCOMPLETE, detail)
    vulnerable = any(found.vulns for found in audit.dependencies)
    if vulnerable != (item.exit_code == 1):
        detail = f"schema: {what}: exit code {item.exit_code} does not fit what it says"
        raise ParseError(Reason.UNREADABLE_RESULT, detail)
    return audit


def _crashed(item: Audited, answer: Answer) -> ParseError:
    lines = item.stderr_tail.strip().splitlines() or ["it printed nothing"]
    last = answer.errors[0] if answer.errors else lines[-1].strip()
    network = any(word in item.stderr_tail for word in ("Connection", "ServiceError", "Timeout"))
    word = "network: " if network or answer.errors else ""
    detail = f"{word}pip-audit ended with {item.exit_code} on {item.file}: {last[:400]}"
    return ParseError(Reason.TOOL_CRASHED, detail)


def _examined(audit: Audit) -> int:
    return sum(found.vulns is not None for found in audit.dependencies)


def _vulnerable(
    audits: tuple[tuple[Audited, Audit], ...], severities: Mapping[str, str]
) -> Iterator[Finding]:
    for item, audit in audits:
        for found in audit.dependencies:
            for vulnerability in found.vulns or ():
                yield _finding(item.file, found, vulnerability, severities)


def _finding(
    file: str, found: Dependency, vulnerability: Vulnerability, severities: Mapping[str, str]
) -> Finding:
    rated = _rated(vulnerability, severities)
    aliases = ", ".join(sorted(vulnerability.aliases))
    fixed = ", ".join(vulnerability.fix_versions)
    text = " ".join(vulnerability.description.split())[:600]
    unknown = "" if rated else " (severity unknown)"
    return Finding(
        tool=TOOL,
        rule=vulnerability.id,
        severity=rated or severity.UNKNOWN,
        message=f"{found.name} {found.version}{unknown}: {text}"
        + (f" Also known as {aliases}." if aliases else ""),
        path=file,
        url=f"https://osv.dev/vulnerability/{vulnerability.id}",
        fix=f"Move {found.name} to {fixed}." if fixed else f"Replace {found.name}: no fix exists.",
        context=f"{_canonical(found.name)} {vulnerability.id}",
    )


def _rated(vulnerability: Vulnerability, severities: Mapping[str, str]) -> Severity | None:
    """The worst severity under any of its names; a word that nobody knows is the worst of all."""
    words = (severities.get(name, "") for name in (vulnerability.id, *vulnerability.aliases))
    return severity.worst(tuple(_severity(word) for word in words if word))


def _severity(word: str) -> Severity:
    known = {item.value: item for item in Severity}
    return known.get(word, Severity.CRITICAL)


def _unaudited(audits: tuple[tuple[Audited, Audit], ...]) -> Iterator[Finding]:
    for item, audit in audits:
        for line in item.unaudited:
            yield _gap(item.file, line.number, line.text, line.why)
        for found in audit.dependencies:
            if found.vulns is None:
                yield _gap(item.file, 0, found.name, found.skip_reason or "pip-audit does not say")


def _gap(file: str, line: int, text: str, why: str) -> Finding:
    return Finding(
        tool=TOOL,
        rule="unaudited",
        severity=Severity.HIGH,
        message=f"{text}: could not be audited: {why}",
        path=file,
        line=line,
        fix="Pin it with == to a version that the index knows.",
        context=text,
    )


def _age(data: Data, today: str) -> Measurement:
    if data.live:
        return Measurement(value=0, detail=f"asked {data.source} in this run")
    if not data.date:
        return Measurement(value=None, why=f"nobody knows the date of {data.source}")
    try:
        days = (datetime.date.fromisoformat(today) - datetime.date.fromisoformat(data.date)).days
    except ValueError:
        return Measurement(value=None, why=f"{data.date!r} or {today!r} is no date")
    if days < 0:
        return Measurement(value=None, why=f"{data.source} is from the future: {data.date}")
    return Measurement(value=days, detail=f"{data.source}, data of {data.date}")


def _complete(data: Data) -> Measurement:
    if data.complete:
        count = "" if data.live else f": {data.records} records, {data.packages} packages"
        return Measurement(value=1, detail=f"{data.source}{count}")
    detail = f"partial data: {data.records} records, {data.packages} packages"
    return Measurement(value=0, detail=detail)


def _notes(vulnerable: tuple[Finding, ...]) -> tuple[str, ...]:
    unknown = sum("(severity unknown)" in finding.message for finding in vulnerable)
    if not unknown:
        return ()
    return (f"{unknown} advisories name no severity that we know: counted as high",)


def _canonical(name: str) -> str:
    """A project's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def control() -> Control:
    """A package with a made-up advisory, and the snapshot that holds it."""
    record = (
        '{"id": "PLANTED-1", "modified": "2020-01-01T00:00:00Z", "affected": [{"package": '
        '{"ecosystem": "PyPI", "name": "planted"}, "versions": ["1.0"]}]}\n'
    )
    files = {"requirements.lock": "planted==1.0\n", "advisories/PLANTED-1.json": record}
    return Control(files=files, rule="PLANTED-1")
