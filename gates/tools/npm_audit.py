"""Known vulnerabilities of npm packages, by `npm audit`; reads the reports of npm 6 and of 7 up.

Not in the standard policy: it needs npm's own audit endpoint, which mirrors and machines without a
network do not have. The tool npm_lock needs neither.
"""

from collections.abc import Iterator

import msgspec

from gates.core import audit, severity
from gates.core.audit import Data
from gates.core.locks import kinds
from gates.core.locks.model import Ecosystem
from gates.core.model import Finding, Reason, Severity, ToolReport
from gates.core.npm_audit import NpmAnswer, NpmAudited
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Options, ParseError, ToolOutput
from gates.core.vulnerable import HIGH, OTHERS, WORST, gap_findings
from gates.tools.formats import planted, strict_json
from gates.tools.formats.report import probe, read_report
from gates.tools.formats.scope import expect_outputs

DISTRIBUTION = "gatescore"
METRICS = audit.METRICS
TOOL = "npm_audit"
LIVE = Data(source="npm audit", live=True, complete=True, date="", records=0, packages=0)


class Via(msgspec.Struct, frozen=True):
    """An advisory; npm 7 up also lists names of packages, through which others are reached."""

    title: str
    severity: str
    url: str = ""
    range: str = ""


class Available(msgspec.Struct, frozen=True):
    """The direct dependency to move, and whether that is a new major version."""

    name: str
    version: str


