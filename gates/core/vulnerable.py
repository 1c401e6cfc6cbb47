"""From advisories about packages to findings: one for each vulnerability, whatever its names."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from gates.core import severity
from gates.core.locks.model import Package
from gates.core.model import Finding, Severity
from gates.core.requirements import Unaudited

HIGH = "dependencies.high"
OTHERS = "dependencies.others"
UNAUDITED = "dependencies.unaudited"
WORST = (Severity.CRITICAL, Severity.HIGH)
_NAMED_FIRST = ("PYSEC-", "MAL-", "CVE-", "GHSA-")  # which of its names a vulnerability goes by
MESSAGE = 600  # characters of an advisory's own words


class Advisory(msgspec.Struct, frozen=True, kw_only=True):
    """What is said about a vulnerability. `severity` None: nobody rated it."""

    ids: tuple[str, ...]
    severity: Severity | None = None
    exploited: bool = False
    fixed: tuple[str, ...] = ()
    summary: str = ""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One vulnerability of one package; `packages` are its vulnerable versions in one file."""

    packages: tuple[Package, ...]
    advisory: Advisory


def joined(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """One hit for each package and vulnerability: those that share an id are the same.

    Two sources name one vulnerability by different ids; the worst of what they say counts.
    """
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        name = hit.packages[0].name
        same = [other for other in found.get(name, ()) if _shared(hit, other)]
        rest = [other for other in found.get(name, ()) if other not in same]
        found[name] = [*rest, _merged((*same, hit))]
    return tuple(hit for name in sorted(found) for hit in found[name])


def findings(tool: str, file: str, hits: Iterable[Hit]) -> tuple[Finding, ...]:
    """The findings of one dependency file. Raises nothing."""
    return tuple(_finding(tool, file, hit) for hit in joined(hits))


def gap_findings(tool: str, file: str, gaps: Iterable[Unaudited]) -> Iterator[Finding]:
    """One finding for each entry that could not be audited."""
    for gap in gaps:
        yield Finding(
            tool=tool,
            rule="unaudited",
            severity=Severity.HIGH,
            message=f"{gap.text}: could not be audited: {gap.why}",
            path=file,
            line=gap.number,
            fix="Pin it to an exact version that the index knows.",
            context=gap.text if gap.text.startswith("-") else gap.text.split(" ")[0],
            metric=UNAUDITED,
        )


def gaps_of(packages: Iterable[Package]) -> tuple[Unaudited, ...]:
    """The packages of a file that cannot be audited, as its other gaps are told."""
    return tuple(
        Unaudited(package.line, f"{package.name} {package.version}".strip(), package.gap)
        for package in packages
        if package.gap
    )


def way(package: Package) -> str:
    """How a package comes in, as a clause; "" where the file does not say."""
    groups = f" for {', '.join(package.groups)}" if package.groups else ""
    if package.direct:
        return f"direct dependency{groups}"
    if len(package.chain) > 1:
        return f"transitive dependency{groups}: {' > '.join(package.chain)}"
    return "" if package.direct is None else f"transitive dependency{groups}, nobody says whose"


def notes(found: Iterable[Finding]) -> tuple[str, ...]:
    """What has to be said about all findings together."""
    unknown = sum(_UNKNOWN in finding.message for finding in found)
    return (
        (f"{unknown} advisories name no severity that we know: counted as {severity.UNKNOWN}",)
        if unknown
        else ()
    )


_UNKNOWN = "(severity unknown)"


def _shared(one: Hit, other: Hit) -> bool:
    return bool({*one.advisory.ids} & {*other.advisory.ids})


def _merged(hits: tuple[Hit, ...]) -> Hit:
    said = [hit.advisory for hit in hits]
    packages = {package.key: package for hit in hits for package in hit.packages}
    return Hit(
        packages=tuple(packages[key] for key in sorted(packages)),
        advisory=Advisory(
            ids=tuple(dict.fromkeys(id for one in said for id in one.ids)),
            severity=severity.worst(tuple(one.severity for one in said if one.severity)),
            exploited=any(one.exploited for one in said),
            fixed=tuple(dict.fromkeys(version for one in said for version in one.fixed)),
            summary=next((one.summary for one in said if one.summary), ""),
        ),
    )


def _finding(tool: str, file: str, hit: Hit) -> Finding:
    first, advisory = hit.packages[0], hit.advisory
    name, *aliases = sorted(advisory.ids, key=_by_source)
    rated = Severity.CRITICAL if advisory.exploited else advisory.severity
    return Finding(
        tool=tool,
        rule=name,
        severity=rated or severity.UNKNOWN,
        message=_message(hit, aliases),
        path=file,
        line=first.line,
        url=f"https://osv.dev/vulnerability/{name}",
        fix=_fix(first.name, advisory.fixed, hit.packages),
        context=f"{first.name} {name}",
        metric=HIGH if (rated or severity.UNKNOWN) in WORST else OTHERS,
        label="known exploited" if advisory.exploited else "",
    )


def _message(hit: Hit, aliases: list[str]) -> str:
    advisory = hit.advisory
    versions = ", ".join(package.version for package in hit.packages)
    unknown = "" if advisory.severity or advisory.exploited else f" {_UNKNOWN}"
    text = " ".join(advisory.summary.split())[:MESSAGE] or "no description"
    ways = "; ".join(dict.fromkeys(clause for p in hit.packages if (clause := way(p))))
    return (
        f"{hit.packages[0].name} {versions}{unknown}: {text}"
        + (" Known to be exploited." if advisory.exploited else "")
        + (f" Also known as {', '.join(aliases)}." if aliases else "")
        + (f" It is a {ways}." if ways else "")
    )


def _fix(name: str, fixed: tuple[str, ...], packages: tuple[Package, ...]) -> str:
    if not fixed:
        return f"Replace {name}: no fix exists."
    chain = packages[0].chain
    by = f", by way of {chain[0]}" if len(chain) > 1 else ""
    return f"Move {name} to {' or '.join(fixed)}{by}."


def _by_source(name: str) -> tuple[int, str]:
    """Databases in the order in which pip-audit prefers their names; no order of answers counts."""
    ranks: Mapping[str, int] = {prefix: rank for rank, prefix in enumerate(_NAMED_FIRST)}
    rank = next((ranks[prefix] for prefix in ranks if name.startswith(prefix)), len(ranks))
    return rank, name
