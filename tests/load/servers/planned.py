"""A small HTTP server whose every misdeed is an argument; prints its port when it
listens, and a line more at the first request.

--stall-after S --stall S   stops answering everybody once, S seconds after the first request
--slow-for S                answers take 0.3 s during the first S seconds after the first request
--status-every N STATUS     every Nth request gets this status
--hang                      reads requests and never answers
--need HEADER               401 unless this header is there
"""

import argparse
import asyncio
import time

parser = argparse.ArgumentParser()
parser.add_argument("--stall-after", type=float, default=1e9)
parser.add_argument("--stall", type=float, default=0.0)
parser.add_argument("--slow-for", type=float, default=0.0)
parser.add_argument("--status-every", type=int, nargs=2, default=(0, 200))
parser.add_argument("--hang", action="store_true")
parser.add_argument("--need", default="")
given = parser.parse_args()
first = 0.0
requests = 0
stalled = False


async def status_of(head: bytes) -> int:
    global first, requests, stalled
    now = time.monotonic()
    if not first:
        print("asked", flush=True)
    first = first or now
    requests += 1
    if not stalled and now - first >= given.stall_after:
        stalled = True
        time.sleep(given.stall)  # everybody waits: that is the point
    if now - first < given.slow_for:
        await asyncio.sleep(0.3)
    if given.hang:
        await asyncio.sleep(3600)
    if given.need and given.need.lower().encode() not in head.lower():
        return 401
    every, status = given.status_every
    return status if every and requests % every == 0 else 200


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            status = await status_of(head)
            writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\nok" % status)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
