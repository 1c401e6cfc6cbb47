"""The words between a probe and the runner that holds its service: one JSON line each way.

The runner listens on a Unix socket; each connection carries one order and its reply.
"""

import socket
from typing import Literal

import msgspec

LONGEST_LINE = 2**20


class ControlError(Exception):
    """An order was not carried out; the text says why. `unsupported`: it never can be here."""

    def __init__(self, detail: str, *, unsupported: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.unsupported = unsupported


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be done. `seconds` is the delay of `slow`; `text` is looked for by `seen`."""

    do: Literal["cut", "hang", "slow", "restore", "seen", "restart", "second", "stop", "state"]
    name: str = ""
    seconds: float = 0.0
    text: str = ""
    number: int = 0


class Led(msgspec.Struct, frozen=True, kw_only=True):
    """One upstream: its mode, whether a proxy of ours leads to it, and what passed that."""

    mode: str
    proxied: bool
    connections: int = 0


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """One start of the service. `ended` "" while it runs, else how it ended."""

    number: int
    base_url: str
    log: str
    ended: str = ""
    by_us: bool = False  # it was asked to stop


class Reply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of an order; `error` "" if it was carried out."""

    error: str = ""
    unsupported: bool = False
    instance: Instance | None = None
    instances: tuple[Instance, ...] = ()
    upstreams: dict[str, Led] = {}
    found: bool = False  # of `seen`: whether the text went to the upstream
    http: bool = False  # of `seen`: whether the service speaks HTTP to it


def ask(path: str, order: Order, deadline_s: float = 60.0) -> Reply:
    """Gives an order and waits for its reply. Raises ControlError."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(deadline_s)
            line.connect(path)
            line.sendall(msgspec.json.encode(order) + b"\n")
            with line.makefile("rb") as stream:
                reply = msgspec.json.decode(stream.readline(LONGEST_LINE), type=Reply)
    except TimeoutError:
        raise ControlError(f"{order.do}: no reply within {deadline_s:g} s") from None
    except (OSError, msgspec.DecodeError) as error:
        raise ControlError(f"{order.do}: {error}") from None
    if reply.error:
        raise ControlError(reply.error, unsupported=reply.unsupported)
    return reply
