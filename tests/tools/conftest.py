"""Running adapters for real: what the runner does, without its supervision."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gates.core.model import ToolReport
from gates.core.target import Code, Dependencies, Target
from gates.core.tool import Invocation, Options, ToolOutput

REPOSITORY = Path(__file__).parents[2]
Run = Callable[..., ToolReport]
Outputs = Callable[..., tuple[ToolOutput, ...]]


def write_tree(root: Path, files: Mapping[str, str]) -> tuple[str, ...]:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tuple(sorted(files))


def finish(invocation: Invocation, output: Path) -> ToolOutput:
    for name, text in invocation.inputs.items():
        (output / name).write_text(text, encoding="utf-8")
    env = {"PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8", "UV_HTTP_RETRIES": "0"}
    env |= invocation.env
    done = subprocess.run(
        invocation.argv, cwd=invocation.cwd, env=env, capture_output=True, check=False, timeout=120
    )
    left = {name: output / file for name, file in invocation.files.items()}
    return ToolOutput(
        exit_code=done.returncode,
        stdout=done.stdout,
        stderr=done.stderr,
        files={name: file.read_bytes() for name, file in left.items() if file.is_file()},
    )


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
        for name, text in invocation.inputs.items():
            (output / name).write_text(text, encoding="utf-8")
        done = subprocess.run(
            invocation.argv,
            cwd=invocation.cwd,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            timeout=120,
            check=False,
        )
        left = ToolOutput(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)
        report: ToolReport = tool.parse((left,))
        return report

    return run
