"""Tells answers apart: of a path that nobody has, of a route that exists, of a real object."""

import json
import re
from typing import Any

import msgspec

from gates.probes._caller import DEFAULT, Caller
from gates.shell.network import NetworkError, Response

NOWHERE = "/gatescore-no-such-path"
TAMPERED = "TRACE"  # documented by nobody, and harmless
GONE = frozenset({404, 405, 501})
REFUSED = frozenset({401, 403})
_RESTLESS = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9a-fA-F]{12,}|\d+")
Signature = tuple[int, str, str]


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer says, as far as it can be compared; `status` 0: there was none."""

    status: int
    signature: Signature
    allow: frozenset[str]
    body: Any
    location: str


class Site:
    """The service, and what it answers where nothing is. Raises Exhausted."""

    def __init__(self, caller: Caller, base: str) -> None:
        self._caller = caller
        self._base = base
        self._nowhere: dict[tuple[str, bool], Reply] = {}
        self._routed: dict[str, bool | None] = {}

    def ask(
        self,
        method: str,
        path: str,
        *,
        known: bool = True,
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
        operation: str = "",
    ) -> Reply:
        """The answer to one request; `known`: as the default identity, else as nobody."""
        try:
            answer = self._caller.ask(
                method,
                path,
                identity=DEFAULT if known else None,
                headers=headers,
                body=body,
                operation=operation,
            )
        except NetworkError:
            return Reply(status=0, signature=(0, "", ""), allow=frozenset(), body=None, location="")
        return _reply(answer, path)

    def nowhere(self, method: str = "GET", *, known: bool = True) -> Reply:
        """What a path that nobody has is answered; asked once for each method."""
        key = (method, known)
        if key not in self._nowhere:
            body = b"{" if method in ("POST", "PUT", "PATCH") else b""
            headers = (("Content-Type", "application/json"),) if body else ()
            self._nowhere[key] = self.ask(
                method, self._base + NOWHERE, known=known, headers=headers, body=body
            )
        return self._nowhere[key]

    @property
    def answers_everything(self) -> bool:
        """Whether a path that nobody has is a success."""
        return 0 < self.nowhere().status < 400

    @property
    def refuses_everything(self) -> bool:
        """Whether a path that nobody has is refused as if it were there."""
        return self.nowhere().status in REFUSED

    def like_nowhere(self, reply: Reply, method: str, *, known: bool = True) -> bool:
        """Whether an answer is the one of a path that nobody has."""
        return reply.signature == self.nowhere(method, known=known).signature

    def routed(self, path: str) -> bool | None:
        """Whether the path is one of the service's: told by a method that it cannot have.

        None where the answer says nothing: the service gives the same one everywhere.
        """
        place = path.partition("?")[0]
        if place not in self._routed:
            self._routed[place] = self._tampered(place)
        return self._routed[place]

    def _tampered(self, path: str) -> bool | None:
        reply = self.ask(TAMPERED, path)
        if self.nowhere(TAMPERED).status == 405 or reply.status == 0:
            return None
        if reply.status == 405:
            return True
        return False if self.like_nowhere(reply, TAMPERED) else None


def _reply(answer: Response, path: str) -> Reply:
    kinds = {name.lower(): value for name, value in answer.headers}
    text = answer.body.decode("utf-8", "replace")
    kind = kinds.get("content-type", "").partition(";")[0].strip().lower()
    try:
        body = json.loads(text) if text else None
    except ValueError:
        body = None
    said = _told(body) if body is not None else _still(text, path)[:500]
    return Reply(
        status=answer.status,
        signature=(answer.status, kind, said),
        allow=frozenset(
            word.strip().upper() for word in kinds.get("allow", "").split(",") if word.strip()
        ),
        body=body,
        location=kinds.get("location", ""),
    )


def _told(body: Any) -> str:
    """The names and short fixed words of an answer: not its ids, times and paths."""
    match body:
        case dict():
            return "{" + ",".join(f"{key}:{_told(body[key])}" for key in sorted(body)) + "}"
        case list():
            return "[" + ",".join(_told(part) for part in body[:5]) + "]"
        case str():
            return "*" if "/" in body or _RESTLESS.search(body) else body[:200]
        case _:
            return str(body)


def _still(text: str, path: str) -> str:
    return _RESTLESS.sub("*", text.replace(path, "PATH"))
