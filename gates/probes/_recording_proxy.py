"""A reverse proxy on loopback that notes what is asked of the service and how it answers.

Bytes go through as they are: bodies of any length, streams, and whatever follows a switch of
protocols. It notes method, path and status; `rewrite` may change the head of a request.
"""

import asyncio
import contextlib
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import msgspec

from gates.core.tested import Hit
from gates.shell import network

LOOPBACK = "127.0.0.1"
MOST_HEAD = 64 * 1024
CHUNK = 64 * 1024
CONNECT_S = 10.0
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
BROKEN = (OSError, EOFError, ValueError, asyncio.LimitOverrunError, network.NetworkError)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of a message and its headers, as they came."""

    first: str
    headers: tuple[tuple[str, str], ...]

    def value(self, name: str) -> str:
        """The value of a header, "" where it is not there."""
        return next((v for k, v in self.headers if k.lower() == name), "")

    def data(self) -> bytes:
        """The head as it is sent."""
        lines = [self.first, *(f"{name}: {value}" for name, value in self.headers), "", ""]
        return "\r\n".join(lines).encode("latin-1")


class Proxy:
    """Runs in a thread of its own while the context lasts; `hits` counts what it saw."""

    def __init__(self, base_url: str, rewrite: Callable[[Head], Head] | None = None) -> None:
        self._service = base_url
        self._rewrite = rewrite
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._hits: Counter[Hit] = Counter()
        self._server: asyncio.Server | None = None
        self.base_url = ""

    def __enter__(self) -> Self:
        network.check(self._service, (self._service,))
        self._thread.start()
        started = asyncio.run_coroutine_threadsafe(self._start(), self._loop)
        self._server = started.result(CONNECT_S)
        port = self._server.sockets[0].getsockname()[1]
        self.base_url = f"http://{LOOPBACK}:{port}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(CONNECT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CONNECT_S)
        self._loop.close()

    @property
    def hits(self) -> Mapping[Hit, int]:
        """How often each kind of answer came; status 0: the service gave none."""
        return dict(self._hits)

    async def _start(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, LOOPBACK, 0, limit=MOST_HEAD)

    async def _stop(self) -> None:
        if self._server:
            self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (head := await _head(reader)) is not None:
                # A connection for each request: the service may have closed an idle one just now.
                try:
                    service = await self._connected()
                except BROKEN:
                    self._hits[Hit(*_asked(head), 0)] += 1
                    break
                try:
                    if not await self._exchanged(head, (reader, writer), service):
                        break
                finally:
                    service[1].close()
        except BROKEN:
            pass
        finally:
            writer.close()

    async def _connected(self) -> Stream:
        _, line = await asyncio.to_thread(
            network.connected, self._service, (self._service,), CONNECT_S
        )
        if not isinstance(line, ssl.SSLSocket):
            line.setblocking(False)
            return await asyncio.open_connection(sock=line, limit=MOST_HEAD)
        # asyncio takes plain sockets alone: the address that was judged is used once more.
        host, port = line.getpeername()[:2]
        name = line.server_hostname
        line.close()
        secure = ssl.create_default_context()
        return await asyncio.open_connection(
            host, port, ssl=secure, server_hostname=name, limit=MOST_HEAD
        )

    async def _exchanged(self, head: Head, client: Stream, service: Stream) -> bool:
        """One request and its answer; whether the connection can be used again."""
        sent = self._rewrite(head) if self._rewrite else head
        method, path = _asked(head)
        service[1].write(sent.data())
        pump = asyncio.create_task(_pumped(client[0], service[1], head))
        try:
            answer = await self._answered(method, path, client, service)
        finally:
            done = pump.done() and not pump.cancelled() and pump.exception() is None
            pump.cancel()
            with contextlib.suppress(asyncio.CancelledError, *BROKEN):
                await pump
        status = int(answer.first.split()[1])
        if status == 101:
            await _tunnelled(client, service)
            return False
        whole = await _relayed(service[0], client[1], answer, method, status)
        closing = any("close" in one.value("connection").lower() for one in (head, answer))
        old = answer.first.startswith("HTTP/1.0") or head.first.endswith("HTTP/1.0")
        return whole and done and not closing and not old

    async def _answered(self, method: str, path: str, client: Stream, service: Stream) -> Head:
        """The head of the final answer, passed on; those of 100 to 199 before it are too."""
        while True:
            try:
                answer = await _head(service[0])
            except BROKEN:
                answer = None
            if answer is None:
                self._hits[Hit(method, path, 0)] += 1
                raise EOFError
            status = int(answer.first.split()[1])
            client[1].write(answer.data())
            await client[1].drain()
            if status >= 200 or status == 101:
                self._hits[Hit(method, path, status)] += 1
                return answer


async def _head(reader: asyncio.StreamReader) -> Head | None:
    """The next head, None where the peer has ended. Raises EOFError, ValueError."""
    try:
        data = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial.strip():
            raise
        return None
    first, *lines = data.decode("latin-1").lstrip("\r\n").rstrip("\r\n").split("\r\n")
    pairs = [line.partition(":") for line in lines]
    if len(first.split(" ")) < 2:
        raise ValueError(first[:100])
    return Head(first=first, headers=tuple((name, value.strip()) for name, _, value in pairs))


def _asked(head: Head) -> tuple[str, str]:
    """Method and path, without host and query."""
    method, target = head.first.split(" ")[:2]
    if "://" in target:
        target = "/" + target.partition("://")[2].partition("/")[2]
    return method, target.partition("?")[0]


async def _pumped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: Head) -> None:
    """The body of a request."""
    if "chunked" in head.value("transfer-encoding").lower():
        await _chunks(reader, writer)
    else:
        await _bytes(reader, writer, int(head.value("content-length") or 0))


async def _relayed(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    answer: Head,
    method: str,
    status: int,
) -> bool:
    """The body of an answer; whether its end was told by its own length."""
    if method == "HEAD" or status in (204, 304):
        return True
    if "chunked" in answer.value("transfer-encoding").lower():
        await _chunks(reader, writer)
        return True
    if answer.value("content-length"):
        await _bytes(reader, writer, int(answer.value("content-length")))
        return True
    await _rest(reader, writer)
    return False


async def _chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        line = await reader.readuntil(b"\r\n")
        writer.write(line)
        size = int(line.split(b";")[0].strip() or b"0", 16)
        if size == 0:
            break
        await _bytes(reader, writer, size + 2)
    while True:  # trailers, and the empty line
        line = await reader.readuntil(b"\r\n")
        writer.write(line)
        if line == b"\r\n":
            await writer.drain()
            return


async def _bytes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: int) -> None:
    while count > 0:
        data = await reader.read(min(count, CHUNK))
        if not data:
            raise EOFError
        count -= len(data)
        writer.write(data)
        await writer.drain()
    await writer.drain()


async def _rest(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()


async def _tunnelled(client: Stream, service: Stream) -> None:
    """Everything in both directions, until one side ends."""
    tasks = [
        asyncio.create_task(_rest(client[0], service[1])),
        asyncio.create_task(_rest(service[0], client[1])),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
