"""Runs one program as the root of a process tree of its own and leaves nothing of it behind.

The main program of a process that `process.py` starts with `python -I -S`, so it may use the
standard library and its own siblings only. It reads one line of JSON (the control) and then one
line per order from its stdin, and writes one line of JSON (the report) to its stdout. The end of
its stdin means that the runner is gone. Nothing secret is in its arguments or its environment.

Control: argv, cwd, env, stdout, stderr (files), watch (further files), max_bytes, grace_s,
keep_running (cut a full file and go on, instead of ending the program).
Order: ending, grace_s, interrupt.
Report: ending, exit_code (negative: the signal), strays, survivors, truncated, duration_s, detail.
"""

import contextlib
import json
import os
import select
import signal
import sys
import time
from typing import Any

from gates.shell import capping, descendants, launch

TICK_S = 0.25  # how often the sizes of the files are looked at
SETTLE_S = 0.2  # children that end within this time of the program's end are no strays
RUNNER_GONE_GRACE_S = 1.0
STUBBORN_S = 3.0  # how long a process may take to die of SIGKILL
SHOWN_STRAYS = 20

Json = dict[str, Any]  # decoded from the runner's own lines


class Supervisor:
    """The tree: the program's exit code once it ended, the order to end it once there is one."""

    def __init__(self, control: Json) -> None:
        self.control = control
        self.files = (control["stdout"], control["stderr"], *control["watch"])
        self.parent = os.getppid()
        self.pid = 0
        self.exit_code: int | None = None
        self.childless = False
        self.order: Json | None = None
        self.hurry = False
        self.truncated = False
        self.buffer = b""
        self.started, self.ended = time.monotonic(), 0.0
        self.reaper = descendants.adopt_orphans()
        self.inbox = select.poll()
        self.inbox.register(0, select.POLLIN)
        self.wakeup = self._listen_to_signals()

    def _listen_to_signals(self) -> int:
        """Makes signals wake `wait`; returns the descriptor they arrive at."""
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self.inbox.register(reader, select.POLLIN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self.end_for("the supervisor was terminated"))
        signal.signal(signal.SIGHUP, lambda *_: self.when_orphaned())
        descendants.signal_when_parent_ends(signal.SIGHUP)
        return reader

    def when_orphaned(self) -> None:
        """Ends the tree if the runner is gone, and not only the thread of it that started us."""
        if os.getppid() != self.parent:
            self.end_for("the runner ended")

    def end_for(self, detail: str) -> None:
        """Gives ourselves the order to end; if the runner had given one, it now means: at once."""
        self.hurry = self.hurry or "grace_s" in (self.order or {})
        self.order = self.order or {"ending": "cancelled", "detail": detail}

    def hear(self) -> None:
        """Reads what the runner says."""
        data = os.read(0, 65536)
        if not data:
            self.inbox.unregister(0)
            self.end_for("the runner ended")
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        for line in lines:
            self.order = self.order or json.loads(line)

    def wait(self, seconds: float) -> None:
        """Sleeps until a child ended, the runner spoke or `seconds` are over."""
        for descriptor, _ in self.inbox.poll(max(seconds, 0) * 1000):
            if descriptor == 0:
                self.hear()
            else:
                os.read(self.wakeup, 4096)
        self.reap()

    def reap(self) -> None:
        """Takes in every child that ended. No child left means: no descendant left."""
        while not self.childless:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self.childless = True
                return
            if pid == 0:
                return
            if pid == self.pid:
                self.exit_code = os.waitstatus_to_exitcode(status)
                self.ended = time.monotonic()

    def until(self, limit: float, *, root_only: bool = False) -> None:
        """Waits for the end of the tree, or of its root alone, at most until `limit`."""
        while time.monotonic() < limit and not (self.childless or self.hurry):
            if root_only and self.exit_code is not None:
                return
            self.wait(limit - time.monotonic())

    def send(self, number: int) -> None:
        """Sends a signal to every living process of the tree."""
        if self.exit_code is None or not self.reaper:
            descendants.signal_group(self.pid, number)
        descendants.signal_descendants(number)

    def look_at_sizes(self) -> None:
        """Cuts files that grew too large, or orders the end because of them."""
        limit = self.control["max_bytes"]
        full = [path for path in self.files if capping.size(path) > limit]
        if full and self.control["keep_running"]:
            self.truncated = capping.cut_all(full, limit) or self.truncated
        elif full and self.order is None:
            detail = f"{os.path.basename(full[0])} grew beyond {limit} bytes"
            self.order = {"ending": "output-too-large", "detail": detail, "grace_s": 0}

    def stop(self, order: Json) -> None:
        """Asks the program to end, gives it its grace, then ends the tree."""
        grace = order.get("grace_s", RUNNER_GONE_GRACE_S)
        limit = time.monotonic() + grace
        if grace > 0:
            first = signal.SIGINT if order.get("interrupt") else signal.SIGTERM
            descendants.signal_group(self.pid, first)
            self.until(limit, root_only=True)
        self.clear(limit)

    def clear(self, limit: float) -> None:
        """Ends what is left of the tree: SIGTERM, and from `limit` on SIGKILL until it is gone."""
        if time.monotonic() < limit and not self.childless:
            self.send(signal.SIGTERM)
            self.until(limit)
        patience = time.monotonic() + STUBBORN_S
        while not self.childless and time.monotonic() < patience:
            self.send(signal.SIGKILL)
            self.wait(0.05)
        if not self.reaper:
            self.send(signal.SIGKILL)

    def settle(self) -> list[str]:
        """Names what the program left behind, and ends it."""
        self.until(time.monotonic() + SETTLE_S)
        strays = [] if self.childless else sorted(descendants.descendants(os.getpid()).values())
        self.clear(time.monotonic() + self.control["grace_s"])
        return strays

    def run(self) -> Json:
        """Runs the program to its end, clears the tree and reports."""
        while self.exit_code is None and self.order is None:
            self.wait(TICK_S)
            self.look_at_sizes()
        ordered = self.order if self.exit_code is None else None
        strays: list[str] = []
        if ordered:
            self.stop(ordered)
        else:
            strays = self.settle()
        return self.report(ordered, strays)

    def report(self, ordered: Json | None, strays: list[str]) -> Json:
        """What happened, once the tree is gone."""
        if ordered is None:
            self.order = None
            self.look_at_sizes()
            ordered = self.order or {"ending": "exited"}
        cut = capping.cut_all(self.files, self.control["max_bytes"])
        survivors = {} if self.childless else descendants.descendants(os.getpid())
        return {
            "ending": ordered["ending"],
            "detail": ordered.get("detail", ""),
            "exit_code": self.exit_code,
            "strays": strays[:SHOWN_STRAYS],
            "survivors": sorted(survivors.values()),
            "truncated": cut or self.truncated,
            "duration_s": (self.ended or time.monotonic()) - self.started,
        }


def first_line() -> bytes:
    """The control, or nothing if the runner ended before it had said all."""
    data = b""
    while not data.endswith(b"\n"):
        part = os.read(0, 65536)
        if not part:
            return b""
        data += part
    return data


def main() -> None:
    """Reads the control, runs the program, reports."""
    line = first_line()
    if not line:
        return
    supervisor = Supervisor(json.loads(line))
    supervisor.pid, trouble = launch.launch(supervisor.control)
    report = {"ending": "not-started", "detail": trouble} if trouble else supervisor.run()
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(report) + "\n")
        sys.stdout.flush()