class Vulnerable(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One vulnerable package (npm 7 up)."""

    name: str
    severity: str
    is_direct: bool
    via: tuple[Via | str, ...]
    range: str
    effects: tuple[str, ...] = ()
    fix_available: Available | bool = False


class Place(msgspec.Struct, frozen=True):
    """Where a package stands, as `direct>between>package` (npm 6)."""

    version: str
    paths: tuple[str, ...] = ()


class Advised(msgspec.Struct, frozen=True, kw_only=True):
    """One advisory (npm 6)."""

    id: int
    module_name: str
    title: str
    severity: str
    findings: tuple[Place, ...]
    patched_versions: str = ""
    cves: tuple[str, ...] = ()
    url: str = ""


class Counts(msgspec.Struct, frozen=True, rename="camel"):
    """How much was looked at: a table since npm 7, plain numbers before."""

    dependencies: dict[str, int] | int
    vulnerabilities: dict[str, int]
    total_dependencies: int = 0


class Report(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """npm's document: `vulnerabilities` since npm 7, `advisories` in npm 6."""

    metadata: Counts
    audit_report_version: int = 1
    vulnerabilities: dict[str, Vulnerable] | None = None
    advisories: dict[str, Advised] | None = None


class Trouble(msgspec.Struct, frozen=True):
    """What npm prints instead where it could not audit."""

    message: str = ""
    error: dict[str, str] = {}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe over all npm lock files; none where there is no such file."""
    dependencies = target.dependencies
    files = kinds.of(dependencies.files, Ecosystem.NPM) if dependencies else ()
    if not files:
        return ()
    invocation = probe("npm_audit", options, _given(files, options))
    return (msgspec.structs.replace(invocation, registry=True),)


def _given(files: tuple[str, ...], options: Options) -> dict[str, object]:
    return {"tree": options.tree, "files": files, "today": options.today}


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's answer and in it npm's. Raises ParseError."""
    expect_outputs(outputs, 1, TOOL)
    output = outputs[0]
    if output.exit_code != 0:
        return read_report(output, TOOL)  # raises with the probe's own reason
    answer = strict_json.decode_as(output.stdout, NpmAnswer, what="answer of the probe npm_audit")
    reports = tuple((item, _report(item)) for item in answer.audits)
    made = audit.report(
        TOOL,
        examined=sum(_examined(report) for _, report in reports),
        found=(finding for item, report in reports for finding in _found(item, report)),
        data=LIVE,
        today=answer.today,
    )
    return msgspec.structs.replace(made, version=answer.version)


def _report(item: NpmAudited) -> Report:
    """npm's document about one file. npm ends with 1 for findings and for its own failures."""
    what = f"npm audit's report on {item.file}"
    data = item.stdout.encode("utf-8", "replace")
    value = strict_json.decode(data, what=what)
    if not isinstance(value, dict) or not {"vulnerabilities", "advisories"} & value.keys():
        raise _trouble(item, data, what)
    report = strict_json.decode_as(data, Report, what=what)
    found = len(report.vulnerabilities or report.advisories or ())
    if report.audit_report_version not in (1, 2):
        detail = f"schema: {what}: auditReportVersion {report.audit_report_version}; allowed: 2"
        raise ParseError(Reason.UNREADABLE_RESULT, detail)
    if item.exit_code != int(found > 0):
        detail = f"schema: {what}: exit code {item.exit_code} does not fit {found} findings"
        raise ParseError(Reason.UNREADABLE_RESULT, detail)
    total = report.metadata.vulnerabilities.get("total")
    if total is not None and total != found:
        detail = f"{what}: {found} findings, but {total} by its own count"
        raise ParseError(Reason.INCOMPLETE, detail)
    return report


def _trouble(item: NpmAudited, data: bytes, what: str) -> ParseError:
    trouble = strict_json.decode_as(data, Trouble, what=what)
    words = trouble.message or trouble.error.get("summary") or trouble.error.get("code")
    if not words:
        lines = item.stderr_tail.strip().splitlines() or ["it printed neither report nor error"]
        words = lines[-1].strip()
    network = "network: " if trouble.message or "audit endpoint" in item.stderr_tail else ""
    detail = f"{network}npm audit ended with {item.exit_code} on {item.file}: {words[:400]}"
    return ParseError(Reason.TOOL_CRASHED, detail)


def _examined(report: Report) -> int:
    known = report.metadata.dependencies
    return known.get("total", 0) if isinstance(known, dict) else report.metadata.total_dependencies


def _found(item: NpmAudited, report: Report) -> Iterator[Finding]:
    for vulnerable in (report.vulnerabilities or {}).values():
        yield _package(item.file, vulnerable)
    for advised in (report.advisories or {}).values():
        yield _advisory(item.file, advised)
    yield from gap_findings(TOOL, item.file, item.unaudited)


def _package(file: str, found: Vulnerable) -> Finding:
    """npm 7 up counts packages; the advisories are in `via`, or in the packages that it names."""
    said = sorted((via for via in found.via if isinstance(via, Via)), key=_worst_first)
    through = ", ".join(via for via in found.via if isinstance(via, str))
    ids = [via.url.rpartition("/")[2] for via in said if via.url]
    titles = "; ".join(via.title for via in said) or f"vulnerable through {through}"
    others = f" Also {', '.join(ids[1:])}." if ids[1:] else ""
    way = "direct dependency" if found.is_direct else "transitive dependency"
    by = f" of {', '.join(found.effects)}" if found.effects and not found.is_direct else ""
    what = f"{found.name} {found.range}".strip()
    return _finding(
        file,
        name=found.name,
        rule=ids[0] if ids else "vulnerable-dependency",
        severity_=found.severity,
        message=f"{what}: {titles}.{others} It is a {way}{by}.",
        url=said[0].url if said else "",
        fix=_fix(found),
    )


def _fix(found: Vulnerable) -> str:
    match found.fix_available:
        case Available(name=name, version=version):
            return f"Move {name} to {version}."
        case True:
            return "Run npm audit fix."
        case _:
            return f"Replace {found.name}: npm knows no fix."


def _advisory(file: str, found: Advised) -> Finding:
    """npm 6 counts advisories."""
    versions = ", ".join(sorted({place.version for place in found.findings}))
    paths = sorted({path for place in found.findings for path in place.paths}, key=len)
    way = f" It comes in by {paths[0].replace('>', ' > ')}." if paths else ""
    names = f" Also known as {', '.join(found.cves)}." if found.cves else ""
    patched = found.patched_versions
    return _finding(
        file,
        name=found.module_name,
        rule=f"npm-{found.id}",
        severity_=found.severity,
        message=f"{found.module_name} {versions}: {found.title}.{names}{way}",
        url=found.url,
        fix=f"Move {found.module_name} to {patched}."
        if patched and patched != "<0.0.0"
        else f"Replace {found.module_name}: no fix exists.",
    )


def _finding(
    file: str, *, name: str, rule: str, severity_: str, message: str, url: str, fix: str
) -> Finding:
    rated = severity.of_word(severity_)
    worst = rated or severity.UNKNOWN
    return Finding(
        tool=TOOL,
        rule=rule,
        severity=worst,
        message=message if rated else f"{message} (severity unknown)",
        path=file,
        url=url if url.startswith("https://") else "",
        fix=fix,
        context=f"{name} {rule}",
        metric=HIGH if worst in WORST else OTHERS,
    )


def _worst_first(via: Via) -> tuple[int, str]:
    return list(Severity).index(severity.of_word(via.severity) or severity.UNKNOWN), via.url


def control() -> Control:
    """A package that npm's endpoint knows to be vulnerable."""
    return planted.control(TOOL)
