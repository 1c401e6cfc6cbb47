"""Spellings of one address are one person; other addresses are not."""

import pytest

from gates.core.addresses import canonical

ADA = "ada@example.com"


@pytest.mark.parametrize(
    "spelled",
    [
        ADA,
        "Ada@Example.COM",
        "ada+work@example.com",
        "ADA+a+b@example.com",
        '"ada"@example.com',
        "ada@example.com.",
        " ada@example.com\n",
        "ada\u200b@exam\u00adple.com",
        "\uff41da@example.com",
        "ada@\uff45xample.com",
        "\u212bda@example.com".replace("\u212b", "\U0001d41a"),
    ],
)
def test_one_person(spelled: str) -> None:
    assert canonical(spelled) == ADA


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada.b@gmail.com", "AdaB+x@googlemail.com"),
        ("ada@users.noreply.github.com", "1234+Ada@users.noreply.github.com"),
        ("ada@users.noreply.gitlab.com", "77-ada@users.noreply.gitlab.com"),
        ("ada@b\u00fccher.example", "ada@xn--bcher-kva.example"),
        ("stra\u00dfe@example.com", "STRASSE@example.com"),
    ],
)
def test_the_same_person_elsewhere(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    "other",
    [
        *("ada@example.org", "adam@example.com", "a.da@example.com", "+ada@example.com", "ada"),
        "\u0430da@example.com",  # a Cyrillic letter is another one
        "1+ada@users.noreply.github.com",
        "ada@example.com@example.org",
        "",
    ],
)
def test_somebody_else(other: str) -> None:
    assert canonical(other) != canonical(ADA)


def test_numbers_tell_people_of_a_forge_apart() -> None:
    forge = "users.noreply.github.com"
    assert canonical(f"1+ada@{forge}") != canonical(f"1+bo@{forge}")
    assert canonical(f"12@{forge}") == f"12@{forge}"
