"""Starts the small servers, and Locust exactly as its adapter says."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from gates.core.capacity import Load, LoadOperation
from gates.core.target import Service, Target
from gates.core.tool import Invocation, Options, ToolOutput
from gates.tools import locust

ROOT = Path(__file__).parents[2]
SERVER = Path(__file__).parent / "servers" / "planned.py"


class Server:
    """A running server: its address and its process."""

    def __init__(self, *arguments: str) -> None:
        argv = [sys.executable, str(SERVER), *arguments]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"

    def asked(self) -> None:
        """Wait for the first request."""
        assert self.process.stdout
        assert self.process.stdout.readline() == "asked\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


class Running:
    """Locust at work."""

    def __init__(self, given: Invocation, output: Path, auth: str, **more: str) -> None:
        for name, text in given.inputs.items():
            (output / name).write_text(text)
        env = {**os.environ, **given.env, "PYTHONPATH": str(ROOT), "GATESCORE_AUTH": auth, **more}
        self.given, self.output = given, output
        with (output / "stderr").open("wb") as errors:
            self.process = subprocess.Popen(
                given.argv, cwd=given.cwd, env=env, stdout=subprocess.DEVNULL, stderr=errors
            )

    def finish(self) -> ToolOutput:
        code = self.process.wait(timeout=60)
        paths = {name: self.output / path for name, path in self.given.files.items()}
        files = {name: path.read_bytes() for name, path in paths.items() if path.exists()}
        stderr = (self.output / "stderr").read_bytes()
        return ToolOutput(exit_code=code, stderr=stderr, files=files)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers; all end with the test."""
    started: list[Server] = []

    def start(*arguments: str) -> Server:
        started.append(Server(*arguments))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.kill()


@pytest.fixture
def start_load(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start one load run through the adapter's own invocation."""
    started: list[Running] = []

    def start(
        url: str,
        rate: float,
        *,
        auth: str = "",
        identities: str = "{}",
        load: Mapping[str, Any] = MappingProxyType({}),
        **settings: object,
    ) -> Running:
        target = Target(
            name="small",
            service=Service(base_url=url),
            load=Load(**{"rate": rate, "operations": (LoadOperation(path="/a"),), **load}),
        )
        defaults = {"duration_s": 2.0, "warmup_s": 0.5, "quiet_s": 0.0, "longest_s": 0.0}
        options = Options(
            tree=str(tmp_path),
            output=str(tmp_path),
            python=sys.executable,
            bin=str(Path(sys.executable).parent),
            base_url=url,
            settings={**defaults, **settings},
        )
        (given,) = locust.commands(target, options)
        started.append(Running(given, tmp_path, auth, GATESCORE_IDENTITIES=identities))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()
