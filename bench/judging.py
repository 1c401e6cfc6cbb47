"""Judging a run with 10,000 findings and writing every report of it."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec

from bench import tree
from bench.measure import Timing, interleaved, spread, timed
from bench.results import Row
from gates.core.model import Finding, GateReport, Measurement, Severity, ToolReport
from gates.shell import store

ROUNDS = 7
FINDINGS = {"lint": 4000, "types": 3000, "security": 2000, "secrets": 1000}
SEVERITIES = tuple(Severity)
MIB = 2**20


def rows(scratch: Path) -> Iterator[Row]:
    """Measure. `scratch` is an empty folder."""
    folder = recorded(scratch)
    written = scratch / "written"
    argv = (gatescore(), "judge", str(folder), "--output", str(written))

    def judged(*options: str) -> Timing:
        return timed((*argv, *options), cwd=scratch, log=scratch / "log", exits=(1,))

    again: Callable[[], Timing] = partial(judged, "--policy", "strict")
    actions: dict[str, Callable[[], Timing]] = {"judge": judged, "other": again}
    measured = interleaved(actions, ROUNDS)
    found, other = measured["judge"], measured["other"]
    count = sum(FINDINGS.values())
    walls, peaks = spread(t.wall_s for t in found), spread(t.peak_mib for t in found)
    size = (written / "scorecard.html").stat().st_size / MIB
    title = f"judging {count:,} findings and writing all reports"
    yield Row(what=f"{title}: wall time", unit="s", found=walls, at_most=1.0)
    yield Row(what=f"{title}: peak memory", unit="MiB", found=peaks, at_most=150e6 / MIB)
    yield Row(what="their HTML", unit="MiB", found=spread([size]), at_most=3e6 / MIB)
    walls = spread(t.wall_s for t in other)
    what = "the same under another policy than that of the run: wall time"
    yield Row(what=what, unit="s", found=walls, at_most=1.0)


def gatescore() -> str:
    """The program beside this Python."""
    return str(Path(sys.executable).with_name("gatescore"))


def recorded(scratch: Path) -> Path:
    """The folder of a real run of a small tree, its reports filled with findings."""
    root, folder = scratch / "small", scratch / "recorded"
    root.mkdir()
    tree.write(root, lines=2000)
    chosen = [word for gate in FINDINGS for word in ("--gate", gate)]
    argv = (gatescore(), "run", *chosen, str(root), "--output", str(folder))
    cache = str(scratch / "cache")
    timed(argv, cwd=scratch, log=scratch / "log", exits=(0, 1), GATESCORE_CACHE=cache)
    for gate, count in FINDINGS.items():
        path = folder / "results" / gate / "report.json"
        store.write_json(path, with_findings(store.read_json(path, GateReport), count))
    return folder


def with_findings(report: GateReport, count: int) -> GateReport:
    """The report of a gate whose first tool found `count` things."""
    first, *others = report.reports
    findings = tuple(finding(first.tool, report.gate, number) for number in range(count))
    measured = {name: Measurement(value=count) for name in first.measurements}
    full = msgspec.structs.replace(first, findings=findings, measurements=measured)
    reports: tuple[ToolReport, ...] = (full, *others)
    return msgspec.structs.replace(report, reports=reports)


def finding(tool: str, gate: str, number: int) -> Finding:
    """One finding as tools word them: two hundred files, forty rules."""
    rule = f"{gate[:1].upper()}{100 + number % 40}"
    return Finding(
        tool=tool,
        rule=rule,
        severity=SEVERITIES[number % len(SEVERITIES)],
        message=f"Argument {number} to `find_{number % 97}` has an incompatible type: str | None",
        path=f"src/shop/part_{number % 50}/module_{number % 200}.py",
        line=1 + number * 7 % 900,
        context=f"result_{number} = find_{number % 97}(items[{number}], limit={number % 13})",
        url=f"https://docs.example.org/rules/{rule.lower()}",
        fix="Check for None first, or say in the signature that it may come.",
    )
