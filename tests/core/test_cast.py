"""Who plays which part, from roles and ranks."""

import pytest

from gates.core.cast import Cast, Person, cast, holder, outsider

USER, ADMIN = Person(role="user"), Person(role="admin", rank=10)
GUEST = Person(role="guest", rank=-5)


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ({}, None),
        ({"default": USER}, Cast(owner="default")),
        ({"default": USER, "bob": USER}, Cast(owner="default", peer="bob")),
        ({"default": USER, "root": ADMIN}, Cast(owner="default", higher="root")),
        ({"default": ADMIN, "ann": USER}, Cast(owner="ann", higher="default")),
        (
            {"default": ADMIN, "ann": USER, "bob": USER},
            Cast(owner="ann", peer="bob", higher="default"),
        ),
        (
            {"default": USER, "bob": USER, "guest": GUEST, "root": ADMIN},
            Cast(owner="default", peer="bob", lower="guest", higher="root"),
        ),
        (
            {"default": USER, "clerk": Person(role="clerk")},  # same rank, another role
            Cast(owner="default"),
        ),
    ],
)
def test_the_parts(people: dict[str, Person], expected: Cast | None) -> None:
    assert cast(people) == expected


PEOPLE = {"default": USER, "root": ADMIN, "guest": GUEST}


@pytest.mark.parametrize(
    ("roles", "inside", "outside"),
    [
        (("admin",), "root", "default"),
        (("user", "admin"), "default", "guest"),
        (("guest", "user", "admin"), "guest", ""),
        (("auditor",), "", "default"),
    ],
)
def test_who_has_a_role_and_who_has_not(roles: tuple[str, ...], inside: str, outside: str) -> None:
    assert (holder(roles, PEOPLE), outsider(roles, PEOPLE, "default")) == (inside, outside)
