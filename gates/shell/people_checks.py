"""What a policy says of those who sign that cannot be: unknown roles, keys of two people."""

import contextlib
from collections.abc import Iterator

from gates.core.addresses import canonical
from gates.core.policy import Policy
from gates.core.signed import NAME
from gates.core.signers import Person, SignedItem, SigningKey, fingerprint, material
from gates.shell.problems import KeyPath, Trouble, did_you_mean


def people_troubles(policy: Policy) -> Iterator[Trouble]:
    """Everything wrong with the people, keys and items of a policy."""
    roles = (*policy.roles, *policy.level_2_roles)
    for id, person in policy.people.items():
        yield from _person(("people", id), id, person, roles)
    yield from _shared(policy)
    for id, item in policy.items.items():
        yield from _item(("items", id), id, item, roles)
    if policy.approval_days < 1:
        found = f"found {policy.approval_days}"
        yield Trouble(path=("approval_days",), message=found, allowed="1 or more")


def _person(path: KeyPath, id: str, person: Person, roles: tuple[str, ...]) -> Iterator[Trouble]:
    if not NAME.fullmatch(id):
        yield Trouble(path=path, message="is no id", allowed="small letters, digits and hyphens")
    for key, found in (("emails", person.emails), ("roles", person.roles), ("keys", person.keys)):
        if not found:
            yield Trouble(path=(*path, key), message="is empty", allowed="one or more")
    for email in person.emails:
        if "@" not in email or email != email.strip():
            message = f"found {email[:80]!a}: no address that a commit could bear"
            yield Trouble(path=(*path, "emails"), message=message, allowed="as ada@example.com")
    yield from (
        _unknown((*path, "roles"), role, roles) for role in person.roles if role not in roles
    )
    for number, held in enumerate(person.keys):
        yield from _key((*path, "keys", number), held)


def _key(path: KeyPath, key: SigningKey) -> Iterator[Trouble]:
    try:
        fingerprint(key.key)
    except ValueError as error:
        allowed = "a line of an SSH .pub file, or an Ed25519 public key in PEM"
        yield Trouble(path=(*path, "key"), message=str(error), allowed=allowed)
    after, before = key.valid_after, key.valid_before
    if after is not None and before is not None and after >= before:
        message = f"found {before}: not after valid_after, {after}; it would never be valid"
        yield Trouble(path=(*path, "valid_before"), message=message)


def _shared(policy: Policy) -> Iterator[Trouble]:
    """Keys and addresses of two people, however they are spelled: one could sign as the other."""
    owner: dict[object, str] = {}
    for id, person in policy.people.items():
        for what, told in (*_keys(person), *_addresses(person)):
            if owner.setdefault(what, id) != id:
                message = f"{told} is of {owner[what]} already: one person, one identity"
                yield Trouble(path=("people", id), message=message)


def _keys(person: Person) -> Iterator[tuple[object, str]]:
    for held in person.keys:
        with contextlib.suppress(ValueError):  # said where the key stands
            yield material(held.key), fingerprint(held.key)


def _addresses(person: Person) -> Iterator[tuple[object, str]]:
    for email in dict.fromkeys(person.emails):
        yield canonical(email), email


def _item(path: KeyPath, id: str, item: SignedItem, roles: tuple[str, ...]) -> Iterator[Trouble]:
    if not NAME.fullmatch(id):
        yield Trouble(path=path, message="is no id", allowed="small letters, digits and hyphens")
    if item.days < 1:
        yield Trouble(path=(*path, "days"), message=f"found {item.days}", allowed="1 or more")
    yield from (_unknown((*path, "roles"), role, roles) for role in item.roles if role not in roles)


def _unknown(path: KeyPath, role: str, roles: tuple[str, ...]) -> Trouble:
    return Trouble(
        path=path,
        message=f"unknown role: {role[:80]!a}",
        allowed=", ".join(sorted(set(roles))) or "none: the policy has no roles",
        hint=did_you_mean(role, roles),
    )
