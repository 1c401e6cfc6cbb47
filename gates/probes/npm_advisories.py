"""Match the packages of npm lock files against OSV advisories.

Input: tree, files, advisories, service, partial, exported, today. Prints one ToolReport.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gates.core import semver
from gates.core.audit import report
from gates.core.locks.model import Ecosystem, Package
from gates.core.model import Finding, ToolReport
from gates.core.requirements import Unaudited
from gates.core.vulnerable import Advisory, Hit, findings, gap_findings
from gates.probes import _advisory_data, _common, _listed
from gates.probes._advisory_data import Asked, Record
from gates.probes._listed import Listed
from gates.shell import osv, osv_affected, osv_rating, osv_service

TOOL = "npm_lock"
NPM = Ecosystem.NPM.value


def measure(given: Mapping[str, Any]) -> ToolReport:
    """Audit every file. Raises ProbeError where there are no advisories or a file is unreadable."""
    listed = _listed.read(Path(given["tree"]), given["files"])
    packages = tuple(package for item in listed for package in item.packages)
    source = _advisory_data.opened(given, Ecosystem.NPM, packages)
    asked = sorted({(p.name, p.version) for p in packages if semver.parse(p.version)})
    records = _records(source, asked)
    found = [finding for item in listed for finding in _found(item, records, source.exploited)]
    return report(
        TOOL,
        examined=sum((p.name, p.version) in records for p in packages),
        found=found,
        data=source.data,
        today=given["today"],
        said=tuple(note for item in listed for note in item.notes),
    )


def _records(source: _advisory_data.Source, asked: list[Asked]) -> dict[Asked, tuple[Record, ...]]:
    try:
        return source.many(asked)
    except (osv_service.ServiceError, osv.SnapshotError) as error:
        raise _common.ProbeError(f"network: {error}" if source.data.live else f"{error}") from None


def _found(
    item: Listed, records: Mapping[Asked, tuple[Record, ...]], exploited: frozenset[str]
) -> Iterator[Finding]:
    hits = (
        Hit(packages=(package,), advisory=_advisory(record, package, exploited))
        for package in item.packages
        for record in records.get((package.name, package.version), ())
        if not record.get("withdrawn")
    )
    yield from findings(TOOL, item.file, hits)
    yield from gap_findings(TOOL, item.file, (*item.gaps, *_unversioned(item.packages)))


def _advisory(record: Record, package: Package, exploited: frozenset[str]) -> Advisory:
    names = osv_rating.names(record)
    return Advisory(
        ids=names,
        severity=osv_rating.rated(record),
        exploited=osv_rating.exploited(record) or bool(exploited & {*names}),
        fixed=osv_affected.fixed(record, NPM, package.name, package.version),
        summary=str(record.get("summary") or record.get("details") or ""),
    )


def _unversioned(packages: tuple[Package, ...]) -> Iterator[Unaudited]:
    for package in packages:
        if semver.parse(package.version) is None:
            text = f"{package.name} {package.version}"
            yield Unaudited(package.line, text, "its version is none of Semantic Versioning")


if __name__ == "__main__":
    _common.run(measure)
