"""Running adapters of Node targets for real, with packages that are installed once and kept."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gates.core.model import ToolReport
from gates.core.target import Node, Target
from gates.core.tool import Invocation, Options, ToolOutput
from gates.runner.prepare import cache_folder
from gates.shell.cancellation import Cancellation
from gates.shell.node_environment import (
    EnvironmentFailed,
    NodeEnvironment,
    link_modules,
    node_environment,
)
from tests.invocations import REPOSITORY, left_by, write_tree

MANIFESTS = Path(__file__).parents[1] / "data" / "node"
Run = Callable[..., ToolReport]
Outputs = Callable[..., tuple[ToolOutput, ...]]


def installed(kind: str) -> Iterator[NodeEnvironment]:
    """The packages of one manifest, from the cache; without Node or a registry: skip on a desk."""
    cache = cache_folder(os.environ)
    (cache / "work").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache / "work") as folder:
        tree, output = Path(folder, "tree"), Path(folder, "output")
        shutil.copytree(MANIFESTS / kind, tree)
        output.mkdir()
        try:
            yield node_environment(Node(paths=(".",)), tree, cache, Cancellation(), output)
        except EnvironmentFailed as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no Node packages here: {error.detail}")


@pytest.fixture(scope="session")
def vitest_packages() -> Iterator[NodeEnvironment]:
    yield from installed("vitest")


@pytest.fixture(scope="session")
def jest_packages() -> Iterator[NodeEnvironment]:
    yield from installed("jest")


def finish(invocation: Invocation, output: Path) -> ToolOutput:
    beside = str(Path(shutil.which("node") or "/usr/bin/node").parent)
    env = {"PATH": f"{beside}:/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    return left_by(invocation, output, env)


def outputs_with(packages: NodeEnvironment, place: Path) -> Outputs:
    """A function that runs a tool's invocations over a made tree and returns what they left."""

    def run(
        tool: ModuleType, files: Mapping[str, str], node: Node | None = None, **options: Any
    ) -> tuple[ToolOutput, ...]:
        tree, output = place / "tree", place / "output"
        tree.mkdir()
        output.mkdir()
        names = write_tree(tree, {"package.json": '{"type": "module"}\n', **files})
        target = Target(name="made", node=node or Node(paths=("src",)))
        package = tree / (target.node.package if target.node else ".")
        given: dict[str, Any] = {
            "tree": str(tree),
            "output": str(output),
            "files": names,
            "python": sys.executable,
            "presets": str(REPOSITORY / "config" / "tools"),
            "node_modules": str(link_modules(packages.modules, package)),
            **options,
        }
        given["settings"] = {"node": str(packages.node), **options.get("settings", {})}
        return tuple(finish(one, output) for one in tool.commands(target, Options(**given)))

    return run


@pytest.fixture
def outputs_of(vitest_packages: NodeEnvironment, tmp_path: Path) -> Outputs:
    return outputs_with(vitest_packages, tmp_path)


@pytest.fixture
def report_of(outputs_of: Outputs) -> Run:
    def run(tool: ModuleType, *args: Any, **options: Any) -> ToolReport:
        report: ToolReport = tool.parse(outputs_of(tool, *args, **options))
        return report

    return run


@pytest.fixture
def jest_report_of(jest_packages: NodeEnvironment, tmp_path: Path) -> Run:
    outputs = outputs_with(jest_packages, tmp_path)

    def run(tool: ModuleType, *args: Any, **options: Any) -> ToolReport:
        report: ToolReport = tool.parse(outputs(tool, *args, **options))
        return report

    return run
