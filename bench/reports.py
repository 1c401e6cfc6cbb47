"""Writing what build servers read, from the scorecard of a run with many findings.

Beside it what others make of the same findings: sarif-tools of our SARIF files, and Allure, where
npm can install it, of a JUnit file with a test for each finding.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from html import escape
from pathlib import Path

import msgspec

from bench.judging import FINDINGS, MIB, finding, gatescore
from bench.measure import Timing, interleaved, spread, timed
from bench.results import Row
from gates.core.fingerprint import fingerprinted
from gates.core.model import (
    CriterionResult,
    Evidence,
    Execution,
    GateResult,
    GateStatus,
    PolicyState,
    Scorecard,
    Status,
    TargetState,
    Verdict,
    Weight,
)
from gates.shell import store

FOUR = "json,html,sarif,junit"
# findings → seconds, bytes of memory, bytes of the page, repetitions
DEMANDS = {10_000: (1.0, 150e6, 3e6, 7), 100_000: (4.0, 300e6, 15e6, 3)}
BESIDE = 10_000  # findings of which the others make something too
ALLURE = "allure@3.18.0"
OTHERS = {
    "all": "every format of ours",
    "sarif": "sarif-tools, a page of the SARIF files",
    "allure": "Allure 3, a page of as many tests",
}


def rows(scratch: Path) -> Iterator[Row]:
    """Measure. `scratch` is an empty folder."""
    for count, (seconds, memory, page, rounds) in DEMANDS.items():
        folder = scratch / str(count)
        folder.mkdir()
        made(folder, count)
        found = interleaved(actions(folder, count), rounds)
        title = f"JSON, HTML, SARIF and JUnit of {count:,} findings"
        ours = found.pop("ours")
        walls, peaks = spread(t.wall_s for t in ours), spread(t.peak_mib for t in ours)
        yield Row(what=f"{title}: wall time", unit="s", found=walls, at_most=seconds)
        cpu = spread(t.cpu_s for t in ours)  # on a busy machine, what the wall time would be
        yield Row(what=f"{title}: CPU time", unit="s", found=cpu)
        yield Row(what=f"{title}: peak memory", unit="MiB", found=peaks, at_most=memory / MIB)
        size = spread([(folder / "written" / "scorecard.html").stat().st_size / MIB])
        yield Row(what=f"{title}: the page", unit="MiB", found=size, at_most=page / MIB)
        for name, timings in found.items():
            what = f"the same {count:,}: {OTHERS[name]}"
            walls, peaks = (spread(t.wall_s for t in timings), spread(t.peak_mib for t in timings))
            yield Row(what=f"{what}: wall time", unit="s", found=walls)
            cpu = spread(t.cpu_s for t in timings)
            yield Row(what=f"{what}: CPU time", unit="s", found=cpu)
            yield Row(what=f"{what}: peak memory", unit="MiB", found=peaks)


def actions(folder: Path, count: int) -> dict[str, Callable[[], Timing]]:
    """What is measured in turn; ours comes first, and writes what sarif-tools reads."""
    written = folder / "written"
    report = (gatescore(), "report", str(folder))
    chosen: dict[str, tuple[str, ...]] = {
        "ours": (*report, "--format", FOUR, "--output", str(written)),
        "all": (*report, "--output", str(folder / "every")),
    }
    if count == BESIDE:
        page = ("--output", str(folder / "sarif.html"), str(written))
        chosen["sarif"] = (sys.executable, "-m", "sarif", "html", *page)
        if allure := installed(folder / "npm"):
            page = ("--output", str(folder / "allure"), str(folder / "tests"))
            chosen["allure"] = (*allure, *page)
    return {
        name: partial(timed, argv, cwd=folder, log=folder / "log") for name, argv in chosen.items()
    }


def made(folder: Path, count: int) -> None:
    """Write the scorecard and the tests, in another process.

    The kernel counts to a program the memory of the process that started it, up to that moment.
    """
    argv = (sys.executable, "-m", "bench.reports", str(folder), str(count))
    subprocess.run(argv, cwd=Path(__file__).parents[1], check=True)


def installed(folder: Path) -> tuple[str, ...]:
    """What starts Allure from npm; nothing where there is no npm, or it cannot install."""
    npm = shutil.which("npm")
    if npm is None:
        return ()
    folder.mkdir()
    argv = (npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", ALLURE)
    done = subprocess.run(argv, capture_output=True, check=False)
    program = folder / "node_modules" / ".bin" / "allure"
    return (str(program), "generate") if done.returncode == 0 and program.exists() else ()


def tests(folder: Path, card: Scorecard) -> None:
    """A folder with a JUnit file in which each finding is a test that failed."""
    lines = ["<testsuites>"]
    for gate in card.gates:
        lines.append(f'<testsuite name="{gate.id}" tests="{len(gate.findings)}">')
        for one in gate.findings:
            name = f"{one.path}:{one.line} {one.fingerprint}"
            lines.append(f'<testcase classname="{one.tool}.{one.rule}" name="{escape(name)}">')
            lines.append(f'<failure message="{escape(one.message)}">{escape(one.fix)}</failure>')
            lines.append("</testcase>")
        lines.append("</testsuite>")
    folder.mkdir()
    (folder / "junit.xml").write_text("\n".join([*lines, "</testsuites>"]), encoding="utf-8")


def card(count: int) -> Scorecard:
    """The scorecard of a run with that many findings, in four gates of four tools."""
    gates = tuple(gate(name, count * share // 10_000) for name, share in FINDINGS.items())
    return Scorecard(
        target=TargetState(name="shop", revision="0" * 40, dirty=False),
        policy=PolicyState(name="standard", digest="sha256:" + "0" * 64),
        decisive_level=2,
        complete=True,
        verdict=Verdict.FAIL,
        decided_by="4 gates failed",
        gates=gates,
        valid_until="2999-01-01T00:00:00Z",
    )


def gate(name: str, count: int) -> GateResult:
    """A failed gate with that many findings, each of which counts for its one criterion."""
    metric = f"{name}.findings"
    found = (finding(name, name, number) for number in range(count))
    criterion = CriterionResult(
        id=metric,
        title="Findings",
        metric=metric,
        unit="",
        weight=Weight.BLOCK,
        status=Status.FAIL,
        decided_by=f"{count} is not == 0",
        value=count,
        passes="== 0",
        blocking=True,
    )
    execution = Execution(tool=name, argv=(name,), version="1.0", exit_code=1)
    return GateResult(
        id=name,
        title=name.title(),
        level=1,
        status=GateStatus.FAIL,
        detail=f"{metric}: {count} is not == 0",
        criteria=(criterion,),
        findings=fingerprinted(msgspec.structs.replace(each, metric=metric) for each in found),
        findings_total=count,
        evidence=Evidence(examined={"files": 200}, executions=(execution,)),
    )


def main() -> None:
    """Write what is measured: python -m bench.reports FOLDER COUNT."""
    folder, whole = Path(sys.argv[1]), card(int(sys.argv[2]))
    store.write_json(folder / "scorecard.json", whole)
    tests(folder / "tests", whole)


if __name__ == "__main__":
    main()
