"""Asks of every requirement of the target's list what in this run shows that it is there.

Input: tree, file (the list), document (file, "" for none), results (folder of the gates that have
ended), sources (kind → names of tools that have to have reported), should ("counted" or "shown").
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gates.core.feature_links import Kind, Known, Link, known, strange_markers
from gates.core.feature_states import Progress, Standing, counted, percent, standings, undecided
from gates.core.features import Priority, Requirement, items
from gates.core.model import (
    Finding,
    GateReport,
    Measurement,
    Reason,
    Severity,
    Status,
    ToolReport,
)
from gates.probes import _common
from gates.shell import requirement_files
from gates.shell.problems import ConfigError
from gates.shell.requirement_files import Listed

TOOL = "features"
COMPLETE = "features.complete_percent"
BROKEN = "features.broken_links"
SHOWN = 3  # proofs of one requirement that are told
AGAINST = 6  # and of what speaks against it
GATES = {  # whose gate it is that a missing report is of
    "pytest": "tests",
    "node_tests": "tests",
    "schemathesis": "contract",
}


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input."""

    tree: str
    file: str
    document: str
    results: str
    sources: dict[Kind, tuple[str, ...]]
    should: str


def measure(given: dict[str, Any]) -> ToolReport:
    """Read the list, and what the run knows of each entry. Raises ProbeError."""
    asked = msgspec.convert(given, Given)
    listed = _listed(asked)
    reports = [report for gate in _ended(Path(asked.results)) for report in gate.reports]
    every = [one for requirement in listed.requirements for one in items(requirement)]
    there = known(reports, _document(asked.document), every, _blind(asked.sources, reports))
    found = standings(listed.requirements, there)
    strange = strange_markers(there, [one.id for one in every])
    counting = counted(found, asked.should == "counted")
    gaps = _gaps(counting, there)
    return ToolReport(
        tool=TOOL,
        examined=len(listed.requirements),
        examined_unit="requirements",
        measurements={
            COMPLETE: _complete(found, counting, gaps),
            BROKEN: _broken(found, strange, there),
        },
        findings=tuple(_findings(asked, listed, found, strange, there)),
        incomplete=gaps,
        notes=tuple(map(_told, found)),
    )


def _listed(asked: Given) -> Listed:
    file = _common.inside(Path(asked.tree), asked.file)
    try:
        listed = requirement_files.read(file, asked.file)
    except ConfigError as error:
        raise _common.ProbeError("; ".join(map(str, error.problems))) from None
    if not listed.requirements:
        detail = f"{asked.file} lists no requirement, and a share of nothing is no number"
        raise _common.ProbeError(detail, Reason.NOTHING_EXAMINED)
    return listed


def _document(path: str) -> dict[str, Any]:
    return msgspec.json.decode(Path(path).read_bytes(), type=dict[str, Any]) if path else {}


def _ended(results: Path) -> Iterator[GateReport]:
    for file in sorted(results.glob("*/report.json")):
        yield msgspec.json.decode(file.read_bytes(), type=GateReport)


def _blind(sources: Mapping[Kind, tuple[str, ...]], reports: list[ToolReport]) -> dict[Kind, str]:
    """Kinds of which a tool has not told what it saw, each with a sentence that says so."""
    told = {report.tool for report in reports}
    missing = {kind: [one for one in names if one not in told] for kind, names in sources.items()}
    return {
        kind: f"{kind}s: no report of {' and '.join(names)} in this run; "
        f"run {' and '.join(dict.fromkeys(GATES.get(one, one) for one in names))} with it"
        for kind, names in missing.items()
        if names
    }


def _gaps(counting: tuple[Standing, ...], there: Known) -> tuple[str, ...]:
    """What has to be looked at before the share can be told; nothing where it changes nothing."""
    open_ones = any(undecided(one, there) for one in counting)
    return tuple(there.blind.values()) if open_ones else ()


def _complete(
    found: tuple[Standing, ...], counting: tuple[Standing, ...], gaps: tuple[str, ...]
) -> Measurement:
    if gaps:
        return Measurement(value=None, why="; ".join(gaps))
    share = percent(counting)
    if share is None:
        why = "every requirement is one that should be there, and the policy counts those that must"
        return Measurement(value=None, why=why)
    whole = [one for one in found if one.is_requirement]
    parts = [one for one in found if not one.is_requirement]
    said = [f"{_number(whole, word)} {word}" for word in Progress]
    detail = f"of {len(whole)} requirements {', '.join(said)}"
    if parts:
        detail += f"; {_number(parts, Progress.COMPLETE)} of {len(parts)} acceptance criteria shown"
    return Measurement(value=share, detail=detail)


