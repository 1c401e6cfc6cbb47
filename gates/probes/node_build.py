"""Installs and builds a copy of a Node target from its own files, with none of what is there now.

What it prints goes to build.log. A registry that cannot be reached is no answer about the target:
the probe then ends with `environment-failed`.
"""

import os
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
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
# What npm says when the registry, not the target, is the trouble.
UNREACHABLE = re.compile(
    r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|"
    r"UNABLE_TO_GET_ISSUER_CERT_LOCALLY|SELF_SIGNED_CERT_IN_CHAIN|CERT_HAS_EXPIRED|E50[0-9])\b"
)
QUIET = {"NPM_CONFIG_LOGS_MAX": "0", "NPM_CONFIG_UPDATE_NOTIFIER": "false"}


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input. `node` is the program; `build` may hold {node} and {output}."""

    tree: str
    package: str
    node: str
    install: tuple[str, ...] = ()
    build: tuple[str, ...] = ()


def measure(given: dict[str, Any]) -> ToolReport:
    """Copy, install, build. Raises ProbeError."""
    task = msgspec.convert(given, Given)
    here = Path.cwd()
    copy, log = here / "copy", here / LOG
    log.touch()
    try:
        shutil.copytree(
            task.tree, copy, symlinks=True, ignore=shutil.ignore_patterns("node_modules")
        )
        last = _build(task, copy / task.package, here / "built", log)
    except (OSError, shutil.Error) as error:
        raise _common.ProbeError(f"copy of the tree: {error}", Reason.STORAGE_FAILED) from error
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    text = log.read_text("utf-8", "replace")
    if last.code != 0 and UNREACHABLE.search(text):
        detail = f"the registry: {_building.tail(text, 3)}"
        raise _common.ProbeError(detail, Reason.ENVIRONMENT_FAILED)
    return _report(last, text, (str(copy), str(here)))


def _build(task: Given, folder: Path, built: Path, log: Path) -> Step:
    """Run the steps up to the first that fails; the last one run decides."""
    built.mkdir(exist_ok=True)
    last = Step((), 0)
    for argv in _steps(task, str(built)):
        last = _building.run(argv, folder, log, _environment(task, folder))
        if last.code != 0:
            break
    return last


def _steps(task: Given, built: str) -> Iterator[tuple[str, ...]]:
    for words in (task.install or INSTALL, task.build):
        if words:
            yield tuple(
                word.replace("{node}", task.node).replace("{output}", built) for word in words
            )


def _environment(task: Given, folder: Path) -> dict[str, str]:
    """Programs of the fresh installation first, then those that came with Node."""
    path = os.environ.get("PATH", os.defpath)
    beside = str(Path(task.node).parent)
    programs = os.pathsep.join((str(folder / "node_modules" / ".bin"), beside, path))
    return {"PATH": programs, **QUIET}


def _report(last: Step, log: str, places: tuple[str, ...]) -> ToolReport:
    good = last.code == 0
    return ToolReport(
        tool="node_build",
        examined=1,
        examined_unit="commands",
        measurements={"build.succeeded": Measurement(value=int(good))},
        findings=() if good else (_building.finding("node_build", last, log, places),),
    )


if __name__ == "__main__":
    _common.run(measure)
