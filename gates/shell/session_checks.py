"""What a target file says of sessions, accounts, limits and passwords that cannot be."""

from collections.abc import Iterator

from gates.core import read_queries
from gates.core.behaviour import Refresh, Registration
from gates.core.target import Target
from gates.shell.problems import KeyPath, Trouble, did_you_mean

_METHODS = frozenset({"POST", "PUT", "PATCH", "GET"})
_WHOM = ("address", "user")
_STORES = ("postgresql", "postgres", "sqlite", "file")


def troubles(target: Target) -> Iterator[Trouble]:
    """Everything wrong with [auth.refresh], [auth.register], [[throttles]] and [passwords]."""
    if target.auth.refresh is not None:
        yield from _refresh(target.auth.refresh)
        if target.auth.login is None:
            message = "needs [auth.login], whose answer holds the refresh token"
            yield Trouble(path=("auth", "refresh"), message=message)
    if target.auth.register is not None:
        yield from _register(target.auth.register, target)
    yield from _throttles(target)
    yield from _passwords(target)


def _refresh(said: Refresh) -> Iterator[Trouble]:
    yield from _request(("auth", "refresh"), said)
    yield from _holds(("auth", "refresh", "body"), said.body, "{token}")
    if not said.token.startswith("/"):
        message = f'found "{said.token}"'
        allowed = 'a JSON pointer, such as "/refresh_token"'
        yield Trouble(path=("auth", "refresh", "token"), message=message, allowed=allowed)


def _register(said: Registration, target: Target) -> Iterator[Trouble]:
    yield from _request(("auth", "register"), said)
    for word in ("{name}", "{password}"):
        yield from _holds(("auth", "register", "body"), said.body, word)
    known = {"default", *target.identities}
    if said.identity and said.identity not in known:
        yield Trouble(
            path=("auth", "register", "identity"),
            message=f'found "{said.identity}"',
            allowed=f"one of {', '.join(sorted(known))}",
            hint=did_you_mean(said.identity, known),
        )


def _request(path: KeyPath, said: Refresh | Registration) -> Iterator[Trouble]:
    if not said.path.startswith("/"):
        allowed = "a path of the service, such as /login"
        yield Trouble(path=(*path, "path"), message=f'found "{said.path}"', allowed=allowed)
    if said.method not in _METHODS:
        allowed = ", ".join(sorted(_METHODS))
        yield Trouble(path=(*path, "method"), message=f'found "{said.method}"', allowed=allowed)


def _holds(path: KeyPath, body: dict[str, str], word: str) -> Iterator[Trouble]:
    if not any(word in text for text in body.values()):
        yield Trouble(path=path, message=f"has {word} in none of its fields")


def _throttles(target: Target) -> Iterator[Trouble]:
    for index, one in enumerate(target.throttles):
        path: KeyPath = ("throttles", index)
        if one.limit < 1:
            yield Trouble(path=(*path, "limit"), message=f"found {one.limit}", allowed="1 or more")
        if not one.window_s > 0:
            message = f"found {one.window_s:g}"
            yield Trouble(path=(*path, "window_s"), message=message, allowed="more than 0")
        if one.per not in _WHOM:
            hint = did_you_mean(one.per, _WHOM)
            allowed = " or ".join(_WHOM)
            message = f'found "{one.per}"'
            yield Trouble(path=(*path, "per"), message=message, allowed=allowed, hint=hint)


def _passwords(target: Target) -> Iterator[Trouble]:
    said = target.passwords
    if said is None:
        return
    if problem := read_queries.flaw(said.query):
        allowed = "one SELECT that uses :name"
        yield Trouble(path=("passwords", "query"), message=problem, allowed=allowed)
    scheme, found, _ = said.database.partition("://")
    if not said.database or (found and scheme.partition("+")[0] not in _STORES):
        allowed = "an SQLite file with {state}, or postgresql://…"
        message = f"found {scheme}://…" if found else "is empty"
        yield Trouble(path=("passwords", "database"), message=message, allowed=allowed)
    if "{state}" in said.database and target.service and not target.service.start:
        message = "has {state}, the folder of a service that we start: it has no start"
        yield Trouble(path=("passwords", "database"), message=message)
