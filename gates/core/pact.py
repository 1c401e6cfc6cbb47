"""What a Pact file of a consumer says, as far as it is needed to have it verified and explained.

Covers the HTTP interactions of specification 2, 3 and 4 alike.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gates.core.openapi import quoted

HTTP = "Synchronous/HTTP"


class Interaction(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP interaction. `authentication` holds the values of its headers by lower-case name."""

    description: str
    states: tuple[str, ...] = ()
    method: str = "GET"
    path: str = "/"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = None
    status: int = 200
    pending: bool = False


class Pact(msgspec.Struct, frozen=True, kw_only=True):
    """One file. `unjudged` are its interactions that are no HTTP ones, `plugins` what they need."""

    consumer: str
    provider: str
    interactions: tuple[Interaction, ...]
    unjudged: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()


class NoPact(Exception):
    """The value is no Pact file; the text says why, and what is allowed."""


def read(value: Any) -> Pact:
    """A decoded Pact file. Raises NoPact."""
    whole = _object(value, "the file")
    listed = whole.get("interactions", [])
    messages = whole.get("messages", [])
    if not isinstance(listed, list) or not isinstance(messages, list):
        raise NoPact('"interactions" is no list')
    entries = [_object(one, f"interactions[{n}]") for n, one in enumerate(listed)]
    http = [one for one in entries if one.get("type", HTTP) == HTTP]
    others = [one for one in entries if one not in http] + [m for m in messages if m]
    if not entries and not messages:
        raise NoPact('"interactions" is missing or empty: a Pact file has at least one')
    metadata = whole.get("metadata")
    plugins = metadata.get("plugins", []) if isinstance(metadata, dict) else []
    return Pact(
        consumer=_name(whole, "consumer"),
        provider=_name(whole, "provider"),
        interactions=tuple(_interaction(one, number) for number, one in enumerate(http)),
        unjudged=tuple(str(one.get("description", "")) for one in others if isinstance(one, dict)),
        plugins=tuple(str(one.get("name", "")) for one in plugins if isinstance(one, dict)),
    )


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NoPact(f"{what} is no object")
    return value


def _name(whole: Mapping[str, Any], role: str) -> str:
    said = whole.get(role)
    name = said.get("name") if isinstance(said, dict) else None
    if not isinstance(name, str) or not name:
        raise NoPact(f'"{role}.name" is missing')
    return name


def _interaction(one: dict[str, Any], number: int) -> Interaction:
    request = _object(one.get("request"), f"request of interactions[{number}]")
    response = _object(one.get("response"), f"response of interactions[{number}]")
    status = response.get("status", 200)
    if isinstance(status, bool) or not isinstance(status, int):
        raise NoPact(f"response.status of interactions[{number}] is no number")
    return Interaction(
        description=str(one.get("description", "")),
        states=tuple(_states(one)),
        method=str(request.get("method", "GET")).upper(),
        path=str(request.get("path", "/")),
        query=_query(request.get("query")),
        headers=tuple(_headers(request.get("headers"))),
        body=_body(request.get("body")),
        status=status,
        pending=one.get("pending") is True,
    )


def _states(one: Mapping[str, Any]) -> Iterator[str]:
    """Provider states: a text in version 2, a list of objects since version 3."""
    old = one.get("providerState", one.get("provider_state"))
    if isinstance(old, str) and old:
        yield old
    for state in one.get("providerStates") or ():
        if isinstance(state, dict) and state.get("name"):
            yield str(state["name"])


def _query(said: Any) -> str:
    """A query: a text in version 2, lists of values by name since version 3."""
    if not isinstance(said, dict):
        return said if isinstance(said, str) else ""
    return "&".join(
        f"{quoted(str(name))}={quoted(str(value))}"
        for name, values in said.items()
        for value in (values if isinstance(values, list) else [values])
    )


def _headers(said: Any) -> Iterator[tuple[str, str]]:
    """Headers: one value each in version 2, one or a list since version 3."""
    for name, value in said.items() if isinstance(said, dict) else ():
        values = value if isinstance(value, list) else [value]
        yield str(name), ", ".join(str(one) for one in values)


def _body(said: Any) -> Any:
    """A body: plain up to version 3, {content, contentType} in version 4."""
    if isinstance(said, dict) and "content" in said and "contentType" in said:
        return said["content"]
    return said
