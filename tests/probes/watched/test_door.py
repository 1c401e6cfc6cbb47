"""The door: what a probe may ask of the runner, and what it is told."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from gates.core.behaviour import Upstream
from gates.core.target import Service
from gates.probes._door import ControlError, Door
from gates.runner import door as runner
from gates.shell.control import Order, ask
from gates.shell.network import NetworkError, request
from gates.shell.process import Cancellation
from gates.shell.service import running
from gates.shell.upstreams import Proxies

SERVICE = str(Path(__file__).with_name("service.py"))
CUT = Upstream(
    name="file",
    cut=("mv", "{state}/here", "{state}/away"),
    restore=("mv", "{state}/away", "{state}/here"),
)


@contextmanager
def opened(folder: Path, *upstreams: Upstream) -> Iterator[Any]:
    service = Service(
        start=(sys.executable, SERVICE, "{port}", "-"), upstreams=upstreams, stop_deadline_s=4
    )
    cancel = Cancellation()
    made = running(
        service,
        tree=folder,
        python=sys.executable,
        env={},
        variables={},
        output=folder / "out",
        cancel=cancel,
    )
    with (
        Proxies({}) as proxies,
        made as runs,
        runner.Door(runs, runs.place, proxies, cancel) as door,
    ):
        yield runs, door


def status(base_url: str) -> int:
    try:
        return request("GET", f"{base_url}/health", allow=(base_url,)).status
    except NetworkError:
        return 0


def test_a_second_instance_runs_beside_the_first_with_the_same_state(tmp_path: Path) -> None:
    with opened(tmp_path) as (runs, held):
        door = Door(held.path)
        second = door.second()
        assert status(runs.base_url) == status(second.base_url) == 200
        assert second.base_url != runs.base_url
        assert not held.disturbed
        first = door.stop(0)
        assert first.ended and first.by_us
        assert (status(runs.base_url), status(second.base_url)) == (0, 200)
        assert held.disturbed
        assert [one.by_us for one in door.instances()] == [True, False]
    assert status(second.base_url) == 0


def test_a_restart_is_on_the_same_port(tmp_path: Path) -> None:
    with opened(tmp_path) as (runs, held):
        before = {each.pid for each in psutil.Process(runs.pid).children()}
        anew = Door(held.path).restart()
        assert anew.base_url == runs.base_url
        assert status(runs.base_url) == 200
        assert not any(psutil.pid_exists(pid) for pid in before)
    assert status(runs.base_url) == 0


def test_commands_cut_and_what_was_not_restored_is_given_back_at_the_end(tmp_path: Path) -> None:
    with opened(tmp_path, CUT) as (runs, held):
        state = Path(runs.place.values["state"])
        (state / "here").touch()
        door = Door(held.path)
        door.cut("file")
        assert (state / "away").exists()
        door.restore("file")
        assert (state / "here").exists()
        door.cut("file")
        assert door.upstreams()["file"].mode == "cut"
    assert (state / "here").exists()


@pytest.mark.parametrize(
    ("order", "words", "unsupported"),
    [
        (Order(do="cut", name="elsewhere"), "known: file", True),
        (Order(do="hang", name="file"), "it can only be cut", True),
        (Order(do="slow", name="file", seconds=1), "it can only be cut", True),
        (Order(do="cut", name="file"), "exited with 1", False),
        (Order(do="stop", number=7), "no instance 7", True),
        (Order(do="seen", name="file", text="x"), "file", False),
    ],
)
def test_what_cannot_be_done_is_told(
    tmp_path: Path, order: Order, words: str, unsupported: bool
) -> None:
    with opened(tmp_path, CUT) as (_, held), pytest.raises(ControlError) as caught:
        ask(held.path, order)
    assert words in caught.value.detail
    assert caught.value.unsupported is unsupported


def test_a_door_that_is_closed_answers_nobody(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, held):
        path = held.path
    assert not Path(path).parent.exists()
    with pytest.raises(ControlError):
        Door(path).instances()
