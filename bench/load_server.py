"""A small HTTP server for benchmarks: answers at once; prints its port, and each new path."""

import asyncio

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok"
seen: set[bytes] = set()


class Line(asyncio.Protocol):
    """One connection; a request has no body and comes in one piece."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request of it."""
        path = data.split(b" ", 2)[1]
        if path not in seen:
            seen.add(path)
            print(path.decode(), flush=True)
        self.transport.write(ANSWER * data.count(b"\r\n\r\n"))  # type: ignore[attr-defined]


async def main() -> None:
    """Serve until killed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Line, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
