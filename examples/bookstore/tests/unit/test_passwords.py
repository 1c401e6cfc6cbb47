"""Passwords: what they cost, which ones are refused, and that nobody waits for long."""

import secrets
from threading import Event, Thread

import pytest

from bookstore import passwords
from bookstore.availability import Unavailable
from bookstore.password_policy import LONGEST, SHORTEST, weakness
from bookstore.passwords import Passwords

GOOD = "Aa1-" + secrets.token_urlsafe(12)


def test_cost_and_match() -> None:
    subject = Passwords()
    stored = subject.hash(GOOD)
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=2$")
    assert subject.verify(stored, GOOD)
    assert not subject.verify(stored, GOOD[::-1])
    assert not subject.verify(None, GOOD)
    assert not subject.verify("not a hash", GOOD)


@pytest.mark.parametrize(
    ("password", "refused"),
    [
        (GOOD, False),
        ("Aa1" + "x" * (SHORTEST - 3), False),
        ("Aa1" + "x" * (SHORTEST - 4), True),
        ("Aa1" + "x" * (LONGEST - 3), False),
        ("Aa1" + "x" * (LONGEST - 2), True),
        ("aa1-river-of-ink", True),
        ("AA1-RIVER-OF-INK", True),
        ("Aax-River-Of-Ink", True),
        ("Password-2026", True),
        ("Qwerty123456789", True),
        ("The-Reader-01", True),
        ("The-Reader-02", False),
    ],
)
def test_weak_ones(password: str, refused: bool) -> None:
    assert (weakness(password, "the-reader-01") is not None) is refused


def test_whoever_finds_every_place_taken_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PATIENCE_S", 0.01)
    taken, enough = Event(), Event()

    class Slow:
        """Stands in for the cost of a hash, so that the test decides how long one takes."""

        def hash(self, _password: str) -> str:
            taken.set()
            enough.wait(10)
            return ""

    monkeypatch.setattr(passwords, "AT_ONCE", 1)
    subject = Passwords()
    monkeypatch.setattr(subject, "_hasher", Slow())
    other = Thread(target=subject.hash, args=(GOOD,))
    other.start()
    assert taken.wait(10)
    with pytest.raises(Unavailable):
        subject.hash(GOOD)
    enough.set()
    other.join()
    assert subject.hash(GOOD) == ""
