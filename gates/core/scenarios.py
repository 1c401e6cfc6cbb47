"""Which operations of a document a made-up load asks, and why it leaves the others out.

A load asks again and again: what would log its own user out, change its account or wait for ever
is no part of it. Whoever gives an operation a weight of its own wants it all the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from gates.core.documented import Documented
from gates.core.openapi import JSON
from gates.core.restricted import matches, unknown
from gates.core.strangers import Stranger, strangers

READS = frozenset(("GET", "HEAD"))
CALLABLE = READS | {"POST", "PUT", "PATCH", "DELETE"}
ENDLESS = ("text/event-stream", "multipart/x-mixed-replace")
OWN_ACCOUNT = frozenset(("me", "self", "whoami", "profile", "account", "myself"))
_SESSION = frozenset(
    (
        *("login", "signin", "logon", "logout", "signout", "logoff", "session", "token", "oauth"),
        *("refresh", "revoke", "password", "passwd", "mfa", "otp", "totp", "verify", "impersonate"),
    )
)
_LOG_OUT = frozenset(("logout", "signout", "logoff", "revoke"))
_DESTRUCTIVE = frozenset(
    ("shutdown", "restart", "reset", "truncate", "purge", "wipe", "drop", "restore", "migrate")
)
_SHOWN = 5


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What the target file says of the load. `machines` are paths that only machines ask for.

    `sessions` are the paths of its log-in and of its refresh.
    """

    weights: dict[str, float] = {}
    writes: bool = True
    machines: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()


class Left(msgspec.Struct, frozen=True):
    """An operation that the load leaves out, and why."""

    label: str
    why: str


def chosen(
    ops: Sequence[Documented], wishes: Wishes
) -> tuple[tuple[Documented, ...], tuple[Left, ...]]:
    """The operations to ask, and those left out: each operation is in one of them."""
    reasons = {op.label: _why_not(op, wishes) for op in ops}
    kept = tuple(op for op in ops if not reasons[op.label])
    return kept, tuple(Left(label, why) for label, why in reasons.items() if why)


def weight(op: Documented, weights: Mapping[str, float]) -> float:
    """The weight that the target file gives, or 1."""
    return next((given for name, given in weights.items() if matches(op, name)), 1.0)


def flaws(
    ops: Sequence[Documented], weights: Mapping[str, float], objectives: Iterable[str]
) -> str:
    """What is wrong with the names and weights of a target file, "" if nothing is.

    A name is told in the words that reading the target file has for it, where it is known there.
    """
    unmeant = (
        *strange(ops, weights, "load.weights")[:_SHOWN],
        *strange(ops, objectives, "load.objectives")[:_SHOWN],
    )
    found = [str(one) for one in unmeant]
    found += [
        f"load.weights gives {name!r} the weight {given:g}; allowed are 0 and more"
        for name, given in weights.items()
        if not 0 <= given < float("inf")
    ]
    if ops and not found and all(weight(op, weights) == 0 for op in ops):
        found.append("load.weights gives every operation the weight 0; give one of them another")
    return "; ".join(found)


def accepted(op: Documented) -> tuple[int, ...]:
    """The documented statuses of success; without any those of a redirect; empty: below 400."""
    said = sorted(str(status).upper() for status in op.responses)
    for first in "23":
        exact = [int(one) for one in said if re.fullmatch(rf"{first}\d\d", one)]
        if f"{first}XX" in said:
            return tuple(range(int(first) * 100, int(first) * 100 + 100))
        if exact:
            return tuple(exact)
    return ()


def strange(ops: Sequence[Documented], names: Iterable[str], key: str) -> tuple[Stranger, ...]:
    """Return the names under `key` of the target file that the document does not have."""
    known = {name for op in ops for name in (op.operation.operation_id, op.label) if name}
    return strangers(key, unknown(ops, names), known, "the document")


def _why_not(op: Documented, wishes: Wishes) -> str:
    named = [given for name, given in wishes.weights.items() if matches(op, name)]
    if named and named[0] == 0:
        return "load.weights gives it the weight 0"
    if op.operation.method not in CALLABLE:
        return f"{op.operation.method} is not asked under load"
    writes = op.operation.method not in READS
    if writes and not wishes.writes:
        return "it writes, and load.writes is false"
    if _is_endless(op):
        return "its answer is a stream that does not end"
    if named:
        return ""
    return _harm(op, wishes, writes=writes) or _for_machines(op, wishes)


def _harm(op: Documented, wishes: Wishes, *, writes: bool) -> str:
    words = frozenset(_words(op.path)) | frozenset(_words(op.operation.operation_id))
    if words & _LOG_OUT or (writes and (words & _SESSION or op.path in wishes.sessions)):
        return "it logs in or out, or is about a password or a token"
    if writes and words & _DESTRUCTIVE:
        return "it would destroy what the load needs"
    if op.operation.method in ("DELETE", "PUT", "PATCH") and _is_own_account(op.path):
        return "it would change or delete the account of the load"
    if op.operation.method == "DELETE" and "{" not in op.path:
        return "it would delete what nobody counted: no id stands in its path"
    return ""


def _is_own_account(path: str) -> bool:
    return path.rstrip("/").rpartition("/")[2].lower() in OWN_ACCOUNT


def _for_machines(op: Documented, wishes: Wishes) -> str:
    if op.operation.method in READS and op.path in wishes.machines:
        return "only machines ask for it; load.weights can put it in"
    return ""


def _is_endless(op: Documented) -> bool:
    answers = [said for status, said in op.responses.items() if str(status).startswith("2")]
    kinds = [kind for said in answers for kind in _kinds(said)]
    return bool(kinds) and all(str(kind).lower().startswith(ENDLESS) for kind in kinds)


def _kinds(said: Mapping[str, JSON]) -> list[str]:
    content = said.get("content")
    return list(content) if isinstance(content, dict) else []


def _words(text: str) -> Iterator[str]:
    """The words of a path or of an operationId, small, in the singular; "log-in" is "login"."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub(r"\{[^{}]*\}", "", text)).lower()
    for part in re.split(r"[/]+", spaced):
        words = [word.removesuffix("s") for word in re.split(r"[^a-z0-9]+", part) if word]
        yield from words
        yield from (one + two for one, two in pairwise(words))
