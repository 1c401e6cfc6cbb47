"""Builds a copy of the target in a fresh environment, with its own command or by installing it.

What it prints goes to build.log. A registry that cannot be reached or an environment that cannot be
made is no answer about the target: the probe then ends with `environment-failed`.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gates.core.model import Measurement, Reason, ToolReport
from gates.probes import _building, _common
from gates.probes._building import Step

LOG = "build.log"
# What uv and pip say when the registry, not the target, is the trouble.
UNREACHABLE = re.compile(
    r"dns error|name resolution|Name or service not known|getaddrinfo|Connection refused"
    r"|Connection reset|NewConnectionError|ConnectTimeout|Read timed out|operation timed out"
    r"|error sending request|Network is unreachable|Failed to fetch|tunnel error|ProxyError"
    r"|CERTIFICATE_VERIFY_FAILED|invalid peer certificate|50[234] (?:Server Error|Bad Gateway)",
    re.IGNORECASE,
)
# A copy has no history to read a version from.
NO_HISTORY = ("SETUPTOOLS_SCM_PRETEND_VERSION", "PBR_VERSION", "PDM_BUILD_SCM_VERSION")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input. `build` may hold {python} and {output}; empty: installing is the build."""

    tree: str
    python: str
    uv: str = ""
    build: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


def measure(given: dict[str, Any]) -> ToolReport:
    """Copy, make the environment, install, build. Raises ProbeError."""
    task = msgspec.convert(given, Given)
    here = Path.cwd()
    copy, fresh, log = here / "copy", here / "fresh", here / LOG
    try:
        shutil.copytree(task.tree, copy, symlinks=True)
    except (OSError, shutil.Error) as error:
        raise _common.ProbeError(f"copy of the tree: {error}", Reason.STORAGE_FAILED) from error
    try:
        python = _environment(task, fresh, log)
        last = _build(task, python, copy, here / "built", log)
        text = log.read_text("utf-8", "replace")
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(copy, ignore_errors=True)
    if last.code != 0 and UNREACHABLE.search(text):
        raise _common.ProbeError(
            f"the registry: {_building.tail(text, 3)}", Reason.ENVIRONMENT_FAILED
        )
    return _report(last, text, (str(fresh), str(copy), str(here)))


def _environment(task: Given, fresh: Path, log: Path) -> str:
    """The interpreter of a fresh virtual environment with pip. Raises ProbeError."""
    python = str(fresh / "bin" / "python")
    seed = ("--seed",) if task.build else ()
    ways = [(task.python, "-m", "venv", str(fresh))]
    if task.uv:
        ways.insert(0, (task.uv, "venv", "--no-project", *seed, "-p", task.python, str(fresh)))
    for way in ways:
        shutil.rmtree(fresh, ignore_errors=True)
        if _run(way, fresh.parent, log).code == 0:
            log.write_bytes(b"")  # what a way that failed said is no word about the target
            return python
    said = _building.tail(log.read_text("utf-8", "replace"), 3)
    raise _common.ProbeError(f"no fresh environment: {said}", Reason.ENVIRONMENT_FAILED)


def _build(task: Given, python: str, copy: Path, built: Path, log: Path) -> Step:
    """Run the steps up to the first that fails; the last one run decides."""
    built.mkdir(exist_ok=True)
    last = Step((), 0)
    for argv in _steps(task, python, copy, str(built)):
        last = _run(argv, copy, log)
        if last.code != 0:
            break
    return last


def _steps(task: Given, python: str, copy: Path, built: str) -> Iterator[tuple[str, ...]]:
    install: tuple[str, ...] = (
        python,
        "-m",
        "pip",
        "install",
        "--no-input",
        "--progress-bar",
        "off",
    )
    if task.uv:
        install = (task.uv, "pip", "install", "--no-progress", "--python", python)
    for name in task.requirements:
        hashed = "--hash" in _text(copy / name)
        yield (*install, *(("--require-hashes",) if hashed else ()), "-r", name)
    if task.build:
        yield tuple(w.replace("{python}", python).replace("{output}", built) for w in task.build)
    elif task.packages:
        yield (*install, *(("--no-deps",) if task.requirements else ()), *task.packages)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""  # the installer says what is wrong with it


def _run(argv: tuple[str, ...], cwd: Path, log: Path) -> Step:
    """Run one command with its output in the log."""
    env = {**dict.fromkeys(NO_HISTORY, "0.0.0"), "UV_PYTHON_DOWNLOADS": "never"}
    return _building.run(argv, cwd, log, env)


def _report(last: Step, log: str, places: tuple[str, ...]) -> ToolReport:
    good = last.code == 0
    return ToolReport(
        tool="build",
        examined=1 if last.argv else 0,
        examined_unit="commands",
        measurements={"build.succeeded": Measurement(value=int(good))},
        findings=() if good else (_building.finding("build", last, log, places),),
    )


if __name__ == "__main__":
    _common.run(measure)
