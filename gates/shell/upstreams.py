"""Forwarding TCP proxies on loopback, which cut, hang or slow what a service depends on.

All proxies of a service share one thread. A proxy keeps its port as long as it lives: while it is
cut, connections to it are refused, and nobody else can be given the port.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from enum import StrEnum
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

LOOPBACK = "127.0.0.1"
CHUNK = 64 * 1024
KEPT_BYTES = 2**20  # of what the service sent last, to look for a trace in it
CONNECT_S = 5.0
ORDER_S = 10.0
Result = TypeVar("Result")
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close by a reset


class Mode(StrEnum):
    """What a proxy does with what passes through it."""

    PASS = "pass"  # noqa: S105
    CUT = "cut"
    HANG = "hang"
    SLOW = "slow"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What passed a proxy: connections taken, and what the service sent last."""

    mode: Mode
    connections: int
    sent: bytes = b""


class _Proxy:
    """One upstream; everything here happens in the thread of the loop."""

    def __init__(self, host: str, port: int) -> None:
        self.mode, self.delay_s = Mode.PASS, 0.0
        self.connections = 0
        self.sent = bytearray()
        self._where = (host, port)
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._taking: asyncio.Task[None] | None = None
        self._holder = _bound(0)  # keeps the port while nobody listens on it
        self.port: int = self._holder.getsockname()[1]

    async def listen(self) -> None:
        if self._taking is None:
            listener = _bound(self.port)
            listener.listen()
            self._taking = asyncio.create_task(self._take(listener))

    async def set(self, mode: Mode, delay_s: float) -> None:
        self.mode, self.delay_s = mode, delay_s
        if mode is Mode.CUT:
            await self._deaf()
            self._reset()
        else:
            await self.listen()
        if mode is Mode.HANG:
            self._open.clear()
        else:
            self._open.set()

    async def close(self) -> None:
        await self._deaf()
        self._reset()
        self._holder.close()

    async def _deaf(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            await asyncio.wait((self._taking,))
            self._taking = None

    def _reset(self) -> None:
        for writer in self._writers:
            line = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()
        self._writers.clear()
        for task in self._tasks:
            task.cancel()

    async def _take(self, listener: socket.socket) -> None:
        """Our own loop: a connection that asyncio's server accepts while it closes is lost open."""
        with listener:
            while True:
                line, _ = await asyncio.get_running_loop().sock_accept(listener)
                self.connections += 1
                task = asyncio.create_task(self._served(line))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _served(self, line: socket.socket) -> None:
        with contextlib.ExitStack() as unless_taken:
            unless_taken.callback(line.close)
            reader, writer = await asyncio.open_connection(sock=line)
            unless_taken.pop_all()
        self._writers.add(writer)
        with contextlib.suppress(OSError, TimeoutError):
            await self._open.wait()
            async with asyncio.timeout(CONNECT_S):
                far, out = await asyncio.open_connection(*self._where)
            self._writers.add(out)
            await asyncio.gather(
                self._pump(reader, out, self._note), self._pump(far, writer, self._late)
            )
            self._writers.discard(out)
        self._writers.discard(writer)
        writer.transport.abort()

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        each: Callable[[bytes], Awaitable[None]],
    ) -> None:
        """Forwards one direction; the end of it is forwarded too."""
        with contextlib.suppress(OSError):
            while part := await reader.read(CHUNK):
                await self._open.wait()
                await each(part)
                writer.write(part)
                await writer.drain()
        await self._open.wait()
        with contextlib.suppress(OSError, RuntimeError):
            if writer.can_write_eof():
                writer.write_eof()

    async def _note(self, part: bytes) -> None:
        self.sent += part
        del self.sent[:-KEPT_BYTES]

    async def _late(self, _part: bytes) -> None:
        if self.mode is Mode.SLOW:
            await asyncio.sleep(self.delay_s)


class Proxies:
    """The proxies of one service, by upstream. A context manager; may be told from any thread."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        """`addresses` are host:port on loopback, by name."""
        self._addresses = dict(addresses)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._proxies: dict[str, _Proxy] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._run(self._start())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    @property
    def addresses(self) -> dict[str, str]:
        """Where the service is led instead, as host:port by name."""
        return {name: f"{LOOPBACK}:{proxy.port}" for name, proxy in self._proxies.items()}

    def set(self, name: str, mode: Mode, delay_s: float = 0.0) -> None:
        """Changes one proxy; returns when it is so. Raises KeyError for an unknown name."""
        self._run(self._proxies[name].set(mode, delay_s))

    def seen(self, name: str) -> Seen:
        """What passed so far. Raises KeyError for an unknown name."""
        proxy = self._proxies[name]

        async def look() -> Seen:
            return Seen(mode=proxy.mode, connections=proxy.connections, sent=bytes(proxy.sent))

        return self._run(look())

    async def _start(self) -> None:
        for name, address in self._addresses.items():
            host, _, port = address.rpartition(":")
            self._proxies[name] = _Proxy(host.strip("[]"), int(port))
            await self._proxies[name].listen()

    def _end(self) -> None:
        for proxy in self._proxies.values():
            with contextlib.suppress(OSError, TimeoutError):
                self._run(proxy.close())
        self._run(_settled())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(ORDER_S)
        if not self._thread.is_alive():
            self._loop.close()

    def _run(self, order: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(order, self._loop).result(ORDER_S)


async def _settled() -> None:
    """Lets everything that was cancelled come to its end."""
    current = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not current]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _bound(port: int) -> socket.socket:
    """A socket bound to a loopback port that others of ours may be bound to as well."""
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        line.bind((LOOPBACK, port))
        line.setblocking(False)
    except OSError:
        line.close()
        raise
    return line
