"""Coverage of a Python service while it serves: started with coverage.py, combined at its end."""

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec

from gates.core.target import Service
from gates.shell.cancellation import Cancellation
from gates.shell.process import Ending, Limits, execute

ASK_S = 30.0
REPORT_S = 120.0
LOOK = """
import importlib.util, json, os
import coverage
folder = os.path.dirname(os.path.dirname(coverage.__file__))
print(json.dumps({
    "version": coverage.__version__,
    "hook": os.path.isfile(os.path.join(folder, "a1_coverage.pth")),
    "greenlet": importlib.util.find_spec("greenlet") is not None,
}))
"""
PYTHONS = re.compile(r"(?:\{python\}|python(?:3(?:\.\d+)?)?)")
FLAGS = re.compile(r"-[BEIOPRSbdisuqv]+")
VALUED = ("-W", "-X")


class Unmeasured(Exception):
    """The service cannot be measured; the text says why."""


class Environment(msgspec.Struct, frozen=True):
    """What the target environment has: coverage.py, and whether any process can be measured."""

    version: str
    hook: bool
    greenlet: bool


def environment(python: str, env: Mapping[str, str], output: Path) -> Environment:
    """Ask the interpreter. Raises Unmeasured."""
    finished = execute(
        (python, "-c", LOOK),
        cwd=output,
        env=env,
        output=output,
        limits=Limits(deadline_s=ASK_S),
        cancel=Cancellation(),
        name="coverage-version",
    )
    if finished.ending is not Ending.EXITED or finished.exit_code != 0:
        raise Unmeasured("coverage is not installed in the target environment")
    return msgspec.convert(json.loads(finished.stdout.read_text("utf-8")), Environment)


def settings(sources: tuple[str, ...], tree: Path, scratch: Path, greenlet: bool) -> Path:
    """Write the settings of the measurement; its data lies beside them."""
    folder = scratch / "coverage"
    folder.mkdir(exist_ok=True)
    listed = "".join(f"\n    {tree / source}" for source in sources)
    concurrency = "thread, greenlet" if greenlet else "thread"
    text = (
        "[run]\n"
        f"source ={listed}\n"
        f"data_file = {folder / 'data'}\n"
        "parallel = True\n"
        "sigterm = True\n"
        f"concurrency = {concurrency}\n"
        "disable_warnings = no-data-collected, module-not-imported, module-not-measured\n"
        "[report]\n"
        "exclude_also =\n    if TYPE_CHECKING:\n"
    )
    file = folder / "settings.ini"
    file.write_text(text, encoding="utf-8")
    return file


def instrumented(service: Service, known: Environment, rcfile: Path, python: str) -> Service:
    """The service with a start command that is measured. Raises Unmeasured."""
    if known.hook:
        env = shutil.which("env") or "/usr/bin/env"
        start = (env, f"COVERAGE_PROCESS_START={rcfile}", *service.start)
        return msgspec.structs.replace(service, start=start)
    return msgspec.structs.replace(service, start=wrapped(service.start, rcfile, python))


def wrapped(start: tuple[str, ...], rcfile: Path, python: str) -> tuple[str, ...]:
    """The command under `coverage run`, for a coverage.py that cannot start by itself."""
    coverage = ("-m", "coverage", "run", f"--rcfile={rcfile}")
    if PYTHONS.fullmatch(start[0]):
        at = 1
        while at < len(start) and (FLAGS.fullmatch(start[at]) or start[at] in VALUED):
            at += 2 if start[at] in VALUED else 1
        if at < len(start) and start[at] != "-c":
            return (*start[:at], *coverage, *start[at:])
    script = Path(python).parent / start[0]
    if os.sep not in start[0] and _is_python(script):
        return ("{python}", *coverage, str(script), *start[1:])
    raise Unmeasured(
        "service.start is no Python program that can be wrapped: coverage 7.13 or newer in the "
        "target environment measures any"
    )


def combined(python: str, rcfile: Path, tree: Path, output: Path, env: Mapping[str, str]) -> None:
    """Write coverage.json from what the service left. Raises Unmeasured."""
    folder = rcfile.parent
    if not [*folder.glob("data.*")]:
        raise Unmeasured(
            "the service left no coverage data: a process that is killed, that ends without "
            "running its exit handlers, or that another Python than the target environment's "
            "runs, keeps none; let it end by itself on SIGTERM"
        )
    common = (f"--rcfile={rcfile}",)
    for name, argv in (
        ("coverage-combine", ("combine", *common, str(folder))),
        ("coverage-json", ("json", *common, "-o", str(output / "coverage.json"))),
    ):
        finished = execute(
            (python, "-m", "coverage", *argv),
            cwd=tree,
            env=env,
            output=output,
            limits=Limits(deadline_s=REPORT_S),
            cancel=Cancellation(),
            name=name,
        )
        if finished.ending is not Ending.EXITED or finished.exit_code != 0:
            said = finished.stderr.read_text("utf-8", "replace").strip()
            said = said or finished.stdout.read_text("utf-8", "replace").strip()
            last = said.splitlines()[-1][:300] if said else "it said nothing"
            raise Unmeasured(f"{name.replace('-', ' ')} failed: {last}")


def functions(file: Path) -> list[tuple[str, tuple[int, int]]]:
    """Each function of coverage.json with its covered lines and all; none in an older format."""
    try:
        report = json.loads(file.read_text("utf-8"))
        return [
            (name, (one["summary"]["covered_lines"], one["summary"]["num_statements"]))
            for measured in report["files"].values()
            for name, one in measured.get("functions", {}).items()
            if name
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _is_python(script: Path) -> bool:
    try:
        with script.open("rb") as stream:
            first = stream.readline(200)
    except OSError:
        return False
    return first.startswith(b"#!") and b"python" in first
