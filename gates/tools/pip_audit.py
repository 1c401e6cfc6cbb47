"""Known vulnerabilities of pinned dependencies, by pip-audit against our own OSV endpoint.

pip-audit ends with 1 for findings and for its own failures alike, ends with 0 when it audited
nothing, and knows no severity: so a probe of ours runs it and adds what it leaves out.
"""

from collections.abc import Iterator

import msgspec

from gates.core import audit, severity
from gates.core.audit import Answer, Audited
from gates.core.locks import kinds
from gates.core.locks.model import Ecosystem, Package, canonical
from gates.core.model import Finding, Reason, Severity, ToolReport
from gates.core.requirements import Unaudited
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Options, ParseError, ToolOutput
from gates.core.vulnerable import Advisory, Hit, findings, gap_findings
from gates.tools.formats import planted, strict_json
from gates.tools.formats.dependencies import given
from gates.tools.formats.report import probe, read_report
from gates.tools.formats.scope import expect_outputs

DISTRIBUTION = "pip-audit"
METRICS = audit.METRICS
TOOL = "pip_audit"


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
    """One run of the probe over all files of Python packages; none where there is no such file."""
    dependencies = target.dependencies
    files = kinds.of(dependencies.files, Ecosystem.PYPI) if dependencies else ()
    if dependencies is None or not files:
        return ()
    more = {"program": f"{options.bin}/pip-audit", "source": dependencies.source}
    invocation = probe("advisories", options, {**given(dependencies, files, options), **more})
    return (msgspec.structs.replace(invocation, registry=True),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's answer and in it pip-audit's. Raises ParseError."""
    expect_outputs(outputs, 1, TOOL)
    output = outputs[0]
    if output.exit_code != 0:
        return read_report(output, TOOL)  # raises with the probe's own reason
    answer = strict_json.decode_as(output.stdout, Answer, what="answer of the probe advisories")
    audits = tuple((item, _audit(item, answer)) for item in answer.audits)
    files = tuple(dict.fromkeys(item.file for item in answer.audits))
    return audit.report(
        TOOL,
        examined=sum(_examined(said) for _, said in audits),
        found=(finding for file in files for finding in _found(file, audits, answer)),
        data=answer.data,
        today=answer.today,
        said=tuple(note for item in answer.audits for note in item.notes),
    )


def _audit(item: Audited, answer: Answer) -> Audit:
    """pip-audit's document about one file; an exit code alone says nothing."""
    if item.stdout is None:
        return Audit(())
    if not item.stdout.strip():
        raise _crashed(item, answer)
    what = f"pip-audit's report on {item.file}"
    audit = strict_json.decode_as(item.stdout.encode("utf-8", "replace"), Audit, what=what)
    said = {canonical(found.name) for found in audit.dependencies}
    lost = sorted(pin.name for pin in item.pins if canonical(pin.name) not in said)
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


def _found(
    file: str, audits: tuple[tuple[Audited, Audit], ...], answer: Answer
) -> Iterator[Finding]:
    """The findings of one file, which may have been audited in rounds."""
    rounds = tuple((item, said) for item, said in audits if item.file == file)
    yield from findings(
        TOOL, file, (hit for item, said in rounds for hit in _hits(item, said, answer))
    )
    for item, said in rounds:
        skipped = (
            Unaudited(0, found.name, found.skip_reason or "pip-audit does not say")
            for found in said.dependencies
            if found.vulns is None
        )
        yield from gap_findings(TOOL, file, (*item.unaudited, *skipped))


def _hits(item: Audited, said: Audit, answer: Answer) -> Iterator[Hit]:
    pins = {canonical(pin.name): pin for pin in item.pins}
    for found in said.dependencies:
        name = canonical(found.name)
        package = pins.get(name) or Package(name=name, version=found.version)
        for vulnerability in found.vulns or ():
            yield Hit(packages=(package,), advisory=_advisory(vulnerability, answer))


def _advisory(vulnerability: Vulnerability, answer: Answer) -> Advisory:
    ids = (vulnerability.id, *sorted(vulnerability.aliases))
    words = (answer.severities.get(name, "") for name in ids)
    return Advisory(
        ids=ids,
        severity=severity.worst(tuple(_severity(word) for word in words if word)),
        exploited=bool({*ids} & {*answer.exploited}),
        fixed=vulnerability.fix_versions,
        summary=vulnerability.description,
    )


def _severity(word: str) -> Severity:
    """A word that nobody knows is the worst of all."""
    known = {item.value: item for item in Severity}
    return known.get(word, Severity.CRITICAL)


def control() -> Control:
    """A package with a made-up advisory, and the snapshot that holds it."""
    return planted.control(TOOL)
