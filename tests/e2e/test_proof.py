"""Every control through its real tool and the real judge; and with every tool replaced by `true`."""

import os
import shutil
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


def one(gate: str, tool: str, work: proof.Work) -> proof.Proof:
    (planned,) = prove.chosen([gate], standard())
    return proof.proof(planned, tool, work)


@pytest.mark.parametrize(("gate", "tool"), PAIRS)
def test_the_control_comes_back(gate: str, tool: str, work: proof.Work) -> None:
    found = one(gate, tool, work)
    assert found.planted
    assert found.detected is (None if tool in NODE else True), found.detail


@pytest.mark.parametrize(("gate", "tool"), [pair for pair in PAIRS if pair[1] not in NODE])
def test_p13_a_tool_that_does_nothing_detects_nothing(
    gate: str, tool: str, work: proof.Work, tmp_path: Path
) -> None:
    true = shutil.which("true")
    assert true
    idle = tmp_path / "bin"
    idle.mkdir()
    for program in Path(Programs().bin).iterdir():
        (idle / program.name).symlink_to(true)
    programs = Programs(python=true, bin=str(idle), target_python=true)
    work = msgspec.structs.replace(work, programs=programs)
    assert one(gate, tool, work).detected is False
