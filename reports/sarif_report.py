"""Renders SARIF 2.1.0, a file for each tool, within what code scanning on GitHub accepts.

`gatescore.sarif` holds what is no finding of a tool: bounds that do not hold, and every gate that
could not be judged. A tool of which no gate could be judged has no file, because an empty one would
close the alerts that it has raised.
"""

import itertools
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from gates.core.model import Finding, GateResult, GateStatus, Scorecard
from reports import sarif_results, told
from reports.located import located
from reports.numbers import number
from reports.order import total_findings
from reports.sarif_format import (
    Details,
    Driver,
    Invocation,
    Log,
    Notification,
    Run,
    Text,
    Tool,
)
from reports.sarif_unmet import OURS, unmet
from reports.visible import line

# GitHub takes 25,000 results and rules of a run and 10 MB of a compressed file, and shows the
# first 5,000 results.
MOST_RESULTS = 25_000
MOST_BYTES = 9_500_000
_JUDGED = frozenset({GateStatus.PASS, GateStatus.WARN, GateStatus.FAIL})


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes one file: the findings that it can show, worst first, and what else to say."""

    card: Scorecard
    tool: str
    name: str
    version: str = ""
    findings: Sequence[Finding] = ()
    notifications: tuple[Notification, ...] = ()


def render(scorecard: Scorecard) -> Iterator[tuple[str, bytes]]:
    """Yield the files by name, `gatescore.sarif` first. The same scorecard gives the same bytes."""
    names = {OURS}
    yield f"{OURS}.sarif", _written(_ours(scorecard))
    for tool, gates in _by_tool(scorecard.gates).items():
        job = _job(scorecard, tool, _name(tool, names), gates)
        yield f"{job.name}.sarif", _written(job)


def _by_tool(gates: Iterable[GateResult]) -> dict[str, list[GateResult]]:
    """The gates of each tool, without the tools of which nothing was judged or found."""
    found: dict[str, list[GateResult]] = {}
    for gate in gates:
        for tool in told.tools(gate):
            found.setdefault(tool, []).append(gate)
    return {tool: found[tool] for tool in sorted(found) if any(map(_seen, found[tool]))}


def _seen(gate: GateResult) -> bool:
    return gate.status in _JUDGED or bool(gate.findings)


def _name(tool: str, taken: set[str]) -> str:
    """A name of a file that no other tool of the run has."""
    plain = _plain(tool) or "tool"
    numbered = (f"{plain}-{number}" for number in itertools.count(2))
    name = next(each for each in itertools.chain([plain], numbered) if each not in taken)
    taken.add(name)
    return name


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9_.-]+", "-", text.lower())[:80].strip(".-")


def _ours(card: Scorecard) -> Job:
    problems = list(_unjudged(card.gates))
    if not card.complete:
        problems.append(_notification("error", "the run has not ended: results are missing"))
    missing = sum(total_findings(gate) - len(gate.findings) for gate in card.gates)
    if missing:
        text = f"{number(missing)} findings are counted and not listed"
        problems.append(_notification("warning", text))
    findings = [each for gate in card.gates for each in unmet(gate)]
    findings.sort(key=lambda each: sarif_results.RANKS[each.severity])
    return Job(card=card, tool=OURS, name=OURS, findings=findings, notifications=tuple(problems))


def _job(card: Scorecard, tool: str, name: str, gates: Sequence[GateResult]) -> Job:
    every = [each for gate in gates for each in gate.findings if each.tool == tool]
    shown = [each for each in every if not located(each).outside]
    problems = list(_unjudged(gates))
    if outside := len(every) - len(shown):
        text = f"{number(outside)} findings are in no file of the target: see scorecard.json"
        problems.append(_notification("note", text))
    shown.sort(key=lambda each: (each.excused, sarif_results.RANKS[each.severity]))
    return Job(
        card=card,
        tool=tool,
        name=name,
        version=_version(tool, gates),
        findings=shown,
        notifications=tuple(problems),
    )


def _unjudged(gates: Iterable[GateResult]) -> Iterator[Notification]:
    yield from (_notification("error", text) for gate in gates if (text := told.unjudged(gate)))


def _notification(level: str, text: str) -> Notification:
    return Notification(message=Text(text), level=level)


def _version(tool: str, gates: Iterable[GateResult]) -> str:
    ran = (each for gate in gates for each in gate.evidence.executions if each.tool == tool)
    return next((line(each.version, 100) for each in ran if each.version), "")


def _written(job: Job) -> bytes:
    """The file, with as many of the worst results as the limits let through."""
    kept = min(len(job.findings), MOST_RESULTS)
    data = _log(job, kept)
    while _packed(data) > MOST_BYTES:
        kept //= 2
        data = _log(job, kept)
    return data


def _packed(data: bytes) -> int:
    """Bytes after compression, or before it where that is few enough."""
    return len(data) if len(data) <= MOST_BYTES else len(zlib.compress(data, 1))


def _log(job: Job, kept: int) -> bytes:
    findings = job.findings[:kept]
    rules = sarif_results.rules(findings)
    folder, waivers = job.card.target.folder, told.waivers(job.card)
    results = b",\n".join(sarif_results.results(findings, rules, waivers, folder))
    driver = Driver(
        name=line(job.tool, 200).strip() or "unnamed",
        version=job.version,
        rules=tuple(rule for _, rule in rules.values()),
    )
    run = Run(
        tool=Tool(driver),
        automation_details=Details(_category(job)),
        invocations=(_invocation(job, kept),),
        results=msgspec.Raw(b"[" + results + b"]"),
    )
    return msgspec.json.encode(Log(runs=(run,)), order="deterministic") + b"\n"


def _category(job: Job) -> str:
    """What an upload replaces: the results of this tool for this target, and no others."""
    return f"gatescore/{_plain(job.card.target.name) or 'target'}/{job.name}/"


def _invocation(job: Job, kept: int) -> Invocation:
    problems, every = job.notifications, len(job.findings)
    if every > kept:
        text = f"{number(every - kept)} of {number(every)} results are left out: the worst are here"
        problems = (*problems, _notification("warning", text))
    return Invocation(
        execution_successful=not any(each.level == "error" for each in job.notifications),
        tool_execution_notifications=problems,
    )
