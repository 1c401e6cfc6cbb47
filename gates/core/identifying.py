"""Finds the id of an object in the answers that speak of it, and makes ids that nobody has."""

import base64
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gates.core.openapi import JSON, unquoted
from gates.core.ownership import Resource, noun_of, shape_of

USUAL = ("id", "uuid", "_id", "guid", "slug")
ENVELOPES = ("data", "result", "item", "object", "payload", "attributes")
LISTS = ("items", "data", "results", "records", "content", "entries", "values", "rows", "list")
OWN_WORDS = ("user_id", "id", "sub", "uid", "account_id", "customer_id", "username", "user_name")
NOBODYS_NUMBER = 1_000_003
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def identifier(resource: Resource, body: JSON, location: str = "", sent: JSON = None) -> str:
    """The id of the object that an answer speaks of, "" if none was found.

    Looked for where a link of the document says, in Location, in the fields of the body that are
    named like the parameter, and at last in the body that was sent.
    """
    if resource.link:
        return _by_link(resource.link, body, location)
    if found := from_location(resource.shape, location):
        return found
    if isinstance(body, str | int) and not isinstance(body, bool):
        return str(body)
    for holder in objects(body, resource.noun):
        if found := _field(holder, resource):
            return found
    return _plain(sent.get(resource.key)) if isinstance(sent, dict) else ""


def from_location(shape: str, location: str) -> str:
    """The last part of a Location that leads to an object of this shape, "" for another one."""
    path = re.sub(r"^[a-z]+://[^/]*", "", location).split("?")[0].rstrip("/")
    pattern = re.escape(shape).replace(re.escape("{}"), r"([^/]+)")
    match = re.search(rf"{pattern}$", path)
    if match:
        return unquoted(match[match.lastindex or 0])
    return unquoted(path) if path and "/" not in path else ""


def objects(body: JSON, noun: str = "") -> Iterator[dict[str, JSON]]:
    """The objects that an answer may mean: itself, then what an envelope holds."""
    if not isinstance(body, dict):
        return
    yield body
    inner = [body[name] for name in (noun, *ENVELOPES) if name in body]
    if len(body) == 1:
        inner += list(body.values())
    for value in inner:
        if isinstance(value, dict):
            yield from objects(value)


def entries(body: JSON, depth: int = 0) -> list[JSON]:
    """The entries of a list answer: the list itself, or the one that its envelope holds."""
    if isinstance(body, list):
        return body
    if not isinstance(body, dict) or depth > 2:
        return []
    named = [body[name] for name in LISTS if name in body]
    for value in (*named, *body.values()):
        found = entries(value, depth + 1) if isinstance(value, dict | list) else []
        if found:
            return found
    return []


def listed(resource: Resource, body: JSON) -> dict[str, JSON]:
    """Id → entry, of a list answer."""
    found = ((identifier(resource, entry), entry) for entry in entries(body))
    return {known: entry for known, entry in found if known}


def own_ids(answer: JSON, headers: Mapping[str, str]) -> tuple[str, ...]:
    """What may be the id of an identity's own account, the likeliest first.

    Taken from the answer of its login and from the claims of the token that it sends.
    """
    found: dict[str, str] = {}
    holders = [*_holders(answer), *(claims(value) for value in headers.values())]
    for word in OWN_WORDS:
        for holder in holders:
            for name, value in holder.items():
                if noun_of(name) == noun_of(word) and _plain(value):
                    found[_plain(value)] = name
    return tuple(found)


def claims(header: str) -> dict[str, JSON]:
    """The claims of a JSON Web Token in a header's value; empty for anything else."""
    parts = header.rpartition(" ")[2].split(".")
    if len(parts) != 3:
        return {}
    try:
        data = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        value: Any = msgspec.json.decode(data)
    except (ValueError, msgspec.DecodeError):
        return {}
    return value if isinstance(value, dict) else {}


def nobodys(known: str, schema: Mapping[str, JSON]) -> str:
    """An id of the same kind that no object has."""
    if UUID.fullmatch(known):
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"nobody's {known}"))
    if re.fullmatch(r"\d{1,15}", known):
        number = int(known) + NOBODYS_NUMBER
        most = schema.get("maximum")
        if isinstance(most, int) and number > most:
            number = most if most != int(known) else most - 1
        return str(number)
    swapped = "".join(chr((ord(c) - 97 + 13) % 26 + 97) if "a" <= c <= "z" else c for c in known)
    if swapped != known:
        return swapped
    digits = "".join(str((int(c) + 5) % 10) if c.isdecimal() else c for c in known)
    return digits if digits != known else f"{known}0"


def as_sent(known: str, schema: Mapping[str, JSON]) -> JSON:
    """An id as a body carries it: a number where the schema wants one."""
    kind = schema.get("type")
    wants_number = kind in ("integer", "number") or (isinstance(kind, list) and "integer" in kind)
    return int(known) if wants_number and re.fullmatch(r"-?\d{1,18}", known) else known


def _by_link(link: str, body: JSON, location: str) -> str:
    if link.lower() == "$response.header.location":
        return unquoted(location.rstrip("/").rpartition("/")[2])
    value = body
    for part in link.partition("#/")[2].split("/"):
        value = value.get(part) if isinstance(value, dict) else None
    return _plain(value)


def _field(holder: dict[str, JSON], resource: Resource) -> str:
    wanted = (resource.key, f"{resource.noun}_id", *USUAL, f"{resource.noun}_uuid")
    words = [noun_of(name) for name in wanted]
    by_word = {noun_of(name): value for name, value in holder.items()}
    return next((found for word in words if (found := _plain(by_word.get(word)))), "")


def _holders(answer: JSON) -> list[dict[str, JSON]]:
    if not isinstance(answer, dict):
        return []
    inner = [value for value in answer.values() if isinstance(value, dict)]
    deeper = [value for one in inner for value in one.values() if isinstance(value, dict)]
    return [answer, *inner, *deeper]


def _plain(value: JSON) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value)


__all__ = [
    "as_sent",
    "claims",
    "entries",
    "from_location",
    "identifier",
    "listed",
    "nobodys",
    "objects",
    "own_ids",
    "shape_of",
]
