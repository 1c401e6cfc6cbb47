"""The service of this folder behind a door, as the runner starts it, and a load in a program."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gates.core.target import Service
from gates.runner.door import Door
from gates.shell.process import Cancellation
from gates.shell.service import running
from gates.shell.upstreams import Proxies

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
Up = Callable[..., dict[str, Any]]


@pytest.fixture
def up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Up]:
    """Start the service with words; returns the input of the probes. The load runs `load_s`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GATESCORE_IDENTITIES", raising=False)
    with ExitStack() as stack:

        def start(
            *words: str, load_s: float = 5.8, rate: float = 20.0, load: tuple[str, ...] = ()
        ) -> dict[str, Any]:
            service = Service(
                start=(sys.executable, str(HERE / "service.py"), "{port}", *words),
                start_deadline_s=20,
                stop_deadline_s=4,
            )
            cancel = Cancellation()
            proxies = stack.enter_context(Proxies({}))
            runs = stack.enter_context(
                running(
                    service,
                    tree=tmp_path,
                    python=sys.executable,
                    env={},
                    variables={},
                    output=tmp_path / "out",
                    cancel=cancel,
                )
            )
            assert runs.place is not None
            door = stack.enter_context(Door(runs, runs.place, proxies, cancel))
            driver = (sys.executable, str(HERE / "driver.py"), runs.base_url)
            return {
                "pid": runs.pid,
                "base_url": runs.base_url,
                "health": "/health",
                "document": "",
                "control": door.path,
                "operations": ["/things"],
                "rate": rate,
                "settle_s": 0.3,
                "load": {
                    "argv": [*driver, "/things", str(load_s), str(rate), *load],
                    "env": {"PYTHONPATH": str(ROOT)},
                    "result": "result.json",
                },
            }

        yield start
