"""A small HTTP server whose answers take as long as it is told; prints its port when it listens.

--median MS      the median of the times, which are lognormal
--spread S       their standard deviation, of the logarithm
--factor F       every time is multiplied by it: a regression of so much
--seed N         of the times
--status S       the status of every answer
--need HEADER    401 unless this header is there
"""

import argparse
import asyncio
import math
import random

parser = argparse.ArgumentParser()
parser.add_argument("--median", type=float, default=10.0)
parser.add_argument("--spread", type=float, default=0.25)
parser.add_argument("--factor", type=float, default=1.0)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--status", type=int, default=200)
parser.add_argument("--need", default="")
given = parser.parse_args()
chance = random.Random(given.seed)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            ms = given.median * math.exp(chance.gauss(0, given.spread)) * given.factor
            await asyncio.sleep(ms / 1000)
            allowed = given.need.lower().encode() in head.lower()
            status = given.status if allowed else 401
            writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: 2\r\n\r\n{{}}".encode())
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
