"""A shop for tests: python shop.py PORT [NAME=VALUE …].

postgres=ADDRESS: every read asks it, through a pool · size=N · hold: a connection is kept by every
tenth request · nap=S: a read takes so long · redis=ADDRESS: reads go through it · cache=N: every
N-th lookup of a cache in memory is a miss · quiet: the metrics have no numbers · busy=S: for so
long every read is refused.
"""

import socket
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

PORT = int(sys.argv[1])
SAID = dict(word.partition("=")[::2] for word in sys.argv[2:])
SIZE, NAP = int(SAID.get("size", 40)), float(SAID.get("nap", 0))
registry = CollectorRegistry()
TIME = Histogram("db_seconds", "t", registry=registry, buckets=(0.001, 0.01, 0.1, 1.0))
IN_USE = Gauge("pool_in_use", "u", registry=registry)
LARGEST = Gauge("pool_size", "s", registry=registry)
WAITING = Gauge("pool_waiting", "w", registry=registry)
HITS = Counter("cache_hits", "h", ["cache"], registry=registry)
MISSES = Counter("cache_misses", "m", ["cache"], registry=registry)
free = threading.BoundedSemaphore(SIZE)
numbers, lookups = count(1), count(1)
idle: list[object] = []
LARGEST.set(SIZE)
BUSY_UNTIL = time.monotonic() + float(SAID.get("busy", 0))


@contextmanager
def connection():
    """One of the pool, None where there is no database."""
    with WAITING.track_inprogress():
        free.acquire()
    IN_USE.inc()
    try:
        made = None
        if "postgres" in SAID:
            import psycopg

            made = idle.pop() if idle else psycopg.connect(SAID["postgres"], autocommit=True)
        yield made
    finally:
        if made is not None:
            idle.append(made)
        if "hold" not in SAID or next(numbers) % 10:
            IN_USE.dec()
            free.release()


def read() -> None:
    """Ask the database."""
    with connection() as made, TIME.time():
        time.sleep(NAP)
        if made is not None:
            made.execute("SELECT count(*) FROM generate_series(1, 10)")


def looked_up(path: str) -> None:
    """Look into the cache."""
    if "redis" in SAID:
        where, _, password = SAID["redis"].partition("/")
        host, _, port = where.partition(":")
        with socket.create_connection((host, int(port))) as line:
            line.sendall(f'AUTH "{password}"\r\nGET "{path}"\r\nSET "{path}" 1\r\n'.encode())
            seen = b""
            while seen.count(b"+OK") < 2:
                seen += line.recv(4096)
    elif next(lookups) % int(SAID["cache"]) == 0:
        MISSES.labels("books").inc()
    else:
        HITS.labels("books").inc()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        body, status = b"{}", 200
        if self.path == "/metrics":
            body = b"\n" if "quiet" in SAID else generate_latest(registry)
        elif self.path == "/gone":
            status = 404
        elif self.path != "/health" and time.monotonic() < BUSY_UNTIL:
            status = 429
        elif self.path != "/health":
            if "cache" in SAID or "redis" in SAID:
                looked_up(self.path)
            read()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 200
    daemon_threads = True


Server(("127.0.0.1", PORT), Handler).serve_forever()
