"""A small HTTP server whose every misdeed is an argument; prints its port when it
listens, and a line more at the first request.

--stall-after S --stall S   stops answering everybody once, S seconds after the first request
--slow-for S                answers take 0.3 s during the first S seconds after the first request
--status-every N STATUS     every Nth request gets this status
--spread S                  answers take anything from 0 to S seconds, evenly
--hang                      reads requests and never answers
--need HEADER               401 unless this header is there; /health needs none
--items                     POST makes an item, GET and DELETE /items/ID find it, or 404; an item is
                            its maker's alone, told by Authorization
--host ADDRESS              where it listens, 127.0.0.1
"""

import argparse
import asyncio
import random
import time

parser = argparse.ArgumentParser()
parser.add_argument("--stall-after", type=float, default=1e9)
parser.add_argument("--stall", type=float, default=0.0)
parser.add_argument("--slow-for", type=float, default=0.0)
parser.add_argument("--status-every", type=int, nargs=2, default=(0, 200))
parser.add_argument("--spread", type=float, default=0.0)
parser.add_argument("--hang", action="store_true")
parser.add_argument("--need", default="")
parser.add_argument("--items", action="store_true")
parser.add_argument("--host", default="127.0.0.1")
given = parser.parse_args()
items: dict[str, str] = {}  # id -> its maker
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
    if given.spread:
        await asyncio.sleep(given.spread * random.random())
    if given.hang:
        await asyncio.sleep(3600)
    known = given.need.lower().encode() in head.lower() or b" /health " in head
    if given.need and not known:
        return 401
    every, status = given.status_every
    return status if every and requests % every == 0 else 200


def item(head: bytes) -> tuple[int, bytes]:
    """Status and body of a request for an item, or to make one."""
    line, *headers = head.decode().split("\r\n")
    method, path, _ = line.split(" ")
    who = next((one for one in headers if one.lower().startswith("authorization")), "")
    if method == "POST":
        items[str(len(items) + 1)] = who
        return 201, b'{"item": {"id": %d}}' % len(items)
    known = path.rpartition("/")[2]
    if items.get(known) != who:
        return 404, b"{}"
    if method == "DELETE":
        items[known] = "nobody's"
    return 200, b"{}"


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
            await reader.readexactly(int(length or 0))
            status, body = await status_of(head), b"ok"
            if given.items:
                status, body = item(head)
            answer = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s"
            writer.write(answer % (status, len(body), body))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, given.host, 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
