"""Asks a Redis on this machine for its statistics: AUTH and INFO of its protocol, nothing else.

Source of the protocol: RESP, https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

import socket
import time
from urllib.parse import unquote, urlsplit

import msgspec

LOCAL = ("localhost", "127.0.0.1", "::1")
PORT = 6379
DEADLINE_S = 3.0
MOST_BYTES = 256 * 1024


class RedisError(Exception):
    """It cannot be asked; the text says why and holds no password."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is, and as whom to ask."""

    host: str
    port: int = PORT
    user: str = ""
    password: str = ""


def address(url: str) -> Address:
    """What a redis:// URL says: user, password, host, port, number of the database.

    Raises RedisError.
    """
    try:
        said = urlsplit(url)
        port = said.port or PORT
    except ValueError:
        raise RedisError("is no address: redis://127.0.0.1:6379/0 is one") from None
    if said.scheme != "redis" or not said.hostname:
        raise RedisError(f"found {said.scheme or 'no'}://…; allowed: redis://HOST:PORT/DB")
    if said.hostname not in LOCAL:
        allowed = ", ".join(LOCAL)
        raise RedisError(f"{said.hostname} is not this machine; allowed: {allowed}")
    password = unquote(said.password or "")
    return Address(
        host=said.hostname, port=port, user=unquote(said.username or ""), password=password
    )


def statistics(where: Address) -> dict[str, int]:
    """The counters of INFO stats by name. Raises RedisError."""
    try:
        with socket.create_connection((where.host, where.port), timeout=DEADLINE_S) as line:
            reader = _Reader(line)
            if where.password:
                words = (
                    ("AUTH", where.user, where.password) if where.user else ("AUTH", where.password)
                )
                line.sendall(_command(*words))
                reader.answer()
            line.sendall(_command("INFO", "stats"))
            return counters(reader.answer())
    except OSError as error:
        raise RedisError(f"cannot be asked: {error.strerror or 'no answer in time'}") from None


def counters(text: str) -> dict[str, int]:
    """The whole numbers of INFO's lines `name:number`."""
    pairs = (line.partition(":") for line in text.splitlines() if not line.startswith("#"))
    return {name: int(value) for name, _, value in pairs if value.strip().isdecimal()}


def _command(*words: str) -> bytes:
    parts = [word.encode() for word in words]
    head = b"*%d\r\n" % len(parts)
    return head + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


class _Reader:
    """Reads answers one after the other, within one deadline."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._rest = b""
        self._end = time.monotonic() + DEADLINE_S

    def answer(self) -> str:
        """A simple or bulk string. Raises RedisError for an error and for anything else."""
        head = self._until(b"\r\n").decode("utf-8", "replace")
        kind, said = head[:1], head[1:]
        if kind == "+":
            return said
        if kind == "-":
            raise RedisError(f"answers {said.split(' ')[0][:40]}")
        if kind != "$" or not said.isdecimal() or int(said) > MOST_BYTES:
            raise RedisError("answers what is not Redis's protocol")
        text = self._exactly(int(said))
        self._exactly(2)
        return text.decode("utf-8", "replace")

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            self._more()
        found, _, self._rest = self._rest.partition(mark)
        return found

    def _exactly(self, count: int) -> bytes:
        while len(self._rest) < count:
            self._more()
        found, self._rest = self._rest[:count], self._rest[count:]
        return found

    def _more(self) -> None:
        self._line.settimeout(max(self._end - time.monotonic(), 0.001))
        data = self._line.recv(64 * 1024)
        if not data or len(self._rest) > 2 * MOST_BYTES:
            raise RedisError("ends the connection before it has answered")
        self._rest += data
