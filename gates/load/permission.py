"""Whether a worker may load what its master names: only what its own command line allows."""

import os
from collections.abc import Mapping, Sequence

import msgspec

from gates.shell.network import Refused, allow_list, check
from gates.shell.origins import LOOPBACK, is_standard_loopback, literal, read_origin

VARIABLE = "GATESCORE_LOAD_ALLOWED"


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """Where the master is, and the origins that this machine's user owns."""

    master: str
    origins: tuple[str, ...] = ()


def variable(master: str, origins: Sequence[str]) -> dict[str, str]:
    """Return the environment that tells a worker what it may load."""
    told = Allowed(master=master, origins=tuple(origins))
    return {VARIABLE: msgspec.json.encode(told).decode()}


def refusal(origin: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return why an origin is not loaded, "" if it is.

    A worker that no such variable tells anything was started by the master's own run.
    """
    text = environ.get(VARIABLE)
    if text is None:
        return ""
    allowed = msgspec.json.decode(text, type=Allowed)
    try:
        here = is_standard_loopback(read_origin(origin))
        if here and not is_loopback(allowed.master):
            return (
                f"{origin} is each machine itself: give the service an address that all machines "
                "reach, as service.base_url"
            )
        if not here and origin not in allowed.origins:
            return f"nobody here allowed a load on {origin}: --i-own-this-target {origin}"
        check(origin, allow_list(origin, allowed.origins))
    except Refused as error:
        return str(error)
    return ""


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine by its usual words."""
    return host == "localhost" or literal(host) in LOOPBACK
