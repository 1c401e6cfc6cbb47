"""The door through which a probe cuts what a service depends on, and starts the service anew.

A thread serves it on a Unix socket in a folder of our own while the service runs for a gate.
Whatever was cut is given back when the door is closed.
"""

import contextlib
import shutil
import socket
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from gates.core.behaviour import Upstream
from gates.core.model import Reason
from gates.runner.instances import Instances
from gates.shell.cancellation import Cancellation
from gates.shell.control import LONGEST_LINE, Led, Order, Reply
from gates.shell.service import Place, Running, ServiceError, run_step
from gates.shell.upstreams import Mode, Proxies

MODES = {"cut": Mode.CUT, "hang": Mode.HANG, "slow": Mode.SLOW, "restore": Mode.PASS}
HTTP = b" HTTP/1."


class Door:
    """Serves orders one after the other, from the start of the context to its end."""

    def __init__(
        self, running: Running, place: Place, proxies: Proxies, cancel: Cancellation
    ) -> None:
        """`place` is where commands run: that of the service, or one like it."""
        self._instances = Instances(running, cancel)
        self._place, self._proxies, self._cancel = place, proxies, cancel
        self._upstreams = {each.name: each for each in place.service.upstreams}
        self._modes: dict[str, Mode] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="gatescore-"))
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._closing = False
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._socket.bind(self.path)
        self._socket.listen()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing = True
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as last:
            last.connect(self.path)
        self._thread.join()
        self._socket.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        try:
            self._give_back()
        finally:
            self._instances.close()

    @property
    def path(self) -> str:
        """The socket."""
        return str(self._folder / "door")

    @property
    def disturbed(self) -> bool:
        """Whether the service that runs is no longer the one that was started for the gate."""
        return self._instances.disturbed

    def carried_out(self, order: Order) -> Reply:
        """What comes of one order."""
        try:
            return self._done(order)
        except ServiceError as error:
            return Reply(error=error.detail, unsupported=error.reason is Reason.ADAPTER_BUG)
        except (OSError, KeyError, TimeoutError) as error:
            return Reply(error=f"{order.do} {order.name}: {type(error).__name__}: {error}")

    def _done(self, order: Order) -> Reply:
        match order.do:
            case "cut" | "hang" | "slow" | "restore":
                return self._set(order)
            case "seen":
                sent = self._proxies.seen(order.name).sent
                return Reply(found=order.text.encode() in sent, http=HTTP in sent)
            case "restart":
                return Reply(instance=self._instances.restart())
            case "second":
                return Reply(instance=self._instances.second())
            case "stop":
                return Reply(instance=self._instances.stop(order.number))
            case "state":
                return Reply(instances=self._instances.listed(), upstreams=self._led())

    def _set(self, order: Order) -> Reply:
        upstream, mode = self._upstreams.get(order.name), MODES[order.do]
        if upstream is None:
            known = ", ".join(sorted(self._upstreams)) or "none"
            return _cannot(f"there is no upstream {order.name}; known: {known}")
        if upstream.name in self._proxies.addresses:
            self._proxies.set(upstream.name, mode, order.seconds)
        elif mode in (Mode.HANG, Mode.SLOW):
            return _cannot(f"the upstream {upstream.name} has no address: it can only be cut")
        else:
            self._run(upstream, mode, self._cancel)
        self._modes[upstream.name] = mode
        return Reply()

    def _run(self, upstream: Upstream, mode: Mode, cancel: Cancellation) -> None:
        step, command = ("cut", upstream.cut) if mode is Mode.CUT else ("restore", upstream.restore)
        if not command:
            text = f"the upstream {upstream.name} names no command {step}"
            raise ServiceError(Reason.ADAPTER_BUG, text)
        run_step(f"upstreams.{upstream.name}.{step}", command, self._place, cancel)

    def _led(self) -> dict[str, Led]:
        led = {}
        for name in self._upstreams:
            proxied = name in self._proxies.addresses
            connections = self._proxies.seen(name).connections if proxied else 0
            mode = self._modes.get(name, Mode.PASS)
            led[name] = Led(mode=mode.value, proxied=proxied, connections=connections)
        return led

    def _give_back(self) -> None:
        """Restore what a command took away, also after a cancellation."""
        afresh = Cancellation()
        try:
            for name, mode in self._modes.items():
                if mode is Mode.CUT and name not in self._proxies.addresses:
                    with contextlib.suppress(ServiceError):
                        self._run(self._upstreams[name], Mode.PASS, afresh)
        finally:
            afresh.close()

    def _serve(self) -> None:
        while True:
            line, _ = self._socket.accept()
            with line:
                if self._closing:
                    return
                with contextlib.suppress(OSError):
                    self._answer(line)

    def _answer(self, line: socket.socket) -> None:
        with line.makefile("rwb") as stream:
            try:
                order = msgspec.json.decode(stream.readline(LONGEST_LINE), type=Order)
            except msgspec.DecodeError as error:
                reply = _cannot(f"no order: {error}")
            else:
                reply = self.carried_out(order)
            stream.write(msgspec.json.encode(reply) + b"\n")


def _cannot(why: str) -> Reply:
    return Reply(error=why, unsupported=True)
