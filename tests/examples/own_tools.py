"""Runs an example policy as gatescore does: its tool for real, its gate by the real judge."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from gates import catalog
from gates.core.judge import judge
from gates.core.model import GateReport, GateResult, ToolReport
from gates.core.plan import plan
from gates.core.target import Target
from gates.core.tool import Options
from gates.shell.config import read_policy, read_profile
from tests.invocations import write_tree
from tests.tools.conftest import finish

POLICIES = Path(__file__).parents[2] / "examples" / "policies"


def installed(*requirements: str) -> Path:
    """The folder of the programs of these distributions, in an environment kept between runs."""
    name = hashlib.sha256(" ".join((sys.version, *requirements)).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"gatescore-own-tools-{name}"
    done = folder / "done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        uv = str(Path(sys.executable).parent / "uv")
        install = (uv, "pip", "install", "-q", "-p", str(folder / "bin" / "python"))
        for command in (
            (uv, "venv", "-q", "-p", sys.executable, folder),
            (*install, *requirements),
        ):
            ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
            if ran.returncode:
                give_up(f"{requirements} cannot be installed: {ran.stderr[-300:]}")
        done.touch()
    return folder / "bin"


def give_up(why: str) -> None:
    """A machine without a registry skips; a pipeline has one."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def ran(policy: str, files: Mapping[str, str], programs: Path, place: Path) -> ToolReport:
    """The report of the policy's one tool over a tree of these files."""
    tree, output = place / "tree", place / "output"
    for folder in (tree, output):
        folder.mkdir(parents=True)
    options = Options(
        tree=str(tree),
        output=str(output),
        files=write_tree(tree, files),
        python=sys.executable,
        settings={"search_path": str(programs), "policy_folder": str(POLICIES)},
    )
    ((name, spec),) = read_policy(str(POLICIES / f"{policy}.toml")).policy.tools.items()
    tool = catalog.load(name, {name: spec})
    outputs = [finish(one, output) for one in tool.commands(Target(name="made"), options)]
    return tool.parse(tuple(outputs))


def judged(policy: str, report: ToolReport) -> GateResult:
    """The gate of the policy over that report."""
    loaded = read_policy(str(POLICIES / f"{policy}.toml"), tools=catalog.names()).policy
    (gate,) = plan(
        Target(name="made"),
        loaded,
        read_profile("local"),
        offers=catalog.offers(loaded.tools, loaded.tools),
    ).gates
    metrics = catalog.metrics(gate.policy.tools, loaded.tools)
    return judge(gate, GateReport(gate=gate.id, reports=(report,)), metrics)
