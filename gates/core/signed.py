"""What a person signs: a role's approval of a run, or an item with a date; and the file of each.

Signed are not the bytes of the file but its meaning, in one canonical form: a file may be written
anew in any way that TOML allows, and a changed value breaks the signature.
"""

import datetime
import json
import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

FOLDER = "gatescore/signoffs"
NAMESPACE = "gatescore-signoff"
APPROVAL, ITEM = "gatescore sign-off 1", "gatescore signed item 1"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
BEST_RATING = 5.0
HEAD = "# Written by gatescore approve. Any change of a value breaks the signature.\n"

Moment = Annotated[datetime.datetime, msgspec.Meta(tz=True)]


class Approval(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="format",
    tag=APPROVAL,
):  # fmt: skip
    """One role's signature under one commit, one policy and one evidence.

    `person` is a key of the policy's people, `key` the fingerprint of the key that signed.
    """

    target: str
    role: str
    person: str
    commit: str
    policy: str
    evidence: str
    signed: Moment
    key: str
    signature: str = ""


class Item(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="format",
    tag=ITEM,
):  # fmt: skip
    """A signature under something that took place on a day: an audit, a test, a drill, a rating."""

    target: str
    item: str
    role: str
    person: str
    date: datetime.date
    signed: Moment
    key: str
    rating: float | None = None
    signature: str = ""


Signed = Approval | Item


def statement(signed: Signed) -> bytes:
    """The bytes that are signed: all of the meaning but the signature, in canonical JSON."""
    table = {key: value for key, value in values(signed).items() if key != "signature"}
    return json.dumps(table, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def values(signed: Signed) -> dict[str, Any]:
    """The keys of the file with plain values; moments in UTC, to the second."""
    table: dict[str, Any] = msgspec.to_builtins(signed)
    table["signed"] = stamp(signed.signed)
    return {key: value for key, value in table.items() if value is not None}


def stamp(moment: datetime.datetime) -> str:
    """RFC 3339 in UTC; parts of a second are kept where there are any."""
    return moment.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def file_text(signed: Signed) -> str:
    """The file as `approve` writes it."""
    bare = ("signed", "date", "rating")
    lines = [
        f"{key} = {value if key in bare else literal(value)}"
        for key, value in values(signed).items()
        if key != "signature"
    ]
    body = "\n".join(lines)
    return f'{HEAD}{body}\nsignature = """\n{signed.signature.strip()}\n"""\n'


def literal(value: str) -> str:
    """A basic string of TOML."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def file_name(signed: Signed) -> str:
    """Where `approve` writes it: a later one takes the place of the one before."""
    match signed:
        case Approval():
            return f"{FOLDER}/{signed.role}.toml"
        case Item():
            return f"{FOLDER}/item-{signed.item}-{signed.person}.toml"


def decoded(table: dict[str, Any]) -> Signed:
    """A file's table as a value. Raises ValueError: a shape that is not ours, or empty values."""
    signed: Signed = msgspec.convert(table, Signed)
    for problem in flaws(signed):
        raise ValueError(problem)
    return signed


def is_unsigned(table: dict[str, Any]) -> bool:
    """Whether it has the form of sign-offs from before there were signatures."""
    return {"role", "person", "commit"} <= table.keys() and not {"format", "signature"} & set(table)


def flaws(signed: Signed) -> Iterator[str]:
    """What the shape alone cannot refuse."""
    for key in ("target", "role", "person", "key"):
        if not getattr(signed, key).strip():
            yield f"{key} is empty"
    match signed:
        case Approval():
            if not COMMIT.fullmatch(signed.commit):
                yield f'commit = "{signed.commit[:80]}": expected all 40 hex digits, in lower case'
            for key in ("policy", "evidence"):
                if not DIGEST.fullmatch(digest := getattr(signed, key)):
                    yield f'{key} = "{digest[:80]}": expected sha256: and 64 hex digits'
        case Item():
            if not NAME.fullmatch(signed.item):
                yield f'item = "{signed.item[:80]}": expected small letters, digits and hyphens'
            if signed.rating is not None and not 0 <= signed.rating <= BEST_RATING:
                yield f"rating = {signed.rating:g}: expected 0 to {BEST_RATING:g}"
