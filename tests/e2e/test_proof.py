"""Every control through its real tool and the judge, and with every tool replaced by `true`."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gates import catalog
from gates.commands import prove
from gates.core.policy import Policy
from gates.runner import proof
from gates.runner.session import Programs
from gates.shell import config
from gates.shell.process import Cancellation

TRUE = shutil.which("true") or "true"
EXAMPLE = Path(__file__).parents[2] / "examples" / "bookstore-ts"
NODE = {name for name in catalog.BUILT_IN if getattr(catalog.load(name), "LANGUAGE", "") == "node"}


def standard() -> Policy:
    return config.read_policy("standard", tools=catalog.names()).policy


PAIRS = [(gate.id, tool) for gate in prove.chosen([], standard()) for tool in gate.tools]


@pytest.fixture
def work(tmp_path: Path) -> proof.Work:
    return proof.Work(
        folder=tmp_path / "controls",
        environ={**os.environ, "GATESCORE_CACHE": str(tmp_path / "cache")},
        cancel=Cancellation(),
        today="2026-01-31",
        programs=proof.programs(),
    )


@pytest.fixture(scope="module")
def node_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[proof.Work]:
    """The same with the Node packages of the example."""
    if not shutil.which("npm") and not os.environ.get("CI"):
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("node")
    work = proof.Work(
        folder=folder / "controls",
        environ={**os.environ, "GATESCORE_CACHE": str(folder / "cache")},
        cancel=Cancellation(),
        today="2026-01-31",
        programs=proof.programs(),
    )
    with prove.lent(work, str(EXAMPLE), standard()) as lent:
        assert lent.programs.node_modules
        yield lent


@pytest.fixture
def idle(tmp_path: Path) -> Path:
    """A folder with every program of ours and of Node, each of which does nothing."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in {*(program.name for program in Path(Programs().bin).iterdir()), "node", "npm"}:
        (folder / name).symlink_to(TRUE)
    return folder


def one(gate: str, tool: str, work: proof.Work) -> proof.Proof:
    (planned,) = prove.chosen([gate], standard())
    return proof.proof(planned, tool, work)


PYTHON_PAIRS = [pair for pair in PAIRS if pair[1] not in NODE]
NODE_PAIRS = [pair for pair in PAIRS if pair[1] in NODE]


@pytest.mark.parametrize(("gate", "tool"), PYTHON_PAIRS)
def test_the_control_comes_back(gate: str, tool: str, work: proof.Work) -> None:
    found = one(gate, tool, work)
    assert found.planted
    assert found.detected is True, found.detail


@pytest.mark.parametrize(("gate", "tool"), NODE_PAIRS)
def test_the_control_of_a_node_tool_comes_back(gate: str, tool: str, node_work: proof.Work) -> None:
    found = one(gate, tool, node_work)
    assert found.planted
    assert found.detected is True, found.detail


@pytest.mark.parametrize(("gate", "tool"), NODE_PAIRS)
def test_without_packages_of_a_target_node_tools_are_said_not_to_be_run(
    gate: str, tool: str, work: proof.Work
) -> None:
    found = one(gate, tool, work)
    assert (found.detected, "Node target" in found.detail) == (None, True)


@pytest.mark.parametrize(("gate", "tool"), PYTHON_PAIRS)
def test_p13_a_tool_that_does_nothing_detects_nothing(
    gate: str, tool: str, work: proof.Work, idle: Path
) -> None:
    programs = Programs(python=TRUE, bin=str(idle), target_python=TRUE)
    assert one(gate, tool, replaced(work, programs=programs)).detected is False


@pytest.mark.parametrize(("gate", "tool"), NODE_PAIRS)
def test_p13_a_node_tool_that_does_nothing_detects_nothing(
    gate: str, tool: str, node_work: proof.Work, idle: Path, tmp_path: Path
) -> None:
    modules = node_work.programs.node_modules
    programs = Programs(python=TRUE, bin=str(idle), target_python=TRUE, node_modules=modules)
    environ = {**node_work.environ, "PATH": str(idle)}
    quiet = replaced(node_work, programs=programs, environ=environ, folder=tmp_path / "controls")
    assert one(gate, tool, quiet).detected is False


def replaced(work: proof.Work, **keys: object) -> proof.Work:
    return msgspec.structs.replace(work, **keys)