def _number(found: list[Standing], progress: Progress) -> int:
    return sum(one.progress is progress for one in found)


def _broken(
    found: tuple[Standing, ...], strange: tuple[tuple[str, str], ...], there: Known
) -> Measurement:
    broken = sum(link.broken for one in found for link in one.links) + len(strange)
    if not broken and there.blind:
        return Measurement(value=None, why="; ".join(there.blind.values()))
    return Measurement(value=float(broken))


def _told(one: Standing) -> str:
    """The line of a requirement in the report: how far it is, and the proof."""
    words = _words(one)
    kind = f" ({one.requirement.priority})" if one.is_requirement else ""
    return f"{one.item.id} {one.progress}{kind}: {words}: {_proof(one) or 'nothing shows it'}"


def _proof(one: Standing) -> str:
    """What shows it, and what speaks against it, in few words."""
    held = [link for link in one.links if link.state is Status.PASS]
    against = [*dict.fromkeys(_against(link) for link in one.links if link not in held)]
    against += [f"not its criterion {id}" for id in one.lacking]
    shown = list(dict.fromkeys(f"{link.kind} {_bare(link)}" for link in held))
    if not shown and one.progress is Progress.COMPLETE:
        shown = ["its acceptance criteria"]
    return ", ".join((*_some(shown, SHOWN), *_some(against, AGAINST)))


def _some(said: list[str], most: int) -> list[str]:
    return [*said[:most], f"{len(said) - most} more"] if len(said) > most else said


def _bare(link: Link) -> str:
    """The name of what is linked; a test is named once for all its parameters."""
    return link.name.partition("[")[0] if link.kind is Kind.TEST else link.name


def _against(link: Link) -> str:
    return f"not {link.kind} {link.name} ({link.why})"


def _words(one: Standing) -> str:
    item = one.item
    return " ".join((item.title if isinstance(item, Requirement) else item.text).split())


def _findings(
    asked: Given,
    listed: Listed,
    found: tuple[Standing, ...],
    strange: tuple[tuple[str, str], ...],
    there: Known,
) -> Iterator[Finding]:
    for one in found:
        if one.progress is not Progress.COMPLETE and not undecided(one, there):
            yield _open(asked, listed, one)
    for one in found:
        yield from (_dead(asked, listed, one, link) for link in one.links if link.broken)
    yield from (_stranger(id, test, asked.file) for id, test in strange)


def _open(asked: Given, listed: Listed, one: Standing) -> Finding:
    must = one.requirement.priority is Priority.MUST
    graver, milder = (Severity.HIGH, Severity.MEDIUM) if must else (Severity.MEDIUM, Severity.LOW)
    missing = one.progress is Progress.MISSING
    what = "requirement" if one.is_requirement else f"criterion of {one.requirement.id}"
    why = _proof(one) or "no test, operation or oracle shows it"
    return Finding(
        tool=TOOL,
        rule=f"features.{one.progress}",
        severity=graver if missing else milder,
        message=f"{one.item.id} ({what}, {_words(one)}) is {one.progress}: {why}",
        path=asked.file,
        line=listed.lines.get(one.item.id, 0),
        fix="Mark a test with its id, or name what shows it; build it where nothing can.",
        context=f"{one.item.id} {one.progress}",
    )


def _dead(asked: Given, listed: Listed, one: Standing, link: Link) -> Finding:
    return Finding(
        tool=TOOL,
        rule="features.broken-link",
        severity=Severity.MEDIUM,
        message=f'{one.item.id} names the {link.kind} "{link.name}": {link.why}',
        path=asked.file,
        line=listed.lines.get(one.item.id, 0),
        fix="Name what is there, or take the name out.",
        context=f"{one.item.id} {link.kind} {link.name}",
        metric=BROKEN,
    )


def _stranger(id: str, test: str, file: str) -> Finding:
    return Finding(
        tool=TOOL,
        rule="features.unknown-requirement",
        severity=Severity.MEDIUM,
        message=f'{test} bears the requirement "{id}", which {file} does not list',
        fix=f"List it in {file}, or mend the marker.",
        context=f"marker {id}",
        metric=BROKEN,
    )


if __name__ == "__main__":
    _common.run(measure)
