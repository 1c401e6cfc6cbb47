"""The options of a run whose load comes from several machines: read, checked, and done as worker.

Locust's connection is neither encrypted nor authenticated; master and workers prove to each other
that they know GATESCORE_LOAD_TOKEN, and a worker loads only what its own command line allows.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

from gates.core.hosts import Meeting, is_here, leading, led, meeting
from gates.core.plan import Plan
from gates.core.target import Target

TOKEN = "GATESCORE_LOAD_TOKEN"  # noqa: S105  (the name of the variable)
SERVED = "GATESCORE_LOAD_SERVED"
FIRST_S, NEXT_S = 240.0, 20.0  # how long a worker waits for its first load, and for one more
_LOOK_S, _END_S = 0.1, 3.0
_NOBODY = 3


class HostsError(Exception):
    """The options cannot be; the text says what to do."""


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `gatescore run` for several generators."""
    add = parser.add_argument_group("a load from more than one process or machine").add_argument
    many = "generators: processes here, or (with --load-master) workers that are waited for"
    add("--load-workers", type=int, metavar="N", help=many)
    here = "lead workers of other machines, which come to this address of ours (port: 5557)"
    add("--load-master", metavar="ADDRESS[:PORT]", help=here)
    there = "do nothing but load for the run of the master there; --i-own-this-target says what"
    add("--load-worker", metavar="HOST[:PORT]", help=there)


def with_hosts(plan: Plan, target: Target, args: Namespace, environ: Mapping[str, str]) -> Plan:
    """The plan as the options want its loads. Raises HostsError."""
    if args.load_workers is None and args.load_master is None:
        return plan
    if args.load_master is not None and args.load_workers is None:
        raise HostsError("--load-master needs --load-workers N: how many are waited for")
    if args.load_workers < 1:
        raise HostsError(f"--load-workers: found {args.load_workers}; allowed: 1 or more")
    if target.load is not None and target.load.locustfile:
        raise HostsError("load.locustfile is run by one process: remove it, or --load-workers")
    if not leading(plan.gates):
        raise HostsError("--load-workers: no gate of this run sends the load; it is `load`")
    master = _master(args.load_master, target, environ) if args.load_master is not None else None
    return led(plan, args.load_workers, master)


def _master(text: str, target: Target, environ: Mapping[str, str]) -> Meeting:
    found = _meeting("--load-master", text)
    if is_here(found.host):
        return found
    from gates.runner.consent import is_loopback  # network: takes long to import

    service = target.service
    if service is None or not service.base_url or is_loopback(service.base_url):
        raise HostsError(
            f"--load-master {found}: the workers of other machines do not reach a service of this "
            "machine alone; start it where all reach it, and name that in service.base_url and "
            "service.allow"
        )
    if not environ.get(TOKEN):
        raise HostsError(
            f"--load-master {found}: {TOKEN} is not set, so that anybody could come and be told "
            f'the headers of [auth]; on each machine: export {TOKEN}="the same long random word"'
        )
    return found


def _meeting(option: str, text: str) -> Meeting:
    try:
        return meeting(text)
    except ValueError as error:
        raise HostsError(f"{option}: {error}") from None


def refuse_beside_worker(args: Namespace) -> None:
    """Whoever gives a worker more expects something of it: it has all from its master."""
    shared = ("load_worker", "i_own_this_target", "policy", "profile")
    given = sorted(
        "--" + name.replace("_", "-") if name != "target" else "TARGET"
        for name, value in vars(args).items()
        if name not in shared and value not in (None, "", False, [])
    )
    if given:
        raise HostsError(f"--load-worker takes everything from its master: remove {given[0]}")


def work(args: Namespace, say: Callable[[str], None]) -> int:
    """Serve the loads of one master; the exit code is 3 where none came. Raises HostsError."""
    refuse_beside_worker(args)
    master = _meeting("--load-worker", args.load_worker)
    if not is_here(master.host) and not args.i_own_this_target:
        raise HostsError(
            f"--load-worker {master}: name what may be loaded: --i-own-this-target ORIGIN"
        )
    signal.signal(signal.SIGTERM, _end)
    say(f"gatescore: a worker for the load of {master}; it ends when no more is wanted")
    served = 0
    with tempfile.TemporaryDirectory(prefix="gatescore-") as folder:
        while _served_once(master, args, Path(folder, f"{served}"), NEXT_S if served else FIRST_S):
            served += 1
    say(f"gatescore: {served} loads served for {master}")
    if not served:
        say(f"gatescore: nobody led a load at {master} within {FIRST_S:.0f} s")
    return 0 if served else _NOBODY


def _end(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _served_once(master: Meeting, args: Namespace, mark: Path, longest_s: float) -> bool:
    """Whether a master came in time; back when its load is over."""
    argv = [sys.executable, "-m", "gates.load.worker"]
    argv += ["--master", master.host, "--port", str(master.port)]
    argv += [word for one in args.i_own_this_target for word in ("--i-own-this-target", one)]
    end = time.monotonic() + longest_s
    with subprocess.Popen(argv, env={**os.environ, SERVED: str(mark)}) as process:
        try:
            while process.poll() is None and (mark.exists() or time.monotonic() < end):
                time.sleep(_LOOK_S)
        finally:
            _stop(process)
    return mark.exists()


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
