"""Runs a scenario on several generators: Locust's master, and its workers where they are ours.

    GATESCORE_SCENARIO=scenario.json python -m gates.load.team -H ORIGIN [--listen HOST:PORT]

With `--listen` the workers are started by somebody else: gatescore run --load-worker HOST.
Ends with the exit code of the master, and with every process that it started.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType

import msgspec

from gates.core.hosts import is_here
from gates.core.load import SCENARIO_VARIABLE, Scenario
from gates.load.leading import REMOTE_VARIABLE
from gates.load.machine import TEAM_VARIABLE
from gates.load.signals import TOKEN_VARIABLE

LOCUSTFILE = Path(__file__).parent / "locustfile.py"
_LOOPBACK = "127.0.0.1"
_END_S = 5.0


def main() -> int:
    """Start the master and our workers, and wait for the master."""
    parser = argparse.ArgumentParser(prog="python -m gates.load.team", description=__doc__)
    parser.add_argument("-H", "--host", required=True, help="origin of the service")
    parser.add_argument("-t", "--run-time", default="", help="longest time, as Locust has it")
    parser.add_argument("--listen", default="", help="HOST:PORT where workers of others come")
    given = parser.parse_args()
    path = Path(os.environ[SCENARIO_VARIABLE])
    workers = msgspec.json.decode(path.read_bytes(), type=Scenario).workers
    host, _, port = (given.listen or f"{_LOOPBACK}:{_free_port()}").rpartition(":")
    if not is_here(host) and not os.environ.get(TOKEN_VARIABLE):
        raise SystemExit(
            f"{TOKEN_VARIABLE} is not set: anybody who reaches {host} could come as a worker and "
            "be told the headers of [auth]; export the same long random word on each machine"
        )
    return run(host, int(port), workers, given)


def run(host: str, port: int, workers: int, given: argparse.Namespace) -> int:
    """Run all; whatever ends us ends them."""
    env = {**os.environ, TEAM_VARIABLE: str(os.getpid())}
    if given.listen:
        env[REMOTE_VARIABLE] = "1"
    started = [subprocess.Popen(_master(host, port, workers, given), env=env)]
    ours = 0 if given.listen else workers
    started += [subprocess.Popen(worker_command(host, port), env=env) for _ in range(ours)]

    def end(*_: int | FrameType | None) -> None:
        started[0].send_signal(signal.SIGTERM)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    try:
        return started[0].wait()
    finally:
        for process in started:
            _stop(process)


def worker_command(host: str, port: int) -> list[str]:
    """Return the command of one worker."""
    ending = ("--worker", "--master-host", host, "--master-port", str(port))
    return [*_locust(), *ending]


def _master(host: str, port: int, workers: int, given: argparse.Namespace) -> list[str]:
    many = str(workers)
    until = ("-t", given.run_time) if given.run_time else ()
    return [
        *(*_locust(), "--headless", "-H", given.host, "-u", many, "-r", many, "--only-summary"),
        *("--master", "--expect-workers", many, *until),
        *("--master-bind-host", host, "--master-bind-port", str(port)),
    ]


def _locust() -> tuple[str, ...]:
    return (sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--loglevel", "WARNING")


def _free_port() -> int:
    with socket.socket() as line:
        line.bind((_LOOPBACK, 0))
        return int(line.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
