"""Running adapters for real: what the runner does, without its supervision."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gates.core.model import ToolReport
from gates.core.target import Code, Dependencies, Target
from gates.core.tool import Invocation, Options, ToolOutput
from tests.invocations import REPOSITORY, left_by, surrounded, write_tree

Run = Callable[..., ToolReport]
Outputs = Callable[..., tuple[ToolOutput, ...]]


def finish(invocation: Invocation, output: Path) -> ToolOutput:
    env = {"PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8", "UV_HTTP_RETRIES": "0"}
    return left_by(invocation, output, env)


@pytest.fixture
def outputs_of(tmp_path: Path) -> Outputs:
    """Run a tool's invocations over a made tree and return what they left."""

    def run(
        tool: ModuleType,
        files: Mapping[str, str],
        code: Code | None = None,
        **options: Any,
    ) -> tuple[ToolOutput, ...]:
        tree, output = tmp_path / "tree", tmp_path / "output"
        output.mkdir()
        tree.mkdir()
        names = write_tree(tree, files)
        target = Target(name="made", code=code or Code(paths=("src",)))
        given: dict[str, Any] = {
            "tree": str(tree),
            "output": str(output),
            "files": names,
            "presets": str(REPOSITORY / "config" / "tools"),
            "python": sys.executable,
            "bin": str(Path(sys.executable).parent),
            "target_python": sys.executable,
            **options,
        }
        invocations = tool.commands(target, Options(**given))
        return tuple(finish(invocation, output) for invocation in invocations)

    return run


@pytest.fixture
def report_of(outputs_of: Outputs) -> Run:
    """Run a tool over a made tree and parse what it left."""

    def run(
        tool: ModuleType,
        files: Mapping[str, str],
        code: Code | None = None,
        **options: Any,
    ) -> ToolReport:
        report: ToolReport = tool.parse(outputs_of(tool, files, code, **options))
        return report

    return run


@pytest.fixture
def audit_of() -> Run:
    """Run an adapter of the dependencies gate over a tree as the runner does, and parse."""

    def run(tool: ModuleType, tree: Path, **options: Any) -> ToolReport:
        output = tree.parent / "output"
        output.mkdir()
        files = options.pop("files", ("package-lock.json",))
        source = options.pop("source", "osv")
        surroundings: dict[str, Any] = {
            "tree": str(tree),
            "output": str(output),
            "python": sys.executable,
            "today": "2026-01-12",
            "bin": str(Path(sys.executable).parent),
            **options,
        }
        given = Options(**surroundings)
        dependencies = Dependencies(files=files, partial=True, source=source)
        target = Target(name="t", dependencies=dependencies)
        (invocation,) = tool.commands(target, given)
        report: ToolReport = tool.parse((left_by(invocation, output, surrounded()),))
        return report

    return run
