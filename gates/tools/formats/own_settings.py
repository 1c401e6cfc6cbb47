"""Settings of the target itself: where a tool finds them, which runs a choice of the policy means.

With `configuration` = "target" the target's settings count, and where it has none that is said: a
tool's defaults are nobody's choice. "stricter" is both runs, and every finding of either.
"""

import configparser
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from gates.core.model import Finding, Measurement, Reason, ToolReport
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools.formats.configuration import Whose, whose
from gates.tools.formats.scope import Scope, expect_outputs

Candidates = tuple[tuple[str, str], ...]  # file name, and its table or section ("" for all of it)
RUFF: Candidates = ((".ruff.toml", ""), ("ruff.toml", ""), ("pyproject.toml", "tool.ruff"))
MYPY: Candidates = (
    ("mypy.ini", ""),
    (".mypy.ini", ""),
    ("pyproject.toml", "tool.mypy"),
    ("setup.cfg", "mypy"),
)
BANDIT: Candidates = (
    ("pyproject.toml", "tool.bandit"),
    ("bandit.yaml", ""),
    ("bandit.yml", ""),
    (".bandit.yaml", ""),
    (".bandit.yml", ""),
)
BANDIT_INI: Candidates = ((".bandit", ""),)


def own(options: Options, candidates: Candidates) -> str:
    """The first of the candidates at the root of the target that has such settings, else ""."""
    for name, section in candidates:
        if name in options.files and holds(Path(options.tree, name), section):
            return name
    return ""


def holds(file: Path, section: str) -> bool:
    """Whether a file has the section; one that cannot be read may: the tool will say so."""
    if not section:
        return True
    try:
        text = file.read_text("utf-8")
        if file.suffix == ".toml":
            return in_toml(tomllib.loads(text), section)
        parser = configparser.RawConfigParser(strict=False)
        parser.read_string(text)
        return parser.has_section(section)
    except (OSError, ValueError, configparser.Error):
        return section.encode() in raw(file)


def in_toml(value: object, section: str) -> bool:
    """Whether the dotted name leads to a table."""
    for name in section.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return isinstance(value, dict)


def raw(file: Path) -> bytes:
    """The bytes of a file, none where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def chosen(tool: str, options: Options, found: str, candidates: Candidates) -> tuple[Whose, ...]:
    """The runs that the policy's choice means: ours, the target's, or both. Raises ParseError.

    `found` are the target's settings, "" for none: then they cannot be what counts, and nothing
    can be stricter than ours alone.
    """
    match whose(options):
        case Whose.OURS:
            return (Whose.OURS,)
        case Whose.STRICTER:
            return (Whose.OURS, Whose.TARGET) if found else (Whose.OURS,)
        case Whose.TARGET:
            if found:
                return (Whose.TARGET,)
    places = (f"[{section}] in {name}" if section else name for name, section in candidates)
    detail = f'{tool}: options.configuration = "target", but the target has none of '
    advice = 'add one, or set it to "ours"'
    raise ParseError(Reason.NO_RESULT, f"{detail}{', '.join(places)}; {advice}")


def below_root(options: Options, candidates: Candidates) -> str:
    """Like `own`, for tools that look for their settings in every folder."""
    names = {name for name, _ in candidates}
    found = (f for f in options.files if PurePosixPath(f).name in names)
    sections = dict(candidates)
    for name in sorted(found, key=lambda f: (f.count("/"), f)):
        if holds(Path(options.tree, name), sections[PurePosixPath(name).name]):
            return name
    return ""


def pairs(outputs: tuple[ToolOutput, ...], tool: str) -> Iterable[tuple[ToolOutput, ...]]:
    """The outputs of each run, where a run is two programs. Raises ParseError."""
    expect_outputs(outputs, 4 if len(outputs) > 2 else 2, tool)
    return (outputs[start : start + 2] for start in range(0, len(outputs), 2))


def joined(reports: Iterable[ToolReport]) -> ToolReport:
    """One report of both runs: every finding of either once, and the larger number of files."""
    first, *others = reports
    for other in others:
        first = both(first, other)
    return first


def both(one: ToolReport, other: ToolReport) -> ToolReport:
    """The union. Findings are the same that have the same rule on the same line."""
    findings = (*one.findings, *added(one.findings, other.findings))
    return msgspec.structs.replace(
        one,
        examined=max(one.examined, other.examined),
        measurements=counted(one.measurements, findings),
        findings=findings,
        incomplete=tuple(dict.fromkeys((*one.incomplete, *other.incomplete))),
        notes=tuple(dict.fromkeys((*one.notes, *other.notes))),
    )


def added(one: Iterable[Finding], other: Iterable[Finding]) -> list[Finding]:
    """Findings of the other run that the first has not; two on one line may be two."""
    known = Counter(map(place, one))
    fresh = []
    for finding in other:
        if known[place(finding)]:
            known[place(finding)] -= 1
        else:
            fresh.append(finding)
    return fresh


def place(finding: Finding) -> tuple[str, str, int]:
    """What makes two findings the same."""
    return (finding.rule, finding.path, finding.line)


def counted(
    measurements: Mapping[str, Measurement], findings: Iterable[Finding]
) -> dict[str, Measurement]:
    """The measurements with the numbers of these findings."""
    counts = Counter(finding.metric for finding in findings)
    return {
        name: msgspec.structs.replace(measurement, value=counts[name])
        for name, measurement in measurements.items()
    }


def notes(tool: str, handed: Scope, examined: int) -> tuple[str, ...]:
    """What a report says of a run in which the target's settings counted."""
    if not handed.own:
        return ()
    left = len(handed.files) - examined
    told = f"{tool}: the target's own configuration counts: {handed.own}"
    if not examined or left <= 0:
        return (told,)
    return (told, f"{tool}: {handed.own} leaves out {left} of {len(handed.files)} files")
