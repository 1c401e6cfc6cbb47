"""Who plays which part in the tests of authorisation: an owner, another one, a lower, a higher."""

from collections.abc import Collection, Mapping

import msgspec

DEFAULT = "default"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """An identity as far as its part depends on it."""

    role: str = "user"
    rank: int = 0


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """Names of identities; "" for a part that nobody can play.

    `peer` has the owner's rank and role, `lower` less than the owner, `higher` the most of all.
    """

    owner: str
    peer: str = ""
    lower: str = ""
    higher: str = ""


def cast(people: Mapping[str, Person]) -> Cast | None:
    """The parts; None where there is nobody at all.

    The owner is of the lowest rank that two have, else of the lowest rank; the identity of [auth]
    comes first among equals.
    """
    if not people:
        return None
    ordered = sorted(people, key=lambda name: (people[name].rank, name != DEFAULT, name))
    owner, peer = _pair(ordered, people) or (ordered[0], "")
    rank = people[owner].rank
    higher = ordered[-1] if people[ordered[-1]].rank > rank else ""
    lower = ordered[0] if people[ordered[0]].rank < rank else ""
    return Cast(owner=owner, peer=peer, lower=lower, higher=_first_of(higher, ordered, people))


def holder(roles: Collection[str], people: Mapping[str, Person]) -> str:
    """The identity of the lowest rank that has one of the roles, "" if nobody has."""
    ordered = sorted(people, key=lambda name: (people[name].rank, name != DEFAULT, name))
    return next((name for name in ordered if people[name].role in roles), "")


def outsider(roles: Collection[str], people: Mapping[str, Person], owner: str) -> str:
    """Who has none of the roles and the highest rank below those who do; "" if nobody.

    Where nobody has one of the roles, that is the owner.
    """
    inside = holder(roles, people)
    if not inside:
        return owner
    below = [
        name
        for name, one in people.items()
        if one.role not in roles and one.rank < people[inside].rank
    ]
    ordered = sorted(below, key=lambda name: (-people[name].rank, name != owner, name))
    return next(iter(ordered), "")


def _pair(ordered: list[str], people: Mapping[str, Person]) -> tuple[str, str] | None:
    for at, name in enumerate(ordered):
        same = (one for one in ordered[at + 1 :] if people[one] == people[name])
        if found := next(same, ""):
            return name, found
    return None


def _first_of(name: str, ordered: list[str], people: Mapping[str, Person]) -> str:
    """The first of those who have the rank of `name`."""
    if not name:
        return ""
    return next(one for one in ordered if people[one].rank == people[name].rank)
